"""Taking an import back: as before, or refused with the reason; and never half."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, func, select, update

from admin.commands.imports import list_imports, show_import, undo_import
from admin.importing.answers import AnswerImporter
from admin.importing.dossiers import DossierImporter
from admin.importing.facts import FactImporter
from admin.importing.importer import Importer
from admin.importing.scores import ScoreImporter
from admin.importing.steps import StepImporter
from admin.importing.units import UnitImporter
from admin.kit.output import Format
from admin.kit.runtime import Runtime
from scoring.rulebook import find_rulebook
from surveys.errors import Refusal
from surveys.store.base import schema
from surveys.store.base.database import Database
from surveys.store.importing import answer_writes, applying, dossier_removal
from surveys.store.importing.applying import WholeDriver
from surveys.store.results import evidence
from surveys.store.system import audit, imports
from surveys.store.system.imports import ImportState
from tests.integration.office import NOW, csv_file, office, take_in

UNITS = "code,name,level\nXA01,Xã An Hòa,xa\nXA02,Xã An Tân,xa"
FIRST = (
    "code,unit,received_at,due_at,finished_at,returned_at,applicant,phone\n"
    "D1,XA01,31/05/2021,07/06/2021,04/06/2021,05/06/2021,Nguyễn Văn An,0912345678\n"
    "D2,XA01,31/05/2021,07/06/2021,,,,"
)
SECOND = (
    "code,unit,due_at,finished_at,applicant,phone,procedure\n"
    "D1,XA02,03/06/2021,,Trần Bình,0912345679,Khai sinh\n"
    "D3,XA02,,,,,"
)
STEPS = "dossier,agency,due_at,finished_at\nD1,UBND,03/06/2021,04/06/2021"
FACTS = "unit,period,fact,value\nXA01,2021-Q2,publicity,both"
SCORES = "unit,period,stage,criterion,points,note\nXA01,2021-Q2,self,5,1,"
ANSWERS = "dossier,form,answered_at,satisfaction,conduct\nD1,phieu5,10/06/2021,very,yes"
KEPT = (
    schema.dossiers,
    schema.units,
    schema.facts,
    schema.scores,
    schema.responses,
    schema.answers,
    schema.complaints,
    schema.dossier_evidence,
)


def importer_of(runtime: Runtime, kind: str) -> Importer[Any]:
    """The importer of a kind of file."""
    zone = runtime.settings.zone
    makers: dict[str, Callable[[], Importer[Any]]] = {
        "units": lambda: UnitImporter(zone),
        "dossiers": lambda: DossierImporter(zone, runtime.keyring(), runtime.today),
        "steps": lambda: StepImporter(zone),
        "facts": lambda: FactImporter(runtime),
        "scores": lambda: ScoreImporter(runtime, find_rulebook("tt01-2018")),
        "answers": lambda: AnswerImporter(runtime),
    }
    return makers[kind]()


async def _import(url: str, folder: Path, kind: str, text: str) -> None:
    async with office(url) as runtime:
        report = await take_in(runtime, importer_of(runtime, kind), csv_file(folder, text))
    assert report.rejected == 0


async def _undo(url: str, number: int, *, dry_run: bool = False) -> None:
    assert undo_import.callback
    async with office(url) as runtime:
        await undo_import.callback(runtime, number=number, dry_run=dry_run)


async def _whole(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Everything an import may touch, but for which import touched facts and scores last."""
    async with database.read() as conn:
        assert await evidence.find_disagreements(conn) == []
        steps = await _rows(conn, schema.dossier_steps)
        found = {table.name: await _rows(conn, table) for table in KEPT}
    for name in ("facts", "scores"):
        found[name] = [row | {"import_id": None} for row in found[name]]
    return found | {"steps": [step | {"id": 0} for step in steps]}


