"""Units from a file, on both databases."""

import csv
from pathlib import Path

import pytest

from admin.importing import Source, run_import
from admin.importing.units import UnitImporter
from surveys.errors import Refusal
from surveys.store.base.database import Database
from surveys.store.dossiers import units
from surveys.store.system import audit
from tests.integration.office import counts, csv_file, office, take_in

HEADER = "Mã đơn vị,Tên đơn vị,Cấp,Khối,Trực thuộc,Từ ngày,Đến ngày"


async def _import(database_url: str, file: Path, *, dry_run: bool = False) -> dict[str, int]:
    async with office(database_url) as runtime:
        importer = UnitImporter(runtime.settings.zone)
        (report,) = await run_import(runtime, (importer, Source(file=file, dry_run=dry_run)))
    return counts(report)


async def _tree(database: Database) -> dict[str, str | None]:
    async with database.read() as conn:
        return {code: unit.parent for code, (_, unit) in (await units.list_all(conn)).items()}


async def test_parents_may_come_later_and_twice_is_once(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """By code or by name; the second time everything is as before."""
    file = csv_file(
        tmp_path,
        HEADER,
        "XA01,Xã An Hòa,Xã,xa,HUYỆN AN LÃO,01/01/2000,30/06/2025",
        "XA02,Xã An Tân,cấp xã,,H,,",
        "H,Huyện An Lão,huyen,phong,,,",
    )
    assert await _import(database_url, file) == _counts(new=3)
    assert await _import(database_url, file) == _counts(same=3)
    assert await _tree(database) == {"H": None, "XA01": "H", "XA02": "H"}
    async with database.read() as conn:
        found = (await units.list_all(conn))["XA01"][1]
    assert (found.level, found.block) == ("xa", "xa")
    assert [str(found.valid_from), str(found.valid_to)] == ["2000-01-01", "2025-06-30"]


async def test_a_changed_unit_is_changed_and_the_rest_stay(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """Another parent, another name; a code in other capitals is the same code."""
    await _import(
        database_url, csv_file(tmp_path, HEADER, "A,Một,Xã,,,,", "B,Hai,Xã,,A,,", "C,Ba,Xã,,A,,")
    )
    file = csv_file(tmp_path, HEADER, "a,Một mới,Xã,,,,", "B,Hai,Xã,,C,,")
    assert await _import(database_url, file) == _counts(changed=2)
    assert await _tree(database) == {"A": None, "B": "C", "C": "A"}


async def test_rows_that_cannot_be_taken_are_told_why(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """A code twice, an unknown level, a bad date, no name; a child of a rejected row too."""
    file = csv_file(
        tmp_path,
        HEADER,
        "A,Một,Xã,,,,",
        "A,Hai,Xã,,,,",
        "B,Ba,Thôn,,,,",
        "C,Bốn,Xã,,,31/02/2020,",
        "D,,Xã,,,,",
        "E,Sáu,Xã,,B,,",
        "F,Bảy,Xã,,E,,",
        "G,Tám,Xã,,,02/01/2020,01/01/2020",
    )
    assert await _import(database_url, file) == _counts(new=1, rejected=7)
    with (tmp_path / "file.csv.rejected.csv").open(encoding="utf-8-sig") as stream:
        told = {row["Mã đơn vị"] + row["Dòng"]: row["Lý do"] for row in csv.DictReader(stream)}
    assert told["A3"] == "Mã đơn vị A đã có ở dòng 2."
    assert "Cột Từ ngày: “31/02/2020” không phải ngày" in told["C5"]
    assert "Tên đơn vị" in told["D6"]
    assert sorted(told) == ["A3", "B4", "C5", "D6", "E7", "F8", "G9"]
    assert await _tree(database) == {"A": None}


async def test_a_circle_is_refused_whole(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """Nothing of the file is taken, and the circle is named; also one closed by a stored unit."""
    file = csv_file(
        tmp_path, HEADER, "A,Một,Xã,,C,,", "B,Hai,Xã,,A,,", "C,Ba,Xã,,B,,", "D,Bốn,Xã,,,,"
    )
    with pytest.raises(Refusal) as refused:
        await _import(database_url, file)
    assert refused.value.code == "units.circle"
    assert await _tree(database) == {}
    await _import(database_url, csv_file(tmp_path, HEADER, "A,Một,Xã,,,,", "B,Hai,Xã,,A,,"))
    with pytest.raises(Refusal):
        await _import(database_url, csv_file(tmp_path, HEADER, "A,Một,Xã,,B,,"))
    with pytest.raises(Refusal):
        await _import(database_url, csv_file(tmp_path, HEADER, "A,Một,Xã,,A,,"))
    assert await _tree(database) == {"A": None, "B": "A"}


async def test_a_dry_run_counts_and_keeps_nothing(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """No unit, no row in the audit log, no file of rejects."""
    file = csv_file(tmp_path, HEADER, "A,Một,Xã,,,,", "A,Hai,Xã,,,,")
    before = _files(tmp_path)
    assert await _import(database_url, file, dry_run=True) == _counts(new=1, rejected=1)
    assert await _tree(database) == {}
    async with database.read() as conn:
        assert await audit.list_entries(conn, limit=9) == []
    assert _files(tmp_path) == before


async def test_names_that_two_units_share_do_not_name_a_parent(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """Ambiguous is rejected, with the codes to choose from."""
    async with office(database_url) as runtime:
        file = csv_file(
            tmp_path, HEADER, "A,Hòa Bình,Xã,,,,", "B,HOÀ BÌNH,Xã,,,,", "C,Ba,Xã,,Hòa Bình,,"
        )
        report = await take_in(runtime, UnitImporter(runtime.settings.zone), file)
    assert counts(report) == _counts(new=2, rejected=1)
    assert "A, B" in report.named[0][1]


def _files(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir() if "sqlite" not in one.name}


def _counts(**given: int) -> dict[str, int]:
    return {"new": 0, "changed": 0, "same": 0, "rejected": 0} | given


async def test_where_to_ask_is_imported_and_a_blank_keeps_it(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """A later file without these columns, or with blanks, takes nothing away."""
    more = f"{HEADER},Điện thoại,Địa chỉ,Giờ làm việc"
    first = csv_file(tmp_path, more, "A,Một,Xã,,,,,0256 111,12 Trần Phú,7:30–17:00")
    await _import(database_url, first)
    await _import(database_url, csv_file(tmp_path, HEADER, "A,Một,Xã,,,,"))
    await _import(database_url, csv_file(tmp_path, more, "A,Một,Xã,,,,,0256 222,,"))
    async with database.read() as conn:
        found = (await units.list_all(conn))["A"][1]
    assert (found.phone, found.address, found.hours) == ("0256 222", "12 Trần Phú", "7:30–17:00")
