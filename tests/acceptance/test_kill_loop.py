"""Killed at any moment, again and again: every acknowledged update has exactly one effect.

Citizens' phones post updates without a pause, repeat what they are not sure of, and hear the
replies over a line that fails now and then. Meanwhile the processes that serve them are killed with
SIGKILL at random moments.
"""

import asyncio
import contextlib
import multiprocessing
import random
import socket
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.context import ForkServerProcess
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import text

from surveys.store.base import schema
from surveys.store.base.database import Database
from surveys.store.queues import inbox, outbox
from surveys.store.queues.inbox import InboxState
from surveys.store.queues.outbox import OutboxState
from tests.acceptance.support import kill_worker
from tests.acceptance.support.kill_worker import Job
from tests.integration.queue_rows import migrated, rows_of

CHATS = 10
ENOUGH = CHATS * 10
"""Updates that a proof needs at least."""
PAUSE = 0.01
"""Seconds between two updates of a chat."""
SOAK = partial(pytest.param, marks=pytest.mark.soak)
"""Numbers of kills for `make soak`; a few in `make test` find what always breaks."""
REPEATED, FAILED, CUT = 0.05, 0.03, 0.01
"""Shares of updates delivered again, of replies refused with 500, and of answers cut off."""


@dataclass(slots=True, kw_only=True)
class FarEnd:
    """The phones: what they posted and were acknowledged for, and what they heard."""

    chance: random.Random
    acknowledged: set[str] = field(default_factory=set)
    heard: Counter[str] = field(default_factory=Counter)
    stopping: bool = False

    async def hear(self, request: web.Request) -> web.Response:
        """Take a reply; refuse some, and cut the line after some."""
        message = await request.json()
        luck = self.chance.random()
        if luck < FAILED:
            return web.Response(status=500)
        self.heard[message["text"]] += 1
        if luck < FAILED + CUT and request.transport is not None:
            request.transport.abort()
        return web.Response(text=str(self.heard.total()))

    async def talk(self, chat: int, ports: Sequence[int]) -> None:
        """Post one update after the other, each until it is acknowledged."""
        async with aiohttp.ClientSession() as session:
            number = 0
            while not self.stopping:
                marker = f"{chat}:{number}"
                await self._insist(session, marker, ports)
                if self.chance.random() < REPEATED:
                    again = f"{chat}:{self.chance.randint(0, number)}"
                    await self._insist(session, again, ports)
                number += 1
                await asyncio.sleep(PAUSE)

    async def _insist(
        self, session: aiohttp.ClientSession, marker: str, ports: Sequence[int]
    ) -> None:
        body = {"chat": marker.partition(":")[0], "marker": marker}
        while True:
            url = f"http://127.0.0.1:{self.chance.choice(ports)}/update"
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                patience = aiohttp.ClientTimeout(total=5)
                async with session.post(url, json=body, timeout=patience) as response:
                    if response.status == 200:
                        self.acknowledged.add(marker)
                        return
            await asyncio.sleep(0.02)


class Processes:
    """The programs under test, one a port, killed and started again."""

    def __init__(self, url: str, far_end: str, count: int) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["__main__", kill_worker.__name__])
        self.ports = list(_free_ports(count))
        self._jobs = [Job(database_url=url, port=port, far_end=far_end) for port in self.ports]
        self._running = [self._start(job) for job in self._jobs]

    def kill(self, place: int) -> None:
        """SIGKILL, and start again at once."""
        self._running[place].kill()
        self._running[place].join()
        self._running[place] = self._start(self._jobs[place])

    def end(self) -> list[int | None]:
        """SIGTERM; the exit codes."""
        for process in self._running:
            process.terminate()
        for process in self._running:
            process.join(30)
            process.kill()
        return [process.exitcode for process in self._running]

    def _start(self, job: Job) -> ForkServerProcess:
        process = self._context.Process(target=kill_worker.main, args=(job,), daemon=True)
        process.start()
        return process


