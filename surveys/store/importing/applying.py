"""Making decided imports whole, a little at a time; and readers that never see half of one."""

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
PAUSE_SECONDS = 0.12
"""Between two of them: longer than anybody waits before asking for the lock again."""
LOOK_SECONDS = 0.1


async def finish(database: Database, told: Callable[[int], object] = lambda _: None) -> None:
    """Write everything that is decided; `told` hears how many chunks are done."""
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
        await sleep(PAUSE_SECONDS)


@dataclass(frozen=True, slots=True)
class WholeDriver:
    """A driver whose transactions see imports whole: while one is being written they wait, and
    when its writer has died they finish it."""

    driver: Driver

    @property
    def name(self) -> str:
        """As of the driver."""
        return self.driver.name

    def write(self) -> Transaction:
        """A transaction that may write."""
        return self._whole(self.driver.write)

    def read(self) -> Transaction:
        """A transaction that sees one moment, before or after an import."""
        return self._whole(self.driver.read)

    def read_inline(self) -> Transaction:
        """A read of a few rows; it does not wait."""
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
