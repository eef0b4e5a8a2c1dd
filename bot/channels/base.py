"""The interface of a channel, and the ways a delivery can fail.

A channel is a plug-in: a module or package in this folder with `TRAITS` and `open_channel`
(`ChannelModule`). `bot.channels.registry` finds it; no other file names it. Anything heavy is
imported inside `open_channel`, since every command line may look at the traits.
"""

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from aiohttp import web

    from bot.messages import Incoming, Outgoing
    from bot.settings import Settings
    from bot.strangers import Strangers
    from surveys.privacy import Keyring
    from surveys.store.base.connection import Connection
    from surveys.store.base.database import Database
    from surveys.texts import Catalog


class DeliveryError(Exception):
    """A message did not, or may not have, reached the citizen; `reason` is for staff."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TryLater(DeliveryError):
    """Certainly not delivered, and worth another try: never sent, or answered with 5xx."""


class SlowDown(DeliveryError):
    """429. Send nothing to this chat (or, with `whole_bot`, to any chat) for `seconds`."""

    def __init__(self, reason: str, *, seconds: float, whole_bot: bool) -> None:
        super().__init__(reason)
        self.seconds = seconds
        self.whole_bot = whole_bot


class Unknown(DeliveryError):
    """The request was sent and no answer came: whether it was delivered is unknown."""


class Unreachable(DeliveryError):
    """This citizen cannot be reached any more: they blocked the bot or closed the account."""


class OutsideWindow(DeliveryError):
    """The citizen has not written recently enough for the bot to write first."""


class Rejected(DeliveryError):
    """The channel will never accept this message: retrying is useless."""


class CannotEdit(DeliveryError):
    """The message to replace is too old or gone: send a new one."""


class ChannelUnavailable(Exception):
    """The channel's server did not answer a question about the bot itself."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How fast a channel may be used: messages a second per bot and per chat, and the burst a
    chat tolerates."""

    per_second: float
    per_chat_second: float
    chat_burst: int
    gather_ms: int = 0
    """How long messages of a broadcast wait so that several leave together, in one transaction: for
    a channel that counts over a minute, where short bursts do no harm. 0: each leaves at its slot.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What a channel can do, and what citizens must be told about it."""

    servers_abroad: bool = False
    """Messages pass through servers outside Vietnam: the citizen is told before agreeing."""
    shares_contact: bool = False
    """The channel can hand over the citizen's own phone number, verified."""
    has_buttons: bool = True
    """Without buttons the choices are written as numbered lines and answered by typing."""
    repeats_choices: bool = False
    """The choices are written as numbered lines although there are buttons, which may not be shown
    on every phone."""
    edits_in_place: bool = False
    """A message can replace an earlier one."""
    acknowledges_apart: bool = False
    """Whether an acknowledgement is shown outside the chat (a spinner), so that the effect need not
    wait for it; an acknowledgement that is a message in the chat must come first.
    """
    notifies: bool = True
    """A message is announced on the citizen's phone; one in a page is seen only by who opens it."""
    reaches_by_phone: bool = False
    """The bot may write first to a phone number. The address of such a contact is the number as
    `+84987654321`; a message carries `Outgoing.facts` for the channel's template. Citizens without
    a chat are asked through it (`bot/asking`); `daily_capacity` says how many a day.
    """
    begins_conversations: bool = True
    """The bot may write to a known contact at any time."""
    reply_window: timedelta | None = None
    """Otherwise only so long after the citizen's last message (None: without limit)."""
    refuses_at_door: bool = False
    """Its own page refuses what strangers may not store (`ChannelContext.strangers`): what is in
    the inbox is answered.
    """
    link_is_bare: bool = False
    """The deep link opens the chat but cannot carry a token into it: the citizen then sends the
    page's link or the dossier's code.
    """
    remote: bool = False
    """The bot runs on a third party's server: `motcua <channel> check` compares its set-up there,
    and the demo leaves the channel out.
    """
    checks_database: bool = False
    """Its check reads what the service keeps: the schema has to be current."""
    web_client: str = ""
    """Origin of the channel's own web client, which may show our page in a frame."""

    @property
    def writes_choices(self) -> bool:
        """Whether a message says its choices as numbered lines."""
        return not self.has_buttons or self.repeats_choices

    def writable_since(self, now: datetime) -> datetime | None:
        """The time since when a citizen must have written for the bot to write first; None: any."""
        if self.begins_conversations or self.reply_window is None:
            return None
        return now - self.reply_window


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """How many messages that start a conversation a channel takes: on a whole day, and still on
    the current day of the authority's time zone."""

    per_day: int
    left_today: int


class Raw(NamedTuple):
    """One update as received. `payload` is its JSON in UTF-8; the same `event_key` means a repeat;
    updates of one `address` (the channel's chat id) keep their order."""

    event_key: str
    address: str
    payload: bytes


