"""How fast the Bot API may be used before it answers 429."""

import math
from collections import deque
from dataclasses import dataclass, field

from tests.fakes.telegram.refusals import too_many


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Messages (sent or edited) a second; 0 switches a limit off.

    A chat has a bucket of `chat_burst` messages that fills at `per_chat` a second; a group may get
    `per_group` in a minute; the bot as a whole `overall` in any sliding second. Who goes over it
    waits until it would fit, or, with `penalty`, that many seconds.
    """

    overall: int = 30
    per_chat: float = 1.0
    chat_burst: int = 5
    per_group: int = 20
    penalty: int = 0

    @classmethod
    def off(cls) -> "Limits":
        """No limits at all."""
        return cls(overall=0, per_chat=0, per_group=0)


@dataclass(slots=True)
class Window:
    """At most `size` events in any `seconds`."""

    size: int
    seconds: float
    times: deque[float] = field(default_factory=deque)

    def wait(self, now: float) -> float:
        """Seconds until one more fits; 0 when it fits now."""
        while self.times and self.times[0] <= now - self.seconds:
            self.times.popleft()
        full = 0 < self.size <= len(self.times)
        return self.times[0] + self.seconds - now if full else 0.0

    def add(self, now: float) -> None:
        """One more happened."""
        if self.size:
            self.times.append(now)


@dataclass(slots=True)
class Bucket:
    """A bucket of `size` that fills at `rate` a second; a rate of 0 never runs dry."""

    rate: float
    size: int
    level: float
    filled_at: float

    def wait(self, now: float) -> float:
        """Seconds until one more fits; 0 when it fits now."""
        if not self.rate:
            return 0.0
        self.level = min(self.size, self.level + (now - self.filled_at) * self.rate)
        self.filled_at = now
        return 0.0 if self.level >= 1 else (1 - self.level) / self.rate

    def add(self, _now: float) -> None:
        """One more happened."""
        self.level -= 1


class Meter:
    """Counts messages and refuses those above the limits."""

    def __init__(self, limits: Limits) -> None:
        self.set(limits)

    def set(self, limits: Limits) -> None:
        """Begin again under other limits."""
        self.limits = limits
        self._overall = Window(limits.overall, 1.0)
        self._chats: dict[int, Window | Bucket] = {}
        self._shut_until = 0.0

    def admit(self, chat: int, now: float, *, group: bool) -> None:
        """Count one message; raises ApiError 429 when it is one too many."""
        gauge = self._gauge(chat, now, group=group)
        wait = max(self._overall.wait(now), gauge.wait(now), self._shut_until - now)
        if wait > 0:
            self._refuse(wait, now)
        self._overall.add(now)
        gauge.add(now)

    def _refuse(self, wait: float, now: float) -> None:
        if self.limits.penalty and self._shut_until <= now:
            self._shut_until = now + self.limits.penalty
            wait = self.limits.penalty
        raise too_many(max(1, math.ceil(wait)))

    def _gauge(self, chat: int, now: float, *, group: bool) -> Window | Bucket:
        if chat not in self._chats:
            burst = self.limits.chat_burst
            self._chats[chat] = (
                Window(self.limits.per_group, 60.0)
                if group
                else Bucket(self.limits.per_chat, burst, burst, now)
            )
        return self._chats[chat]
