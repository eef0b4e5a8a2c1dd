"""One Telegram bot as a channel: a message to send, a message to edit, a tap to acknowledge."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from aiohttp import web
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    LinkPreviewOptions,
    ReplyKeyboardMarkup,
)
from telegram.constants import MessageLimit
from telegram.error import TelegramError

from bot.channels.base import (
    CannotEdit,
    Channel,
    ChannelContext,
    ChannelTask,
    ChannelUnavailable,
    Finding,
    Limits,
    Put,
    Rejected,
    SlowDown,
    TryLater,
    Unknown,
)
from bot.channels.telegram import NAME, TRAITS, setup, username
from bot.channels.telegram.failures import edit_outcome, is_unchanged, outcome
from bot.channels.telegram.parse import Reader
from bot.channels.telegram.receive import Poller, Webhook
from bot.channels.telegram.transport import AiohttpRequest
from bot.messages import Button, Incoming, Outgoing
from bot.settings import Settings
from bot.splitting import split_text
from surveys.errors import Refusal

TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
MAX_DATA_BYTES = 64
MAX_UNITS = int(MessageLimit.MAX_TEXT_LENGTH)
"""The UTF-16 code units that a message holds."""
PER_CHAT_SECOND = 1.0
CHAT_BURST = 3
ACKNOWLEDGE_SECONDS = 5.0

B = TypeVar("B")
Markup = InlineKeyboardMarkup | ReplyKeyboardMarkup
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class TelegramChannel(Channel):
    """The bot that the settings describe."""

    name = NAME
    traits = TRAITS

    def __init__(self, context: ChannelContext, api: Bot | None = None) -> None:
        """Without `api`, one is made from the settings. Raises Refusal `telegram.token_shape`."""
        settings = context.settings
        self.api = api or make_api_from(settings)
        self.bot = bot_number(self.api.token)
        self.limits = Limits(
            per_second=settings.telegram_per_second,
            per_chat_second=PER_CHAT_SECOND,
            chat_burst=CHAT_BURST,
        )
        self._context = context
        self._reader = Reader(bot=self.bot)

    async def start(self) -> None:
        """Open the connections, without a request to Telegram yet.

        Raises Refusal if the configured webhook is impossible (`setup.wanted_from`).
        """
        self._wanted()
        await self._connect()

    async def close(self) -> None:
        """Close the connections."""
        await self.api.request.shutdown()

    def routes(self, put: Put) -> Sequence[web.RouteDef]:
        """The webhook, if it is used."""
        wanted = self._wanted()
        return Webhook(secret=wanted.secret, put=put).routes() if wanted.webhook else ()

    def tasks(self, put: Put) -> Sequence[ChannelTask]:
        """Long polling, if no webhook is used."""
        if self._wanted().webhook:
            return ()
        return (ChannelTask(name="polling", run=Poller(self.api, put).run),)

    async def prepare(self) -> None:
        """Set webhook, commands and menu. Raises TelegramError."""
        await setup.prepare(self.api, self._wanted())

    async def link(self, token: str) -> str:
        """The link whose token Telegram passes to the bot when the citizen presses Start.

        Raises ChannelUnavailable while the bot's public name is not known.
        """
        await self._connect()
        try:
            name = await username.learn(self.api, self.bot, self._context.database)
        except TelegramError as error:
            raise ChannelUnavailable(error.message) from None
        return f"https://t.me/{name}?start={token}"

    async def check(self, *, fix: bool) -> Sequence[Finding]:
        """Token, webhook, secret, delivery, commands and menu."""
        wanted = self._wanted()
        await self._connect()
        try:
            findings = await setup.inspect(self.api, wanted, self._context.clock())
            if fix and not all(finding.right for finding in findings):
                await setup.repair(self.api, wanted, findings)
                findings = await setup.inspect(self.api, wanted, self._context.clock())
        except TelegramError as error:
            raise ChannelUnavailable(error.message) from None
        return findings

    def parse(self, payload: Mapping[str, Any]) -> Incoming | None:
        """Parse one raw update; None for kinds that are not used."""
        return self._reader.read(payload)

    async def acknowledge(self, incoming: Incoming) -> None:
        """Stop the spinner on a tapped button. A failure is harmless."""
        if not incoming.callback_ref:
            return
        with suppress(TelegramError):
            await self.api.answer_callback_query(
                incoming.callback_ref, read_timeout=ACKNOWLEDGE_SECONDS
            )

    async def send(self, address: str, message: Outgoing) -> str:
        """Send a new message, in pieces when it is too long; returns the id of the last piece.

        Raises DeliveryError. With a piece delivered already, a failure that would else allow
        another try is Unknown: the citizen must not get the beginning twice.
        """
        markup = markup_of(message.buttons)
        *pieces, last = split_text(message.beside_buttons, MAX_UNITS)
        for number, piece in enumerate(pieces):
            await self._send(address, piece, None, continued=number > 0)
        return await self._send(address, last, markup, continued=bool(pieces))

    async def edit(self, address: str, reference: str, message: Outgoing) -> None:
        """Replace an earlier message by `message`; no change at all is a success.

        Raises DeliveryError, CannotEdit.
        """
        markup = markup_of(message.buttons)
        (text, *further) = split_text(message.beside_buttons, MAX_UNITS)
        if further or isinstance(markup, ReplyKeyboardMarkup):
            raise CannotEdit("too long, or buttons that only a new message can have")
        try:
            await self.api.edit_message_text(
                text,
                chat_id=int(address),
                message_id=int(reference),
                reply_markup=markup,
                link_preview_options=NO_PREVIEW,
            )
        except TelegramError as error:
            if not is_unchanged(error):
                raise edit_outcome(error) from error

    def _wanted(self) -> setup.Wanted:
        return setup.wanted_from(self._context.settings, self._context.texts)

    async def _connect(self) -> None:
        """Connect once; a second call does nothing."""
        await self.api.request.initialize()

    async def _send(
        self, address: str, text: str, markup: Markup | None, *, continued: bool
    ) -> str:
        try:
            sent = await self.api.send_message(
                int(address), text, reply_markup=markup, link_preview_options=NO_PREVIEW
            )
        except TelegramError as error:
            failure = outcome(error, to_group=address.startswith("-"))
            if continued and isinstance(failure, TryLater | SlowDown):
                failure = Unknown(f"only the beginning was sent: {failure.reason}")
            raise failure from error
        return str(sent.message_id)


def make_api_from(settings: Settings) -> Bot:
    """Make the library's bot, not connected. Raises Refusal `telegram.token_shape`."""
    token = settings.telegram_token.get_secret_value().strip() if settings.telegram_token else ""
    if not TOKEN.fullmatch(token):
        raise Refusal("telegram.token_shape")
    proxy = settings.telegram_proxy
    request = AiohttpRequest(proxy=proxy.get_secret_value() if proxy else None)
    return make_api(token, settings.telegram_api_base, request)


