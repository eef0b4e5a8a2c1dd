"""One Telegram bot as a channel: a message to send, a message to edit, a tap to acknowledge."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    LinkPreviewOptions,
    ReplyKeyboardMarkup,
)
from telegram.error import TelegramError

from bot.channels.base import CannotEdit, Limits, Rejected, SlowDown, TryLater, Unknown
from bot.channels.telegram.failures import edit_outcome, is_unchanged, outcome
from bot.channels.telegram.parse import NAME, Reader
from bot.channels.telegram.text import split_text
from bot.channels.telegram.transport import AiohttpRequest
from bot.messages import Button, Incoming, Outgoing
from bot.settings import Settings
from surveys.errors import Refusal

TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
MAX_DATA_BYTES = 64
PER_CHAT_SECOND = 1.0
CHAT_BURST = 3
ACKNOWLEDGE_SECONDS = 5.0

B = TypeVar("B")
Markup = InlineKeyboardMarkup | ReplyKeyboardMarkup
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class TelegramChannel:
    """One bot. `api` has to be started (`start`) before the first message."""

    name = NAME
    edits_in_place = True
    acknowledges_apart = True

    def __init__(self, api: Bot, *, per_second: float) -> None:
        self.api = api
        self.bot = bot_number(api.token)
        self.limits = Limits(
            per_second=per_second, per_chat_second=PER_CHAT_SECOND, chat_burst=CHAT_BURST
        )
        self._reader = Reader(bot=self.bot)

    async def start(self) -> None:
        """Open the connections, without asking Telegram anything yet."""
        await self.api.request.initialize()

    async def close(self) -> None:
        """Let go of connections."""
        await self.api.request.shutdown()

    def parse(self, payload: Mapping[str, Any]) -> Incoming | None:
        """Read one raw update; None for kinds that we do not use."""
        return self._reader.read(payload)

    async def acknowledge(self, incoming: Incoming) -> None:
        """Stop the spinner on a tapped button. Too late or not at all is no harm."""
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
        *pieces, last = split_text(message.beside_buttons)
        for number, piece in enumerate(pieces):
            await self._send(address, piece, None, continued=number > 0)
        return await self._send(address, last, markup, continued=bool(pieces))

    async def edit(self, address: str, reference: str, message: Outgoing) -> None:
        """Let `message` take the place of an earlier one; no change at all is a success.

        Raises DeliveryError, CannotEdit.
        """
        markup = markup_of(message.buttons)
        (text, *further) = split_text(message.beside_buttons)
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


def open_channel(settings: Settings) -> TelegramChannel:
    """The channel that the settings describe, not started yet.

    Raises Refusal `telegram.no_token` or `telegram.token_shape`.
    """
    token = settings.telegram_token.get_secret_value().strip() if settings.telegram_token else ""
    if not token:
        raise Refusal("telegram.no_token")
    if not TOKEN.fullmatch(token):
        raise Refusal("telegram.token_shape")
    proxy = settings.telegram_proxy
    request = AiohttpRequest(proxy=proxy.get_secret_value() if proxy else None)
    api = make_api(token, settings.telegram_api_base, request)
    return TelegramChannel(api, per_second=settings.telegram_per_second)


def make_api(token: str, api_base: str, request: AiohttpRequest) -> Bot:
    """The library's bot over our transport, at the root address `api_base`."""
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
    """The buttons as Telegram draws them: under the message, or, when one of them asks for the
    phone number, in place of the keyboard. Raises Rejected for data that Telegram would refuse.
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
