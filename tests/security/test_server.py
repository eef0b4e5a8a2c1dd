"""Strangers at the server's port: compressed bodies, silent and slow connections, many of them."""

import asyncio
import errno
import gzip
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
from aiohttp import web

from bot import connections, server
from bot.connections import Connections, limits_for, quiet_accepting
from bot.server import Health, Listener, listen, make_server

SHORT = 0.3
PATHS = ("/", "/say", "/nowhere", "/metrics")


async def _say(request: web.Request) -> web.Response:
    return web.Response(text=str(len(await request.read())))


async def _flood(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b"x" * 65_536)


async def _well() -> Health:
    return Health(parts={"database": "ok"}, queues={})


@pytest.fixture
async def listener(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Listener]:
    """A server whose patience is short."""
    for module, name in (
        (connections, "HEADER_SECONDS"),
        (connections, "IDLE_SECONDS"),
        (connections, "READ_SECONDS"),
        (server, "BODY_SECONDS"),
    ):
        monkeypatch.setattr(module, name, SHORT)
    routes = [web.post("/say", _say), web.get("/say", _say), web.get("/flood", _flood)]
    listening = await listen(make_server(routes, _well), "127.0.0.1", 0)
    yield listening
    await listening.close()


Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _connect(listener: Listener, source: str = "127.0.0.1") -> Line:
    return await asyncio.open_connection("127.0.0.1", listener.port, local_addr=(source, 0))


async def _answer(listener: Listener, request: bytes) -> bytes:
    """Everything the server says to a request, until it closes or says no more."""
    reader, writer = await _connect(listener)
    writer.write(request)
    try:
        async with asyncio.timeout(5):
            return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


def _post(path: str, body: bytes, *headers: str, method: str = "POST") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join((*lines, "", "")).encode() + body


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("encoding", ["deflate", "gzip", "br"])
async def test_a_compressed_body_is_refused_and_never_unpacked(
    listener: Listener, monkeypatch: pytest.MonkeyPatch, path: str, method: str, encoding: str
) -> None:
    """On every path and method, those that do not exist too."""
    body = gzip.compress(b"\0" * 1_000)
    said = await _answer(
        listener, _post(path, body, f"Content-Encoding: {encoding}", method=method)
    )
    assert said.startswith(b"HTTP/1.1 415 ")
    assert b"Connection: close" in said


@pytest.mark.parametrize("path", ["/nowhere", "/metrics"])
async def test_after_a_refusal_no_body_is_read(listener: Listener, path: str) -> None:
    """The connection is closed instead of taking in what nobody wants."""
    reader, writer = await _connect(listener)
    writer.write(_post(path, b"", method="POST").replace(b"Length: 0", b"Length: 100000000"))
    async with asyncio.timeout(2):
        assert (await reader.read()).startswith((b"HTTP/1.1 404", b"HTTP/1.1 405"))
    writer.close()


@pytest.mark.parametrize("beginning", [b"", b"GET /say HTTP/1.1\r\nHost:", b"G"])
async def test_headers_have_their_time(listener: Listener, beginning: bytes) -> None:
    """A connection that says nothing, or only half, is closed."""
    assert await _answer(listener, beginning) == b""


async def test_a_trickle_of_headers_wins_no_time(listener: Listener) -> None:
    """Each byte more is not a request."""
    reader, writer = await _connect(listener)
    begun = asyncio.get_running_loop().time()
    with pytest.raises(ConnectionError):  # noqa: PT012 - one of the writes fails
        for sign in b"GET /say HTTP/1.1\r\n" * 100:
            writer.write(bytes([sign]))
            await writer.drain()
            await asyncio.sleep(SHORT / 4)
    assert asyncio.get_running_loop().time() - begun < 10 * SHORT
    assert reader.at_eof() or isinstance(reader.exception(), ConnectionError)


async def test_a_body_has_its_time(listener: Listener) -> None:
    """A half one is answered with 408."""
    said = await _answer(listener, _post("/say", b"half").replace(b"Length: 4", b"Length: 9"))
    assert said.startswith(b"HTTP/1.1 408 ")


async def test_an_idle_connection_is_closed(listener: Listener) -> None:
    """After its answer, and a pause."""
    said = await _answer(listener, _post("/say", b"four"))
    assert said.startswith(b"HTTP/1.1 200 ")
    assert said.endswith(b"4")


async def test_a_client_that_does_not_read_is_closed(listener: Listener) -> None:
    """What was written for it is not kept for ever."""
    reader, writer = await _connect(listener)
    transport: Any = writer.transport
    transport.pause_reading()
    writer.write(_post("/flood", b"", method="GET"))
    await asyncio.sleep(5 * SHORT)
    transport.resume_reading()
    async with asyncio.timeout(5):
        with suppress(ConnectionError):
            await reader.read()


async def test_one_address_cannot_take_every_connection(
    monkeypatch: pytest.MonkeyPatch, listener: Listener
) -> None:
    """What is above its share is closed at once; another address gets its answer."""
    monkeypatch.setattr(connections, "HEADER_SECONDS", 30.0)
    lines = [await _connect(listener) for _ in range(connections.MAX_PER_ADDRESS + 20)]
    await asyncio.sleep(0.2)
    closed = sum(reader.at_eof() or reader.exception() is not None for reader, _ in lines)
    assert closed == 20
    reader, writer = await _connect(listener, "127.0.0.2")
    writer.write(_post("/say", b"four"))
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    for _, one in [*lines, (reader, writer)]:
        one.close()


def test_bounds_follow_from_the_file_handles() -> None:
    """Some are left for the database; behind a proxy all connections are the proxy's."""
    assert limits_for(256, behind_proxy=False) == Connections(total=64, per_address=32)
    assert limits_for(65_536, behind_proxy=False) == Connections(total=10_000, per_address=100)
    assert limits_for(65_536, behind_proxy=True).per_address is None


async def test_without_handles_the_log_gets_one_line(caplog: pytest.LogCaptureFixture) -> None:
    """However often accepting fails."""
    handle = quiet_accepting(Connections(total=1, per_address=None))
    loop = asyncio.get_running_loop()
    with caplog.at_level(logging.WARNING):
        for _ in range(1_000):
            handle(loop, {"message": "", "exception": OSError(errno.EMFILE, "too many")})
    assert [record.getMessage() for record in caplog.records] == [
        "no connection can be accepted: EMFILE"
    ]
