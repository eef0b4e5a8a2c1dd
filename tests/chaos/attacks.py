"""Strangers who want to stop the service: a process of its own beside the test.

`python -m tests.chaos.attacks KIND PORT SECONDS`, or `all` at once. Each attack comes from many
loopback addresses, as from many networks, goes on for these seconds and ends by itself; every try
is paced, so that the attacker's own work does not take the machine.
"""

import asyncio
import json
import random
import sys
import zlib
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PATHS = (
    "/",
    "/chat/events",
    "/chat/messages",
    "/telegram/webhook",
    "/plain",
    "/nowhere",
    "/healthz",
)
PATIENCE = 5.0
BOMB = zlib.compress(b"\0" * 20_000_000, 9) * 50
"""A megabyte that would be a gigabyte."""
NUMBERS = count()
ADDRESSES = 60


@dataclass(slots=True)
class Line:
    """A connection to the service from one of the attacker's addresses."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def says(self, data: bytes) -> None:
        """Send; a server that closed ends the attempt."""
        self.writer.write(data)
        async with asyncio.timeout(PATIENCE):
            await self.writer.drain()

    async def hears(self) -> bytes:
        """The headers of the answer."""
        async with asyncio.timeout(PATIENCE):
            return await self.reader.readuntil(b"\r\n\r\n")


@dataclass(frozen=True, slots=True)
class Target:
    """The service's port."""

    port: int

    @asynccontextmanager
    async def line(self, address: str = "") -> "AsyncIterator[Line]":
        """Connect from this address, or any."""
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", self.port, local_addr=(address or anywhere(), 0), limit=4_096
            )
        try:
            yield Line(reader, writer)
        finally:
            writer.transport.abort()


def anywhere() -> str:
    """One of the attacker's addresses."""
    return f"127.0.9.{random.randint(1, ADDRESSES)}"


def request(method: str, path: str, body: bytes = b"", *headers: str, length: int = -1) -> bytes:
    """A request; `length` may be a lie."""
    size = len(body) if length < 0 else length
    lines = [f"{method} {path} HTTP/1.1", "Host: x", f"Content-Length: {size}", *headers]
    return "\r\n".join((*lines, "", "")).encode() + body


def event(cookie: str, *, origin: str = "", **what: str) -> bytes:
    """What the page posts; `origin` is a further header."""
    body = json.dumps({"id": f"event-{next(NUMBERS):08}", **what}, ensure_ascii=False).encode()
    more = [f"Cookie: {cookie}", "Content-Type: application/json", *([origin] if origin else [])]
    return request("POST", "/chat/events", body, *more)


async def new_cookie(target: Target, address: str) -> str:
    """Open the page; its session."""
    async with target.line(address) as line:
        await line.says(request("GET", "/"))
        head = (await line.hears()).decode()
    return head.partition("Set-Cookie: ")[2].partition(";")[0]


async def bodies(target: Target) -> None:
    """A megabyte that unpacks to a gigabyte, at any path."""
    path, method = random.choice(PATHS), random.choice(("POST", "PUT", "GET"))
    encoding = random.choice(("deflate", "gzip", "br"))
    async with target.line() as line:
        await line.says(request(method, path, BOMB, f"Content-Encoding: {encoding}"))
        await line.hears()


async def streams(target: Target) -> None:
    """Fill a session with long bubbles, then ask for all of them again and again, unread."""
    address = anywhere()
    cookie = await new_cookie(target, address)
    for _ in range(8):
        async with target.line(address) as line:
            await line.says(event(cookie, kind="text", text="😀" * 4_000))
            await line.hears()
    await asyncio.gather(*(_unread(target, address, cookie) for _ in range(10)))


async def _unread(target: Target, address: str, cookie: str) -> None:
    with suppress(OSError, TimeoutError):
        async with target.line(address) as line:
            await line.says(request("GET", "/chat/messages?after=0", b"", f"Cookie: {cookie}"))
            line.writer.transport.pause_reading()  # type: ignore[attr-defined]  # a read transport
            await asyncio.sleep(25)


