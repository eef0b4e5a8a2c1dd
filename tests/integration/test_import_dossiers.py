"""Dossiers and their steps from exports, on both databases."""

import csv
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from admin.importing import Report, Source, run_import
from admin.importing.dossiers import DossierImporter
from admin.importing.steps import StepImporter
from bot.keys import keyring
from bot.settings import load_settings
from surveys.errors import Refusal
from surveys.evidence import Timing
from surveys.privacy import Keyring
from surveys.store.base import schema
from surveys.store.base.database import Database
from surveys.store.dossiers import dossiers
from surveys.store.results import evidence
from surveys.store.system import audit
from tests.integration.office import KEY, NOW, counts, csv_file, office
from tests.integration.rows import add_unit, evidence_of

HEADER = (
    "Mã hồ sơ,Đơn vị tiếp nhận,Tên TTHC,Kênh,Ngày nhận,Ngày hẹn trả,Ngày kết thúc xử lý,"
    "Ngày trả kết quả,Trạng thái,Người nộp,Số điện thoại"
)
ONE = "000.17.22.H56-210531-0001"
TWO = "000.17.22.H56-210531-0002"
DATES = "31/05/2021 08:15,07/06/2021,04/06/2021 16:00,05/06/2021 09:30"
FIRST = f"{ONE},XA01,Chứng thực,Trực tiếp,{DATES},10,Nguyễn Văn An,0912345678"
SECOND = f"{TWO},xã an hòa,Khai sinh,Trực tuyến,{DATES},Đã trả kết quả,,"


@pytest.fixture
async def units(database: Database) -> None:
    """Three units, two of one name."""
    async with database.write() as conn:
        await add_unit(conn, "XA01", name="Xã An Hòa", name_key="xa an hoa")
        await add_unit(conn, "XA02", name="Xã An Tân", name_key="xa an tan")
        await add_unit(conn, "XA03", name="Xã An Tân", name_key="xa an tan")


async def _import(url: str, file: Path, **options: Any) -> Report:  # noqa: ANN401
    async with office(url) as runtime:
        importer = DossierImporter(runtime.settings.zone, runtime.keyring(), runtime.today)
        (report,) = await run_import(runtime, (importer, Source(file=file, **options)))
    return report


async def _import_steps(url: str, file: Path) -> Report:
    async with office(url) as runtime:
        importer = StepImporter(runtime.settings.zone)
        (report,) = await run_import(runtime, (importer, Source(file=file)))
    return report


async def _rows(database: Database) -> dict[str, dict[str, Any]]:
    async with database.read() as conn:
        found = (await conn.execute(select(schema.dossiers))).mappings()
        return {row["code"]: dict(row) for row in found}


def _keys(url: str) -> Keyring:
    return keyring(load_settings(database_url=url, key=KEY))


async def test_a_dossier_is_what_its_row_says(
    units: None, database: Database, database_url: str, tmp_path: Path
) -> None:
    """Unit by code or name, dates in the authority's time, state by number or name; who filed it
    is sealed."""
    report = await _import(database_url, csv_file(tmp_path, HEADER, FIRST, SECOND))
    assert counts(report) == _counts(new=2)
    async with database.read() as conn:
        found = await dossiers.find(conn, ONE)
    assert found is not None
    assert (found.unit, found.procedure, found.filing, found.status) == (
        "XA01",
        "Chứng thực",
        "in_person",
        10,
    )
    assert found.received_at == datetime(2021, 5, 31, 8, 15)
    assert found.due_at == datetime(2021, 6, 7)
    assert found.returned_at == datetime(2021, 6, 5, 9, 30)
    rows, keys = await _rows(database), _keys(database_url)
    assert rows[ONE]["unit_id"] == rows[TWO]["unit_id"]
    assert rows[ONE]["phone_key"] == keys.phone_key("+84912345678")
    assert keys.unseal(rows[ONE]["phone_sealed"]) == "+84912345678"
    assert keys.unseal(rows[ONE]["applicant_sealed"]) == "Nguyễn Văn An"
    assert (rows[TWO]["phone_key"], rows[TWO]["applicant_sealed"]) == (None, None)


