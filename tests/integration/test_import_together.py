"""Imports beside everything else: nobody waits long, nobody sees half of one, a kill leaves all or
nothing."""

import asyncio
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, func, select, update

from admin.importing import Report, Source, run_import
from admin.importing.answers import AnswerImporter
from admin.importing.dossiers import DossierImporter
from admin.importing.facts import FactImporter
from admin.kit.runtime import Runtime
from surveys.errors import Refusal
from surveys.store.base import schema
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database, now_ms
from surveys.store.importing import answer_writes, applying, staging
from surveys.store.importing.applying import WholeDriver
from surveys.store.results import evidence
from surveys.store.system import audit, imports
from surveys.store.system.imports import ImportState
from tests.integration.office import KEY, csv_file, office
from tests.integration.rows import add_dossier, add_unit, answer

ROWS = 1_500
ANSWERED = [f"D{number}" for number in range(4)]
LINES = [f"H56-210531-{number:05d},XA01,31/05/2021,05/06/2021" for number in range(ROWS)]


@pytest.fixture
def in_small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """One chunk a transaction."""
    monkeypatch.setattr(applying, "WORK_SECONDS", 0.0)
    monkeypatch.setattr(applying, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(answer_writes, "AT_ONCE", 1)


def _file(folder: Path, name: str = "file.csv") -> Path:
    return csv_file(folder, "code,unit,received_at,returned_at", *LINES, name=name)


def _answers(folder: Path) -> Path:
    lines = [f"{code},phieu5,10/06/2021,yes" for code in ANSWERED]
    return csv_file(folder, "dossier,form,answered_at,conduct", *lines, name="answers.csv")


async def _import(runtime: Runtime, file: Path) -> Report:
    importer = DossierImporter(runtime.settings.zone, runtime.keyring(), runtime.today)
    (report,) = await run_import(runtime, (importer, Source(file=file)))
    return report


async def import_both(runtime: Runtime, folder: Path) -> list[Report]:
    """Answers about dossiers that are there, together with other dossiers."""
    of_dossiers = DossierImporter(runtime.settings.zone, runtime.keyring(), runtime.today)
    return await run_import(
        runtime,
        (AnswerImporter(runtime), Source(file=_answers(folder))),
        (of_dossiers, Source(file=_file(folder))),
    )


async def _count(database: Database, table: Table = schema.dossiers) -> int:
    async with database.read() as conn:
        return int(await conn.scalar(select(func.count()).select_from(table)) or 0)


async def _states(database: Database) -> list[str]:
    async with database.read() as conn:
        return [one.state.value for one in await imports.list_last(conn, limit=9)]


async def _let_die(database: Database) -> None:
    """As if the last sign of life was long ago."""
    async with database.write() as conn:
        await conn.execute(update(schema.imports).values(alive_ms=0))


async def test_others_see_all_or_nothing_and_write_meanwhile(
    in_small_steps: None,
    monkeypatch: pytest.MonkeyPatch,
    database: Database,
    database_url: str,
    tmp_path: Path,
) -> None:
    """Office commands see no dossier or every one, though half of them are there at times; a
    citizen's transaction comes in between, in every pause."""
    async with database.write() as conn:
        unit = await add_unit(conn, "XA01")
    whole = Database(WholeDriver(database.driver))
    seen: list[int] = []
    partly: set[int] = set()
    sleep = asyncio.sleep

    async def look() -> None:
        while True:
            seen.append(await _count(whole))
            await sleep(0.005)

    async def pause(seconds: float) -> None:
        if seconds in applying.PAUSE_SECONDS.values():
            async with database.write() as conn:
                tap = update(schema.units).where(schema.units.c.id == unit)
                await conn.execute(tap.values(block="xa"))
            partly.add(await _count(database))
        await sleep(seconds)

    monkeypatch.setattr(applying, "sleep", pause)
    looking = asyncio.create_task(look())
    async with office(database_url) as runtime:
        report = await _import(runtime, _file(tmp_path))
    seen.append(await _count(whole))
    looking.cancel()
    assert report.new == ROWS
    assert set(seen) <= {0, ROWS}
    assert partly - {0, ROWS}
    async with database.read() as conn:
        assert await evidence.find_disagreements(conn) == []


async def test_a_second_import_waits_its_turn(
    in_small_steps: None,
    database: Database,
    database_url: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Both are whole in the end, of one file the second finds nothing to do; it says for whom it
    waits."""
    async with database.write() as conn:
        await add_unit(conn, "XA01")
    async with office(database_url) as one, office(database_url, "nam") as other:
        file = _file(tmp_path)
        reports = await asyncio.gather(_import(one, file), _import(other, file))
    assert sorted(report.new for report in reports) == [0, ROWS]
    assert sorted(report.same for report in reports) == [0, ROWS]
    assert "chờ đến lượt" in capsys.readouterr().err
    assert await _states(database) == ["done", "done"]


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from surveys.store.importing import answer_writes, applying, staging
from tests.integration import test_import_together as t

async def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

applying.WORK_SECONDS = 0
answer_writes.AT_ONCE = 1
if sys.argv[3] == "applying":
    applying.sleep = die
else:
    staging.decide = die

async def main():
    async with t.office(sys.argv[1]) as runtime:
        await t.import_both(runtime, Path(sys.argv[2]))

asyncio.run(main())
"""


@pytest.mark.parametrize("when", ["reading", "applying"])
async def test_a_kill_leaves_all_or_nothing(
    when: str, sqlite_database: Database, sqlite_url: str, tmp_path: Path
) -> None:
    """A real SIGKILL: before it is decided nothing was written, and the next import forgets it;
    afterwards the next reader completes it, with its entry in the audit log. Neither waits for the
    lease: the process is known to be gone. Answers and dossiers alike.
    """
    async with sqlite_database.write() as conn:
        unit = await add_unit(conn, "XA01")
        await evidence.refresh(conn, [await add_dossier(conn, unit, code) for code in ANSWERED])
    command = [sys.executable, "-c", KILLED, sqlite_url, str(tmp_path), when]
    ended = await asyncio.to_thread(subprocess.run, command, check=False, env=_environment())
    assert ended.returncode == -signal.SIGKILL
    assert await _states(sqlite_database) == [when] * 2
    assert await _count(sqlite_database, schema.responses) == (when == "applying")
    async with sqlite_database.read() as conn:
        assert await staging.find_running(conn) is None
        assert await staging.is_dead(conn) == (when == "applying")
    whole = Database(WholeDriver(sqlite_database.driver))
    written = {"reading": 0, "applying": 1}[when]
    there = [await _count(whole, table) for table in (schema.complaints, schema.dossiers)]
    assert there == [len(ANSWERED) * written, len(ANSWERED) + ROWS * written]
    async with office(sqlite_url) as runtime:
        reports = await import_both(runtime, tmp_path)
    assert [report.same for report in reports] == [len(ANSWERED) * written, ROWS * written]
    assert sum(report.new + report.same for report in reports) == len(ANSWERED) + ROWS
    ends = {"reading": "failed", "applying": "done"}
    assert await _states(sqlite_database) == ["done"] * 2 + [ends[when]] * 2
    async with sqlite_database.read() as conn:
        left = await conn.scalar(select(func.count()).select_from(schema.import_chunks))
        trail = await audit.list_entries(conn, limit=9, action="dossiers.import")
        assert await evidence.find_disagreements(conn) == []
    assert left == 0
    assert len(trail) == (1 if when == "reading" else 2)


async def test_answers_go_in_between_other_transactions(
    in_small_steps: None,
    monkeypatch: pytest.MonkeyPatch,
    database: Database,
    database_url: str,
    tmp_path: Path,
) -> None:
    """Office commands see no imported answer or every one. What a citizen answers meanwhile stays,
    and nothing is said about a dossier whose answers were cut off meanwhile."""
    async with database.write() as conn:
        unit = await add_unit(conn, "XA01")
        numbers = [await add_dossier(conn, unit, code) for code in ANSWERED]
        await evidence.refresh(conn, numbers)
    whole = Database(WholeDriver(database.driver))
    partly: list[int] = []
    looking: list[asyncio.Task[int]] = []
    decide, sleep = staging.decide, asyncio.sleep

    async def meanwhile(conn: Connection, *decided: Any) -> None:  # noqa: ANN401
        await answer(conn, numbers[1], "conduct", "no")
        cut_off = {"dossier_id": numbers[2], "answered": 0, "codes": {}}
        await conn.execute(schema.settled_dossiers.insert(), cut_off)
        await decide(conn, *decided)

    async def pause(seconds: float) -> None:
        if seconds in applying.PAUSE_SECONDS.values():
            partly.append(await _count(database, schema.responses))
            looking.append(asyncio.create_task(_count(whole, schema.responses)))
        await sleep(seconds)

    monkeypatch.setattr(staging, "decide", meanwhile)
    monkeypatch.setattr(applying, "sleep", pause)
    async with office(database_url) as runtime:
        await run_import(runtime, (AnswerImporter(runtime), Source(file=_answers(tmp_path))))
    assert partly[0] == 2
    assert set(await asyncio.gather(*looking)) == {3}
    async with database.read() as conn:
        there = (await conn.execute(select(schema.responses))).all()
        opened = (await conn.execute(select(schema.complaints))).all()
        assert await evidence.find_disagreements(conn) == []
    assert {row.dossier_id: row.import_id for row in there} == {
        numbers[0]: 1,
        numbers[1]: None,
        numbers[3]: 1,
    }
    assert {len(row.reference) for row in opened} == {8}
    assert len(opened) == 2


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "MOTCUA_KEY": KEY}


async def test_stopped_while_it_is_written_is_finished_at_once(
    in_small_steps: None,
    monkeypatch: pytest.MonkeyPatch,
    database: Database,
    database_url: str,
    tmp_path: Path,
) -> None:
    """Ctrl-C leaves what is decided to the next command, which need not wait for a sign of life."""
    async with database.write() as conn:
        await add_unit(conn, "XA01")
    sleep = asyncio.sleep

    async def interrupted(seconds: float) -> None:
        if seconds in applying.PAUSE_SECONDS.values():
            raise KeyboardInterrupt
        await sleep(seconds)

    with monkeypatch.context() as patched:
        patched.setattr(applying, "sleep", interrupted)
        async with office(database_url) as runtime:
            with pytest.raises(KeyboardInterrupt):
                await _import(runtime, _file(tmp_path))
    assert await _states(database) == ["applying"]
    assert 0 < await _count(database) < ROWS
    assert await _count(Database(WholeDriver(database.driver))) == ROWS
    assert await _states(database) == ["done"]


async def test_an_import_taken_for_dead_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, database: Database, database_url: str, tmp_path: Path
) -> None:
    """A process that was stopped for long and wakes up again is refused, not mixed in."""
    async with database.write() as conn:
        await add_unit(conn, "XA01")
    stage = staging.stage

    async def late(*args: object) -> None:
        await _let_die(database)
        async with database.write() as other:
            await staging.forget_dead(other)
        await stage(*args)  # type: ignore[arg-type]

    if database.is_sqlite:
        pytest.skip("one writer at a time: the test's own transaction would wait for itself")
    monkeypatch.setattr(staging, "stage", late)
    async with office(database_url) as runtime:
        with pytest.raises(Refusal, match=r"imports\.taken_over"):
            await _import(runtime, _file(tmp_path))
    assert await _count(database) == 0


