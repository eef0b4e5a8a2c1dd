"""The sender of events: signed in any variant, 2 s to answer, delivered again, then disabled."""

import asyncio
import hashlib
import json
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import aiohttp

from tests.fakes.zalo_oa.state import APP_ID, APP_SECRET, OA_ID, OA_SECRET, State

ANSWER_SECONDS = 2.0
RETRIES = (30.0, 300.0, 900.0, 1_800.0, 3_600.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """How the sender signs."""

    key: str = "oa_secret"
    first: str = "app_id"
    time: str = "body"
    prefix: str = "mac="

    def header(self, raw: bytes, body_time: str, header_time: str) -> str:
        """The value of X-ZEvent-Signature."""
        first = APP_ID if self.first == "app_id" else OA_ID
        secret = OA_SECRET if self.key == "oa_secret" else APP_SECRET
        moment = body_time if self.time == "body" else header_time
        text = first.encode() + raw + moment.encode() + secret.encode()
        return f"{self.prefix}{hashlib.sha256(text).hexdigest()}"


@dataclass(slots=True, kw_only=True)
class Posted:
    """One event and what became of it."""

    number: int
    lane: str
    body: dict[str, Any]
    tries: int = 0
    statuses: list[int] = field(default_factory=list)
    taken: bool = False
    slowest: float = 0.0


@dataclass(slots=True, kw_only=True)
class Sender:
    """Posts events to `url`; events of one citizen one after the other, as from one phone.
    `pause_factor` shortens the pauses between deliveries."""

    state: State
    url: str = ""
    variant: Variant = field(default_factory=Variant)
    pause_factor: float = 0.001
    disabled: bool = False
    repeated: float = 0.0
    """Share of the events that are delivered once more, later, among those of other citizens."""
    chance: Random = field(default_factory=Random)
    elsewhere: list[str] = field(default_factory=list)
    """Further addresses, as of a load balancer: each delivery goes to any of them."""
    posted: list[Posted] = field(default_factory=list)
    _lanes: dict[str, deque[Posted]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _session: aiohttp.ClientSession | None = None

    def add(self, lane: str, body: dict[str, Any]) -> Posted:
        """Queue an event of one citizen and begin to deliver it."""
        event = Posted(number=len(self.posted), lane=lane, body=body)
        self.posted.append(event)
        waiting = self._lanes.setdefault(lane, deque())
        waiting.append(event)
        if len(waiting) == 1 and self.url:
            self._start(lane)
        return event

    async def set_url(self, url: str) -> int:
        """Point the console at this address: it probes with an empty POST; returns the status."""
        self.url, self.disabled = url, False
        async with self._opened().post(url, data=b"") as answer:
            status = answer.status
        for lane, waiting in self._lanes.items():
            if waiting:
                self._start(lane)
        return status

    async def post(self, event: Posted, **headers: str) -> int:
        """Deliver once; the status, 0 for no answer in time."""
        text = json.dumps(event.body, ensure_ascii=False, separators=(",", ":"))
        raw = text.encode(errors="backslashreplace")
        return await self.post_raw(raw, str(event.body.get("timestamp", "")), **headers)

    async def post_raw(self, raw: bytes, body_time: str = "", **headers: str) -> int:
        """Deliver these bytes, signed; `headers` replace ours."""
        header_time = str(int(self.state.clock() * 1_000) + 7)
        sent = {
            "Content-Type": "application/json",
            "X-ZEvent-Timestamp": header_time,
            "X-ZEvent-Signature": self.variant.header(raw, body_time, header_time),
        }
        try:
            url = self.chance.choice([self.url, *self.elsewhere])
            async with self._opened().post(url, data=raw, headers=sent | headers) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return 0

    async def settled(self, seconds: float = 20.0) -> None:
        """Wait until every event is taken."""
        await self.state.bell.until(lambda: all(one.taken for one in self.posted), seconds)

    async def close(self) -> None:
        """Stop posting."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def _repeat_later(self, event: Posted) -> None:
        async def again() -> None:
            await asyncio.sleep(self.chance.uniform(0.0, 0.5))
            await self.post(event, num_retry="1")

        task = asyncio.create_task(again())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _start(self, lane: str) -> None:
        task = asyncio.create_task(self._work(lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self, lane: str) -> None:
        waiting = self._lanes[lane]
        while waiting and not self.disabled:
            if not await self._insist(waiting[0]):
                self.disabled = True
                return
            waiting.popleft()

    async def _insist(self, event: Posted) -> bool:
        for pause in (0.0, *RETRIES):
            await asyncio.sleep(pause * self.pause_factor)
            begun = asyncio.get_running_loop().time()
            again = {"num_retry": str(event.tries)} if event.tries else {}
            status = await self.post(event, **again)
            event.tries += 1
            event.statuses.append(status)
            event.slowest = max(event.slowest, asyncio.get_running_loop().time() - begun)
            if status == 200:
                if not event.taken and self.chance.random() < self.repeated:
                    self._repeat_later(event)
                event.taken = True
                self.state.bell.ring()
                return True
        return False

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
            self._session = aiohttp.ClientSession(timeout=timeout)
        return self._session


async def in_this_order(sender: Sender, events: Sequence[Posted]) -> list[int]:
    """Deliver these events once more, in this order; the statuses."""
    return [await sender.post(one, num_retry="1") for one in events]
