"""The quick way to SQLite's thread gives what the slow way gave."""

import asyncio
import random
import sqlite3
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import column, insert, select, table, text
from sqlalchemy.exc import IntegrityError, OperationalError

from surveys.store.base.database import Database

THINGS = table("things", column("id"), column("name"))


@pytest.fixture
async def database(tmp_path: Path) -> Database:
    """A database with one table."""
    opened = Database.open(f"sqlite:///{tmp_path}/things.sqlite")
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
    """A broken constraint and a missing table are told as ever, and undo the transaction."""
    with pytest.raises(IntegrityError):
        async with database.write() as conn:
            await conn.execute(insert(THINGS), [{"name": "một"}, {"name": "một"}])
    with pytest.raises(OperationalError, match="no such table"):
        async with database.read() as conn:
            await conn.execute(text("SELECT * FROM nowhere"))
    async with database.read() as conn:
        assert await conn.scalar(text("SELECT count(*) FROM things")) == 0
    await database.close()


async def test_a_cancelled_wait_for_the_lock_leaves_no_transaction_behind(
    database: Database, tmp_path: Path
) -> None:
    """Whoever gives up waiting for another process's lock keeps neither lock nor connection."""
    other = sqlite3.connect(tmp_path / "things.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1), database.write() as conn:
            await conn.execute(insert(THINGS).values(name="một"))
    other.execute("COMMIT")
    async with database.write() as conn:
        await conn.execute(insert(THINGS).values(name="hai"))
    other.execute("BEGIN IMMEDIATE")
    assert other.execute("SELECT name FROM things").fetchall() == [("hai",)]
    other.close()
    await database.close()


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
    async with database.glance() as conn:
        names = list((await conn.execute(select(THINGS.c.name))).scalars())
    counted = Counter(name.split()[0] for name in names)
    assert 0 < len(counted) < 200
    assert set(counted.values()) == {2}
    await write_two(200)
    await database.close()


async def test_sqlalchemys_own_beginning_works_too(database: Database) -> None:
    """Migrations begin without us: the first statement then begins a transaction that may write."""
    async with database.engine.begin() as conn:
        await conn.execute(insert(THINGS).values(name="một"))
        await conn.rollback()
    async with database.engine.begin() as conn:
        await conn.execute(insert(THINGS).values(name="hai"))
    async with database.read() as conn:
        assert list((await conn.execute(select(THINGS.c.name))).scalars()) == ["hai"]
    await database.close()
