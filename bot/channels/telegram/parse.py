"""Parses a raw Telegram update into what a citizen did.

Only the fields in use are read. The library's own parser raises if any part of an update, such as
a quoted poll, is newer or older than the library.
"""

import unicodedata
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from telegram.constants import ChatMemberStatus, ChatType, MessageEntityType, UpdateType

from bot.channels.telegram import NAME
from bot.messages import Incoming, IncomingKind
from surveys.spelling import storable

ALLOWED_UPDATES = (
    UpdateType.MESSAGE,
    UpdateType.EDITED_MESSAGE,
    UpdateType.CALLBACK_QUERY,
    UpdateType.MY_CHAT_MEMBER,
)
"""The kinds of update we ask for; the reader reads these and no others."""
ATTACHMENTS = frozenset(
    {
        "animation", "audio", "dice", "document", "location", "photo", "poll", "sticker", "story",
        "venue", "video", "video_note", "voice",
    }
)  # fmt: skip
ADDRESSED = frozenset({MessageEntityType.BOT_COMMAND, MessageEntityType.MENTION})
GONE = frozenset({ChatMemberStatus.BANNED, ChatMemberStatus.LEFT})
START = "/start"


class _Part(BaseModel):
    # The input stays out of the errors: it is a citizen's words.
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class _User(_Part):
    id: int
    is_bot: bool = False
    language_code: str = ""


class _Chat(_Part):
    id: int
    type: str

    @property
    def private(self) -> bool:
        return self.type == ChatType.PRIVATE


class _Contact(_Part):
    phone_number: str
    user_id: int | None = None


class _Entity(_Part):
    type: str


class _Message(_Part):
    message_id: int
    chat: _Chat
    sender: _User | None = Field(default=None, alias="from")
    text: str | None = None
    caption: str = ""
    contact: _Contact | None = None
    entities: tuple[_Entity, ...] = ()
    forward_origin: object = None
    via_bot: object = None

    @property
    def is_own(self) -> bool:
        """Whether its sender made it, rather than passed it on or had a bot make it."""
        return self.forward_origin is None and self.via_bot is None


class _Tap(_Part):
    id: str
    sender: _User = Field(alias="from")
    message: _Message | None = None
    data: str = ""


class _Member(_Part):
    status: str


class _Standing(_Part):
    chat: _Chat
    sender: _User = Field(alias="from")
    new_chat_member: _Member


class _Update(_Part):
    message: _Message | None = None
    edited_message: _Message | None = None
    callback_query: _Tap | None = None
    my_chat_member: _Standing | None = None


def chat_of(payload: Mapping[str, Any]) -> str:
    """The address of the chat that a raw update belongs to, without reading the rest of it.

    Updates of one address are handled in order. Empty for kinds that are not used.
    """
    for kind in ALLOWED_UPDATES:
        body = payload.get(kind)
        if isinstance(body, Mapping):
            message = body.get("message") if kind == UpdateType.CALLBACK_QUERY else body
            chat = (message or {}).get("chat") or body.get("from") or {}
            return str(chat.get("id", ""))
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Parses the updates of one bot."""

    bot: str

    def read(self, payload: Mapping[str, Any]) -> Incoming | None:
        """Parse an update; None for kinds that are not used.

        Raises ValueError for anything that is not a Telegram update.
        """
        update = _Update.model_validate(payload)
        if update.callback_query:
            return self._tap(update.callback_query)
        if update.my_chat_member:
            return self._standing(update.my_chat_member)
        if update.edited_message:
            return self._edited(update.edited_message)
        if update.message:
            return self._message(update.message, payload["message"].keys())
        return None

    def _message(self, message: _Message, fields: Set[str]) -> Incoming | None:
        if message.sender is None or message.sender.is_bot:
            return None
        if not message.chat.private:
            return self._group(message)
        if message.contact:
            return self._contact(message, message.contact)
        if message.text is not None:
            return self._text(message, message.text)
        if ATTACHMENTS & fields:
            return self._incoming(message, IncomingKind.OTHER, message.caption)
        return None

    def _text(self, message: _Message, text: str) -> Incoming:
        command, _, argument = text.partition(" ")
        if command == START:
            return self._incoming(message, IncomingKind.START, argument.strip())
        if command.startswith("/"):
            text = f"{command.partition('@')[0]} {argument}".rstrip()
        return self._incoming(message, IncomingKind.TEXT, text)

    def _edited(self, message: _Message) -> Incoming | None:
        if not message.chat.private or message.text is None:
            return None
        return self._incoming(message, IncomingKind.EDITED, message.text)

    def _contact(self, message: _Message, contact: _Contact) -> Incoming:
        own = message.is_own and message.sender and contact.user_id == message.sender.id
        if not own:
            return self._incoming(message, IncomingKind.FOREIGN_CONTACT)
        return self._incoming(message, IncomingKind.CONTACT, contact.phone_number)

    def _group(self, message: _Message) -> Incoming | None:
        """A group message addressed to the bot: a command or a mention."""
        addressed = ADDRESSED & {entity.type for entity in message.entities}
        return self._incoming(message, IncomingKind.GROUP) if addressed else None

    def _standing(self, change: _Standing) -> Incoming | None:
        if not change.chat.private:
            return None
        gone = change.new_chat_member.status in GONE
        kind = IncomingKind.BLOCKED if gone else IncomingKind.UNBLOCKED
        return self._made(change.chat, change.sender, kind)

    def _tap(self, tap: _Tap) -> Incoming | None:
        if tap.message is None or not tap.message.chat.private:
            return None
        return replace(
            self._made(tap.message.chat, tap.sender, IncomingKind.TAP),
            data=tap.data,
            message_ref=str(tap.message.message_id),
            callback_ref=tap.id,
        )

    def _incoming(self, message: _Message, kind: IncomingKind, text: str = "") -> Incoming:
        return replace(
            self._made(message.chat, message.sender, kind),
            text=_clean(text),
            message_ref=str(message.message_id),
        )

    def _made(self, chat: _Chat, sender: _User | None, kind: IncomingKind) -> Incoming:
        return Incoming(
            channel=NAME,
            bot=self.bot,
            address=str(chat.id),
            kind=kind,
            language=sender.language_code.partition("-")[0] if sender else "",
        )


def _clean(text: str) -> str:
    """Normalize to NFC, without what databases refuse: half a surrogate pair, NUL."""
    return unicodedata.normalize("NFC", storable(text))
