"""Transactions on SQLite: whole or not at all, and no wait that cannot be cancelled."""

import asyncio
import random
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, column, event, insert, make_url, select, table, text
from sqlalchemy.exc import IntegrityError, OperationalError

from surveys.store.base.database import Database
from surveys.store.base.sqlite import QUICK_SECONDS, Commits, SqliteDriver

THINGS = table("things", column("id"), column("name"))


@pytest.fixture(params=[False, True], ids=["beside others", "alone"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """A database with one table, as a service and as a command uses it."""
    opened = Database.open(f"sqlite:///{tmp_path}/things.sqlite", alone=request.param)
    async with opened.write() as conn:
        await conn.execute(text("CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT UNIQUE)"))
    return opened


async def test_rows_counts_and_new_ids_come_back(database: Database) -> None:
    """Rows, row counts, returned ids and many rows at once are as with the driver's cursor."""
    async with database.write() as conn:
        one = await conn.execute(insert(THINGS).values(name="một").returning(THINGS.c.id))
        assert one.scalar_one() == 1
        await conn.execute(insert(THINGS), [{"name": "hai"}, {"name": "ba"}])
        changed = await conn.execute(text("UPDATE things SET name = name || '!' WHERE id > 1"))
        assert changed.rowcount == 2
    async with database.read() as conn:
        rows = await conn.execute(select(THINGS.c.name).order_by(THINGS.c.id))
        assert rows.scalars().all() == ["một", "hai!", "ba!"]
    await database.close()


async def test_errors_are_the_drivers_own(database: Database) -> None:
    """A broken constraint and a missing table are told, without what was written, and undo the
    transaction."""
    with pytest.raises(IntegrityError) as told:
        async with database.write() as conn:
            await conn.execute(insert(THINGS), [{"name": "một"}, {"name": "một"}])
    assert "một" not in str(told.value)
    with pytest.raises(OperationalError, match="no such table"):
        async with database.read() as conn:
            await conn.execute(text("SELECT * FROM nowhere"))
    async with database.read() as conn:
        assert await conn.scalar(text("SELECT count(*) FROM things")) == 0
    await database.close()


@pytest.fixture
def other(database: Database, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Another process, which holds the write lock with a row that is not committed."""
    with closing(sqlite3.connect(tmp_path / "things.sqlite", isolation_level=None)) as opened:
        opened.execute("BEGIN IMMEDIATE")
        opened.execute("INSERT INTO things (name) VALUES ('theirs')")
        yield opened


class Disk:
    """Takes as long as it is told for each COMMIT, and notes which thread waited for it."""

    def __init__(self, engine: Engine) -> None:
        self.seconds = 0.0
        self.waited: list[int] = []
        self._now = 0.0
        event.listen(engine, "commit", self._commits)

    def clock(self) -> float:
        """The seconds that all commits took: the real disk's are not counted."""
        return self._now

    def _commits(self, _connection: object) -> None:
        self.waited.append(threading.get_ident())
        self._now += self.seconds


async def test_only_a_quick_disk_is_waited_for_on_the_loop(tmp_path: Path) -> None:
    """A disk that turns slow blocks the loop once, then no more until it has been quick again."""
    opened = SqliteDriver.open(make_url(f"sqlite:///{tmp_path}/things.sqlite"))
    disk, loop = Disk(opened.writer), threading.get_ident()
    driver = replace(opened, commits=Commits(disk.clock))

    async def commit(times: int, seconds: float) -> set[int]:
        disk.waited.clear()
        disk.seconds = seconds
        for _ in range(times):
            async with driver.write() as conn:
                await conn.execute(text("PRAGMA user_version = 1"))
        return set(disk.waited)

    assert loop not in await commit(20, 2 * QUICK_SECONDS)
    assert loop in await commit(20, QUICK_SECONDS / 4)
    assert await commit(20, QUICK_SECONDS / 4) == {loop}
    assert await commit(1, 0.5) == {loop}
    assert loop not in await commit(20, QUICK_SECONDS / 4)
    assert loop in await commit(20, QUICK_SECONDS / 4)
    await driver.close()


async def test_writes_in_a_row_leave_the_others_their_turn(database: Database) -> None:
    """A task that writes without a pause does not keep the loop for itself."""
    turns = 0

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(take_turns())
    for number in range(50):
        async with database.write() as conn:
            await conn.execute(insert(THINGS).values(name=str(number)))
    other.cancel()
    assert turns >= 50
    await database.close()


async def test_a_cancelled_wait_for_the_lock_leaves_no_transaction_behind(
    database: Database, other: sqlite3.Connection
) -> None:
    """A task that stops waiting for another process's lock keeps neither lock nor connection."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1), database.write() as conn:
            await conn.execute(insert(THINGS).values(name="một"))
    other.execute("ROLLBACK")
    async with database.write() as conn:
        await conn.execute(insert(THINGS).values(name="hai"))
    other.execute("BEGIN IMMEDIATE")
    assert other.execute("SELECT name FROM things").fetchall() == [("hai",)]
    await database.close()


async def test_while_one_waits_for_the_lock_others_go_on(
    database: Database, other: sqlite3.Connection
) -> None:
    """The loop is free, reads see what is committed, and the wait ends with the lock."""

    async def write() -> None:
        async with database.write() as conn:
            await conn.execute(insert(THINGS).values(name="một"))

    waiting = asyncio.create_task(write())
    for _ in range(10):
        await asyncio.sleep(0.001)
        assert await _names(database) == []
    other.execute("COMMIT")
    await waiting
    assert await _names(database) == ["theirs", "một"]
    await database.close()


async def test_patience_ends(tmp_path: Path, other: sqlite3.Connection) -> None:
    """Then the database is said to be locked, and nothing is left of the try."""
    url = make_url(f"sqlite:///{tmp_path}/things.sqlite")
    database = Database(SqliteDriver.open(url, patience_seconds=0.05))
    with pytest.raises(OperationalError, match="database is locked"):
        async with database.write():
            pass
    other.execute("COMMIT")
    async with database.write() as conn:
        await conn.execute(insert(THINGS).values(name="một"))
    assert await _names(database) == ["theirs", "một"]
    await database.close()


@pytest.mark.parametrize("kind", ["read", "read_inline"])
async def test_a_read_cannot_write(database: Database, kind: str) -> None:
    """Neither by mistake nor for good."""
    with pytest.raises(OperationalError, match="readonly"):
        async with getattr(database, kind)() as conn:
            await conn.execute(insert(THINGS).values(name="một"))
    assert await _names(database) == []
    await database.close()


async def _names(database: Database) -> list[str]:
    async with database.read() as conn, database.read_inline() as inline:
        query = select(THINGS.c.name).order_by(THINGS.c.id)
        names = list((await conn.execute(query)).scalars())
        assert names == list((await inline.execute(query)).scalars())
    return names


async def test_a_cancelled_transaction_is_undone(database: Database) -> None:
    """What was written before the cancellation is gone, and the next transaction is its own."""

    async def write_and_wait() -> None:
        async with database.write() as conn:
            await conn.execute(insert(THINGS).values(name="một"))
            await asyncio.sleep(10)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(write_and_wait(), 0.05)
    async with database.write() as conn:
        assert await conn.scalar(text("SELECT count(*) FROM things")) == 0
    await database.close()


async def test_an_error_within_a_transaction_leaves_it_usable(database: Database) -> None:
    """A statement that fails undoes itself only; what is committed then is the rest."""
    async with database.write() as conn:
        await conn.execute(insert(THINGS).values(name="một"))
        with pytest.raises(IntegrityError):
            await conn.execute(insert(THINGS).values(name="một"))
        await conn.execute(insert(THINGS).values(name="hai"))
    async with database.read() as conn:
        assert await conn.scalar(text("SELECT count(*) FROM things")) == 2
    await database.close()


async def test_cancelled_at_any_moment_it_is_all_or_nothing(database: Database) -> None:
    """Wherever a cancellation strikes, at the beginning, between statements or while the disk
    writes, both rows are there or none, and the next transaction works."""
    chance = random.Random(7)

    async def write_two(number: int) -> None:
        async with database.write() as conn:
            await conn.execute(insert(THINGS).values(name=f"{number} một"))
            await asyncio.sleep(0)
            await conn.execute(insert(THINGS).values(name=f"{number} hai"))

    async def write_or_give_up(number: int) -> None:
        task = asyncio.create_task(write_two(number))
        for _ in range(chance.randrange(40)):
            await asyncio.sleep(0)
        await asyncio.sleep(chance.choice((0, 0, 0.0005, 0.001)))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    for start in range(0, 200, 4):
        await asyncio.gather(*(write_or_give_up(start + place) for place in range(4)))
    async with database.read_inline() as conn:
        names = list((await conn.execute(select(THINGS.c.name))).scalars())
    counted = Counter(name.split()[0] for name in names)
    assert 0 < len(counted) < 200
    assert set(counted.values()) == {2}
    await write_two(200)
    await database.close()


async def test_what_follows_a_rollback_is_a_transaction_of_its_own(database: Database) -> None:
    """The first statement after a rollback takes the write lock again."""
    async with database.write() as conn:
        await conn.execute(insert(THINGS).values(name="một"))
        await conn.rollback()
        await conn.execute(insert(THINGS).values(name="hai"))
    async with database.read() as conn:
        assert list((await conn.execute(select(THINGS.c.name))).scalars()) == ["hai"]
    await database.close()
