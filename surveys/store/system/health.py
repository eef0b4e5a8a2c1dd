"""Integrity checks of a database."""

from dataclasses import dataclass

from sqlalchemy import inspect, text

from surveys.store.base.connection import Connection

SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphan:
    """A row that refers to a row that is not there."""

    table: str
    row: int | None
    refers_to: str


async def find_damage(conn: Connection) -> list[str]:
    """The findings of SQLite's integrity check; PostgreSQL has its own checksums."""
    if conn.dialect.name != "sqlite":
        return []
    found = await conn.execute(text(f"PRAGMA integrity_check({SHOWN})"))
    return [line for (line,) in found if line != "ok"]


async def has_tables(conn: Connection) -> bool:
    """Whether the database has any table."""
    return bool(await conn.run_sync(lambda sync: inspect(sync).get_table_names()))


async def find_orphans(conn: Connection) -> list[Orphan]:
    """Rows that violate a foreign key; PostgreSQL rejects them itself."""
    if conn.dialect.name != "sqlite":
        return []
    found = await conn.execute(text("PRAGMA foreign_key_check"))
    return [Orphan(table=row[0], row=row[1], refers_to=row[2]) for row in found]
