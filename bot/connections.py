"""Limits client connections: their number, and how long each may make the server wait.

aiohttp has only one time-out, for idle connections. So each connection gets a protocol object in
front of aiohttp's (`runner.server`, its public protocol factory). It counts the connection, and
closes one that does not finish its headers, does not read its responses, or stays idle. The
server's middleware tells it when a request begins and ends.
"""

import asyncio
import errno
import logging
import resource
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.client_address import network_of

HEADER_SECONDS = 10.0
"""From the first byte of a request to the last of its headers; also for the first byte."""
IDLE_SECONDS = 75.0
"""Between two requests of one connection; a proxy keeps its own open for 60."""
READ_SECONDS = 20.0
"""How long a client may leave sent data unread."""
BACKLOG = 64
RESERVED_HANDLES = 192
"""File handles for the database, our own connections, and those just being accepted."""
MAX_CONNECTIONS = 10_000
MAX_PER_ADDRESS = 100
LOG_SECONDS = 60.0
NO_HANDLES = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}

logger = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Connections:
    """The open connections, at most `total` in all and `per_address` from one address (None: not
    counted, since a proxy brings them all)."""

    total: int
    per_address: int | None
    _open: Counter[str] = field(default_factory=Counter)
    _said_at: float = float("-inf")

    def admit(self, address: str) -> bool:
        """Count one more, unless there are too many."""
        full = self._open.total() >= self.total
        if full or (self.per_address is not None and self._open[address] >= self.per_address):
            self.say("connections are refused: %s are open", self._open.total())
            return False
        self._open[address] += 1
        return True

    def release(self, address: str) -> None:
        """Count a closed connection."""
        self._open[address] -= 1
        if not self._open[address]:
            del self._open[address]

    def say(self, message: str, *values: object) -> None:
        """Log a line, at most one per minute, so that a flood of connections does not fill the
        disk.
        """
        now = asyncio.get_running_loop().time()
        if now - self._said_at >= LOG_SECONDS:
            self._said_at = now
            logger.warning(message, *values)


def limits_for(handles: int, *, behind_proxy: bool) -> Connections:
    """Limits that leave file handles for the bot itself, if a process may open `handles`."""
    total = max(16, min(MAX_CONNECTIONS, handles - RESERVED_HANDLES))
    each = min(MAX_PER_ADDRESS, max(32, total // 2))
    return Connections(total=total, per_address=None if behind_proxy else each)


def raise_handle_limit() -> int:
    """Raise this process's limit of file handles to the maximum; returns the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted


class GuardedConnection(asyncio.Protocol):
    """One connection, in front of aiohttp's protocol `inner`."""

    def __init__(self, inner: asyncio.Protocol, connections: Connections) -> None:
        self._inner = inner
        self._connections = connections
        self._transport: asyncio.Transport | None = None
        self._address: str | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.TimerHandle | None = None
        self._idle = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Pass it on, or close it at once if there are too many."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - asyncio's contract for TCP
        self._transport = transport
        address = network_of(str((transport.get_extra_info("peername") or ("",))[0]))
        if not self._connections.admit(address):
            transport.abort()
            return
        self._address = address
        self._inner.connection_made(transport)
        self._close_in(HEADER_SECONDS)

    def data_received(self, data: bytes) -> None:
        """Pass data on; the first byte after a pause starts the time-out of a request's headers."""
        if self._address is None:
            return
        if self._idle:
            self._idle = False
            self._close_in(HEADER_SECONDS)
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        """Pass it on."""
        return None if self._address is None else self._inner.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Release the connection and pass it on."""
        self._cancel(self._timer)
        self._cancel(self._writing)
        if self._address is not None:
            self._connections.release(self._address)
            self._address = None
            self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        """Start the time-out of a client that does not keep up with reading."""
        self._writing = self._call_later(READ_SECONDS)
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """End that time-out: the client has read."""
        self._cancel(self._writing)
        self._inner.resume_writing()

    def request_begins(self) -> None:
        """End the time-out of the headers: they are complete, and the handler takes over."""
        self._cancel(self._timer)

    def request_ends(self) -> None:
        """Start the idle time-out: another request may follow."""
        self._idle = True
        self._close_in(IDLE_SECONDS)

    def _close_in(self, seconds: float) -> None:
        self._cancel(self._timer)
        self._timer = self._call_later(seconds)

    def _call_later(self, seconds: float) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(seconds, self._abort)

    def _abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    @staticmethod
    def _cancel(timer: asyncio.TimerHandle | None) -> None:
        if timer is not None:
            timer.cancel()


def quiet_accepting(connections: Connections) -> Callable[..., None]:
    """An exception handler for the event loop. Without free handles asyncio pauses accepting for a
    second and reports every attempt; here that is one line per minute.
    """

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, OSError) and error.errno in NO_HANDLES:
            connections.say("no connection can be accepted: %s", errno.errorcode[error.errno])
        else:
            loop.default_exception_handler(context)

    return handle
