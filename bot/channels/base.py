"""What the rest of the bot knows of a channel, and the ways a message can fail to arrive."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bot.messages import Incoming, Outgoing


class DeliveryError(Exception):
    """A message did not, or may not have, reached the citizen; `reason` is for staff to read."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TryLater(DeliveryError):
    """Certainly not delivered and worth another try: never left, or the far end said 5xx."""


class SlowDown(DeliveryError):
    """429. Nothing more to this chat (or, with `whole_bot`, to anybody) for `seconds`."""

    def __init__(self, reason: str, *, seconds: float, whole_bot: bool) -> None:
        super().__init__(reason)
        self.seconds = seconds
        self.whole_bot = whole_bot


class Unknown(DeliveryError):
    """The request left and no answer came: delivered or not, nobody can say."""


class Unreachable(DeliveryError):
    """This citizen cannot be reached any more: blocked us, or deactivated the account."""


class Rejected(DeliveryError):
    """The channel will never take this message: retrying is useless."""


class CannotEdit(DeliveryError):
    """The message to take the place of is too old or gone: send a new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How fast a channel may be used: messages a second per bot and per chat, and the burst a
    chat tolerates."""

    per_second: float
    per_chat_second: float
    chat_burst: int


class Channel(Protocol):
    """One bot on one channel."""

    name: str
    """`telegram`, `web`, `zalo_oa`, `zalo_bot`: also the channel column of every table."""
    bot: str
    """Which bot of that channel, for places that run several."""
    limits: Limits
    edits_in_place: bool
    acknowledges_apart: bool
    """Whether an acknowledgement stands beside the chat (a spinner), so that the effect need not
    wait for it; where it is a bubble of the chat, it must come first."""

    def parse(self, payload: Mapping[str, Any]) -> Incoming | None:
        """Read one raw update; None for kinds that we do not use."""
        ...

    async def acknowledge(self, incoming: Incoming) -> None:
        """Stop the spinner on a tapped button, where there is one. Never raises."""
        ...

    async def send(self, address: str, message: Outgoing) -> str:
        """Send a new message and return the channel's reference to it. Raises DeliveryError."""
        ...

    async def edit(self, address: str, reference: str, message: Outgoing) -> None:
        """Let `message` take the place of an earlier one. Raises DeliveryError, CannotEdit."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
