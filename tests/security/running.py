"""A whole service in the test's process, and a visitor of its page."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import aiohttp

from bot import app
from bot.channels.base import ChannelContext
from tests.fakes.hours import ANY_HOUR

ANYWHERE: dict[str, Any] = {
    "listen": "127.0.0.1:0",
    "metrics_listen": "off",
    **ANY_HOUR,
}


@dataclass(kw_only=True)
class Visitor:
    """One browser. `bubbles` is what it was shown so far."""

    http: aiohttp.ClientSession
    base: str
    numbers: Any = field(default_factory=lambda: count(1))
    bubbles: list[dict[str, Any]] = field(default_factory=list)
    last: int = 0

    @property
    def session(self) -> str:
        """The value of its cookie."""
        return next(iter(self.http.cookie_jar)).value

    async def does(self, kind: str, **what: str) -> int:
        """Post something; the status."""
        event = {"id": f"event-{next(self.numbers):04}", "kind": kind} | what
        async with self.http.post(f"{self.base}/chat/events", json=event) as answer:
            return answer.status

    async def says(self, text: str, answered: str) -> str:
        """Type a text and wait for the answer with these words."""
        status = await self.does("text", text=text)
        assert status == 202, status
        return await self.hears(answered)

    async def taps(self, label: str, answered: str) -> str:
        """Tap the newest button that begins so and wait for the answer with these words."""
        buttons = [
            one for bubble in self.bubbles for row in bubble.get("buttons", []) for one in row
        ]
        data = [one["data"] for one in buttons if one["label"].startswith(label)]
        assert data, f"no button {label} among {[one['label'] for one in buttons]}"
        assert await self.does("tap", data=data[-1]) == 202
        return await self.hears(answered)

    async def hears(self, words: str) -> str:
        """Wait for a new bubble of the bot with these words, in its text or on its buttons."""
        seen = len(self.bubbles)
        async with asyncio.timeout(20):
            while True:
                await self._look()
                for bubble in self.bubbles[seen:]:
                    shown = json.dumps(bubble, ensure_ascii=False)
                    if bubble["author"] == "bot" and words in shown:
                        return str(bubble["text"])
                await asyncio.sleep(0.05)

    async def _look(self) -> None:
        address = f"{self.base}/chat/messages?after={self.last}"
        async with self.http.get(address) as stream:
            async for line in stream.content:
                if line.startswith(b"event: ready"):
                    return
                if line.startswith(b"id: "):
                    self.last = int(line[4:])
                if line.startswith(b"data: {"):
                    self.bubbles.append(json.loads(line[6:]))


@asynccontextmanager
async def running(context: ChannelContext) -> AsyncIterator[tuple[app.Service, str]]:
    """The service of this context (listen as in ANYWHERE), and its address."""
    service = await app.assemble(context)
    stop, port = asyncio.Event(), asyncio.get_running_loop().create_future()
    task = asyncio.create_task(app.run(service, service.channels.routes(), stop, port.set_result))
    await asyncio.wait({task, port}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        await task
    try:
        yield service, f"http://127.0.0.1:{await port}"
    finally:
        stop.set()
        await task


@asynccontextmanager
async def visiting(base: str) -> AsyncIterator[Visitor]:
    """A browser that opened the page."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as http:
        async with http.get(f"{base}/") as page:
            assert page.status == 200
        yield Visitor(http=http, base=base)
