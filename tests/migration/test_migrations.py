"""The history of the schema leads, on both databases, to exactly the tables of today."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.schema import CreateIndex

import migrations
from migrations import SchemaState
from surveys.errors import Refusal
from surveys.store.base import schema
from surveys.store.base.database import Database
from surveys.store.results import evidence, petitions

VERSIONS = Path(migrations.__file__).parent / "versions"


def _differences(conn: Connection) -> list[object]:
    context = MigrationContext.configure(conn, opts={"compare_type": True})
    return list(compare_metadata(context, schema.ready_for_ddl()))


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection:sqlalchemy.exc.SAWarning")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based")
async def test_all_migrations_give_todays_tables(database: Database) -> None:
    """A migrated database and the tables in the code do not differ. SQLAlchemy cannot read indexes
    of expressions from SQLite: see the next test."""
    async with database.read() as conn:
        assert await conn.run_sync(_differences) == []


async def test_indexes_of_expressions_are_todays(sqlite_database: Database) -> None:
    """The index of the waiting chats, as SQLite keeps it and as the code would make it."""
    index = next(one for one in schema.inbox.indexes if one.name == "ix_inbox_chat")
    schema.ready_for_ddl()
    kept = text("SELECT sql FROM sqlite_master WHERE name = 'ix_inbox_chat'")
    async with sqlite_database.read() as conn:
        made = str(CreateIndex(index).compile(dialect=conn.dialect))
        assert await conn.scalar(kept) == made


async def test_upgrade_says_what_it_found(unmigrated_url: str) -> None:
    """An empty database is migrated once; the second time there is nothing to do."""
    database = Database.open(unmigrated_url)
    assert await migrations.upgrade(database) is SchemaState.EMPTY
    assert await migrations.upgrade(database) is SchemaState.CURRENT
    await database.close()


FIRST = """
    INSERT INTO units (id, code, name, name_key, level, block)
        VALUES (1, 'A', 'A', 'a', 'xa', 'xa');
    INSERT INTO dossiers (id, code, unit_id, channel, status, received_at, due_at, finished_at,
        returned_at) VALUES
        (1, 'D1', 1, 'online', 10, '2021-05-03 08:00:00', '2021-05-10', '2021-05-10', '2021-05-10'),
        (2, 'D2', 1, 'in_person', 10, '2021-05-03 23:59:59', '2021-05-10', NULL, NULL),
        (3, 'D3', 1, 'post', 1, NULL, NULL, NULL, NULL),
        (4, 'D4', 1, 'post', 7, NULL, NULL, NULL, '2021-05-10');
    INSERT INTO dossier_evidence (dossier_id, unit_id, returned_on, total_time) VALUES
        (1, 1, '2021-05-10', 2), (2, 1, NULL, 0), (3, 1, NULL, 0),
        (4, 1, '2021-05-10', 4);
    INSERT INTO inbox (id, channel, bot, event_key, chat_key, payload, received_ms, state) VALUES
        (1, 'web', 'page', 'ssssssssssssssssssssss:1', 'a', '', 0, 'done'),
        (2, 'telegram', '7', '12', 'b', '', 0, 'done')
"""
"""Four dossiers, one of them withdrawn, and two updates as the first version kept them."""


async def test_rows_of_the_first_version_are_carried_on(unmigrated_url: str) -> None:
    """What was derived before a migration is what the records say after it."""
    database = Database.open(unmigrated_url)
    async with database.write() as conn:
        await conn.run_sync(_upgrade_to, "0001")
        for statement in FIRST.split(";"):
            await conn.execute(text(statement))
    assert await migrations.upgrade(database) is SchemaState.OLD
    async with database.read() as conn:
        assert await evidence.find_disagreements(conn) == []
        keys = await conn.execute(text("SELECT event_key FROM inbox ORDER BY id"))
        assert [row.event_key for row in keys] == ["page:1", "12"]
    await database.close()


FORMAL = """
    INSERT INTO units (id, code, name, name_key, level, block)
        VALUES (1, 'A', 'A', 'a', 'xa', 'xa');
    INSERT INTO dossiers (id, code, unit_id, channel, status) VALUES (1, 'D1', 1, 'online', 10);
    INSERT INTO contacts (id, channel, bot, language, status, first_seen_at, last_seen_at)
        VALUES (1, 'web', 'page', 'vi', 'active', '2021-05-10', '2021-05-10');
    INSERT INTO responses (id, dossier_id, form, form_version, channel, contact_id, answered_at,
        valid) VALUES (1, 1, 'phieu5', '1', 'web', 1, '2021-05-10', true);
    INSERT INTO complaints (id, response_id, kind, state, reference, opened_at, due_on, formal_at)
        VALUES (1, 1, 'conduct', 'pending', 'AAAAAAAA', '2021-05-10', '2021-05-20', '2021-05-11'),
        (2, 1, 'extra_cost', 'pending', 'BBBBBBBB', '2021-05-10', '2021-05-20', '2021-05-11')
"""


async def test_petitions_that_were_sent_are_carried_on(unmigrated_url: str) -> None:
    """One petition a response, with what was written; nobody is told anew."""
    database = Database.open(unmigrated_url)
    async with database.write() as conn:
        await conn.run_sync(_upgrade_to, "0006")
        for statement in FORMAL.split(";"):
            await conn.execute(text(statement))
        sealed = text("UPDATE complaints SET petitioner_sealed = :words")
        await conn.execute(sealed, {"words": b"sealed"})
    await migrations.upgrade(database)
    async with database.read() as conn:
        (one,) = await petitions.list_sent(conn)
        assert await petitions.list_to_tell(conn, 9) == []
    assert (one.reference, one.state, one.dossier, one.contact_id) == ("AAAAAAAA", "sent", "D1", 1)
    assert one.words_sealed == b"sealed"
    await database.close()


def _upgrade_to(conn: Connection, revision: str) -> None:
    config = migrations._config()
    config.attributes["connection"] = conn
    command.upgrade(config, revision)


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