async def test_evidence_is_derived_in_the_same_transaction(
    units: None, database: Database, database_url: str, tmp_path: Path
) -> None:
    """Early on chỉ số 1, in the period of its return; and nothing disagrees."""
    await _import(database_url, csv_file(tmp_path, HEADER, FIRST))
    row = (await _rows(database))[ONE]
    async with database.read() as conn:
        derived = await evidence_of(conn, row["id"])
        assert await evidence.find_disagreements(conn) == []
    assert derived["total_time"] == Timing.EARLY
    assert derived["returned_on"] == date(2021, 6, 5)


async def test_the_same_file_twice_changes_nothing(
    units: None, database: Database, database_url: str, tmp_path: Path
) -> None:
    """Not a byte of a row, sealed ones included; the audit log says that it was imported."""
    file = csv_file(tmp_path, HEADER, FIRST, SECOND)
    await _import(database_url, file)
    before = await _rows(database)
    assert counts(await _import(database_url, file)) == _counts(same=2)
    assert await _rows(database) == before
    async with database.read() as conn:
        trail = await audit.list_entries(conn, limit=9, action="dossiers.import")
        kept = (await conn.execute(select(schema.imports))).mappings().all()
    assert [(entry.actor, entry.at) for entry in trail] == [("hoa", NOW)] * 2
    assert trail[0].details == {
        "file": "file.csv",
        "rows": 2,
        "new": 0,
        "changed": 0,
        "rejected": 0,
    }
    assert [(one["accepted"], one["rejected"], one["kind"]) for one in kept] == [
        (2, 0, "dossiers")
    ] * 2
    assert len({one["sha256"] for one in kept}) == 1


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("Trực tiếp", "BCCI", "channel"),
        ("05/06/2021 09:30", "05/06/2021 09:31", "returned_at"),
        ("Nguyễn Văn An", "Nguyễn Văn Ân", "applicant_sealed"),
        ("0912345678", "0912345679", "phone_key"),
        ("Chứng thực", "Khai sinh", "procedure_id"),
        (",XA01,", ",XA02,", "unit_id"),
        (",07/06/2021,", ",08/06/2021,", "due_at"),
    ],
)
async def test_a_changed_cell_is_a_changed_dossier(
    old: str,
    new: str,
    column: str,
    units: None,
    database: Database,
    database_url: str,
    tmp_path: Path,
) -> None:
    """Only that dossier."""
    await _import(database_url, csv_file(tmp_path, HEADER, FIRST, SECOND))
    before = await _rows(database)
    file = csv_file(tmp_path, HEADER, FIRST.replace(old, new), SECOND)
    assert counts(await _import(database_url, file)) == _counts(changed=1, same=1)
    after = await _rows(database)
    assert after[TWO] == before[TWO]
    assert after[ONE][column] != before[ONE][column]
    assert after[ONE]["id"] == before[ONE]["id"]


async def test_a_column_the_file_lacks_stays_as_it_is(
    units: None, database: Database, database_url: str, tmp_path: Path
) -> None:
    """A shorter export later does not wipe out phones, dates or ways of filing."""
    await _import(
        database_url, csv_file(tmp_path, HEADER, SECOND.replace(",,", ",Trần Thị Bình,0912345678"))
    )
    before = (await _rows(database))[TWO]
    file = csv_file(tmp_path, "code,unit,officer", f"{TWO},XA01,Lê C")
    assert counts(await _import(database_url, file)) == _counts(changed=1)
    after = (await _rows(database))[TWO]
    assert {name for name in after if after[name] != before[name]} == {"officer"}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",XA01,,,,,,,,,", "Thiếu giá trị ở cột Mã hồ sơ."),
        (f"{ONE},,,,,,,,,,", "Thiếu giá trị ở cột Đơn vị tiếp nhận."),
        (f"{ONE},Xã Không Có,,,,,,,,,", "Không có đơn vị nào mang mã hoặc tên “Xã Không Có”"),
        (f"{ONE},Xã An Tân,,,,,,,,,", "Có nhiều đơn vị cùng tên “Xã An Tân” (XA02, XA03)"),
        (f"{ONE},XA01,,,31/02/2021,,,,,,", "Cột Ngày nhận: “31/02/2021” không phải ngày"),
        (f"{ONE},XA01,,,,mai,,,,,", "Cột Ngày hẹn trả: “mai” không phải ngày"),
        (f"{ONE},XA01,,,,,,,11,,", "Trạng thái “11” không có trong danh mục"),
        (f"{ONE},XA01,,,,,,,Đã trả kết quả,,", "thiếu Ngày trả kết quả"),
        (f"{ONE},XA01,,Chim bồ câu,,,,,,,", "Kênh “Chim bồ câu” không đúng"),
        (f"{TWO},XA01,,,,,,,,,", f"Mã hồ sơ {TWO} đã có ở dòng 2"),
    ],
)
async def test_a_row_that_cannot_be_used_is_rejected_with_its_reason(
    row: str, reason: str, units: None, database: Database, database_url: str, tmp_path: Path
) -> None:
    """The others are imported; the rejected one is in its file as it was in the input."""
    file = csv_file(tmp_path, HEADER, SECOND, row)
    assert counts(await _import(database_url, file)) == _counts(new=1, rejected=1)
    with (tmp_path / "file.csv.rejected.csv").open(encoding="utf-8-sig", newline="") as stream:
        (told,) = csv.DictReader(stream)
    assert reason in told.pop("Lý do")
    assert told.pop("Dòng") == "3"
    assert list(told.values()) == row.split(",")
    assert set(await _rows(database)) == {TWO}


