"""What the fake knows: one bot, its chats and messages, the taps, the files, the settings."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tests.fakes.telegram.bell import Bell
from tests.fakes.telegram.keyboards import Rows
from tests.fakes.telegram.limits import Limits, Meter
from tests.fakes.telegram.refusals import ApiError, bad, forbidden
from tests.fakes.telegram.text import Entity
from tests.fakes.telegram.updates import Updates

TOKEN = "1234567890:AAFakeTokenForTestsOnly_0123456789abc"


class Standing(StrEnum):
    """The relation of a person to the bot."""

    STRANGER = "stranger"
    """Has never opened the chat."""
    MEMBER = "member"
    BLOCKED = "blocked"
    DEACTIVATED = "deactivated"


@dataclass(slots=True)
class Chat:
    """A private chat (its id is the person's) or a group."""

    id: int
    title: str
    language: str = "vi"
    private: bool = True
    standing: Standing = Standing.STRANGER

    def as_json(self) -> dict[str, Any]:
        """The Bot API's Chat."""
        if self.private:
            return {"id": self.id, "type": "private", "first_name": self.title}
        return {"id": self.id, "type": "group", "title": self.title}

    def user(self) -> dict[str, Any]:
        """The Bot API's User, for the person of a private chat."""
        return {
            "id": self.id,
            "is_bot": False,
            "first_name": self.title,
            "language_code": self.language,
        }


@dataclass(slots=True, kw_only=True)
class Message:
    """A message as it is now; `at` is monotonic, `date` Unix time, both in seconds."""

    id: int
    chat: Chat
    sender: dict[str, Any]
    text: str
    at: float
    date: int
    entities: list[Entity] = field(default_factory=list)
    rows: Rows = field(default_factory=list)
    keyboard: Rows = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    edits: int = 0
    deleted: bool = False

    @property
    def buttons(self) -> list[dict[str, Any]]:
        """Every button under it, inline ones first."""
        return [button for row in (*self.rows, *self.keyboard) for button in row]

    @property
    def labels(self) -> list[str]:
        """What the buttons say."""
        return [button["text"] for button in self.buttons]

    @property
    def from_bot(self) -> bool:
        """Whether the bot sent it."""
        return bool(self.sender["is_bot"])

    def as_json(self) -> dict[str, Any]:
        """The Bot API's Message."""
        body = {
            "message_id": self.id,
            "from": self.sender,
            "chat": self.chat.as_json(),
            "date": self.date,
            **self.extra,
        }
        optional = {
            "caption" if "document" in body or "photo" in body else "text": self.text,
            "entities": self.entities,
            "edit_date": self.date + 1 if self.edits else None,
            "reply_markup": {"inline_keyboard": self.rows} if self.rows else None,
        }
        return body | {name: value for name, value in optional.items() if value}


@dataclass(slots=True, kw_only=True)
class Tap:
    """A tap on an inline button, and what the bot answered to it."""

    id: str
    person: int
    data: str
    at: float
    answered: bool = False
    toast: str = ""


@dataclass(slots=True, repr=False)
class State:
    """Everything the fake remembers; `edit_age` and `tap_age` are seconds, None never too old."""

    token: str = TOKEN
    username: str = "motcua_fake_bot"
    allow_loopback: bool = True
    edit_age: float | None = 48 * 3600.0
    tap_age: float = 15.0
    bell: Bell = field(default_factory=Bell)
    meter: Meter = field(default_factory=lambda: Meter(Limits()))
    chats: dict[int, Chat] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    by_chat: dict[int, list[Message]] = field(default_factory=dict)
    taps: dict[str, Tap] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[dict[str, str]]] = field(default_factory=dict)
    menus: dict[int | None, dict[str, Any]] = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic
    last_message: int = 0
    updates: Updates = field(init=False)

    def __post_init__(self) -> None:
        self.updates = Updates(self.bell)

    @property
    def me(self) -> dict[str, Any]:
        """The bot as a User."""
        return {
            "id": int(self.token.split(":")[0]),
            "is_bot": True,
            "first_name": "Motcua",
            "username": self.username,
        }

    def chat(self, chat_id: str) -> Chat:
        """The chat the bot may write to; raises ApiError 400 or 403."""
        if not chat_id:
            raise bad("chat_id is empty")
        found = self.chats.get(int(chat_id)) if chat_id.lstrip("-").isdigit() else None
        if found is None:
            raise bad("chat not found")
        if refusal := refusal_of(found.standing):
            raise refusal
        return found

    def add(self, chat: Chat, sender: dict[str, Any], text: str, **more: Any) -> Message:  # noqa: ANN401
        """A new message in a chat."""
        self.last_message += 1
        message = Message(
            id=self.last_message,
            chat=chat,
            sender=sender,
            text=text,
            at=self.clock(),
            date=int(time.time()),
            **more,
        )
        self.messages[message.id] = message
        self.by_chat.setdefault(chat.id, []).append(message)
        return message

    def too_old(self, message: Message) -> bool:
        """Whether the bot may no longer edit it."""
        return self.edit_age is not None and self.clock() - message.at > self.edit_age


def refusal_of(standing: Standing) -> ApiError | None:
    """Why the bot may not write to a person with this standing."""
    reasons = {
        Standing.STRANGER: "bot can't initiate conversation with a user",
        Standing.BLOCKED: "bot was blocked by the user",
        Standing.DEACTIVATED: "user is deactivated",
    }
    return forbidden(reasons[standing]) if standing in reasons else None
