"""A channel in memory: hears what it is told to hear, and fails as it is told to fail."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.channels.base import Channel, Limits, Traits
from bot.messages import Incoming, IncomingKind, Outgoing

EDITING = Traits(edits_in_place=True)
UNLIMITED = Limits(per_second=float("inf"), per_chat_second=float("inf"), chat_burst=1)


@dataclass(frozen=True, slots=True)
class Heard:
    """One request that arrived: `reference` is the edited message, or empty; `at` loop time."""

    address: str
    text: str
    reference: str
    at: float


@dataclass(slots=True, kw_only=True)
class FakeChannel(Channel):
    """One bot. `faults[address]` holds what the next requests to that chat end with: an exception
    is raised (after the request was heard), seconds are waited."""

    name: str = "fake"
    bot: str = "main"
    limits: Limits = UNLIMITED
    traits: Traits = EDITING
    heard: list[Heard] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    faults: defaultdict[str, deque[Exception | float]] = field(
        default_factory=lambda: defaultdict(deque)
    )

    def parse(self, payload: Mapping[str, Any]) -> Incoming | None:
        """`{"chat": …, "text": …}`, or `"data"` of a tapped button; `"at"`: when, in seconds. A
        payload without a chat is a kind that we do not use."""
        if "chat" not in payload:
            return None
        return Incoming(
            channel=self.name,
            bot=self.bot,
            address=payload["chat"],
            kind=IncomingKind.TAP if "data" in payload else IncomingKind.TEXT,
            text=payload.get("text", ""),
            data=payload.get("data", ""),
            at=datetime.fromtimestamp(payload["at"], UTC) if "at" in payload else None,
        )

    async def acknowledge(self, incoming: Incoming) -> None:
        """Remember what was acknowledged."""
        self.acknowledged.append(incoming.text)

    async def send(self, address: str, message: Outgoing) -> str:
        """Hear a new message; its reference is its number."""
        await self._hear(address, message.text, "")
        return str(len(self.heard))

    async def edit(self, address: str, reference: str, message: Outgoing) -> None:
        """Hear an edit."""
        await self._hear(address, message.text, reference)

    @property
    def texts(self) -> list[str]:
        """What arrived, in order."""
        return [heard.text for heard in self.heard]

    async def _hear(self, address: str, text: str, reference: str) -> None:
        now = asyncio.get_running_loop().time()
        self.heard.append(Heard(address=address, text=text, reference=reference, at=now))
        fault = self.faults[address].popleft() if self.faults[address] else None
        if isinstance(fault, Exception):
            raise fault
        if fault is not None:
            await asyncio.sleep(fault)
