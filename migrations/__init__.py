"""The schema's migrations, from any version to the newest.

One linear chain of revisions; `versions/HEAD` names the last one, so that two migrations written at
the same time meet as a merge conflict. Alembic is loaded only to change a schema, since every
command reads the revision.
"""

import sqlite3
from collections.abc import Awaitable, Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, StaticPool, column, create_engine, inspect, select, table

from surveys.errors import Refusal
from surveys.store.base.connection import Connection as StoreConnection
from surveys.store.base.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

VERSIONS = Path(__file__).parent / "versions"
"""One file per revision, named `<revision>_<what it does>.py`."""


class SchemaState(StrEnum):
    """A database's schema compared with this program."""

    EMPTY = "empty"
    OLD = "old"
    CURRENT = "current"
    NEWER = "newer"


async def state_of(database: Database) -> SchemaState:
    """Compare the database's revision with the program's; read-only."""
    async with database.read_inline() as conn:
        revision = await conn.run_sync(_revision)
    return state_of_revision(revision)


def state_of_revision(revision: str | None) -> SchemaState:
    """Compare a schema revision with this program; None: no schema at all."""
    if revision is None:
        return SchemaState.EMPTY
    if revision == head():
        return SchemaState.CURRENT
    known = {file.name.partition("_")[0] for file in VERSIONS.glob("[0-9]*.py")}
    return SchemaState.OLD if revision in known else SchemaState.NEWER


def head() -> str:
    """The last revision of this program."""
    return (VERSIONS / "HEAD").read_text("ascii").strip()


Completion = Callable[[StoreConnection, SchemaState], Awaitable[None]]
"""What else belongs to making or migrating a database, told what the schema was before."""


async def upgrade(database: Database, complete: Completion | None = None) -> SchemaState:
    """Bring the schema up to date in one transaction; returns its former state.

    `complete` runs in the same transaction, only if there is something to do. Raises Refusal
    `database.newer` if the database belongs to a newer program.
    """
    before = await state_of(database)
    if before is SchemaState.NEWER:
        raise Refusal("database.newer")
    if before is not SchemaState.CURRENT:
        async with database.write() as conn:
            await conn.run_sync(_upgrade)
            if complete is not None:
                await complete(conn, before)
    return before


async def require_current(database: Database) -> None:
    """Raises Refusal `database.empty`, `database.old` or `database.newer` unless up to date."""
    state = await state_of(database)
    if state is not SchemaState.CURRENT:
        raise Refusal(f"database.{state}")


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def _revision(conn: Connection) -> str | None:
    """The revision Alembic stored; None if there is no table or no row."""
    if not inspect(conn).has_table("alembic_version"):
        return None
    return conn.scalar(select(column("version_num")).select_from(table("alembic_version")))


def make_sqlite(conn: sqlite3.Connection, revision: str) -> None:
    """Create the tables of a revision in an empty SQLite database."""
    engine = create_engine("sqlite://", creator=lambda: conn, poolclass=StaticPool)
    with engine.begin() as begun:
        _upgrade(begun, revision)


def _upgrade(conn: Connection, revision: str = "head") -> None:
    from alembic import command

    config = _config()
    config.attributes["connection"] = conn
    command.upgrade(config, revision)
