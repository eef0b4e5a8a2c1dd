"""Tables of counts as offices have them: three families, read by their headers, checked by cell."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from admin.importing import Report, Source, run_import
from admin.importing.aggregate_table import Layout, find_layout
from admin.importing.aggregate_words import SHIPPED, load_words
from admin.importing.aggregates import AggregateImporter
from surveys.errors import Refusal
from surveys.store.base.database import Database
from surveys.store.dossiers import facts
from tests.fakes.xls import write_xls
from tests.integration.office import counts, csv_file, office
from tests.integration.rows import add_dossier, add_unit

WORDS = load_words()
Cells = Sequence[Sequence[str | float]]
BY_UNIT: Cells = [
    ["TỔNG HỢP KẾT QUẢ GIẢI QUYẾT TTHC THEO ĐƠN VỊ"],
    [],
    ["STT", "Đơn vị giải quyết TTHC", "Số hồ sơ tiếp nhận", "", "", "", "Số hồ sơ đã giải quyết",
     "", "", "", "Số hồ sơ đang giải quyết", "", "", "Không được tiếp nhận", "Rút"],
    ["", "", "Tổng số", "Trực tuyến", "Tiếp nhận trực tiếp", "Kỳ trước chuyển qua", "Tổng số",
     "Đúng và trước hạn", "Quá hạn", "", "Tổng số", "Chưa đến hạn", "Quá hạn", "", ""],
    ["", "", "", "", "", "", "", "", "Đã có thư xin lỗi", "Chưa có thư xin lỗi", "", "", "", "",
     ""],
    ["(1)", "(2)", "(3)=(7)+(11)", "(4)", "(5)", "(6)", "(7)", "(8)", "(9)", "(10)", "(11)", "(12)",
     "(13)", "(14)", "(15)"],
    ["", "Trong đó"],
    [1, "Xã An Hòa", "1.234", "1,000", 200, 34, 1230, 1200, 20, 10, 4, 3, 1, 2, 0],
    [2, "Xã An Tân", 10, 4, 5, 1, 9, 9, 0, 0, 1, 1, 0, 0, 0],
    ["Tổng cộng", "", 1245, 1004, 205, 35, 1239, 1209, 20, 10, 5, 4, 1, 2, 0],
]  # fmt: skip
MERGES = [(2, 0, 4, 0), (2, 1, 4, 1), (2, 2, 2, 5), (2, 6, 2, 9), (3, 8, 3, 9), (2, 10, 2, 12)]
BY_FIELD: Cells = [
    ["Biểu số II.06a/VPCP/KSTT"],
    ["STT", "Lĩnh vực giải quyết", "Số lượng hồ sơ tiếp nhận", "", "", "",
     "Số lượng hồ sơ đã giải quyết", "", "", "", "Số lượng hồ sơ đang giải quyết", "", ""],
    ["", "", "Tổng số", "Trong kỳ", "", "Từ kỳ trước", "Tổng số", "Trước hạn", "Đúng hạn",
     "Quá hạn", "Tổng số", "Trong hạn", "Quá hạn"],
    ["", "", "", "Trực tuyến", "Trực tiếp, dịch vụ bưu chính", "", "", "", "", "", "", "", ""],
    ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)", "(9)", "(10)", "(11)", "(12)", "(13)"],
    [1, "Chứng thực", 5, 2, 2, 1, 4, 2, 1, 1, 1, 1, 0],
    [2, "Hộ tịch", 7, 3, 4, 0, 7, 5, 2, 0, 0, 0, 0],
    ["", "Tổng cộng", 12, 5, 6, 1, 11, 7, 3, 1, 1, 1, 0],
]  # fmt: skip
BTP: Cells = [
    ["", "Biểu số: 07a/BTP"],
    ["", "TT", "Đơn vị thực hiện", "Tiếp nhận", "Tiếp nhận", "Đã giải quyết", "Đã giải quyết",
     "Đang giải quyết"],
    ["", "", "", "Tổng số", "Trực tuyến toàn trình", "Tổng số", "Quá hạn", "Tổng số"],
    ["", "1", "XA01", 3, 1, 2, 1, 1],
    ["", "2", "XA02", 2, "0", 2, "0", "0"],
]  # fmt: skip


def write_xlsx(file: Path, cells: Cells, merges: Sequence[tuple[int, int, int, int]] = ()) -> None:
    """A workbook of one sheet with these cells and merged ranges."""
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate(cells):
            for place, cell in enumerate(line):
                if cell != "":
                    sheet.write(number, place, cell)
        for top, left, bottom, right in merges:
            sheet.merge_range(top, left, bottom, right, cells[top][left])


@pytest.fixture
async def units(database: Database) -> None:
    """Two communes; the first has two dossiers of the month."""
    async with database.write() as conn:
        one = await add_unit(conn, "XA01", name="Xã An Hòa")
        await add_unit(conn, "XA02", name="Xã An Tân")
        day = datetime(2021, 5, 3)
        for code in ("D1", "D2"):
            await add_dossier(conn, one, code, received_at=day, channel="online")


async def import_table(
    url: str, file: Path, unit: str | None = None, layout: Layout | None = None
) -> Report:
    """Import the table for May 2021."""
    async with office(url) as runtime:
        found = layout or find_layout(file, WORDS)
        period = runtime.period("2021-05")
        importer = AggregateImporter(runtime, found, WORDS, period, unit)
        (report,) = await run_import(runtime, (importer, Source(file=file)))
    return report


async def stored_counts(database: Database) -> dict[str, dict[str, str]]:
    """Unit → fact → its value in that month."""
    async with database.read() as conn:
        return dict((await facts.list_by_period(conn, ["2021-05"]))["2021-05"])


async def test_a_table_by_unit_is_read_checked_and_compared(
    units: None, database: Database, database_url: str, tmp_path: Path
) -> None:
    """Three header rows with merged cells, numbered columns, sums passed over; what does not add
    up and what our dossiers say otherwise is told by cell and unit, and nothing is changed."""
    file = tmp_path / "units.xlsx"
    write_xlsx(file, BY_UNIT, MERGES)
    assert find_layout(file, WORDS).family == "units"
    report = await import_table(database_url, file)
    assert counts(report) == {"new": 2, "changed": 0, "same": 0, "rejected": 0}
    stored = await stored_counts(database)
    assert stored["XA01"] == {
        "reported_received": "1234",
        "reported_online": "1000",
        "reported_direct": "200",
        "reported_carried_over": "34",
        "reported_resolved": "1230",
        "reported_on_time": "1200",
        "reported_late_apology": "20",
        "reported_late_no_apology": "10",
        "reported_pending": "4",
        "reported_pending_in_time": "3",
        "reported_pending_late": "1",
        "reported_not_accepted": "2",
        "reported_withdrawn": "0",
    }
    [total] = report.details["total_differs"].words
    assert "C10" in total
    assert "1245 ≠ 1244 (+1)" in total
    told = " | ".join(report.details["not_as_dossiers"].words)
    assert "XA01 hồ sơ tiếp nhận (báo cáo): 1234 ≠ 2 (+1232)" in told
    assert "XA02" not in told
    assert "unbalanced" not in report.warnings
    assert counts(await import_table(database_url, file))["same"] == 2


@pytest.mark.parametrize("write", ["csv", "xlsx"])
async def test_a_form_by_field_belongs_to_one_unit(
    units: None, database: Database, database_url: str, tmp_path: Path, write: str
) -> None:
    """Its lines are added up; without merged cells the headers extend to the right."""
    file = tmp_path / f"ii06a.{write}"
    if write == "xlsx":
        write_xlsx(file, BY_FIELD)
    else:
        lines = (",".join(f'"{cell}"' for cell in line) for line in BY_FIELD)
        csv_file(tmp_path, *lines, name=file.name)
    assert find_layout(file, WORDS).family == "ii06a"
    report = await import_table(database_url, file, "Xã An Tân")
    assert counts(report) == {"new": 2, "changed": 0, "same": 0, "rejected": 0}
    assert report.warnings == {}
    stored = (await stored_counts(database))["XA02"]
    assert {name.removeprefix("reported_"): int(value) for name, value in stored.items()} == {
        "received": 12,
        "online": 5,
        "direct_or_post": 6,
        "carried_over": 1,
        "resolved": 11,
        "early": 7,
        "same_day": 3,
        "late": 1,
        "pending": 1,
        "pending_in_time": 1,
        "pending_late": 0,
    }


async def test_an_old_workbook_with_an_empty_first_column(
    units: None, database: Database, database_url: str, tmp_path: Path
) -> None:
    """`.xls`: columns are found where they are; a table that does not balance is told."""
    file = tmp_path / "07a.xls"
    write_xls(file, BTP)
    assert find_layout(file, WORDS).family == "btp07a"
    report = await import_table(database_url, file)
    assert counts(report)["new"] == 2
    stored = await stored_counts(database)
    assert stored["XA01"]["reported_online_full"] == "1"
    assert (stored["XA02"]["reported_late"], stored["XA02"]["reported_pending"]) == ("0", "0")


Change = Callable[[list[list[str | float]]], None]


def _put(row: int, column: int, value: str | float) -> Change:
    def change(cells: list[list[str | float]]) -> None:
        cells[row][column] = value

    return change


@pytest.mark.parametrize(
    ("change", "code", "cell"),
    [
        (_put(8, 6, 11), "facts.above_whole", "G9"),
        (_put(8, 2, "1,5"), "facts.not_a_count", "C9"),
        (_put(8, 2, -1), "facts.not_a_count", "C9"),
        (_put(8, 1, "Xã lạ"), "units.unknown", ""),
        (_put(8, 1, "Xã An Hòa"), "facts.unit_twice", ""),
    ],
)
async def test_a_row_that_cannot_be_is_refused_with_its_cell(
    units: None, database_url: str, tmp_path: Path, change: Change, code: str, cell: str
) -> None:
    """The other rows are taken."""
    cells = [list(line) for line in BY_UNIT]
    change(cells)
    file = tmp_path / "units.xlsx"
    write_xlsx(file, cells, MERGES)
    report = await import_table(database_url, file)
    assert counts(report)["rejected"] == 1
    [reason] = report.reasons.values()
    assert reason.code == code
    assert cell in " ".join(reason.examples)


async def test_what_does_not_balance_is_told_by_cell(
    units: None, database_url: str, tmp_path: Path
) -> None:
    """Received ≠ resolved + pending: the signed difference, and the figures stay."""
    cells = [list(line) for line in BY_UNIT]
    cells[8][10] = 0
    cells[8][11] = 0
    file = tmp_path / "units.xlsx"
    write_xlsx(file, cells, MERGES)
    report = await import_table(database_url, file)
    [told] = report.details["unbalanced"].words
    assert told.startswith("C9: hồ sơ tiếp nhận (báo cáo) 10 ≠ ")
    assert told.endswith(" 9 (+1)")
    assert counts(report)["new"] == 2


def test_another_table_needs_no_code(tmp_path: Path) -> None:
    """A file of words of one's own; one that names an unknown quantity is refused."""
    told = SHIPPED.read_text("utf-8").replace('"phi dia gioi"', '"khong phu thuoc dia gioi"')
    own = tmp_path / "own.yaml"
    own.write_text(told, "utf-8")
    file = csv_file(
        tmp_path,
        "STT,Đơn vị,Hồ sơ tiếp nhận,,Rút hồ sơ",
        ",,Tổng số,Không phụ thuộc địa giới,",
        "1,XA01,5,2,0",
    )
    assert "reported_boundary_free" in find_layout(file, load_words(own)).places
    assert "reported_boundary_free" not in find_layout(file, WORDS).places
    own.write_text(
        told.replace("reported_paid_online, reported_paid_direct]}", "nothing]}"), "utf-8"
    )
    with pytest.raises(Refusal, match=r"facts\.bad_families"):
        load_words(own)


def test_what_is_no_such_table_is_refused(tmp_path: Path) -> None:
    """By the file's name; two columns of one meaning by their letters."""
    with pytest.raises(Refusal, match=r"facts\.no_aggregate"):
        find_layout(csv_file(tmp_path, "STT,Tên,Tuổi", "1,An,5"), WORDS)
    twice = ["STT,Đơn vị,Hồ sơ đã giải quyết,,", ",,Tổng số,Quá hạn,Quá hạn", "1,XA01,5,2,1"]
    with pytest.raises(Refusal, match=r"facts\.column_twice") as refused:
        find_layout(csv_file(tmp_path, *twice), WORDS)
    assert refused.value.params["cells"] == "D, E"
