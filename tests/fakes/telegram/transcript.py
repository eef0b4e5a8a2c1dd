"""Everything that was asked of the fake, with the time, for those who count afterwards."""

from collections import deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(slots=True, kw_only=True)
class Call:
    """One call; times are seconds of the monotonic clock.

    `status` is 0 while no answer has left, and stays so for a hang or a cut; `effect` says
    whether it was carried out.
    """

    number: int
    at: float
    method: str
    chat: int | None
    params: dict[str, Any]
    status: int = 0
    answer: Any = None
    effect: bool = False
    answered_at: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """For the control API."""
        return asdict(self)

    @property
    def is_message(self) -> bool:
        """Whether the limits count it."""
        return self.method.startswith("send") or self.method.startswith("editMessage")


@dataclass(slots=True)
class Transcript:
    """All calls in the order in which they came."""

    calls: list[Call] = field(default_factory=list)

    def of(self, method: str | None = None, chat: int | None = None) -> list[Call]:
        """The calls of a method, of a chat, or of both."""
        return [
            call
            for call in self.calls
            if (method is None or call.method.lower() == method.lower())
            and (chat is None or call.chat == chat)
        ]

    def worst_window(self, seconds: float = 1.0) -> int:
        """The most messages (sent or edited, refused ones too) within any window of this many
        seconds.
        """
        return busiest((call.at for call in self.calls if call.is_message), seconds)


def busiest(times: Iterable[float], seconds: float) -> int:
    """The most of these times within any half-open span of this many seconds."""
    inside: deque[float] = deque()
    most = 0
    for at in sorted(times):
        inside.append(at)
        while inside[0] <= at - seconds:
            inside.popleft()
        most = max(most, len(inside))
    return most
