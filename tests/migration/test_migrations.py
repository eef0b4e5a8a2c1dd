"""The history of the schema leads, on both databases, to exactly the tables of today."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

import migrations
from migrations import SchemaState
from surveys.errors import Refusal
from surveys.store import schema
from surveys.store.database import Database

VERSIONS = Path(migrations.__file__).parent / "versions"


def _differences(conn: Connection) -> list[object]:
    context = MigrationContext.configure(conn, opts={"compare_type": True})
    return list(compare_metadata(context, schema.metadata))


async def test_all_migrations_give_todays_tables(database: Database) -> None:
    """A migrated database and the tables in the code do not differ."""
    async with database.engine.connect() as conn:
        assert await conn.run_sync(_differences) == []


async def test_upgrade_says_what_it_found(database_url: str) -> None:
    """An empty database is migrated once; the second time there is nothing to do."""
    database = Database.open(database_url)
    assert await migrations.upgrade(database) is SchemaState.EMPTY
    assert await migrations.upgrade(database) is SchemaState.CURRENT
    await database.close()


async def test_a_newer_database_is_refused(database: Database) -> None:
    """A schema this program does not know is left alone."""
    async with database.write() as conn:
        await conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Refusal, match=r"database\.newer"):
        await migrations.upgrade(database)
    with pytest.raises(Refusal, match=r"database\.newer"):
        await migrations.require_current(database)


def test_one_line_of_revisions_ends_at_head() -> None:
    """Revisions are numbered without a gap and HEAD names the last."""
    numbers = sorted(int(file.name[:4]) for file in VERSIONS.glob("[0-9]*.py"))
    assert numbers == list(range(1, len(numbers) + 1))
    assert int((VERSIONS / "HEAD").read_text()) == numbers[-1]