async def test_what_fails_leaves_no_trace(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """Neither a row of the import nor a chunk; and nobody waits for it."""
    async with database.write() as conn:
        await add_unit(conn, "XA01")
    missing = Source(file=tmp_path / "none.csv")
    async with office(database_url) as runtime:
        importer = DossierImporter(runtime.settings.zone, runtime.keyring(), runtime.today)
        facts = FactImporter(runtime)
        with pytest.raises(FileNotFoundError):
            await run_import(runtime, (importer, Source(file=_file(tmp_path))), (facts, missing))
    assert await _states(database) == []
    assert await _count(database) == 0
    assert ImportState.FAILED.value not in await _states(database)


async def test_of_another_computer_only_the_lease_is_known(database: Database) -> None:
    """Its process cannot be looked at, so it counts as running until it gives no sign."""
    owner = update(schema.imports).values(owner=f"may-khac:{2**22 + 1}:0a0b0c0d")
    async with database.write() as conn:
        begun = {"kind": "dossiers", "file_name": "a.csv", "sha256": "0" * 64, "actor": "hoa"}
        number = await imports.begin(conn, **begun, at=datetime(2021, 5, 3, tzinfo=UTC))
        await conn.execute(owner)
        await staging.forget_dead(conn)
        found = await staging.find_running(conn)
        await imports.mark(conn, number, ImportState.APPLYING)
        assert not await staging.is_dead(conn)
    assert found is not None
    await _let_die(database)
    async with database.read() as conn:
        assert await staging.find_running(conn) is None
        assert await staging.is_dead(conn)


async def test_a_sign_from_the_future_keeps_nobody_waiting(database: Database) -> None:
    """A clock that was ahead and is set back leaves a sign that proves nothing."""
    async with database.write() as conn:
        begun = {"kind": "dossiers", "file_name": "a.csv", "sha256": "0" * 64, "actor": "hoa"}
        number = await imports.begin(conn, **begun, at=datetime(2021, 5, 3, tzinfo=UTC))
        assert await staging.find_running(conn) is not None
        ahead = update(schema.imports).values(alive_ms=now_ms() + 2 * 24 * 3_600_000)
        await conn.execute(ahead)
        assert await staging.find_running(conn) is None
        await staging.forget_dead(conn)
        dead = await imports.find(conn, number)
    assert dead is not None
    assert dead.state is ImportState.FAILED
