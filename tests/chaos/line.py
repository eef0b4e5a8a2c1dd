"""The line between the service and a far end: a proxy on the way, which a test breaks at will."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum

PROXY_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
NO_ANSWER = b'{"ok": true, "result": {"captive": "portal"'


class State(StrEnum):
    """How the line is."""

    GOOD = "good"
    REFUSED = "refused"
    """Nobody listens, as far as one can tell."""
    HANGING = "hanging"
    """Taken, and never answered."""
    RESET = "reset"
    """The far end gets the request; its answer is cut off."""
    SLOW = "slow"
    HTML = "html"
    """A proxy on the way answers 502 with a page."""
    GARBAGE = "garbage"
    """Something else answers 200 with broken JSON."""


@dataclass(slots=True)
class Line:
    """A line to `port`; `state` may change at any time, and breaks what is under way."""

    port: int
    own_port: int = 0
    _state: State = State.GOOD
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def root(self) -> str:
        """The address to use instead of the far end's."""
        return f"http://127.0.0.1:{self.own_port}"

    def become(self, state: State) -> None:
        """Change; connections that are open end unless the line is good or slow."""
        self._state = state
        if state not in {State.GOOD, State.SLOW}:
            for writer in self._open:
                writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection, as the line is when it begins."""
        self._open.add(writer)
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                await self._carry(reader, writer)
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        match self._state:
            case State.REFUSED:
                return
            case State.HANGING:
                while await reader.read(65_536):
                    pass
            case State.HTML:
                await _answer(reader, writer, "502 Bad Gateway", "text/html", PROXY_PAGE)
            case State.GARBAGE:
                await _answer(reader, writer, "200 OK", "application/json", NO_ANSWER)
            case _:
                await self._forward(reader, writer)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.port)
        self._open.add(far_writer)
        try:
            there = asyncio.create_task(self._pump(reader, far_writer))
            back = asyncio.create_task(self._pump(far_reader, writer, is_answer=True))
            await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
            for task in (there, back):
                task.cancel()
            await asyncio.gather(there, back, return_exceptions=True)
        finally:
            self._open.discard(far_writer)
            far_writer.transport.abort()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_answer: bool = False
    ) -> None:
        while data := await reader.read(65_536):
            if is_answer and self._state is State.RESET:
                writer.write(data[: len(data) // 2])
                await writer.drain()
                return
            if self._state is State.SLOW:
                await asyncio.sleep(0.3)
            writer.write(data)
            await writer.drain()


async def _answer(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, status: str, kind: str, body: bytes
) -> None:
    await reader.readuntil(b"\r\n\r\n")
    lines = (f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}")
    writer.write("\r\n".join((*lines, "Connection: close", "", "")).encode() + body)
    await writer.drain()
    writer.close()
    await writer.wait_closed()


@asynccontextmanager
async def line_to(port: int) -> AsyncIterator[Line]:
    """A good line to a far end on this machine."""
    line = Line(port)
    server = await asyncio.start_server(line.serve, "127.0.0.1", 0)
    line.own_port = server.sockets[0].getsockname()[1]
    try:
        yield line
    finally:
        line.become(State.REFUSED)
        server.close()
