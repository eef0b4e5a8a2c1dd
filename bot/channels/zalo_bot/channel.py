"""One Zalo bot as a channel: texts in and out, choices answered by typed digits."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from aiohttp import web

from bot.channels.base import (
    Channel,
    ChannelContext,
    ChannelTask,
    ChannelUnavailable,
    Finding,
    Limits,
    Put,
    Report,
    SlowDown,
    TryLater,
    Unknown,
)
from bot.channels.zalo_bot import NAME, TRAITS, parse, setup
from bot.channels.zalo_bot.api import ApiError, BotApi
from bot.channels.zalo_bot.caps import Caps
from bot.channels.zalo_bot.failures import outcome
from bot.channels.zalo_bot.receive import Poller, Webhook
from bot.json_requests import RequestFailed
from bot.messages import Incoming, Outgoing
from bot.settings import Settings
from bot.splitting import split_text
from surveys.errors import Refusal

TOKEN = re.compile(r"[^\s:/?#]+:[^\s/?#]+")
MAX_UNITS = 2_000
PER_CHAT_SECOND = 1.0
CHAT_BURST = 3


class ZaloBotChannel(Channel):
    """The bot that the settings describe."""

    name = NAME
    traits = TRAITS

    def __init__(self, context: ChannelContext, api: BotApi | None = None) -> None:
        """Without `api`, one is made from the settings. Raises Refusal `zalo_bot.token_shape`."""
        token = token_from(context.settings)
        self.bot = token.partition(":")[0]
        self.api = api or BotApi(context.settings.zalo_bot_api_base, token)
        self.limits = Limits(
            per_second=context.settings.zalo_bot_per_second,
            per_chat_second=PER_CHAT_SECOND,
            chat_burst=CHAT_BURST,
        )
        self._context = context
        self._caps = Caps(context=context, bot=self.bot)
        self._silenced_by = ""

    async def start(self) -> None:
        """Open the connections, without a request to Zalo yet.

        Raises Refusal if the configured webhook is impossible (`setup.wanted_from`).
        """
        self._wanted()
        await self.api.client.open()

    async def close(self) -> None:
        """Close the connections."""
        await self.api.client.close()

    def routes(self, put: Put) -> Sequence[web.RouteDef]:
        """The webhook, if it is used."""
        wanted = self._wanted()
        return Webhook(secret=wanted.secret, put=put).routes() if wanted.webhook else ()

    def tasks(self, put: Put) -> Sequence[ChannelTask]:
        """Long polling, if no webhook is used."""
        if self._wanted().webhook:
            return ()
        poller = Poller(
            self.api,
            put,
            seconds=self._context.settings.zalo_bot_poll_seconds,
            silenced=self._note_webhook,
        )
        return (ChannelTask(name="polling", run=poller.run),)

    async def prepare(self) -> None:
        """Set or remove the webhook. Raises ApiError and ChannelUnavailable."""
        await setup.prepare(self.api, self._wanted())

    async def report(self) -> Report:
        """The use of the caps, and a webhook that takes the updates of a polling bot."""
        said = await self._caps.report()
        if not self._silenced_by:
            return said
        texts = self._context.texts[self._context.settings.lang]
        return replace(said, warnings=[*said.warnings, texts.text(f"{NAME}.silenced")])

    async def check(self, *, fix: bool) -> Sequence[Finding]:
        """Token, webhook and the caps."""
        wanted, used = self._wanted(), await self._caps.read()
        try:
            findings = await setup.inspect(self.api, wanted, used)
            if fix and not all(finding.right for finding in findings):
                await setup.repair(self.api, wanted, findings)
                findings = await setup.inspect(self.api, wanted, used)
        except ApiError as error:
            raise ChannelUnavailable(error.reason) from None
        return findings

    def parse(self, payload: Mapping[str, Any]) -> Incoming | None:
        """Parse one raw update; None for what a bot wrote."""
        return parse.read(payload, self.bot)

    async def send(self, address: str, message: Outgoing) -> str:
        """Send a text, in pieces when it is too long; returns the id of the last piece.

        Raises DeliveryError. With a piece delivered already, a failure that would else allow
        another try is Unknown: the citizen must not get the beginning twice.
        """
        reference = ""
        for number, piece in enumerate(split_text(message.text, MAX_UNITS)):
            reference = await self._send(address, piece, continued=number > 0)
        return reference

    async def _send(self, address: str, text: str, *, continued: bool) -> str:
        await self._caps.count(1)
        try:
            sent = await self.api.call("sendMessage", {"chat_id": address, "text": text})
        except (ApiError, RequestFailed) as error:
            failure = outcome(error)
            if not isinstance(failure, Unknown):
                await self._caps.count(-1)
            if continued and isinstance(failure, TryLater | SlowDown):
                failure = Unknown(f"only the beginning was sent: {failure.reason}")
            raise failure from None
        return str(sent.get("message_id") or "") if isinstance(sent, Mapping) else ""

    def _wanted(self) -> setup.Wanted:
        return setup.wanted_from(self._context.settings)

    def _note_webhook(self, url: str) -> None:
        self._silenced_by = url


def token_from(settings: Settings) -> str:
    """The bot's token. Raises Refusal `zalo_bot.token_shape`."""
    token = settings.zalo_bot_token.get_secret_value().strip() if settings.zalo_bot_token else ""
    if not TOKEN.fullmatch(token):
        raise Refusal("zalo_bot.token_shape")
    return token
