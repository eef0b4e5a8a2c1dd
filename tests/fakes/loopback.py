"""A channel over real sockets, to whatever far end a test listens with."""

from collections.abc import Mapping
from typing import Any

import aiohttp

from bot.channels.base import Channel, Limits, Traits, TryLater, Unknown
from bot.messages import Incoming, IncomingKind, Outgoing

NAME, BOT = "loopback", "main"


class LoopbackChannel(Channel):
    """Sends to `far_end`, an address that takes posts of an address and a text."""

    name = NAME
    bot = BOT
    traits = Traits(acknowledges_apart=True)

    def __init__(self, session: aiohttp.ClientSession, far_end: str, limits: Limits) -> None:
        self.limits = limits
        self._session = session
        self._far_end = far_end

    def parse(self, payload: Mapping[str, Any]) -> Incoming | None:
        """A chat and a marker."""
        return Incoming(
            channel=NAME,
            bot=BOT,
            address=payload["chat"],
            kind=IncomingKind.TEXT,
            text=payload["marker"],
        )

    async def acknowledge(self, incoming: Incoming) -> None:
        """There is no spinner."""

    async def send(self, address: str, message: Outgoing) -> str:
        """Post the message; what certainly did not arrive is TryLater, the rest Unknown."""
        body = {"address": address, "text": message.text}
        try:
            async with self._session.post(self._far_end, json=body) as response:
                if response.status != 200:
                    raise TryLater(f"status {response.status}")
                return await response.text()
        except aiohttp.ClientConnectorError as error:
            raise TryLater(type(error).__name__) from error
        except aiohttp.ClientError as error:
            raise Unknown(type(error).__name__) from error

    async def edit(self, address: str, reference: str, message: Outgoing) -> None:
        """Never asked for."""
        raise NotImplementedError

    async def close(self) -> None:
        """The session is closed by who opened it."""
