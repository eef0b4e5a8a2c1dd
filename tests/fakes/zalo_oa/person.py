"""A citizen with Zalo on the phone: types, taps, shares the number, follows, and reads."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.fakes.zalo_oa.state import APP_ID, OA_ID, Citizen, Message, State
from tests.fakes.zalo_oa.webhook import Posted, Sender


@dataclass(slots=True)
class Person:
    """One person in the chat of the Official Account."""

    state: State
    sender: Sender
    citizen: Citizen

    @property
    def id(self) -> str:
        """The person's id at this account."""
        return self.citizen.id

    @property
    def received(self) -> list[Message]:
        """What the account sent, oldest first."""
        return self.state.sent_to(self.id)

    async def types(self, text: str) -> Posted:
        """Send a text."""
        return self._says("user_send_text", text)

    async def opens(self, token: str = "") -> Posted:
        """Type the link of a page; Zalo has no link that carries a token into a chat."""
        return await self.types(f"https://motcua.example/#{token}" if token else "xin chào")

    async def taps(self, button: str, message: Message | None = None) -> Posted | None:
        """Tap a button, the newest first; its payload arrives as a text."""
        for one in [message] if message else reversed(self.received):
            for found in one.buttons:
                if button in {found["title"], found.get("payload")}:
                    return await self.types(str(found["payload"]))
        raise LookupError(f"no button “{button}”; the screen:\n{self.picture()}")

    async def shares_phone(self, phone: str = "84987654321") -> Posted:
        """Fill in the form that asks for name and phone."""
        info = {"name": self.citizen.name, "phone": phone, "gender": "Nữ"}
        return self._event("user_submit_info", info=info)

    async def sends(self, kind: str, text: str = "", **payload: Any) -> Posted:  # noqa: ANN401
        """Send something that is no text: image, sticker, link …"""
        attachments = [{"type": kind, "payload": payload}]
        return self._says(f"user_send_{kind}", text, attachments=attachments)

    async def follows(self) -> Posted:
        """Press Quan tâm."""
        self.citizen.follows, self.citizen.blocked = True, False
        self.citizen.last = self.state.clock()
        return self._managed("follow")

    async def unfollows(self) -> Posted:
        """Press Bỏ quan tâm."""
        self.citizen.follows = False
        return self._managed("unfollow")

    async def sees(self, text: str, seconds: float = 10.0) -> Message:
        """Wait for a message of the account with this text or a button of this label."""
        await self._wait(lambda: self._showing(text) is not None, f"“{text}”", seconds)
        found = self._showing(text)
        assert found is not None
        return found

    async def sees_messages(self, count: int, seconds: float = 10.0) -> list[Message]:
        """Wait until the account has sent this many messages."""
        await self._wait(lambda: len(self.received) >= count, f"{count} messages", seconds)
        return self.received

    def picture(self) -> str:
        """The chat as text."""
        said = [one for one in self.state.messages if one.citizen == self.id]
        return "\n".join(
            f"{'<' if one.from_oa else '>'} {one.text} {one.labels or ''}".rstrip() for one in said
        )

    async def _wait(self, condition: Callable[[], bool], what: str, seconds: float) -> None:
        try:
            await self.state.bell.until(condition, seconds)
        except TimeoutError:
            raise AssertionError(f"{what} did not come; the screen:\n{self.picture()}") from None

    def _showing(self, text: str) -> Message | None:
        for message in reversed(self.received):
            if text in message.text or text in message.labels:
                return message
        return None

    def _says(self, name: str, text: str, **more: Any) -> Posted:  # noqa: ANN401
        self.citizen.last = self.state.clock()
        message = Message(
            id=self.state.new_id(),
            citizen=self.id,
            text=text,
            at=self.state.clock(),
            from_oa=False,
        )
        self.state.messages.append(message)
        return self._event(name, message={"text": text, "msg_id": message.id, **more})

    def _event(self, name: str, **more: Any) -> Posted:  # noqa: ANN401
        self.citizen.last = self.state.clock()
        body = {
            "app_id": APP_ID,
            "sender": {"id": self.id},
            "recipient": {"id": OA_ID},
            "user_id_by_app": f"9{self.id}",
            "event_name": name,
            **more,
            "timestamp": self._now(),
        }
        return self.sender.add(self.id, body)

    def _managed(self, name: str) -> Posted:
        body = {
            "oa_id": OA_ID,
            "follower": {"id": self.id},
            "user_id_by_app": f"9{self.id}",
            "event_name": name,
            "source": "oa_profile",
            "app_id": APP_ID,
            "timestamp": self._now(),
        }
        return self.sender.add(self.id, body)

    def _now(self) -> str:
        return str(int(self.state.clock() * 1_000))