async def slow(target: Target) -> None:
    """Headers or bodies a byte at a time, or nothing at all."""
    whole = request("POST", "/chat/events", b"x" * 50, *(f"X-{n}: {n}" for n in range(20)))
    begun = random.choice((0, 20, whole.index(b"\r\n\r\n") + 4))
    async with target.line() as line:
        await line.says(whole[:begun])
        for sign in whole[begun:]:
            await line.says(bytes([sign]))
            await asyncio.sleep(random.choice((0.2, 1.0, 20.0)))


async def connections(target: Target) -> None:
    """Open and hold, or open and drop."""
    async with target.line() as line:
        if random.random() < 0.5:
            await line.says(b"GET / HTTP/1.1\r\n")
            await asyncio.sleep(30)


async def texts(target: Target) -> None:
    """The longest texts, as many as are taken, in ever new sessions."""
    address = anywhere()
    cookie = await new_cookie(target, address)
    for _ in range(20):
        async with target.line(address) as line:
            await line.says(event(cookie, kind="text", text="😀" * 20_000))
            await line.hears()


async def crowd(target: Target) -> None:
    """Texts from a thousand addresses, in one new session after the other, behind a proxy."""
    origin = f"X-Forwarded-For: 198.18.{random.randint(0, 3)}.{random.randint(1, 250)}"
    cookie = await new_cookie(target, anywhere())
    for text in (f"000.17.22.H56-210503-{random.randint(0, 9_999):04}", "😀" * 4_000):
        async with target.line() as line:
            await line.says(event(cookie, kind="text", text=text, origin=origin))
            await line.hears()


async def webhooks(target: Target) -> None:
    """Updates with a guessed secret, well and badly made."""
    update = json.dumps({"update_id": next(NUMBERS), "message": {"text": "x" * 3_000}}).encode()
    body = random.choice((update, update * 60, b"[" * 9_000, b"\xff\0"))
    secret = f"X-Telegram-Bot-Api-Secret-Token: {random.getrandbits(40):x}"
    async with target.line() as line:
        kind = "Content-Type: application/json"
        await line.says(request("POST", "/telegram/webhook", body, secret, kind))
        await line.hears()


async def look_ups(target: Target) -> None:
    """Guess dossier codes, each with a new cookie."""
    address = anywhere()
    cookie = await new_cookie(target, address)
    for _ in range(5):
        code = f"000.17.22.H56-210503-{random.randint(0, 9_999):04}"
        async with target.line(address) as line:
            await line.says(event(cookie, kind="text", text=code))
            await line.hears()


Attack = Callable[[Target], Awaitable[None]]
ATTACKS: dict[str, tuple[Attack, int, float]] = {
    "bodies": (bodies, 8, 0.2),
    "streams": (streams, 12, 0.5),
    "slow": (slow, 800, 0.1),
    "connections": (connections, 1_500, 0.2),
    "texts": (texts, 8, 0.3),
    "webhooks": (webhooks, 8, 0.1),
    "look_ups": (look_ups, 6, 0.3),
    "crowd": (crowd, 12, 0.1),
}
"""Each attack, how many do it at once, and their pause after each try in seconds."""
ALL = "all"


async def run(kind: str, port: int, seconds: float) -> int:
    """Attack until the time is over; the number of tries."""
    target, tries = Target(port), count()

    async def insist(attack: Attack, pause: float) -> None:
        while True:
            with suppress(OSError, TimeoutError, asyncio.IncompleteReadError, ValueError):
                next(tries)
                await attack(target)
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))

    chosen = list(ATTACKS.values()) if kind == ALL else [ATTACKS[kind]]
    crowded = asyncio.gather(
        *(insist(attack, pause) for attack, crowd, pause in chosen for _ in range(crowd))
    )
    with suppress(TimeoutError):
        await asyncio.wait_for(crowded, seconds)
    return next(tries)


if __name__ == "__main__":
    print(asyncio.run(run(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))))  # noqa: T201
