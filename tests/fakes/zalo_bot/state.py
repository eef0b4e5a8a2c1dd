"""What the fake knows: one bot, the people who wrote to it, and what they see."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from typing import Any

from tests.fakes.telegram.bell import Bell

TOKEN = "2468013579:fake-token-of-a-zalo-bot"


class Shape(StrEnum):
    """How an update is posted."""

    OFFICIAL = "official"
    """`{"ok": true, "result": {"event_name", "message"}}`, as the official page shows it."""
    BARE = "bare"
    """`{"event_name", "message"}`, as some live servers post it."""


@dataclass(slots=True, kw_only=True)
class Update:
    """One event and what became of it."""

    number: int
    event: dict[str, Any]
    posts: int = 0
    taken: bool = False

    def body(self, shape: Shape) -> dict[str, Any]:
        """As it is posted."""
        return self.event if shape is Shape.BARE else {"ok": True, "result": self.event}


@dataclass(slots=True, kw_only=True)
class Webhook:
    """Where to post, and with which secret."""

    url: str
    secret: str


@dataclass(slots=True, kw_only=True)
class State:
    """Everything the fake remembers. `user_cap` and `message_cap` are those of the plan."""

    token: str = TOKEN
    shape: Shape = Shape.OFFICIAL
    speaks_http: bool = False
    """Whether a refusal's code is the HTTP status and missing from the body, and a bot without a
    webhook has none to tell of: people who tried met both forms."""
    replays: bool = False
    """Whether polls bring everything again and again, as somebody met it."""
    refuses_polls: bool = False
    """Whether a poll is refused while a webhook is set, instead of silent."""
    user_cap: int = 50
    message_cap: int = 3_000
    bell: Bell = field(default_factory=Bell)
    people: dict[str, "Person"] = field(default_factory=dict)
    webhook: Webhook | None = None
    updates: list[Update] = field(default_factory=list)
    waiting: deque[Update] = field(default_factory=deque)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    sent: int = 0
    numbers: Any = field(default_factory=lambda: count(1))

    def writers(self) -> int:
        """The people who have written."""
        return sum(person.has_written for person in self.people.values())

    def add(self, event: dict[str, Any]) -> Update:
        """Queue an event, for a poll or for the webhook."""
        update = Update(number=next(self.numbers), event=event)
        self.updates.append(update)
        self.waiting.append(update)
        self.arrived.set()
        return update


@dataclass(slots=True, kw_only=True)
class Person:
    """One person in a private chat with the bot."""

    state: State
    id: str
    name: str
    has_written: bool = False
    has_blocked: bool = False
    received: list[str] = field(default_factory=list)
    screen: list[str] = field(default_factory=list)

    async def types(self, text: str, *, message_id: str = "") -> Update | None:
        """Send a text; None when the bot has its 50 people and this would be another."""
        return self._sends("message.text.received", message_id, text=text)

    async def opens(self, token: str = "") -> Update | None:
        """There is no deep link: the token of a link is pasted, or the chat is greeted."""
        return await self.types(f"/start {token}".rstrip())

    async def chooses(self, label: str) -> Update | None:
        """Type the number that stands before these words in the latest message with them."""
        for text in reversed(self.received):
            for line in text.splitlines():
                number, _, words = line.partition(". ")
                if number.strip().isdigit() and words.strip().startswith(label):
                    return await self.types(number.strip())
        raise LookupError(f"no choice “{label}”; the screen:\n{self.picture()}")

    async def sends_sticker(self) -> Update | None:
        """Something without text."""
        return self._sends("message.sticker.received", "", sticker="bfe458bf64fa8da4d4eb")

    async def sends_photo(self, caption: str = "") -> Update | None:
        """A picture, perhaps with words under it."""
        return self._sends("message.image.received", "", photo="https://x", caption=caption)

    async def is_protected(self) -> Update | None:
        """Write as somebody whose content Zalo withholds: no text and no message id."""
        update = self._sends("message.unsupported.received", "")
        if update is not None:
            del update.event["message"]["message_id"]
        return update

    async def blocks(self) -> None:
        """Block the bot; it is not told."""
        self.has_blocked = True

    async def sees(self, text: str, seconds: float = 10.0) -> str:
        """Wait until a message of the bot has this text; returns it.

        Raises AssertionError with the whole screen when it does not come.
        """
        await self._wait(lambda: self._showing(text) is not None, f"“{text}”", seconds)
        return self._showing(text) or ""

    async def sees_messages(self, number: int, seconds: float = 10.0) -> list[str]:
        """Wait until the bot has sent this many messages."""
        await self._wait(lambda: len(self.received) >= number, f"{number} messages", seconds)
        return self.received

    def hears(self, text: str) -> None:
        """A message of the bot has arrived."""
        self.received.append(text)
        self.screen.append(f"< {text}")
        self.state.bell.ring()

    def picture(self) -> str:
        """The screen as text."""
        return "\n".join(self.screen)

    async def _wait(self, condition: Callable[[], bool], what: str, seconds: float) -> None:
        try:
            await self.state.bell.until(condition, seconds)
        except TimeoutError:
            raise AssertionError(f"{what} did not come; the screen:\n{self.picture()}") from None

    def _showing(self, text: str) -> str | None:
        return next((one for one in reversed(self.received) if text in one), None)

    def _sends(self, event_name: str, message_id: str, **content: str) -> Update | None:
        if not self.has_written and self.state.writers() >= self.state.user_cap:
            return None
        self.has_written, self.has_blocked = True, False
        message = {
            "from": {"id": self.id, "display_name": self.name, "is_bot": False},
            "chat": {"id": self.id, "chat_type": "PRIVATE"},
            "message_id": message_id or f"{next(self.state.numbers):020x}",
            "date": int(time.time() * 1_000),
            **content,
        }
        self.screen.append(f"> {content.get('text', event_name)}")
        return self.state.add({"event_name": event_name, "message": message})
