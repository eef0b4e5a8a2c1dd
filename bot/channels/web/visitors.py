"""How much one network address may say on the page: dossier codes can be guessed, and a new
session costs nothing."""

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

WINDOW_SECONDS = 60.0
MOST_ADDRESSES = 10_000
"""Addresses remembered at once; the one silent for longest is forgotten first."""


@dataclass(slots=True, kw_only=True)
class Visitors:
    """Counts what each address said within the last minute. `clock` gives seconds."""

    per_minute: int
    clock: Callable[[], float]
    _said: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)

    def may_speak(self, address: str) -> bool:
        """Count one more, unless the address has had its share of this minute."""
        now = self.clock()
        times = self._said.pop(address, deque())
        while times and times[0] <= now - WINDOW_SECONDS:
            times.popleft()
        allowed = len(times) < self.per_minute
        if allowed:
            times.append(now)
        self._said[address] = times
        if len(self._said) > MOST_ADDRESSES:
            self._said.popitem(last=False)
        return allowed
