"""Applies committed imports chunk by chunk, and keeps readers from seeing half of one."""

import time
from asyncio import sleep
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from surveys.store.base.connection import Connection, Transaction
from surveys.store.base.database import Database, Driver
from surveys.store.importing import staging

WORK_SECONDS = 0.2
"""So long a transaction of an import may hold others up."""
PAUSE_SECONDS = {"sqlite": 0.12, "postgresql": 0.0}
"""Between two of them: on SQLite longer than anybody waits before asking for its one lock again;
PostgreSQL queues those who wait for a row."""
LOOK_SECONDS = 0.1


async def finish(database: Database, told: Callable[[int], object] = lambda _: None) -> None:
    """Write every decided import; `told` is called with the number of chunks done."""
    count = 0
    while True:
        async with database.write() as conn:
            decided = await staging.find_decided(conn)
            if not decided:
                return
            begun = time.monotonic()
            while more := await staging.apply_next(conn, decided):
                count += 1
                if time.monotonic() - begun > WORK_SECONDS:
                    break
        told(count)
        if not more:
            return
        await sleep(PAUSE_SECONDS[database.driver.name])


@dataclass(frozen=True, slots=True)
class WholeDriver:
    """A driver whose transactions see an import entirely or not at all: they wait while one is
    being written, and finish it if its writer died.
    """

    driver: Driver

    @property
    def name(self) -> str:
        """The name of the wrapped driver."""
        return self.driver.name

    def write(self) -> Transaction:
        """A transaction that may write."""
        return self._whole(self.driver.write)

    def write_at_once(self) -> Transaction:
        """A transaction of a single statement, which no import concerns."""
        return self.driver.write_at_once()

    def read(self) -> Transaction:
        """A read-only transaction on one snapshot, before or after an import."""
        return self._whole(self.driver.read)

    def read_inline(self) -> Transaction:
        """A read of a few rows; it does not wait for imports."""
        return self.driver.read_inline()

    async def close(self) -> None:
        """Close every connection."""
        await self.driver.close()

    @asynccontextmanager
    async def _whole(
        self, begin: Callable[[], AbstractAsyncContextManager[Connection]]
    ) -> AsyncIterator[Connection]:
        while True:
            async with begin() as conn:
                if not await staging.find_decided(conn):
                    yield conn
                    return
                dead = await staging.is_dead(conn)
            if dead:
                await finish(Database(self.driver))
            else:
                await sleep(LOOK_SECONDS)
