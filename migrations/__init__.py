"""The schema's history, and the way from any version of it to the newest.

One linear row of revisions; `versions/HEAD` names the last one, so that two migrations written at
the same time meet as a merge conflict.
"""

from enum import StrEnum
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from surveys.errors import Refusal
from surveys.store.base.database import Database


class SchemaState(StrEnum):
    """How a database's schema stands to this program."""

    EMPTY = "empty"
    OLD = "old"
    CURRENT = "current"
    NEWER = "newer"


async def state_of(database: Database) -> SchemaState:
    """Compare the database's revision with ours; changes nothing."""
    async with database.engine.connect() as conn:
        revision = await conn.run_sync(_revision)
    return state_of_revision(revision)


def state_of_revision(revision: str | None) -> SchemaState:
    """How a schema of this revision stands to this program; None: no schema at all."""
    script = ScriptDirectory.from_config(_config())
    if revision is None:
        return SchemaState.EMPTY
    if revision == script.get_current_head():
        return SchemaState.CURRENT
    known = {entry.revision for entry in script.walk_revisions()}
    return SchemaState.OLD if revision in known else SchemaState.NEWER


async def upgrade(database: Database) -> SchemaState:
    """Bring the schema up to date in one transaction and say what it was before.

    Raises Refusal `database.newer` when the database belongs to a newer program.
    """
    before = await state_of(database)
    if before is SchemaState.NEWER:
        raise Refusal("database.newer")
    if before is not SchemaState.CURRENT:
        async with database.write() as conn:
            await conn.run_sync(_upgrade)
    return before


async def require_current(database: Database) -> None:
    """Raises Refusal `database.empty`, `database.old` or `database.newer` unless up to date."""
    state = await state_of(database)
    if state is not SchemaState.CURRENT:
        raise Refusal(f"database.{state}")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def _revision(conn: Connection) -> str | None:
    return MigrationContext.configure(conn).get_current_revision()


def _upgrade(conn: Connection) -> None:
    config = _config()
    config.attributes["connection"] = conn
    command.upgrade(config, "head")