async def _rows(conn: Any, table: Table) -> list[dict[str, Any]]:  # noqa: ANN401
    rows = (await conn.execute(select(table).order_by(*table.primary_key))).mappings()
    return [dict(row) for row in rows]


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        ("units", "", "code,name,level,parent\nXA02,Xã An Tân Mới,xa,H01\nH01,Huyện,huyen,"),
        ("dossiers", "", SECOND),
        ("steps", STEPS, STEPS.replace("04/06/2021", "02/06/2021") + "\nD2,UBND,,"),
        ("facts", FACTS, FACTS.replace("both", "one") + "\nXA02,2021-Q2,complaints_total,3"),
        ("scores", SCORES, SCORES.replace(",1,", ",2,mới") + "\nXA02,2021-Q2,self,5,1,"),
        ("answers", "", ANSWERS),
    ],
)
async def test_undone_is_as_before(
    kind: str, first: str, second: str, database: Database, database_url: str, tmp_path: Path
) -> None:
    """What it made is gone, what it changed is what it was, sealed names included; the evidence
    agrees; a dry run changes nothing; the trail tells who did it, and how much."""
    await _import(database_url, tmp_path, "units", UNITS)
    await _import(database_url, tmp_path, "dossiers", FIRST)
    if first:
        await _import(database_url, tmp_path, kind, first)
    before = await _whole(database)
    await _import(database_url, tmp_path, kind, second)
    after = await _whole(database)
    number = 4 if first else 3
    await _undo(database_url, number, dry_run=True)
    assert await _whole(database) == after != before
    await _undo(database_url, number)
    assert await _whole(database) == before
    async with database.read() as conn:
        (entry,) = await audit.list_entries(conn, limit=1, action="imports.undo")
    assert (entry.actor, entry.subject, entry.details["kind"]) == ("hoa", f"import:{number}", kind)
    counted = (entry.details["removed"], entry.details["restored"])
    assert counted == ((1, 0) if kind == "answers" else (1, 1))
    with pytest.raises(Refusal, match=r"imports\.not_undoable_undone"):
        await _undo(database_url, number)


async def test_an_undo_of_answers_stops_nobody(
    monkeypatch: pytest.MonkeyPatch, database: Database, database_url: str, tmp_path: Path
) -> None:
    """Removed in steps: stopped between two, the next reader completes it and sees none of them. A
    complaint that became a petition meanwhile stays, with its response."""
    await _import(database_url, tmp_path, "units", UNITS)
    await _import(database_url, tmp_path, "dossiers", f"{FIRST}\nD3,XA01,31/05/2021,,,,,")
    lines = [ANSWERS, *(ANSWERS.splitlines()[1].replace("D1", code) for code in ("D2", "D3"))]
    await _import(database_url, tmp_path, "answers", "\n".join(lines))
    is_last = schema.complaints.c.id == select(func.max(schema.complaints.c.id)).scalar_subquery()

    async def interrupted(_seconds: float) -> None:
        async with database.write() as conn:
            formal = update(schema.complaints).where(is_last).values(formal_at=NOW)
            await conn.execute(formal)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(answer_writes, "AT_ONCE", 1)
        patched.setattr(applying, "WORK_SECONDS", 0.0)
        patched.setattr(applying, "sleep", interrupted)
        with pytest.raises(KeyboardInterrupt):
            await _undo(database_url, 3)
    async with database.read() as conn:
        assert len(await _rows(conn, schema.responses)) == 2
        assert (await imports.list_last(conn, limit=1))[0].state is ImportState.UNDOING
    async with Database(WholeDriver(database.driver)).read() as conn:
        (left,) = await _rows(conn, schema.responses)
        assert (await imports.list_last(conn, limit=1))[0].state is ImportState.UNDONE
        assert len(await _rows(conn, schema.complaints)) == 1
        assert await _rows(conn, schema.import_chunks) == []
        assert await evidence.find_disagreements(conn) == []
    assert left["dossier_id"] == 3


async def test_an_undo_of_dossiers_stops_nobody(
    monkeypatch: pytest.MonkeyPatch, database: Database, database_url: str, tmp_path: Path
) -> None:
    """As for answers; a dossier whose link somebody was given meanwhile stays."""
    await _import(database_url, tmp_path, "units", UNITS)
    lines = [FIRST, *(f"D{n},XA01,31/05/2021,,,,," for n in (3, 4))]
    await _import(database_url, tmp_path, "dossiers", "\n".join(lines))

    async def interrupted(_seconds: float) -> None:
        async with database.write() as conn:
            given = {"token_hash": "0" * 64, "dossier_id": 4, "made_at": NOW, "expires_at": NOW}
            names = {column.name for column in schema.links.c}
            row = {name: value for name, value in given.items() if name in names}
            await conn.execute(schema.links.insert().values(**row))
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(dossier_removal, "AT_ONCE", 1)
        patched.setattr(applying, "WORK_SECONDS", 0.0)
        patched.setattr(applying, "sleep", interrupted)
        with pytest.raises(KeyboardInterrupt):
            await _undo(database_url, 2)
    async with database.read() as conn:
        assert len(await _rows(conn, schema.dossiers)) == 3
        assert (await imports.list_last(conn, limit=1))[0].state is ImportState.UNDOING
    async with Database(WholeDriver(database.driver)).read() as conn:
        (left,) = await _rows(conn, schema.dossiers)
        assert (await imports.list_last(conn, limit=1))[0].state is ImportState.UNDONE
        assert await _rows(conn, schema.import_chunks) == []
        assert await evidence.find_disagreements(conn) == []
    assert left["code"] == "D4"


