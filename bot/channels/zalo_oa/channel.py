"""One Zalo Official Account as a channel."""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from aiohttp import web

from bot.channels.base import (
    Absorbed,
    Channel,
    ChannelContext,
    ChannelTask,
    ChannelUnavailable,
    DeliveryError,
    Finding,
    Limits,
    Put,
    Report,
    SlowDown,
    TryLater,
    Unknown,
)
from bot.channels.zalo import events
from bot.channels.zalo.errors import ErrorClass, meaning_of, outcome
from bot.channels.zalo.requests import Refused, RequestError
from bot.channels.zalo.signature import Verifier
from bot.channels.zalo.vendor import Zalo, app_of
from bot.channels.zalo_oa import NAME, buttons, reports, rights, setup, traits_in
from bot.channels.zalo_oa.parse import CONVERSATION, Reader
from bot.channels.zalo_oa.receive import Counts, Webhook
from bot.channels.zalo_oa.site import verification_routes
from bot.channels.zalo_oa.tending import Tender
from bot.messages import Button, Incoming, Outgoing
from bot.splitting import split_text
from surveys.errors import Refusal

SEND = "/v3.0/oa/message/cs"
CHAT_LINK = "https://zalo.me/"
MAX_CHARACTERS = 2_000
PER_CHAT_SECOND = 2.0
CHAT_BURST = 5
GATHER_MS = 250
"""Zalo counts requests a minute: sixteen messages of a broadcast leave together."""

logger = logging.getLogger(__name__)