@pytest.mark.parametrize("kills", [15, *map(SOAK, (50, 200))])
async def test_a_killed_process_loses_and_doubles_nothing(sqlite_url: str, kills: int) -> None:
    """One process on SQLite."""
    await _survives(sqlite_url, kills, processes=1)


@pytest.mark.postgres
@pytest.mark.parametrize("kills", [8, *map(SOAK, (20, 200))])
async def test_two_killed_processes_lose_and_double_nothing(postgres_url: str, kills: int) -> None:
    """Two processes at once on PostgreSQL, either of them killed at any moment."""
    await _survives(postgres_url, kills, processes=2)


async def _survives(url: str, kills: int, *, processes: int) -> None:
    chance = random.Random(kills)
    far_end = FarEnd(chance=chance)
    async with migrated(url) as database, _listening(far_end) as address:
        async with database.write() as conn:
            await conn.execute(text("CREATE TABLE effects (marker TEXT, chat TEXT, number INT)"))
        running = Processes(url, address, processes)
        try:
            talks = [
                asyncio.create_task(far_end.talk(chat, running.ports)) for chat in range(CHATS)
            ]
            for _ in range(kills):
                await asyncio.sleep(chance.uniform(0.1, 1.0))
                await asyncio.to_thread(running.kill, chance.randrange(processes))
            await _enough(far_end)
            far_end.stopping = True
            await asyncio.gather(*talks)
            await _drained(database)
        finally:
            codes = await asyncio.to_thread(running.end)
        assert codes == [0] * processes
        await _check(database, far_end)


async def _enough(far_end: FarEnd) -> None:
    """Wait until enough updates were acknowledged for the proof to mean something."""
    for _ in range(600):
        if len(far_end.acknowledged) > ENOUGH:
            return
        await asyncio.sleep(0.1)


async def _check(database: Database, far_end: FarEnd) -> None:
    """One effect and one reply for each update, in the chats' order; doubts counted."""
    async with database.read() as conn:
        effects = (await conn.execute(text("SELECT * FROM effects ORDER BY number"))).all()
    assert len(far_end.acknowledged) > ENOUGH
    assert {row.marker for row in effects} == far_end.acknowledged
    assert Counter(row.marker for row in effects).most_common(1)[0][1] == 1
    order: defaultdict[str, list[int]] = defaultdict(list)
    for row in effects:
        order[row.chat].append(int(row.marker.partition(":")[2]))
    assert all(numbers == sorted(numbers) for numbers in order.values())
    messages = await rows_of(database, schema.outbox)
    assert len(messages) == len(effects)
    assert {row["state"] for row in messages} <= {OutboxState.SENT, OutboxState.UNCERTAIN}
    asked_again = sum(row["asked_again"] for row in messages)
    uncertain = sum(row["state"] == OutboxState.UNCERTAIN for row in messages)
    assert far_end.heard.total() - len(far_end.heard) <= asked_again
    assert len(far_end.acknowledged) - len(far_end.heard) <= uncertain


async def _drained(database: Database) -> None:
    """Wait until everything that was acknowledged is handled, and every reply has its end."""
    for _ in range(600):
        async with database.read() as conn:
            came = {state for *_, state in await inbox.count_by_state(conn)}
            goes = {state for *_, state in await outbox.count_by_state(conn)}
        if came == {InboxState.DONE} and not goes & {OutboxState.DUE, OutboxState.SENDING}:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"not drained: {came}, {goes}")


@asynccontextmanager
async def _listening(far_end: FarEnd) -> AsyncIterator[str]:
    app = web.Application()
    app.add_routes([web.post("/send", far_end.hear)])
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        site: Any = runner.addresses[0]
        yield f"http://127.0.0.1:{site[1]}/send"
    finally:
        await runner.cleanup()


def _free_ports(count: int) -> Iterator[int]:
    """Ports that were free a moment ago."""
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    for one in taken:
        yield one.getsockname()[1]
        one.close()
