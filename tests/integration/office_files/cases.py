"""Each kind of file that offices send, with the right outcome."""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from typing import Any

from tests.integration.office_files.writing import (
    DAYS,
    HEADER,
    SHEET,
    TRUE_DAYS,
    book,
    csv,
    hidden_xml_2003,
    html,
    html_merged,
    rezipped,
    row,
    with_error,
    with_filter,
    with_formula,
    with_hidden_column,
    xml_2003,
)

TWO = [HEADER, row(1), row(2)]
TYPED = [HEADER, *(row(number, days=TRUE_DAYS) for number in (1, 2, 3))]
UPPER = (*HEADER[:3], "Thời gian giải quyết", "", "", "", *HEADER[7:])
LOWER = ("", "", "", *HEADER[3:7], "", "")
MERGES = ("A1:A2", "B1:B2", "C1:C2", "D1:G1", "H1:H2", "I1:I2")
GROUPED = [("", "", "", "Tiếp nhận", "Hẹn trả", "Trả kết quả"), (*HEADER[:3], *["Ngày"] * 3)]
TCVN3 = "M· hå s¬,§¬n vÞ,Ngµy nhËn,Ngµy tr¶ kÕt qu¶\nA-1,UBND x· An Hßa,03/05/2021,07/05/2021\n"
VNI = "Maõ hoà sô,Ñôn vò,Ngaøy nhaän\nA-1,UBND xaõ An Hoøa,03/05/2021\n"
WINDOWS = (
    b"Ma\xde h\xf4\xcc s\xf5,\xd0\xf5n vi\xf2,Nga\xccy nh\xe2\xf2n\n"
    b"A-1,UBND xa\xde An Ho\xcca,03/05/2021\n"
)
SUMS = [
    HEADER,
    ["I. UBND xã An Hòa"],
    row(1),
    row(2),
    ["Cộng I: 2 hồ sơ"],
    ["TỔNG CỘNG", "", "", "", "", "", "", 2],
    [],
    ["", "", "", "", "", "", "", "An Lão, ngày 15 tháng 6 năm 2021"],
    ["", "Người lập biểu", "", "", "", "", "", "Thủ trưởng"],
]
SWAPPED = [
    HEADER,
    row(1, days=(date(2021, 3, 5), date(2021, 10, 5), date(2021, 7, 5), date(2021, 7, 5))),
    row(2, days=("14/05/2021", "21/05/2021", "18/05/2021", "18/05/2021")),
    row(3, days=("28/05/2021", date(2021, 4, 6), date(2021, 2, 6), date(2021, 2, 6))),
]
WRITINGS = (
    *("12-04-2021 08:30", "2021/04/12 08:30", "12/4/2021 8h30", "12/04/2021 08:30 SA"),
    *(
        "ngày 12 tháng 4 năm 2021",
        " 12 / 04 / 2021",
        "12/04/2021 04:30 CH",
        "12/04/2021\u00a008:30",
    ),
)
STATUSES = ("Đã trả kết quả đúng hạn", "Hoàn thành", "Chờ phê duyệt")
STRAY = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t> </t></is></c></row></sheetData>'
FAR = STRAY.replace(b"> <", b">x<")
BLANKS = b"<sheetData>" + b" " * 70_000_000


@dataclass(frozen=True, kw_only=True)
class Case:
    """A file, and what becomes of it. `said`: pieces of what is told; `stored`: some fields."""

    name: str
    content: bytes
    accepted: int = 0
    rejected: int = 0
    said: Sequence[str] = ()
    refused: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    json: Mapping[str, Any] = field(default_factory=dict)
    stored: Mapping[str, Any] = field(default_factory=dict)


def _zip(*names: str) -> bytes:
    with zipfile.ZipFile(found := BytesIO(), "w") as package:
        for name in names:
            package.writestr(name, "x" * 100)
    return found.getvalue()


def _stray(end: bytes) -> bytes:
    return rezipped(book(TWO), {SHEET: lambda part: part.replace(b"</sheetData>", end)})