class OfficialAccount(Channel):
    """The Official Account that the settings describe."""

    name = NAME

    def __init__(self, context: ChannelContext) -> None:
        """Raises Refusal `zalo.app_id`, `zalo.no_app_secret` or `zalo_oa.no_secret`."""
        settings = context.settings
        self.bot, _ = app_of(context)
        self.traits = traits_in(settings)
        self.limits = Limits(
            per_second=settings.zalo_oa_per_minute / 60,
            per_chat_second=PER_CHAT_SECOND,
            chat_burst=CHAT_BURST,
            gather_ms=GATHER_MS,
        )
        self.zalo = Zalo.of(context)
        self.verifier = Verifier.of(settings)
        if not self.verifier.variants:
            raise Refusal("zalo_oa.no_secret")
        self.counts = Counts()
        self.sent: Counter[str] = Counter()
        """Accepted messages by the quota that Zalo charged, and refused buttons."""
        self._context = context
        self._reader = Reader(
            bot=self.bot,
            greets_followers=settings.zalo_oa_follow_opens_window,
            trusts_phone=settings.zalo_oa_trust_submitted_phone,
        )
        self._texts = context.texts[settings.lang]

    async def close(self) -> None:
        """Store tokens that are just being renewed, then close the connections."""
        await self.zalo.close()

    def routes(self, put: Put) -> Sequence[web.AbstractRouteDef]:
        """The webhook, and the file by which Zalo verifies the public address."""
        settings = self._context.settings
        hook = Webhook(
            verifier=self.verifier,
            oa_id=settings.zalo_oa_id,
            is_used=self._is_used,
            put=put,
            counts=self.counts,
        )
        return [*hook.routes(), *verification_routes(settings.zalo_oa_site_verification)]

    def tasks(self, put: Put) -> Sequence[ChannelTask]:  # noqa: ARG002
        """The task that keeps the tokens fresh."""
        tender = Tender(self.zalo.chain, self._alarm_days)
        return (ChannelTask(name="tokens", run=tender.run),)

    async def prepare(self) -> None:
        """Nothing can be set up at Zalo's server by a program; see whether there is a token.

        Raises NoToken.
        """
        await self.zalo.chain.access()

    async def link(self, token: str) -> str | None:  # noqa: ARG002 - Zalo's link carries nothing
        """The link that opens the account's chat; None without MOTCUA_ZALO_OA_ID."""
        number = self._context.settings.zalo_oa_id.strip()
        return f"{CHAT_LINK}{number}" if number.isascii() and number.isdigit() else None

    async def report(self) -> Report:
        """The tokens' ages, the webhook's variants, what Zalo counted, and what ends soon."""
        chain = await self.zalo.chain.find()
        return reports.report(self, chain, self._texts, self._alarm_days)

    async def check(self, *, fix: bool) -> Sequence[Finding]:
        """App, tokens, Official Account, plan and webhook; with `fix` renew the tokens."""
        try:
            return await setup.inspect(self.zalo, self._context, fix=fix)
        except RequestError as error:
            raise ChannelUnavailable(error.reason) from None

    def parse(self, payload: Mapping[str, Any]) -> Incoming | None:
        """Parse one event; None for those that are no part of a conversation."""
        return self._reader.read(payload)

    async def absorb(self, event: Absorbed) -> None:
        """Hand the event to the functions that are registered for it."""
        work = events.EventWork(
            conn=event.conn,
            context=self._context,
            bot=self.bot,
            payload=event.payload,
            number=event.number,
            now=event.now,
        )
        await events.dispatch(work)
        if rights.is_request(work.name, self._context.settings):
            await rights.on_request(work)

    async def send(self, address: str, message: Outgoing) -> str:
        """Send a new message, in pieces when it is too long; returns the id of the last piece.

        Raises DeliveryError. With a piece delivered already, a failure that would else allow
        another try is Unknown: the citizen must not get the beginning twice.
        """
        *pieces, last = split_text(message.text, MAX_CHARACTERS)
        for number, piece in enumerate(pieces):
            await self._text(address, piece, (), continued=number > 0)
        drawn = buttons.buttons_of(message)
        reference = await self._text(address, last, drawn, continued=bool(pieces))
        if any(button.asks_contact for button in drawn):
            await self._ask_phone(address, drawn)
        return reference

    async def _text(
        self, address: str, text: str, drawn: tuple[Button, ...], *, continued: bool
    ) -> str:
        body = buttons.text_body(address, text, drawn, self._look)
        try:
            return await self._post(body)
        except Refused as error:
            if meaning_of(error).kind not in {ErrorClass.PAYLOAD, ErrorClass.UNKNOWN} or (
                "attachment" not in body["message"]
            ):
                raise self._outcome(error, continued=continued) from None
            if not self.sent["buttons_refused"]:
                logger.warning("buttons were refused (%s); sent without them", error.code)
            self.sent["buttons_refused"] += 1
        except RequestError as error:
            raise self._outcome(error, continued=continued) from None
        return await self._plain(address, text, continued=continued)

    async def _plain(self, address: str, text: str, *, continued: bool) -> str:
        try:
            return await self._post(buttons.text_body(address, text, (), buttons.BARE))
        except RequestError as error:
            raise self._outcome(error, continued=continued) from None

    async def _ask_phone(self, address: str, drawn: Sequence[Button]) -> None:
        """The form for the phone number. The text before it was delivered and says how to go on
        without, so a failure is only logged."""
        heading = next(button.label for button in drawn if button.asks_contact)
        settings = self._context.settings
        icon = f"{settings.public_url.rstrip('/')}/icon.svg" if settings.public_url else ""
        image = settings.zalo_oa_phone_image or icon
        subtitle = self._texts.text("zalo_oa.phone_subtitle", authority=settings.authority)
        try:
            await self._post(buttons.phone_body(address, heading, subtitle, image))
        except RequestError as error:
            if not self.sent["phone_form_refused"]:
                logger.warning("the form for the phone number was not sent: %s", error.reason)
            self.sent["phone_form_refused"] += isinstance(error, Refused)

    async def _post(self, body: Mapping[str, Any]) -> str:
        data = await self.zalo.api.post(SEND, body)
        quota = data.get("quota")
        if isinstance(quota, dict):
            self.sent[str(quota.get("quota_type", "unknown"))] += 1
            with suppress(ValueError, TypeError):
                if "remain" in quota:
                    self.sent["quota_remaining"] = int(quota["remain"])
        return str(data.get("message_id", ""))

    def _outcome(self, error: RequestError, *, continued: bool) -> DeliveryError:
        language = self._context.settings.lang
        failure = outcome(error, language, self._context.clock())
        if continued and isinstance(failure, TryLater | SlowDown):
            return Unknown(f"only the beginning was sent: {failure.reason}")
        return failure

    def _is_used(self, name: str) -> bool:
        return (
            name in CONVERSATION
            or name in events.registered()
            or rights.is_request(name, self._context.settings)
        )

    @property
    def _look(self) -> buttons.Look:
        settings = self._context.settings
        return buttons.Look(form=settings.zalo_oa_buttons, title=settings.zalo_oa_button_title)

    @property
    def _alarm_days(self) -> int:
        return self._context.settings.zalo_oa_alarm_days