async def test_a_first_row_that_was_rejected_does_not_reject_a_later_one(
    units: None, database: Database, database_url: str, tmp_path: Path
) -> None:
    """The first good row of a code is kept."""
    bad = FIRST.replace("31/05/2021 08:15", "31/06/2021")
    file = csv_file(tmp_path, HEADER, bad, FIRST, FIRST)
    report = await _import(database_url, file)
    assert counts(report) == _counts(new=1, rejected=2)
    assert [number for number, _ in report.named] == [2, 4]


async def test_what_is_odd_is_counted_and_taken(
    units: None, database: Database, database_url: str, tmp_path: Path
) -> None:
    """An unknown code form, a wrong phone, no channel, a status that lags behind the dates."""
    file = csv_file(
        tmp_path,
        HEADER,
        "HS-1,XA01,,,04/06/2021,,,05/06/2021,10,,không có",
        "HS-2,XA01,,Trực tiếp,01/06/2021,,,02/06/2021,4,,",
        f"{ONE},XA01,,Trực tiếp,05/06/2021 10:00,,,05/06/2021,10,,",
    )
    report = await _import(database_url, file)
    assert counts(report) == _counts(new=3)
    assert dict(report.warnings) == {
        "unknown_code": 2,
        "phone": 1,
        "no_channel": 1,
        "returned_by_date_only": 1,
    }
    assert (await _rows(database))["HS-1"]["channel"] == "in_person"


async def test_an_export_without_a_column_of_returns_takes_the_finish(
    units: None, database: Database, database_url: str, tmp_path: Path
) -> None:
    """As the export of Thanh Hóa's system; a state is read from the dates where there is none."""
    file = csv_file(
        tmp_path,
        "STT,Đơn vị tiếp nhận,Mã hồ sơ,Trạng thái,Ngày nhận,Ngày hẹn trả,Ngày kết thúc xử lý",
        f"1,XA01,{ONE},Đã trả kết quả,31/05/2021,07/06/2021,05/06/2021 10:00",
        f"2,XA01,{TWO},,31/05/2021,07/06/2021,05/06/2021 10:00",
        "3,XA01,H56-210531-0003,10,31/05/2021,07/06/2021,",
    )
    report = await _import(database_url, file)
    rows = await _rows(database)
    assert counts(report) == _counts(new=2, rejected=1)
    assert rows[ONE]["returned_at"] == rows[ONE]["finished_at"] == datetime(2021, 6, 5, 10)
    assert (rows[TWO]["status"], rows[TWO]["returned_at"]) == (9, None)
    assert report.warnings["return_from_finish"] == 1
    assert counts(await _import(database_url, file)) == _counts(same=2, rejected=1)


async def test_a_mapping_file_serves_any_software(
    units: None, database: Database, database_url: str, tmp_path: Path
) -> None:
    """Their headers, our columns."""
    mapping = tmp_path / "igate.yaml"
    mapping.write_text("code: Số biên nhận\nunit: Nơi nhận\nreturned_at: Ngày phát\n", "utf-8")
    file = csv_file(tmp_path, "SỐ BIÊN NHẬN,nơi nhận,Ngày phát", f"{ONE},XA01,5/6/2021")
    report = await _import(database_url, file, mapping=mapping)
    assert counts(report) == _counts(new=1)
    assert (await _rows(database))[ONE]["status"] == 10


