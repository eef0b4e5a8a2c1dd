"""The dossier after 01/7/2025: two units, a first promise that counts, ends without a result."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from admin.importing import Report, Source, run_import
from admin.importing.dossiers import DossierImporter
from surveys.dossier import Status
from surveys.evidence import Timing
from surveys.store.base import schema
from surveys.store.base.database import Database
from surveys.store.importing import undoing
from surveys.store.results import evidence
from surveys.store.system import imports
from tests.integration.office import counts, csv_file, office
from tests.integration.rows import add_unit

HEADER = (
    "Mã hồ sơ,Đơn vị tiếp nhận,Đơn vị giải quyết,Ngày nhận,Ngày hẹn trả,Ngày hẹn trả ban đầu,"
    "Ngày trả kết quả,Trạng thái,Kênh,Số lần bổ sung,Ngày mở lại"
)
ONE = "H56.22-210531-0001"


@pytest.fixture
async def units(database: Database) -> None:
    """A commune, and the centre that receives for it."""
    async with database.write() as conn:
        await add_unit(conn, "XA01")
        await add_unit(conn, "TT01")


async def _import(url: str, folder: Path, *rows: str) -> Report:
    async with office(url) as runtime:
        importer = DossierImporter(runtime.settings.zone, runtime.keyring(), runtime.today)
        file = csv_file(folder, HEADER, *rows)
        (report,) = await run_import(runtime, (importer, Source(file=file)))
    return report


async def _stored(database: Database) -> tuple[dict[str, Any], dict[str, Any]]:
    """The dossier and its evidence."""
    async with database.read() as conn:
        assert await evidence.find_disagreements(conn) == []
        dossier = (await conn.execute(select(schema.dossiers))).mappings().one()
        found = (await conn.execute(select(schema.dossier_evidence))).mappings().one()
        return dict(dossier), dict(found)


async def test_a_dossier_belongs_to_the_unit_that_resolves_it(
    units: None, database: Database, database_url: str, tmp_path: Path
) -> None:
    """With both columns; the receiving unit is kept beside, and only where it is another one."""
    row = f"{ONE},TT01,XA01,31/05/2021,07/06/2021,,04/06/2021,10,1,,"
    report = await _import(database_url, tmp_path, row)
    assert counts(report) == {"new": 1, "changed": 0, "same": 0, "rejected": 0}
    assert (report.found.unknown, report.warnings) == ([], {})
    dossier, _ = await _stored(database)
    assert dossier["unit_id"] != dossier["received_by_id"] is not None
    own = f"{ONE},XA01,XA01,31/05/2021,07/06/2021,,04/06/2021,10,1,,"
    await _import(database_url, tmp_path, own)
    assert (await _stored(database))[0]["received_by_id"] is None


async def test_an_unknown_receiver_is_told_and_loses_no_dossier(
    units: None, database: Database, database_url: str, tmp_path: Path
) -> None:
    """The note names the word and the row."""
    row = f"{ONE},Trung tâm lạ,XA01,31/05/2021,07/06/2021,,04/06/2021,10,1,,"
    report = await _import(database_url, tmp_path, row)
    assert counts(report)["new"] == 1
    detail = report.details["unknown_receiver"]
    assert (list(detail.words), detail.rows) == (["Trung tâm lạ"], ["2"])


LATER = [
    ("10/06/2021,,12/06/2021,10,1,,", Timing.LATE, datetime(2021, 6, 7), 1),
    ("10/06/2021,10/06/2021,09/06/2021,10,1,,", Timing.EARLY, datetime(2021, 6, 10), 1),
    ("10/06/2021,,09/06/2021,10,1,1,", Timing.EARLY, None, None),
    ("10/06/2021,,09/06/2021,10,1,,08/06/2021", Timing.EARLY, None, None),
    ("04/06/2021,,05/06/2021,10,1,,", Timing.LATE, None, None),
]
"""A later file: row, what counts for time, the first promise kept, how often it was promised."""


@pytest.mark.parametrize(("rest", "timing", "first", "times"), LATER)
async def test_the_first_promise_counts(
    units: None,
    database: Database,
    database_url: str,
    tmp_path: Path,
    rest: str,
    timing: Timing,
    first: datetime | None,
    times: int | None,
) -> None:
    """A later day keeps the first one; after a supplement or a reopening the time begins again; an
    earlier day is a correction. An undo restores everything."""
    await _import(database_url, tmp_path, f"{ONE},TT01,XA01,31/05/2021,07/06/2021,,,4,1,,")
    before = await _stored(database)
    await _import(database_url, tmp_path, f"{ONE},TT01,XA01,31/05/2021,{rest}")
    dossier, found = await _stored(database)
    assert (dossier["original_due_at"], dossier["reschedules"]) == (first, times)
    assert found["total_time"] == timing
    async with office(database_url) as runtime, database.write() as conn:
        one = await imports.find(conn, 2)
        assert one is not None
        await undoing.undo(conn, one, runtime.keyring())
    assert await _stored(database) == before


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("Không được tiếp nhận", Status.NOT_ACCEPTED),
        ("Công dân yêu cầu rút hồ sơ", Status.WITHDRAWN),
        ("Dừng theo yêu cầu", Status.STOPPED),
        ("Đóng hồ sơ do không bổ sung", Status.CLOSED_UNFINISHED),
    ],
)
async def test_what_ended_without_a_result_is_in_no_period(
    units: None,
    database: Database,
    database_url: str,
    tmp_path: Path,
    written: str,
    status: Status,
) -> None:
    """Its return date is kept, and told to count for nothing; 11 is no number of the list."""
    row = f"{ONE},TT01,XA01,31/05/2021,07/06/2021,,10/06/2021,{written},1,,"
    report = await _import(database_url, tmp_path, row)
    assert report.warnings == {"ended_with_return": 1}
    dossier, found = await _stored(database)
    assert (dossier["status"], found["returned_on"]) == (status, None)
    refused = await _import(database_url, tmp_path, row.replace(written, "11"))
    assert counts(refused)["rejected"] == 1


async def test_more_than_one_new_day_is_told(
    units: None, database: Database, database_url: str, tmp_path: Path
) -> None:
    """NĐ 118/2025/NĐ-CP Điều 19 khoản 6 allows one."""
    for day in ("07/06/2021", "09/06/2021", "11/06/2021"):
        row = f"{ONE},TT01,XA01,31/05/2021,{day},,,4,1,,"
        report = await _import(database_url, tmp_path, row)
    assert report.warnings == {"promised_anew": 1, "promised_twice": 1}
    dossier, _ = await _stored(database)
    assert (dossier["original_due_at"], dossier["reschedules"]) == (datetime(2021, 6, 7), 2)
