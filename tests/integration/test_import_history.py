"""A later file of dossiers: what it leaves empty stays, what it changes is kept, its dates must fit
what is stored."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from admin.commands.dossiers import show_dossier
from admin.importing import Report, Source, run_import
from admin.importing.dossiers import DossierImporter
from admin.kit.output import Format
from surveys.store.base import schema
from surveys.store.base.database import Database
from surveys.store.results import evidence
from surveys.store.system import import_changes
from tests.integration.office import counts, csv_file, office
from tests.integration.rows import add_unit

HEADER = (
    "Mã hồ sơ,Đơn vị tiếp nhận,Tên TTHC,Kênh,Ngày nhận,Ngày hẹn trả,Ngày kết thúc xử lý,"
    "Ngày trả kết quả,Trạng thái,Người nộp,Số điện thoại"
)
ONE = "000.17.22.H56-210531-0001"
FULL = (
    f"{ONE},XA01,Chứng thực,Trực tuyến,31/05/2021 08:15,07/06/2021,04/06/2021 16:00,"
    "05/06/2021 09:30,10,Nguyễn Văn An,0912345678"
)


@pytest.fixture
async def units(database: Database) -> None:
    """Two units."""
    async with database.write() as conn:
        await add_unit(conn, "XA01")
        await add_unit(conn, "XA02")


async def _import(url: str, folder: Path, *rows: str, header: str = HEADER) -> Report:
    async with office(url) as runtime:
        importer = DossierImporter(runtime.settings.zone, runtime.keyring(), runtime.today)
        file = csv_file(folder, header, *rows)
        (report,) = await run_import(runtime, (importer, Source(file=file)))
    return report


async def _stored(database: Database) -> dict[str, Any]:
    async with database.read() as conn:
        assert await evidence.find_disagreements(conn) == []
        return dict((await conn.execute(select(schema.dossiers))).mappings().one())


async def test_an_empty_cell_changes_nothing(
    units: None, database: Database, database_url: str, tmp_path: Path
) -> None:
    """A second, poorer file erases neither dates, channel, procedure, name, phone nor status."""
    await _import(database_url, tmp_path, FULL)
    before = await _stored(database)
    report = await _import(database_url, tmp_path, f"{ONE},XA01,,,,,,,,,")
    assert counts(report) == {"new": 0, "changed": 0, "same": 1, "rejected": 0}
    assert await _stored(database) == before
    assert report.fields == {}


async def test_what_changes_is_told_and_kept(
    units: None, database: Database, database_url: str, tmp_path: Path
) -> None:
    """Unit, status and a date with what they were; of name and phone only that they changed."""
    await _import(database_url, tmp_path, FULL)
    row = f"{ONE},XA02,,,,08/06/2021,,,4,Nguyễn Văn Ân,0912345679"
    report = await _import(database_url, tmp_path, row)
    assert dict(report.fields) == dict.fromkeys(
        ("unit", "status", "due_at", "original_due_at", "reschedules", "applicant", "phone"), 1
    )
    assert (report.warnings["another_unit"], report.warnings["status_back"]) == (1, 1)
    async with database.read() as conn:
        past = await import_changes.list_by_subject(conn, "dossier", ONE)
    kept = {one.change.field: (one.change.before, one.change.after) for one in past}
    assert kept == {
        "unit": ("XA01", "XA02"),
        "status": (10, 4),
        "due_at": ("2021-06-07T00:00:00", "2021-06-08T00:00:00"),
        "original_due_at": (None, "2021-06-07T00:00:00"),
        "reschedules": (None, 1),
        "applicant": (None, None),
        "phone": (None, None),
    }
    assert {one.file_name for one in past} == {"file.csv"}
    told = json.dumps([(one.change.before, one.change.after) for one in past])
    assert "Nguy" not in told
    assert (await _stored(database))["returned_at"] == datetime(2021, 6, 5, 9, 30)


@pytest.mark.parametrize(
    ("header", "row", "reason"),
    [
        ("code,unit,finished_at", f"{ONE},XA01,01/03/2021", "trước ngày nhận đã lưu của hồ sơ"),
        ("code,unit,returned_at", f"{ONE},XA01,30/05/2021", "trước ngày nhận đã lưu của hồ sơ"),
        ("code,unit,received_at", f"{ONE},XA01,06/06/2021", "sau ngày kết thúc xử lý hoặc ngày"),
        (
            "code,unit,received_at,returned_at",
            f"{ONE},XA01,31/05/2021,30/05/2021",
            "Cột returned_at ghi 30/05/2021, trước ngày nhận 31/05/2021",
        ),
    ],
)
async def test_dates_must_fit_what_is_stored(
    header: str,
    row: str,
    reason: str,
    units: None,
    database: Database,
    database_url: str,
    tmp_path: Path,
) -> None:
    """A file of a few columns cannot finish a dossier before it was received."""
    await _import(database_url, tmp_path, FULL)
    before = await _stored(database)
    report = await _import(database_url, tmp_path, row, header=header)
    assert counts(report) == {"new": 0, "changed": 0, "same": 0, "rejected": 1}
    assert reason in report.named[0][1]
    assert await _stored(database) == before


async def test_both_days_together_may_move(
    units: None, database: Database, database_url: str, tmp_path: Path
) -> None:
    """Mended dates are taken when the file states them all."""
    await _import(database_url, tmp_path, FULL)
    header = "code,unit,received_at,finished_at,returned_at"
    row = f"{ONE},XA01,01/06/2021,02/06/2021,02/06/2021"
    assert counts(await _import(database_url, tmp_path, row, header=header))["changed"] == 1


async def test_a_status_that_no_file_states_follows_the_dates(
    units: None, database: Database, database_url: str, tmp_path: Path
) -> None:
    """In work, then finished, then returned; a withdrawn dossier stays withdrawn."""
    header = "code,unit,status,received_at,finished_at,returned_at"
    rows = (
        f"{ONE},XA01,,31/05/2021,,",
        f"{ONE},XA01,,,04/06/2021,",
        f"{ONE},XA01,,,,05/06/2021",
        f"{ONE},XA01,7,,,",
        f"{ONE},XA01,,,04/06/2021,05/06/2021",
    )
    found = []
    for row in rows:
        await _import(database_url, tmp_path, row, header=header)
        found.append((await _stored(database))["status"])
    assert found == [4, 9, 10, 7, 7]


async def test_the_history_is_shown_without_names(
    units: None,
    database: Database,
    database_url: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`dossiers show` tells what was before, what after, and by which import; who filed it only
    with --reveal."""
    await _import(database_url, tmp_path, FULL)
    await _import(database_url, tmp_path, f"{ONE},XA02,,,,08/06/2021,,,,Trần Bình,")
    assert show_dossier.callback
    async with office(database_url) as runtime:
        for reveal, shown_as in ((False, Format.TABLE), (False, Format.JSON), (True, Format.JSON)):
            await show_dossier.callback(runtime, code=ONE, reveal=reveal, shown_as=shown_as)
    table, told, revealed = capsys.readouterr().out.split("\n{\n")
    assert "XA01" in table
    assert "08/06/2021" in table
    assert "2 file.csv" in table
    assert "Nguyễn" not in table + told
    assert "Nguyễn Văn An" in revealed
    (due,) = (one for one in json.loads("{" + told)["history"] if one["field"] == "due_at")
    assert (due["before"], due["after"]) == ("2021-06-07T00:00:00", "2021-06-08T00:00:00")
