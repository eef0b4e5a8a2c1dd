"""The quick way to SQLite's thread gives what the slow way gave."""

from pathlib import Path

import pytest
from sqlalchemy import column, insert, select, table, text
from sqlalchemy.exc import IntegrityError, OperationalError

from surveys.store.database import Database

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
        streamed = await conn.stream(select(THINGS.c.id).order_by(THINGS.c.id))
        assert [row.id async for row in streamed] == [1, 2, 3]
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
