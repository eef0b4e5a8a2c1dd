"""Limits what one network address may post on the page, and its open streams: dossier codes can be
guessed, every text is stored, and a new session costs nothing."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

WINDOW_SECONDS = 60.0
MAX_ADDRESSES = 10_000
"""Addresses remembered; the longest inactive one is forgotten first, but one that reached its
limit only after all others."""
MAX_TEXT_PER_MINUTE = 40_000
"""Characters an address may write in a minute: ten answers of the longest kind."""
MAX_SESSION_STREAMS = 3
MAX_ADDRESS_STREAMS = 20


@dataclass(slots=True, kw_only=True)
class Visitors:
    """Counts the posts of each address within the last minute. `clock` gives seconds."""

    per_minute: int
    clock: Callable[[], float]
    _said: OrderedDict[str, deque[tuple[float, int]]] = field(default_factory=OrderedDict)
    _used_up: OrderedDict[str, deque[tuple[float, int]]] = field(default_factory=OrderedDict)

    def may_speak(self, address: str, characters: int = 0) -> bool:
        """Count one more post, unless the address has reached its limit of this minute."""
        now = self.clock()
        posts = self._used_up.pop(address, None) or self._said.pop(address, deque())
        while posts and posts[0][0] <= now - WINDOW_SECONDS:
            posts.popleft()
        written = sum(size for _, size in posts)
        allowed = len(posts) < self.per_minute and written + characters <= MAX_TEXT_PER_MINUTE
        if allowed:
            posts.append((now, characters))
        kept = self._said if allowed and len(posts) < self.per_minute else self._used_up
        kept[address] = posts
        self._forget()
        return allowed

    def _forget(self) -> None:
        while len(self._said) + len(self._used_up) > MAX_ADDRESSES:
            (self._said or self._used_up).popitem(last=False)


@dataclass(slots=True, kw_only=True)
class Streams:
    """The open streams of bubbles, by session and by address."""

    _sessions: dict[str, list[asyncio.Event]] = field(default_factory=dict)
    _addresses: dict[str, int] = field(default_factory=dict)

    def is_full(self, address: str) -> bool:
        """Whether this address has the maximum number of streams."""
        return self._addresses.get(address, 0) >= MAX_ADDRESS_STREAMS

    @contextmanager
    def holding(self, session: str, address: str) -> Iterator[asyncio.Event]:
        """Hold a stream; the event signals that newer streams of the session replaced it, so that a
        phone that changed its network can reconnect."""
        replaced = asyncio.Event()
        mine = self._sessions.setdefault(session, [])
        mine.append(replaced)
        self._addresses[address] = self._addresses.get(address, 0) + 1
        for older in mine[:-MAX_SESSION_STREAMS]:
            older.set()
        try:
            yield replaced
        finally:
            self._drop(session, address, replaced)

    def _drop(self, session: str, address: str, replaced: asyncio.Event) -> None:
        self._sessions[session].remove(replaced)
        if not self._sessions[session]:
            del self._sessions[session]
        self._addresses[address] -= 1
        if not self._addresses[address]:
            del self._addresses[address]
