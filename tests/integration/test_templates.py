"""Templates: every one imports as it is, and none overwrites a file."""

from pathlib import Path

import openpyxl
import pytest

from admin.commands.template import command
from admin.importing import run_import
from admin.importing.source import Source
from admin.kit.runtime import Runtime
from admin.templates.sheets import TEMPLATES
from surveys.errors import Refusal
from surveys.store.base.database import Database
from surveys.store.results import evidence
from tests.integration.office import counts, office
from tests.integration.test_import_undo import importer_of


def _write(runtime: Runtime, kind: str, file: Path, *, force: bool = False) -> None:
    assert command.callback
    command.callback(runtime, kind=kind, out=file, force=force)


async def test_every_template_imports_as_it_is(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """In the order of an office: units, dossiers, steps, answers, facts, scores; the example row
    is taken, no column is unknown, nothing is odd."""
    for kind in TEMPLATES:
        file = tmp_path / f"{kind}.xlsx"
        async with office(database_url) as runtime:
            _write(runtime, kind, file)
            (report,) = await run_import(runtime, (importer_of(runtime, kind), Source(file=file)))
        assert counts(report) == {"new": 1, "changed": 0, "same": 0, "rejected": 0}, kind
        assert report.warnings == {}
        assert report.found.unknown == []
    async with database.read() as conn:
        assert await evidence.find_disagreements(conn) == []


@pytest.mark.parametrize("kind", TEMPLATES)
async def test_a_template_has_headings_notes_and_lists(
    kind: str, sqlite_url: str, tmp_path: Path
) -> None:
    """One row to read, lists where words are to be chosen, a note where a heading needs one."""
    file = tmp_path / "mau.xlsx"
    async with office(sqlite_url) as runtime:
        _write(runtime, kind, file)
    sheet = openpyxl.load_workbook(file).worksheets[0]
    columns = TEMPLATES[kind]()
    assert [cell.value for cell in sheet[1]] == [column.title for column in columns]
    assert any(cell.comment for cell in sheet[1])
    lists = sheet.data_validations.dataValidation
    assert len(lists) == sum(bool(column.choices) for column in columns)


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("facts", "motcua facts import {file}"),
        ("steps", "motcua dossiers import ho-so.xlsx --steps {file}"),
    ],
)
async def test_a_template_tells_its_command(
    kind: str, line: str, sqlite_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole command, ready to be typed."""
    file = tmp_path / "mau.xlsx"
    async with office(sqlite_url) as runtime:
        _write(runtime, kind, file)
    assert line.format(file=file) in capsys.readouterr().err


async def test_a_template_never_takes_another_files_place(sqlite_url: str, tmp_path: Path) -> None:
    """Without --force; and it is a workbook by its name."""
    file = tmp_path / "ho-so.xlsx"
    file.write_text("của tôi", "utf-8")
    async with office(sqlite_url) as runtime:
        with pytest.raises(Refusal, match=r"files\.exists"):
            _write(runtime, "dossiers", file)
        assert file.read_text("utf-8") == "của tôi"
        with pytest.raises(Refusal, match=r"template\.suffix"):
            _write(runtime, "dossiers", tmp_path / "ho-so.csv")
        _write(runtime, "dossiers", file, force=True)
    assert file.read_bytes().startswith(b"PK")
