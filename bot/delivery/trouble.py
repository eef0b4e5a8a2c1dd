"""Whether the replies of one bot arrive, as its health sees it.

A reply that failed is tried again later or given up, so nothing waits for long even where every
try fails: the failures themselves have to be seen.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.channels.base import CannotEdit, OutsideWindow, SlowDown, Unreachable

MANY = 3
"""Failures in a row; fewer may be of one citizen's message."""
REMEMBERED_SECONDS = 900.0
"""How long after the last failure; then it is not known any more."""


@dataclass(slots=True, kw_only=True)
class Trouble:
    """The failures since the last success."""

    clock: Callable[[], float] = time.monotonic
    _count: int = 0
    _since: float = 0.0
    _until: float = 0.0

    def clear(self) -> None:
        """A message arrived."""
        self._count = 0

    def note(self, error: Exception) -> None:
        """A reply failed; what concerns its citizen or its chat alone is no trouble of the bot."""
        if isinstance(error, Unreachable | OutsideWindow | CannotEdit):
            return
        pause = error if isinstance(error, SlowDown) else None
        if pause and not pause.whole_bot:
            return
        now = self.clock()
        if not self._count or now > self._until:
            self._count, self._since = 0, now
        self._count += MANY if pause else 1
        self._until = now + REMEMBERED_SECONDS + (pause.seconds if pause else 0.0)

    def lasts(self, patience: float) -> bool:
        """Whether many replies failed, and none arrived, for longer than `patience` seconds."""
        now = self.clock()
        return self._count >= MANY and now - self._since > patience and now <= self._until
