"""Aggregate tables of other layouts: read as a person reads them, or told by cell."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from surveys.store.base.database import Database
from tests.fakes.xls import write_xls
from tests.integration.office import csv_file
from tests.integration.test_import_aggregates import (
    Cells,
    import_table,
    stored_counts,
    units,
    write_xlsx,
)

__all__ = ["units"]

OFFICIAL: Cells = [
    ["Ban hành theo Thông tư số 01/2020/TT-VPCP", "", "", "", "", "Biểu số II.06a/VPCP/KSTT"],
    ["Kỳ báo cáo: Quý II/2021"],
    ["STT", "Lĩnh vực, công việc giải quyết theo cấp", "Số lượng hồ sơ tiếp nhận", "", "", "",
     "Số lượng hồ sơ đã giải quyết", "", "", "", "Số lượng hồ sơ đang giải quyết", "", ""],
    ["", "", "Tổng số", "Trong kỳ", "", "Từ kỳ trước", "Tổng số", "Trước hạn", "Đúng hạn",
     "Quá hạn", "Tổng số", "Trong hạn", "Quá hạn"],
    ["", "", "", "Trực tuyến", "Trực tiếp, dịch vụ bưu chính", "", "", "", "", "", "", "", ""],
    ["(1)", "(2)", "(3)=(4)+(5)+(6)", "(4)", "(5)", "(6)", "(7)=(8)+(9)+(10)", "(8)", "(9)",
     "(10)", "(11)=(12)+(13)", "(12)", "(13)"],
    ["I", "TTHC cấp xã"],
    [1, "Công chứng", 7, 3, 4, 0, 7, 5, 2, 0, 0, 0, 0],
    [2, "Chứng thực", 5, 2, 2, 1, 4, 2, 1, 1, 1, 1, 0],
    ["", "TỔNG CỘNG (I+II)", 12, 5, 6, 1, 11, 7, 3, 1, 1, 1, 0],
    ["", "NGƯỜI LẬP BIỂU", "", "", "", "", "", "", "", "CHỦ TỊCH"],
]  # fmt: skip
TOTAL_FIRST: Cells = [
    ["BÁO CÁO TỔNG HỢP KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH"],
    ["STT", "Đơn vị giải quyết thủ tục hành chính", "Số hồ sơ tiếp nhận", "", "", "", "", "",
     "Số hồ sơ đã giải quyết", "", "", "", "", "Số hồ sơ đang giải quyết", "", "", "",
     "Tỷ lệ đúng hạn (%)"],
    ["", "", "Tổng số", "Trong đó", "", "", "", "", "Tổng số", "Sớm hạn", "Đúng hạn", "Quá hạn",
     "", "Tổng số", "Chưa đến hạn", "Quá hạn", "", ""],
    ["", "", "", "Qua DVCTT toàn trình", "DVCTT một phần", "Trực tiếp", "BCCI",
     "Kỳ trước chuyển qua", "", "", "", "Đã xin lỗi", "Chưa xin lỗi", "", "", "Đã xin lỗi",
     "Chưa xin lỗi", ""],
    [*range(1, 19)],
    ["", "Tổng cộng", 30, 6, 6, 12, 3, 3, 25, 10, 10, 3, 2, 5, 3, 1, 1, "80,00"],
    ["A", "Cấp xã"],
    ["1", " Xã An Hòa ", "20 ", 4, 4, 8, 2, 2, "16", 7, 7, 1, 1, 4, 2, 1, 1, "87,50"],
    ["2", "Xã An Tân", 10, 2, 2, 4, 1, 1, 9, 3, 3, 2, 1, 1, 1, 0, 0, "66,67"],
    ["", "Trong đó: cấp xã", 30, 6, 6, 12, 3, 3, 25, 10, 10, 3, 2, 5, 3, 1, 1, "80,00"],
]  # fmt: skip
TOTAL_FIRST_MERGES = [
    *((1, 0, 3, 0), (1, 1, 3, 1), (1, 2, 1, 7), (2, 2, 3, 2), (2, 3, 2, 7), (1, 8, 1, 12)),
    *((2, 11, 2, 12), (1, 13, 1, 16), (2, 15, 2, 16), (1, 17, 3, 17)),
]
LEVELS: Cells = [
    ["", "STT", "Cơ quan, đơn vị", "Tiếp nhận", "", "", "", "Đã giải quyết", "Đang giải quyết"],
    ["", "", "", "Tổng", "Trực tuyến mức độ 4", "Trực tuyến mức độ 3", "Trực tiếp", "", ""],
    ["", "A", "B", "1", "2", "3", "4", "5", "6"],
    ["", "1", "XA01", 10, 4, 1, 5, 8, 2],
]
ODD = [
    ("official.xlsx", OFFICIAL, (), "XA02", {
        "received": 12, "online": 5, "direct_or_post": 6, "carried_over": 1, "resolved": 11,
        "early": 7, "same_day": 3, "late": 1, "pending": 1, "pending_in_time": 1,
        "pending_late": 0,
    }),
    ("total-first.xlsx", TOTAL_FIRST, TOTAL_FIRST_MERGES, None, {
        "received": 20, "online_full": 4, "online_partial": 4, "direct": 8, "post": 2,
        "carried_over": 2, "resolved": 16, "early": 7, "same_day": 7, "late_apology": 1,
        "late_no_apology": 1, "pending": 4, "pending_in_time": 2, "pending_late_apology": 1,
        "pending_late_no_apology": 1,
    }),
    ("levels.xls", LEVELS, (), None, {
        "received": 10, "online_full": 4, "online_partial": 1, "direct": 5, "resolved": 8,
        "pending": 2,
    }),
]  # fmt: skip


@pytest.mark.parametrize(("name", "cells", "merges", "unit", "expected"), ODD)
async def test_odd_tables_are_read_as_a_person_reads_them(
    units: None,
    database: Database,
    database_url: str,
    tmp_path: Path,
    name: str,
    cells: Cells,
    merges: Sequence[tuple[int, int, int, int]],
    unit: str | None,
    expected: dict[str, int],
) -> None:
    """Headings, signatures, numbered or lettered columns, sums above and below the rows: no row is
    rejected, no sum counted; levels 3 and 4 are the terms of today; a heading without parts is a
    whole.
    """
    file = tmp_path / name
    if name.endswith(".xls"):
        write_xls(file, cells)
    else:
        write_xlsx(file, cells, merges)
    report = await import_table(database_url, file, unit)
    assert report.reasons == {}
    assert {"unbalanced", "total_differs"}.isdisjoint(report.warnings)
    stored = (await stored_counts(database))[unit or "XA01"]
    assert {one.removeprefix("reported_"): int(n) for one, n in stored.items()} == expected


async def test_parts_that_exceed_their_whole_together_are_told(
    units: None, database_url: str, tmp_path: Path
) -> None:
    """Though a column is missing, so that no sum can be checked; a part of a part is refused."""
    head = ["STT,Đơn vị,Số hồ sơ tiếp nhận,,,,Số hồ sơ đã giải quyết,,"]
    head.append(",,Tổng số,Trực tuyến,Toàn trình,Trực tiếp,Tổng số,Trước hạn,Đúng hạn")
    file = csv_file(tmp_path, *head, "1,XA01,10,6,6,6,10,8,8", "2,XA02,10,4,5,6,10,2,8")
    report = await import_table(database_url, file)
    told = " | ".join(report.details["unbalanced"].words)
    assert "C3: hồ sơ tiếp nhận (báo cáo) 10 ≠" in told
    assert "G3: hồ sơ đã giải quyết (báo cáo) 10 ≠" in told
    assert told.count("(-6)") == 1
    [reason] = report.reasons.values()
    assert (reason.code, "E4" in " ".join(reason.examples)) == ("facts.above_whole", True)