RETURNED = {"returned_at": datetime(2021, 5, 7)}
CASES = (
    Case(
        name="formula-without-value.xlsx",
        content=book(TYPED, change=with_formula),
        accepted=2,
        rejected=1,
        said=("Ô G3", "công thức chưa được tính", "1 công thức chưa tính"),
    ),
    Case(
        name="error-cell.xlsx",
        content=book(TYPED, change=with_error),
        accepted=2,
        rejected=1,
        said=("Ô G3", "#N/A", "1 lỗi công thức"),
    ),
    Case(
        name="error-text.csv",
        content=csv([HEADER, row(1), row(2, days=("03/05/2021", "#REF!", "", ""))]),
        accepted=1,
        rejected=1,
        said=("Ô E3", "#REF!"),
    ),
    Case(
        name="filtered.xlsx",
        content=book(TYPED, change=with_filter),
        accepted=3,
        said=("2 dòng đang bị ẩn",),
        json={"hidden_rows": 2},
    ),
    Case(
        name="two-row-header.xlsx",
        content=book([UPPER, LOWER, row(1), row(2)], merges=MERGES),
        accepted=2,
        stored=RETURNED,
        json={"unknown_columns": []},
    ),
    Case(
        name="two-row-header.csv",
        content=csv([UPPER, LOWER, row(1), row(2)]),
        accepted=2,
        stored=RETURNED,
    ),
    Case(
        name="header-read-upwards.csv",
        content=csv([*GROUPED, [*row(1)[:5], "07/05/2021"]]),
        accepted=1,
        stored=RETURNED,
    ),
    Case(
        name="other-names.csv",
        content=csv(
            [
                (
                    "Mã HS",
                    "Cơ quan thực hiện",
                    "Hình thức nộp",
                    "Ngày tiếp nhận (*)",
                    "Hạn trả KQ",
                    "Ngày xử lý xong",
                    "Ngày trả KQ",
                    "Tình trạng",
                    "Di động",
                ),
                row(1),
            ]
        ),
        accepted=1,
        stored={**RETURNED, "due_at": datetime(2021, 5, 10)},
        json={"unknown_columns": []},
    ),
    Case(
        name="unknown-names.csv",
        content=csv([(*HEADER[:4], "Kỳ hạn chót", *HEADER[5:]), row(1)]),
        accepted=1,
        said=("“Kỳ hạn chót” (có lẽ là Ngày hẹn trả)", "due_at: Kỳ hạn chót"),
        json={
            "unknown_columns": [
                {
                    "column": "Kỳ hạn chót",
                    "filled": 1,
                    "likely": "due_at",
                    "likely_title": "Ngày hẹn trả",
                }
            ]
        },
    ),
    Case(
        name="no-date-understood.csv",
        content=csv([("Mã hồ sơ", "Đơn vị", "Mốc một", "Mốc hai"), [*row(1)[:2], "1", "2"]]),
        refused="imports.no_essential",
    ),
    Case(
        name="no-date-understood-yes.csv",
        content=csv([("Mã hồ sơ", "Đơn vị", "Mốc một", "Mốc hai"), [*row(1)[:2], "1", "2"]]),
        options={"yes": True},
        accepted=1,
        said=("2 cột không được dùng",),
    ),
    Case(
        name="dates-all-empty.csv",
        content=csv([HEADER, row(1, days=[""] * 4)]),
        refused="imports.no_essential",
    ),
    Case(
        name="unit-merged-down.xlsx",
        content=book([HEADER, row(1), row(2), row(3)], merges=("B2:B4",)),
        accepted=3,
        said=("Đơn vị (2 nằm trong ô gộp)",),
    ),
    Case(
        name="merged-down.xls",
        content=html_merged(),
        accepted=3,
        said=("Đơn vị (2 nằm trong ô gộp)", "Ngày trả kết quả (1 nằm trong ô gộp)"),
        stored=RETURNED,
    ),
    Case(
        name="protected.csv",
        content=csv([HEADER, ['="000.17.22.H56-210503-0001"', *row(1)[1:]]])
        + csv([["'000.17.22.H56-210503-0002", *row(1)[1:]]]),
        accepted=2,
        said=(),
        json={"warnings": {}},
    ),
    Case(
        name="code-became-number.xlsx",
        content=book(
            [HEADER, [1.234567890123457e17, *row(1)[1:]], [date(2021, 5, 3), *row(1)[1:]]]
        ),
        rejected=2,
        said=("Ô A2", "cắt mất chữ số", "Ô A3", "thành ngày 03/05/2021"),
    ),
    Case(
        name="code-scientific.csv",
        content=csv([HEADER, ["2.10412E+13", *row(1)[1:]]]),
        rejected=1,
        said=("Ô A2", "cắt mất chữ số"),
    ),
    Case(
        name="swapped.xlsx",
        content=book(SWAPPED),
        accepted=1,
        rejected=2,
        said=("ngày chưa tới", "“Ngày nhận”", "đổi chỗ ngày và tháng", "hẹn trả trước ngày nhận"),
    ),
    Case(
        name="date-writings.csv",
        content=csv(
            [HEADER, *(row(n, days=[day, "", "", ""]) for n, day in enumerate(WRITINGS))], ";"
        ),
        accepted=len(WRITINGS),
    ),
    Case(name="stray-corner.xlsx", content=_stray(STRAY), accepted=2, stored=RETURNED),
    Case(name="far-cell.xlsx", content=_stray(FAR), refused="sheets.stray_cell"),
    Case(
        name="bomb.xlsx",
        content=rezipped(book(TWO), {SHEET: lambda part: part.replace(b"<sheetData>", BLANKS, 1)}),
        refused="sheets.too_large",
    ),
    Case(name="windows-1258.csv", content=WINDOWS, accepted=1, said=("Windows-1258",)),
    Case(name="tcvn3.csv", content=TCVN3.encode(), accepted=1, said=("TCVN3 (ABC)",)),
    Case(
        name="tcvn3-bytes.csv", content=TCVN3.encode("latin-1"), accepted=1, said=("TCVN3 (ABC)",)
    ),
    Case(
        name="tcvn3.xlsx",
        content=book([line.split(",") for line in TCVN3.splitlines()]),
        accepted=1,
        said=("TCVN3 (ABC)",),
    ),
    Case(name="vni.csv", content=VNI.encode("latin-1"), accepted=1, said=("VNI",)),
    Case(
        name="sums.xlsx",
        content=book(SUMS),
        accepted=2,
        said=("5 dòng tiêu đề", "2, 5, 6, 8, 9"),
        json={"rows": 2, "passed_over": 5},
    ),
    Case(
        name="several-sheets.xlsx",
        content=book(TWO, [HEADER, row(3)]),
        refused="sheets.several_tables",
    ),
    Case(
        name="half-a-table.xlsx",
        content=book(TWO, [("Mã hồ sơ", *HEADER[2:]), [row(3)[0], *row(3)[2:]]]),
        options={"all_sheets": True},
        refused="sheets.column_missing",
    ),
    Case(
        name="hidden-column.xlsx",
        content=book(TWO, change=with_hidden_column),
        accepted=2,
        said=("đang bị ẩn trong tệp; vẫn nhập: Ngày trả kết quả",),
        stored=RETURNED,
    ),
    Case(
        name="all-sheets.xlsx",
        content=book(TWO, [HEADER, row(3), row(1)]),
        options={"all_sheets": True},
        accepted=3,
        rejected=1,
        said=("Trang tính Xã 2: 2 dòng, nhận 1, loại 1", "Dòng 3 (Xã 2)", "đã có ở dòng 2 (Xã 1)"),
    ),
    Case(
        name="one-sheet.xlsx",
        content=book(TWO, [HEADER, row(3)]),
        options={"sheet": "Xã 2"},
        accepted=1,
        said=("chưa đọc: Xã 1",),
        json={"unread_sheets": ["Xã 1"]},
    ),
    Case(name="page.xls", content=html(TWO), accepted=2, stored=RETURNED),
    Case(name="xml.xls", content=xml_2003(TWO), accepted=2, stored=RETURNED),
    Case(
        name="nested.xls",
        content=html(TWO).replace(b"<td>XA01", b"<td><table><tr><td>XA01</table>"),
        accepted=2,
        stored=RETURNED,
    ),
    Case(
        name="layout.xls",
        content=b"<table><tr><td>" + html(TWO) + "<tr><td>Người lập</table>".encode(),
        accepted=2,
        stored=RETURNED,
    ),
    Case(
        name="to-the-end.xls",
        content=html([HEADER, row(1), row(2, unit=""), row(3, unit="")])
        .replace(b"<td>XA01", b"<td rowspan=0>XA01")
        .replace(b"<td></td><td>Tr", b"<td>Tr"),
        accepted=3,
        said=("Đơn vị (2 nằm trong ô gộp)",),
    ),
    Case(
        name="gaps-and-a-hidden-sheet.xls",
        content=xml_2003(TWO)
        .replace(b'<Row><Cell><Data ss:Type="String">000', b"<Row ss:Index='9'><Cell><Data>000", 1)
        .replace(b"</Worksheet>", b"</Worksheet>" + hidden_xml_2003(TWO)),
        accepted=2,
        said=("chưa đọc: Nháp",),
    ),
    Case(
        name="month-first.csv",
        content=csv([HEADER, row(1, days=("04/25/2021", *DAYS[1:])), row(2)]),
        accepted=1,
        rejected=1,
        said=("Cột Ngày nhận: “04/25/2021” viết tháng trước ngày",),
    ),
    Case(
        name="entities.xls",
        content=xml_2003(TWO).replace(b"<Workbook", b'<!DOCTYPE x [<!ENTITY a "b">]><Workbook'),
        refused="sheets.entities",
    ),
    Case(
        name="status-words.csv",
        content=csv([HEADER, *(row(n, status=word) for n, word in enumerate(STATUSES, 1))]),
        accepted=3,
        said=("3 hồ sơ có trạng thái không có trong danh mục", "“Hoàn thành”", "Dòng: 2, 3, 4"),
        stored={"status": 10},
    ),
    Case(
        name="impossible.csv",
        content=csv(
            [
                HEADER,
                row(1, days=("12/04/2021", "", "14/04/2021", "15/04/2021")),
                row(2, days=("12/04/2021", "", "14/04/2021", "10/04/2021")),
                row(3, days=("12/04/2021", "", "20/04/2021", "15/04/2021")),
            ]
        ),
        accepted=1,
        rejected=2,
        said=("trước ngày nhận 12/04/2021", "trước ngày kết thúc xử lý 20/04/2021"),
    ),
    Case(
        name="grouped-reasons.csv",
        content=csv([HEADER, *(row(n, unit="XA99") for n in range(12))]),
        rejected=12,
        said=("12 × ", "Dòng: 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …"),
    ),
    Case(
        name="a-line-for-each-unknown-unit.csv",
        content=csv([HEADER, *(row(n, unit=f"XA{90 + n // 2}") for n in range(4))]),
        rejected=4,
        said=("2 × Không có đơn vị nào mang mã hoặc tên “XA90”", "2 × ", "tên “XA91”"),
    ),
    Case(name="report.xlsx", content=b"%PDF-1.4\n", refused="sheets.is_pdf"),
    Case(name="letter.xlsx", content=_zip("word/document.xml"), refused="sheets.is_docx"),
    Case(name="binary.xlsb", content=_zip("xl/workbook.bin"), refused="sheets.is_xlsb"),
    Case(
        name="both.xlsx",
        content=_zip("xl/workbook.xml", "xl/Workbook.bin"),
        refused="sheets.is_xlsb",
    ),
    Case(name="archive.xlsx", content=_zip("ho-so.xlsx"), refused="sheets.is_zip"),
    Case(name="cut.xlsx", content=book(TWO)[:3_000], refused="sheets.cut"),
    Case(
        name="locked.xlsx",
        content=b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage\0".encode("utf-16-le"),
        refused="sheets.password",
    ),
    Case(
        name="letter.xls",
        content=b"\xd0\xcf\x11\xe0" + bytes(600) + "WordDocument\0".encode("utf-16-le"),
        refused="sheets.is_doc",
    ),
    Case(name="long-line.csv", content=b"a," * 600_000, refused="sheets.long_line"),
)
