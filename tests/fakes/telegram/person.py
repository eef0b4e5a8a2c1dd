"""A person with a phone, and a group of them: what they do to the bot and what they see."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.telegram.state import Chat, Message, Standing, State, Tap
from tests.fakes.telegram.text import MAX_TEXT, utf16_length
from tests.fakes.telegram.updates import Queued


@dataclass(slots=True)
class Person:
    """One person in a private chat with the bot.

    What the person does returns the queued update, or None where the bot asked not to hear of it.
    """

    state: State
    chat: Chat
    taps_made: list[Tap] = field(default_factory=list)

    @property
    def id(self) -> int:
        """The person's id, and the chat's."""
        return self.chat.id

    @property
    def screen(self) -> list[Message]:
        """The chat as it is now, oldest message first."""
        return [message for message in self.state.by_chat.get(self.id, []) if not message.deleted]

    @property
    def received(self) -> list[Message]:
        """The bot's messages among them."""
        return [message for message in self.screen if message.from_bot]

    @property
    def toasts(self) -> list[str]:
        """What the bot answered to the taps, in order; empty for a plain answer."""
        return [tap.toast for tap in self.taps_made if tap.answered]

    async def types(self, text: str) -> Queued | None:
        """Send a text; a long one leaves as several messages, as from a phone."""
        update = None
        for piece in _pieces(text):
            extra = {"entities": _commands(piece)} if piece.startswith("/") else {}
            update = self._sends(piece, **extra)
        return update

    async def opens(self, token: str = "") -> Queued | None:
        """Follow a link of the bot and press Start."""
        await self.unblocks()
        return await self.types(f"/start {token}".rstrip())

    async def taps(
        self, button: str, message: Message | None = None, *, stale: bool = False
    ) -> Queued | None:
        """Tap the button of that label or data, the newest first.

        A keyboard button sends its label or the phone number. With `stale` the screen has not
        caught up yet: `button` is the data of a button that `message` no longer has.
        """
        if stale and message is not None:
            return self._tapped(message, button)
        found, pressed = self._button(button, message)
        if "callback_data" in pressed:
            return self._tapped(found, pressed["callback_data"])
        if pressed.get("request_contact"):
            return await self.shares_contact()
        return await self.types(pressed["text"])

    async def edits(self, text: str, message: Message | None = None) -> Queued | None:
        """Change an own message (the last one)."""
        own = [one for one in self.screen if not one.from_bot]
        target = message or own[-1]
        target.text = text
        target.edits += 1
        return self.state.updates.add(self.id, "edited_message", target.as_json())

    async def deletes(self, message: Message) -> None:
        """Delete a message on both sides; bots are not told."""
        message.deleted = True

    async def shares_contact(
        self, phone: str = "+84987654321", *, own: bool = True, known: bool = True
    ) -> Queued | None:
        """Share a phone number: one's own, a friend's, or (not `known`) one without account."""
        contact: dict[str, Any] = {"phone_number": phone, "first_name": self.chat.title}
        if own or known:
            contact["user_id"] = self.id if own else self.id + 1
        return self._sends("", contact=contact)

    async def sends_sticker(self) -> Queued | None:
        """Send something that is not text."""
        size = {"width": 512, "height": 512, "is_animated": False, "is_video": False}
        ids = {"file_id": "STICKER", "file_unique_id": "STICKER", "type": "regular"}
        return self._sends("", sticker=ids | size)

    async def blocks(self) -> Queued | None:
        """Block the bot."""
        return self._stands(Standing.BLOCKED)

    async def unblocks(self) -> Queued | None:
        """Take the bot back, or open its chat for the first time (of which it is not told)."""
        if self.chat.standing is Standing.STRANGER:
            self.chat.standing = Standing.MEMBER
        if self.chat.standing is Standing.MEMBER:
            return None
        return self._stands(Standing.MEMBER)

    def deactivates(self) -> None:
        """Delete the account."""
        self.chat.standing = Standing.DEACTIVATED

    async def sees(self, text: str, seconds: float = 10.0) -> Message:
        """Wait until a message of the bot, or one of its buttons, has this text; returns it.

        Raises AssertionError with the whole screen when it does not come.
        """
        await self._wait(lambda: self._showing(text) is not None, f"“{text}”", seconds)
        found = self._showing(text)
        assert found is not None
        return found

    async def sees_messages(self, count: int, seconds: float = 10.0) -> list[Message]:
        """Wait until the bot has sent this many messages; raises AssertionError with the screen."""
        await self._wait(lambda: len(self.received) >= count, f"{count} messages", seconds)
        return self.received

    async def _wait(self, condition: Callable[[], bool], what: str, seconds: float) -> None:
        try:
            await self.state.bell.until(condition, seconds)
        except TimeoutError:
            raise AssertionError(f"{what} did not come; the screen:\n{self.picture()}") from None

    def picture(self) -> str:
        """The screen as text."""
        lines = []
        for message in self.screen:
            buttons = " ".join(f"[{label}]" for label in message.labels)
            lines.append(f"{'<' if message.from_bot else '>'} {message.text} {buttons}".rstrip())
        return "\n".join(lines)

    def _showing(self, text: str) -> Message | None:
        for message in reversed(self.received):
            if text in message.text or text in message.labels:
                return message
        return None

    def _button(self, wanted: str, within: Message | None) -> tuple[Message, dict[str, Any]]:
        for message in [within] if within else reversed(self.received):
            for button in message.buttons:
                if wanted in {button["text"], button.get("callback_data")}:
                    return message, button
        raise LookupError(f"no button “{wanted}”; the screen:\n{self.picture()}")

    def _tapped(self, message: Message, data: str) -> Queued | None:
        number = len(self.state.taps) + 1
        tap = Tap(id=f"{self.id}{number:07}", person=self.id, data=data, at=self.state.clock())
        self.state.taps[tap.id] = tap
        self.taps_made.append(tap)
        gone = message.deleted or self.state.too_old(message)
        shown = (
            {"message_id": message.id, "chat": self.chat.as_json(), "date": 0}
            if gone
            else message.as_json()
        )
        body = {
            "id": tap.id,
            "from": self.chat.user(),
            "message": shown,
            "chat_instance": str(-self.id),
            "data": data,
        }
        return self.state.updates.add(self.id, "callback_query", body)

    def _sends(self, text: str, **extra: Any) -> Queued | None:  # noqa: ANN401
        message = self.state.add(self.chat, self.chat.user(), text, extra=extra)
        return self.state.updates.add(self.id, "message", message.as_json())

    def _stands(self, standing: Standing) -> Queued | None:
        words = {Standing.BLOCKED: "kicked", Standing.MEMBER: "member"}
        old, self.chat.standing = self.chat.standing, standing
        if old is standing:
            return None
        body = {
            "chat": self.chat.as_json(),
            "from": self.chat.user(),
            "date": int(time.time()),
            "old_chat_member": _member(self.state, words.get(old, "kicked")),
            "new_chat_member": _member(self.state, words[standing]),
        }
        return self.state.updates.add(self.id, "my_chat_member", body)


@dataclass(slots=True)
class Group:
    """A group chat that the bot is in."""

    state: State
    chat: Chat

    async def says(self, person: Person, text: str) -> Queued | None:
        """Somebody writes in the group."""
        extra = {"entities": _commands(text)} if text.startswith("/") else {}
        message = self.state.add(self.chat, person.chat.user(), text, extra=extra)
        return self.state.updates.add(self.chat.id, "message", message.as_json())

    @property
    def received(self) -> list[Message]:
        """What the bot has said there."""
        return [one for one in self.state.by_chat.get(self.chat.id, []) if one.from_bot]


def _member(state: State, status: str) -> dict[str, Any]:
    extra = {"until_date": 0} if status == "kicked" else {}
    return {"user": state.me, "status": status, **extra}


def _commands(text: str) -> list[dict[str, Any]]:
    return [{"type": "bot_command", "offset": 0, "length": utf16_length(text.split()[0])}]


def _pieces(text: str) -> list[str]:
    pieces, piece = [], ""
    for char in text:
        if utf16_length(piece) + utf16_length(char) > MAX_TEXT:
            pieces.append(piece)
            piece = ""
        piece += char
    return [*pieces, piece]
