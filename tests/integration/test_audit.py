"""The audit log: a chain that shows where it was touched."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from surveys.store.base.database import Database
from surveys.store.base.schema import audit as table
from surveys.store.system import audit
from tests.integration.rows import NOW


async def _write(database: Database, count: int) -> None:
    async with database.write() as conn:
        for number in range(count):
            await audit.append(
                conn,
                at=NOW + timedelta(microseconds=number),
                actor="Lò Thị Hoa",
                action="verify.change",
                subject=f"dossier:D{number}",
                details={"lý do": "ngày hẹn sai", "from": 3, "to": 2},
            )


async def test_an_untouched_chain_is_sound(database: Database) -> None:
    """Every row follows from the ones before it; an empty log does too."""
    async with database.read() as conn:
        assert await audit.first_broken(conn) is None
        assert await audit.head(conn) == audit.BEGINNING
    await _write(database, 4)
    async with database.read() as conn:
        assert await audit.first_broken(conn) is None
        assert (await audit.entries(conn, limit=1))[0].hash == await audit.head(conn)


@pytest.mark.parametrize("column", ["actor", "action", "subject", "details", "at", "hash"])
async def test_a_changed_row_is_named(database: Database, column: str) -> None:
    """Whatever is changed in a row, that row no longer fits its hash."""
    await _write(database, 4)
    changed = {"details": {"to": 1}, "at": NOW + timedelta(days=1)}.get(column, "x")
    async with database.write() as conn:
        await conn.execute(update(table).where(table.c.id == 2).values({column: changed}))
        assert await audit.first_broken(conn) == 2


async def test_a_removed_row_is_noticed_at_the_next(database: Database) -> None:
    """Taking a row out leaves the one behind it hanging."""
    await _write(database, 4)
    async with database.write() as conn:
        await conn.execute(delete(table).where(table.c.id == 2))
        assert await audit.first_broken(conn) == 3


async def test_writers_at_the_same_time_form_one_chain(database: Database) -> None:
    """Two transactions never seal to the same row."""
    await asyncio.gather(*(_write(database, 3) for _ in range(4)))
    async with database.read() as conn:
        assert await audit.first_broken(conn) is None
        assert len(await audit.entries(conn, limit=100)) == 12


async def test_the_newest_entries_come_first(database: Database) -> None:
    """The list can be narrowed by actor and by action, whole or below it."""
    await _write(database, 3)
    async with database.read() as conn:
        newest = await audit.entries(conn, limit=2, action="verify")
        assert [entry.subject for entry in newest] == ["dossier:D2", "dossier:D1"]
        assert await audit.entries(conn, limit=9, action="ver") == []
        assert await audit.entries(conn, limit=9, actor="ai khác") == []