async def test_another_key_is_refused(
    units: None, database: Database, database_url: str, tmp_path: Path
) -> None:
    """With it, phones would match nobody and open nothing; nothing is written."""
    await _import(database_url, csv_file(tmp_path, HEADER, FIRST))
    async with office(database_url) as runtime:
        keys = Keyring(bytes(range(32)))
        other = DossierImporter(runtime.settings.zone, keys, runtime.today)
        file = csv_file(tmp_path, HEADER, SECOND)
        with pytest.raises(Refusal) as refused:
            await run_import(runtime, (other, Source(file=file)))
    assert refused.value.code == "privacy.other_key"
    assert set(await _rows(database)) == {ONE}


async def test_a_broken_steps_file_leaves_no_dossier(
    units: None, database: Database, database_url: str, tmp_path: Path
) -> None:
    """Both files are one transaction; the file of rejects appears only for what was done."""
    async with office(database_url) as runtime:
        importer = DossierImporter(runtime.settings.zone, runtime.keyring(), runtime.today)
        jobs = (
            (importer, Source(file=csv_file(tmp_path, HEADER, FIRST))),
            (StepImporter(runtime.settings.zone), Source(file=tmp_path / "none.csv")),
        )
        with pytest.raises(FileNotFoundError):
            await run_import(runtime, *jobs)
    assert await _rows(database) == {}


async def test_rejects_must_not_overwrite_what_is_read(
    units: None, database: Database, database_url: str, tmp_path: Path
) -> None:
    """Refused before anything is opened."""
    file = csv_file(tmp_path, HEADER, FIRST, ",,,,,,,,,,x")
    with pytest.raises(Refusal) as refused:
        await _import(database_url, file, rejects=file)
    assert refused.value.code == "imports.rejects_is_file"
    assert file.read_text("utf-8").startswith("Mã hồ sơ")


STEPS = "Mã hồ sơ,Cơ quan,Ngày hẹn trả,Ngày kết thúc xử lý"


async def test_steps_are_replaced_dossier_by_dossier(
    units: None, database: Database, database_url: str, tmp_path: Path
) -> None:
    """The worst counts for chỉ số 2; the same file twice changes nothing; a step that is gone
    from the file is gone; a dossier the file does not name keeps its steps."""
    await _import(database_url, csv_file(tmp_path, HEADER, FIRST, SECOND))
    late = f"{ONE},Phòng Tư pháp,03/06/2021,04/06/2021"
    early = f"{ONE},Phòng Tư pháp,04/06/2021,03/06/2021"
    other = f"{TWO},UBND xã,03/06/2021,03/06/2021"
    unknown = "H56-210531-9999,UBND xã,03/06/2021,03/06/2021"
    file = csv_file(tmp_path, STEPS, late, early, other, unknown, name="steps.csv")
    assert counts(await _import_steps(database_url, file)) == _counts(new=3, rejected=1)
    assert await _step_time(database, ONE) == Timing.LATE
    assert counts(await _import_steps(database_url, file)) == _counts(same=3, rejected=1)
    report = await _import_steps(database_url, csv_file(tmp_path, STEPS, early, name="steps.csv"))
    assert counts(report) == _counts(changed=1)
    assert report.warnings["removed"] == 1
    assert await _step_time(database, ONE) == Timing.EARLY
    assert await _step_time(database, TWO) == Timing.SAME_DAY


async def test_more_rows_than_one_chunk(
    units: None, database: Database, database_url: str, tmp_path: Path
) -> None:
    """A duplicate is told also across chunks; numbers add up."""
    lines = [f"H56-210531-{number:05d},XA01" for number in range(4_500)]
    file = csv_file(tmp_path, "code,unit", *lines, lines[0])
    assert counts(await _import(database_url, file)) == _counts(new=4_500, rejected=1)
    assert counts(await _import(database_url, file)) == _counts(same=4_500, rejected=1)


async def _step_time(database: Database, code: str) -> int:
    row = (await _rows(database))[code]
    async with database.read() as conn:
        return int((await evidence_of(conn, row["id"]))["step_time"])


def _counts(**given: int) -> dict[str, int]:
    return {"new": 0, "changed": 0, "same": 0, "rejected": 0} | given