Put = Callable[[Sequence[Raw]], Awaitable[None]]
"""Persist updates of a channel, in this order; returns after the commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absorbed:
    """One raw update while it is handled: its JSON, its number in the inbox, and the transaction
    in which everything it causes is written."""

    conn: "Connection"
    payload: Mapping[str, Any]
    number: int
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTask:
    """A task that runs as long as the service, e.g. long polling."""

    name: str
    run: Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One part of a bot's set-up: what was found, and what is wanted, if that can be shown."""

    part: str
    right: bool
    found: str
    wanted: str = ""
    is_fixable: bool = True
    """Whether `check --fix` may help, if the part is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a channel says of itself to `/healthz` and `/metrics`.

    `numbers` are figures by name (`messages_this_month`); `warnings` say in the service's language
    what will go wrong soon and what to do. A warning does not make the service ill.
    `tokens` is the state of tokens that end: `ok`, one of `bot.server.NEAR` while messages go,
    or what keeps them from going; empty where no token ends.
    """

    tokens: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict)
    warnings: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelContext:
    """What a channel may use. `keyring` makes the key file on first use; `clock` gives UTC."""

    settings: "Settings"
    texts: Mapping[str, "Catalog"]
    clock: Callable[[], datetime]
    database: "Database"
    keyring: Callable[[], "Keyring"]
    demo: bool = False
    """The page offers sample data: it shows the demo's controls."""
    strangers: "Strangers | None" = None
    """Bounds what strangers store, in a running service."""
    shared: dict[str, object] = field(default_factory=dict, compare=False)
    """What several channels of one vendor share in this process, by the vendor's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandOption:
    """`--name VALUE` of a channel's command. `from_input`: the only value is `-`, and the text is
    read from standard input, since everybody on the machine can read a command line."""

    name: str
    from_input: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelCommand:
    """A command that a channel adds to `motcua <vendor>`. `run` gets the options that were given
    and returns the set-up afterwards; it raises Refusal and ChannelUnavailable."""

    channel: str
    name: str
    options: Sequence[CommandOption]
    run: Callable[[ChannelContext, Mapping[str, str]], Awaitable[Sequence[Finding]]]


class Channel(Protocol):
    """One bot on one channel. Methods with a body here are optional in a subclass."""

    name: str
    """The name of its folder; also the channel column of every table."""
    bot: str
    """Which bot of that channel, for places that run several."""
    limits: Limits
    traits: Traits

    def parse(self, payload: Mapping[str, Any]) -> "Incoming | None":
        """Parse one raw update; None for kinds that are not used. Raises ValueError."""
        ...

    async def absorb(self, event: "Absorbed") -> None:  # noqa: ARG002
        """Perform what an update means besides a conversation, e.g. a receipt of a message.

        Called for every update before its conversation, in the transaction that marks it as
        handled.
        """
        return

    async def send(self, address: str, message: "Outgoing") -> str:
        """Send a new message and return the channel's reference to it. Raises DeliveryError."""
        ...

    async def edit(self, address: str, reference: str, message: "Outgoing") -> None:  # noqa: ARG002
        """Replace an earlier message. Raises DeliveryError, CannotEdit."""
        raise CannotEdit("this channel keeps every message")

    async def acknowledge(self, incoming: "Incoming") -> None:  # noqa: ARG002
        """Show that an update has arrived, before its effect. Never raises."""
        return

    async def start(self) -> None:
        """Open connections. Raises Refusal for settings with which the bot cannot run."""
        return

    async def close(self) -> None:
        """Close connections."""
        return

    def routes(self, put: Put) -> "Sequence[web.AbstractRouteDef]":  # noqa: ARG002
        """The channel's routes on the bot's server: a webhook, a page."""
        return ()

    def tasks(self, put: Put) -> Sequence[ChannelTask]:  # noqa: ARG002
        """The tasks that run alongside the server; the service stops when one of them ends."""
        return ()

    async def prepare(self) -> None:
        """Set the bot up on the channel's server; retried until it succeeds."""
        return

    async def link(self, token: str) -> str | None:  # noqa: ARG002
        """The deep link that opens the chat with this token (`Traits.link_is_bare`: without it);
        None where there is no such link.

        Works before `start`. Raises ChannelUnavailable.
        """
        return None

    async def report(self) -> Report:
        """Figures and warnings, from the database alone: no request to the channel's server."""
        return Report()

    async def daily_capacity(self) -> Capacity | None:
        """How many messages a day the channel takes; None: as many as its rate allows.

        Asked after `start`, every few minutes, of channels that reach by phone. The answer is
        kept, so that planning can say how many are asked on which day. Raises ChannelUnavailable:
        the last answer goes on being used.
        """
        return None

    async def check(self, *, fix: bool) -> Sequence[Finding]:  # noqa: ARG002
        """Compare the bot's set-up with the settings; with `fix` repair what can be repaired and
        compare again.

        Works before `start`. Raises Refusal (settings) and ChannelUnavailable.
        """
        return ()


class ChannelModule(Protocol):
    """What a channel's module or package has to offer.

    It may also have `traits_in(settings)`, if settings change the traits, and `COMMANDS`, the name
    (`module:attribute`) of its own commands (`ChannelCommand`).
    """

    TRAITS: Traits

    def open_channel(self, context: ChannelContext) -> Channel | None:
        """The configured bot, not started; None when it is not configured.

        Raises Refusal for settings that name no possible bot.
        """
        ...
