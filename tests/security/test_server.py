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


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET /say HTTP/1.1", b"200"),
        (b"GET /healthz HTTP/1.1", b"200"),
        (b"GET /nowhere HTTP/1.1", b"404"),
        (b"PUT /say HTTP/1.1", b"405"),
        (b"GET /say HTTP/1.1\r\nContent-Encoding: gzip", b"415"),
        (b"\0\0\0 no http", b"400"),
        (b"GET /say HTTP/1.1\r\nBad header: x", b"400"),
    ],
)
async def test_every_answer_is_safe_and_tells_nothing_of_the_server(
    listener: Listener, request_line: bytes, status: bytes
) -> None:
    """Refusals too, and what is no HTTP."""
    said = await _answer(listener, request_line + b"\r\nHost: x\r\n\r\n")
    head = said.partition(b"\r\n\r\n")[0]
    assert head.startswith((b"HTTP/1.1 " + status, b"HTTP/1.0 " + status))
    assert b"X-Content-Type-Options: nosniff" in head
    assert b"aiohttp" not in said
    assert b"Python" not in said


async def test_browsers_are_told_to_come_by_https_only() -> None:
    """Where the public address is https; refusals say so too."""
    listening = await listen(make_server([], _well, is_https=True), "127.0.0.1", 0)
    for path in ("/healthz", "/nowhere"):
        said = await _answer(listening, _post(path, b"", "Connection: close", method="GET"))
        assert b"Strict-Transport-Security: max-age=31536000" in said
    await listening.close()


async def test_a_malformed_request_fills_no_log(
    listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    """However many: one short line a minute, which quotes no cookie."""
    for _ in range(20):
        await _answer(
            listener, b"GET / HTTP/1.1\r\nHost: x\r\nCookie: motcua_chat=secret\r\nBad h: x\r\n\r\n"
        )
    (line,) = [one for one in caplog.records if one.levelno >= logging.WARNING]
    assert len(line.getMessage()) < 100
    assert line.exc_info is None
    assert "secret" not in caplog.text


async def test_refusals_are_counted_and_logged_once_a_minute(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """As when somebody tries one webhook secret after the other."""

    async def refuse(_: web.Request) -> web.Response:
        raise web.HTTPForbidden

    listening = await listen(make_server([web.post("/hook", refuse)], _well), "127.0.0.1", 0)
    for _ in range(30):
        await _answer(listening, _post("/hook", b"x"))
    said = await _answer(listening, _post("/metrics", b"", "Connection: close", method="GET"))
    await listening.close()
    assert b'motcua_refused_requests_total{status="403"} 30.0' in said
    assert [one.getMessage() for one in caplog.records] == ["requests refused: 1 × 403"]


async def test_a_fault_of_ours_is_logged_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    """With its traceback; another fault has its own line."""

    async def fail(request: web.Request) -> web.Response:
        if request.query:
            raise ValueError(request.query_string)
        raise KeyError

    listening = await listen(make_server([web.get("/fail", fail)], _well), "127.0.0.1", 0)
    for path in ["/fail"] * 20 + ["/fail?a=1", "/fail?a=2"]:
        said = await _answer(listening, _post(path, b"", "Connection: close", method="GET"))
        assert said.startswith(b"HTTP/1.1 500")
    await listening.close()
    assert [one.getMessage() for one in caplog.records] == ["a request failed (1)"] * 2
    assert all(one.exc_info for one in caplog.records)