async def test_what_later_imports_built_on_stays(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """They are named; once they are undone, the last first, it can be undone, too."""
    await _import(database_url, tmp_path, "units", UNITS)
    await _import(database_url, tmp_path, "dossiers", FIRST)
    await _import(database_url, tmp_path, "dossiers", SECOND)
    await _import(database_url, tmp_path, "steps", STEPS)
    for number, later in ((1, None), (2, "3 (file.csv), 4 (file.csv)")):
        with pytest.raises(Refusal) as refused:
            await _undo(database_url, number)
        assert refused.value.params.get("imports") == later
    for number in (4, 3, 2, 1):
        await _undo(database_url, number)
    assert {name: rows for name, rows in (await _whole(database)).items() if rows} == {}


async def test_what_citizens_answered_stays(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """A dossier somebody was invited about is no longer only a row of a file."""
    await _import(database_url, tmp_path, "units", UNITS)
    await _import(database_url, tmp_path, "dossiers", FIRST)
    async with office(database_url) as runtime, database.write() as conn:
        values = {"dossier_id": 1, "form": "phieu5", "state": "made", "made_at": runtime.now}
        await conn.execute(schema.invitations.insert().values(**values))
    before = await _whole(database)
    with pytest.raises(Refusal, match=r"imports\.in_use_citizens"):
        await _undo(database_url, 2)
    assert await _whole(database) == before


async def test_nothing_is_undone_beside_an_import(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """What another import has read must not go away under it."""
    await _import(database_url, tmp_path, "units", UNITS)
    async with office(database_url) as runtime, database.write() as conn:
        words = {"kind": "dossiers", "file_name": "x.csv", "sha256": "", "actor": "nam"}
        await imports.begin(conn, **words, at=runtime.now)
    with pytest.raises(Refusal, match=r"imports\.running"):
        await _undo(database_url, 1)


async def test_imports_are_listed_and_shown(
    database: Database, database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With what they changed, and who built on them."""
    await _import(database_url, tmp_path, "units", UNITS)
    await _import(database_url, tmp_path, "dossiers", FIRST)
    await _import(database_url, tmp_path, "dossiers", SECOND)
    assert list_imports.callback
    assert show_import.callback
    async with office(database_url) as runtime:
        await list_imports.callback(runtime, limit=9, shown_as=Format.CSV)
        listed = capsys.readouterr().out.splitlines()
        await show_import.callback(runtime, number=3, changes=True, shown_as=Format.TABLE)
        shown = capsys.readouterr().out
        await show_import.callback(runtime, number=2, changes=False, shown_as=Format.TABLE)
    assert [line.split(",")[0] for line in listed] == ["id", "3", "2", "1"]
    assert "Khai sinh" in shown
    assert "Nguyễn" not in shown
    assert "Lần nhập 3 (file.csv) dựa trên lần nhập này." in capsys.readouterr().err


async def test_changes_are_shown_in_words_within_the_terminal(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Points and note of a score, not how a program writes a list; the hash on its own line."""
    await _import(database_url, tmp_path, "units", UNITS)
    await _import(database_url, tmp_path, "scores", SCORES.replace(",1,", ",1,thiếu niêm yết"))
    assert show_import.callback
    async with office(database_url) as runtime:
        capsys.readouterr()
        await show_import.callback(runtime, number=2, changes=True, shown_as=Format.TABLE)
    shown = capsys.readouterr().out
    assert "1, thiếu niêm yết" in shown
    assert "[" not in shown
    (hashed,) = (line for line in shown.splitlines() if "SHA-256" in line)
    assert len(hashed) == len("SHA-256: ") + 64