def make_api(token: str, api_base: str, request: AiohttpRequest) -> Bot:
    """Make the library's bot over our transport, at the root address `api_base`."""
    return Bot(
        token,
        base_url=f"{api_base}/bot",
        base_file_url=f"{api_base}/file/bot",
        request=request,
        get_updates_request=request,
    )


def bot_number(token: str) -> str:
    """The bot's id, which is the open part of its token."""
    return token.partition(":")[0]


def markup_of(rows: Sequence[Sequence[Button]]) -> Markup | None:
    """The buttons as Telegram shows them: under the message, or, if one of them asks for the
    phone number, in place of the keyboard. Raises Rejected for data that Telegram refuses.
    """
    if not any(rows):
        return None
    if any(button.asks_contact for row in rows for button in row):
        return ReplyKeyboardMarkup(_rows(rows, _key), resize_keyboard=True, one_time_keyboard=True)
    return InlineKeyboardMarkup(_rows(rows, _inline))


def _rows(rows: Sequence[Sequence[Button]], draw: Callable[[Button], B]) -> list[list[B]]:
    return [[draw(button) for button in row] for row in rows if row]


def _key(button: Button) -> KeyboardButton:
    return KeyboardButton(button.label, request_contact=button.asks_contact or None)


def _inline(button: Button) -> InlineKeyboardButton:
    if button.url:
        return InlineKeyboardButton(button.label, url=button.url)
    if not button.data.isascii() or not 1 <= len(button.data) <= MAX_DATA_BYTES:
        raise Rejected(f"button data is not 1 to {MAX_DATA_BYTES} ASCII bytes: {button.data!r}")
    return InlineKeyboardButton(button.label, callback_data=button.data)
