"""A whole channel in one module: texts come in by a post and go out into a list."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from bot.channels.base import Channel, ChannelContext, Finding, Limits, Put, Raw, Traits
from bot.messages import Incoming, IncomingKind, Outgoing

TRAITS = Traits(has_buttons=False, servers_abroad=True, remote=True)


class ToyChannel(Channel):
    """People are numbers; what they were sent is in `mailbox`."""

    name = "toy"
    bot = "main"
    limits = Limits(per_second=1_000.0, per_chat_second=1_000.0, chat_burst=100)
    traits = TRAITS

    def __init__(self) -> None:
        self.mailbox: dict[str, list[str]] = {}
        self.announced = False

    def parse(self, payload: Mapping[str, Any]) -> Incoming | None:
        """`{"id": …, "person": …, "text": …}`."""
        return Incoming(
            channel=self.name,
            bot=self.bot,
            address=str(payload["person"]),
            kind=IncomingKind.TEXT,
            text=str(payload["text"]),
        )

    async def send(self, address: str, message: Outgoing) -> str:
        """Into the person's mailbox."""
        box = self.mailbox.setdefault(address, [])
        box.append(message.text)
        return str(len(box))

    def routes(self, put: Put) -> Sequence[web.AbstractRouteDef]:
        """Where the toy's server would post."""

        async def receive(request: web.Request) -> web.Response:
            said = await request.json()
            body = json.dumps(said).encode()
            raw = Raw(event_key=said["id"], address=said["person"], payload=body)
            await put([raw])
            return web.Response()

        return (web.post("/toy", receive),)

    async def prepare(self) -> None:
        """Tell the toy's server that we are here."""
        self.announced = True

    async def link(self, token: str) -> str:
        """Opens the toy."""
        return f"toy://motcua/{token}"

    async def check(self, *, fix: bool) -> Sequence[Finding]:
        """One part, right once it was mended."""
        return (Finding(part="mailbox", right=fix, found="closed", wanted="open"),)


def open_channel(_context: ChannelContext) -> Channel:
    """Always there."""
    return ToyChannel()
