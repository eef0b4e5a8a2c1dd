"""Limits the open streams of the page by session and by network address: a new session costs
nothing."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

MAX_SESSION_STREAMS = 3
MAX_ADDRESS_STREAMS = 20


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
