"""Limits what one visitor may send within a minute: a network address, or a system by its token."""

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

WINDOW_SECONDS = 60.0
MAX_ADDRESSES = 10_000
"""Addresses remembered; the longest inactive one is forgotten first, but one that reached its
limit only after all others."""
MAX_TEXT_PER_MINUTE = 40_000
"""Characters an address may write in a minute: ten answers of the longest kind."""


@dataclass(slots=True, kw_only=True)
class Visitors:
    """Counts the posts of each address within the last minute, or the last `seconds`, and their
    `characters`. `clock` gives seconds."""

    per_minute: int
    clock: Callable[[], float]
    seconds: float = WINDOW_SECONDS
    characters: int = MAX_TEXT_PER_MINUTE
    _said: OrderedDict[str, deque[tuple[float, int]]] = field(default_factory=OrderedDict)
    _used_up: OrderedDict[str, deque[tuple[float, int]]] = field(default_factory=OrderedDict)

    def may_speak(self, address: str, characters: int = 0) -> bool:
        """Count one more post, unless the address has reached its limit of this minute."""
        now = self.clock()
        posts = self._used_up.pop(address, None) or self._said.pop(address, deque())
        while posts and posts[0][0] <= now - self.seconds:
            posts.popleft()
        written = sum(size for _, size in posts)
        allowed = len(posts) < self.per_minute and written + characters <= self.characters
        if allowed:
            posts.append((now, characters))
        kept = self._said if allowed and len(posts) < self.per_minute else self._used_up
        kept[address] = posts
        self._forget()
        return allowed

    def _forget(self) -> None:
        while len(self._said) + len(self._used_up) > MAX_ADDRESSES:
            (self._said or self._used_up).popitem(last=False)
