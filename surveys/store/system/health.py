"""What a database says of its own soundness."""

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


async def damage(conn: Connection) -> list[str]:
    """What SQLite's own check of the file finds; PostgreSQL has checksums of its own."""
    if conn.dialect.name != "sqlite":
        return []
    found = await conn.execute(text(f"PRAGMA integrity_check({SHOWN})"))
    return [line for (line,) in found if line != "ok"]


async def has_tables(conn: Connection) -> bool:
    """Whether anything was ever made in the database."""
    return bool(await conn.run_sync(lambda sync: inspect(sync).get_table_names()))


async def orphans(conn: Connection) -> list[Orphan]:
    """Rows that break a foreign key; PostgreSQL lets none in."""
    if conn.dialect.name != "sqlite":
        return []
    found = await conn.execute(text("PRAGMA foreign_key_check"))
    return [Orphan(table=row[0], row=row[1], refers_to=row[2]) for row in found]
