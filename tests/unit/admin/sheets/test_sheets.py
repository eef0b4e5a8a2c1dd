"""Any file an office has becomes the same rows."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from admin.sheets import ColumnSpec, Fault, Rejects, Row, Trouble, read_mapping, read_sheet
from admin.sheets.columns import find_header
from surveys.errors import Refusal
from tests.fakes.xls import write_xls
from tests.integration.office_files.writing import rezipped

COLUMNS = (
    ColumnSpec(name="code", titles=("Mã hồ sơ",), required=True),
    ColumnSpec(name="unit", titles=("Đơn vị tiếp nhận", "Đơn vị"), required=True),
    ColumnSpec(name="received_at", titles=("Ngày nhận",)),
)
TITLE = ["SỔ THEO DÕI HỒ SƠ", "", ""]
HEADER = ["MÃ HỒ SƠ", " đơn vị  tiếp nhận ", "Ghi chú"]
GRID = [TITLE, ["", "", ""], HEADER, ["A-1", "XA01", "gấp"], ["", "", ""], ["A-2", "XA02", ""]]
Writer = Callable[[Path, Sequence[Sequence[Any]]], None]


def _csv(encoding: str, delimiter: str) -> Writer:
    def write(path: Path, grid: Sequence[Sequence[Any]]) -> None:
        lines = (delimiter.join(f'"{cell}"' if cell else "" for cell in row) for row in grid)
        path.write_text("\r\n".join(lines), encoding)

    return write


def _xlsx(path: Path, grid: Sequence[Sequence[Any]]) -> None:
    book = openpyxl.Workbook()
    for row in grid:
        book.active.append([cell if cell != "" else None for cell in row])
    book.save(path)


def _ods(path: Path, grid: Sequence[Sequence[Any]]) -> None:
    document, table = OpenDocumentSpreadsheet(), Table(name="Tờ 1")
    for row in grid:
        line = TableRow()
        for cell in row:
            filled = TableCell(valuetype="string")
            filled.addElement(P(text=str(cell)))
            line.addElement(filled if cell else TableCell())
        table.addElement(line)
    document.spreadsheet.addElement(table)
    document.save(path)


@pytest.mark.parametrize(
    "write",
    [
        *(_csv(encoding, ",") for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le")),
        *(_csv("utf-8", delimiter) for delimiter in ";\t"),
        _xlsx,
        _ods,
        write_xls,
    ],
)
def test_every_kind_of_file_gives_the_same_rows(write: Writer, tmp_path: Path) -> None:
    """Titles above the header and empty rows are skipped; numbers are those a person sees."""
    file = tmp_path / "so.dat"
    write(file, GRID)
    sheet = read_sheet(file, COLUMNS)
    assert [(row.number, row.values) for row in sheet] == [
        (4, {"code": "A-1", "unit": "XA01", "Ghi chú": "gấp"}),
        (6, {"code": "A-2", "unit": "XA02", "Ghi chú": None}),
    ]
    assert [row.number for row in sheet] == [4, 6]
    assert sheet.others == ("Ghi chú",)
    assert ("code" in sheet, "received_at" in sheet) == (True, False)
    assert sheet.title_of("unit") == "đơn vị tiếp nhận"


def test_a_spreadsheets_own_types(tmp_path: Path) -> None:
    """Days and times stay what they are; whole numbers are the text a person sees."""
    file = tmp_path / "so.xlsx"
    moment = datetime(2021, 3, 15, 14, 30)
    rows = [(17.0, 1.5, moment), (1, "x", date(2021, 3, 15)), ("y", "z", time(8, 30))]
    _xlsx(file, [("code", "unit", "received_at"), *rows])
    values = [tuple(row.values.values()) for row in read_sheet(file, COLUMNS)]
    assert values == [
        ("17", 1.5, moment),
        ("1", "x", date(2021, 3, 15)),
        ("y", "z", time(8, 30)),
    ]


def test_an_error_in_an_old_workbook_is_no_empty_cell(tmp_path: Path) -> None:
    """XLS keeps errors apart from blanks, and so do we."""
    write_xls(tmp_path / "so.xls", [["code", "unit", "received_at"], ["A-1", "XA01", "#N/A"]])
    (row,) = read_sheet(tmp_path / "so.xls", COLUMNS)
    assert row.values["received_at"] == Fault(Trouble.ERROR, "#N/A")
    assert row.cell("received_at") == "C2"


LIBRE = 'table:formula="of:=NA()" office:value-type="string" office:string-value=""'
CELLS = {
    f'{LIBRE} calcext:value-type="error"><text:p>#N/A</text:p>': Fault(Trouble.ERROR, "#N/A"),
    f'{LIBRE} calcext:value-type="error"><text:p>Err:502</text:p>': Fault(Trouble.ERROR, "Err:502"),
    f'{LIBRE} calcext:value-type="error"><text:p>Lỗi:502</text:p>': Fault(Trouble.ERROR, "Lỗi:502"),
    'table:formula="of:=[.#REF!]" office:value-type="float" office:value="0">'
    "<text:p>#REF!</text:p>": Fault(Trouble.ERROR, "#REF!"),
    'table:formula="of:=[.B2]">': Fault(Trouble.UNCOMPUTED, "=[.B2]"),
    'office:value-type="string"><text:p>#DIV/0!</text:p>': Fault(Trouble.ERROR, "#DIV/0!"),
    'table:formula="of:=1+1" office:value-type="float" office:value="2"><text:p>###</text:p>': "2",
}
"""Cells as LibreOffice (also in Vietnamese) and older programs write them → their value."""


@pytest.mark.parametrize("written", CELLS)
def test_an_error_in_an_opendocument_sheet_is_no_empty_cell(written: str, tmp_path: Path) -> None:
    """Errors and formulas without a result are told apart from blanks, at their address."""
    _ods(file := tmp_path / "so.ods", [["code", "unit", "received_at"], ["A-1", "XA01", "HERE"]])
    space = b'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'

    def change(part: bytes) -> bytes:
        here = b'office:value-type="string"><text:p>HERE</text:p>'
        assert here in part
        spaced = part.replace(b"<office:document-content ", b"<office:document-content %b " % space)
        return spaced.replace(here, written.encode())

    file.write_bytes(rezipped(file.read_bytes(), {"content.xml": change}))
    (row,) = read_sheet(file, COLUMNS)
    assert row.values["received_at"] == CELLS[written]
    assert (row.number, row.cell("received_at")) == (2, "C2")


def test_hidden_rows_of_an_opendocument_sheet_are_counted(tmp_path: Path) -> None:
    """They are read like the others; a filter that hides them is told."""
    _ods(file := tmp_path / "so.ods", [["code", "unit"], ["A-1", "XA01"], ["A-2", "XA01"]])

    def change(part: bytes) -> bytes:
        head, row, rest = part.rpartition(b"<table:table-row")
        return head + row + b' table:visibility="filter"' + rest

    file.write_bytes(rezipped(file.read_bytes(), {"content.xml": change}))
    sheet = read_sheet(file, COLUMNS)
    assert [row.number for row in sheet] == [2, 3]
    assert sheet.parts[0].page.hidden_rows == {3}


def test_merged_cells_of_an_opendocument_sheet_are_filled_down(tmp_path: Path) -> None:
    """As those of a workbook: each row has the value that a person sees beside it."""
    grid = [["code", "unit"], ["A-1", "SPAN"], ["A-2", ""], ["A-3", "XA02"]]
    _ods(file := tmp_path / "so.ods", grid)

    def change(part: bytes) -> bytes:
        cell = b'<table:table-cell office:value-type="string"'
        span = cell + b' table:number-rows-spanned="2" table:number-columns-spanned="1"'
        return part.replace(cell + b"><text:p>SPAN", span + b"><text:p>SPAN")

    file.write_bytes(rezipped(file.read_bytes(), {"content.xml": change}))
    sheet = read_sheet(file, COLUMNS)
    assert [row.values["unit"] for row in sheet] == ["SPAN", "SPAN", "XA02"]
    assert sheet.tallies["Tờ 1"].merged == {"unit": 1}


def test_repeated_errors_do_not_fill_the_memory(tmp_path: Path) -> None:
    """A cell may say that it stands for millions."""
    _ods(file := tmp_path / "so.ods", [["code", "unit"], ["A-1", "HERE"]])

    def change(part: bytes) -> bytes:
        return part.replace(
            b"<table:table-row>", b'<table:table-row table:number-rows-repeated="90000">'
        ).replace(
            b'<table:table-cell office:value-type="string"><text:p>HERE</text:p>',
            b'<table:table-cell table:number-columns-repeated="300" table:formula="of:=B1">',
        )

    file.write_bytes(rezipped(file.read_bytes(), {"content.xml": change}))
    with pytest.raises(Refusal, match=r"sheets\.too_many_cells"):
        read_sheet(file, COLUMNS)


def test_the_sheet_with_the_header_is_taken_not_the_first(tmp_path: Path) -> None:
    """A cover sheet before the table is no obstacle; a hidden one is not read, and named if it has
    the table.
    """
    book = openpyxl.Workbook()
    book.active.append(["Bìa"])
    book.create_sheet("danh mục").sheet_state = "hidden"
    for title, code, state in (("ẩn", "cũ", "hidden"), ("Hồ sơ", "A-1", "visible")):
        page = book.create_sheet(title)
        page.append(["code", "unit"])
        page.append([code, "XA01"])
        page.sheet_state = state
    book.save(tmp_path / "so.xlsx")
    sheet = read_sheet(tmp_path / "so.xlsx", COLUMNS)
    assert [row.values["code"] for row in sheet] == ["A-1"]
    assert sheet.unread == ("Sheet", "ẩn")


def test_a_table_on_a_hidden_worksheet_alone_is_named_and_can_be_asked_for(tmp_path: Path) -> None:
    """Rather than that the file has no table; whoever names the worksheet means it."""
    book = openpyxl.Workbook()
    page = book.create_sheet("Hồ sơ")
    page.append(["code", "unit"])
    page.append(["A-1", "XA01"])
    page.sheet_state = "hidden"
    file = tmp_path / "so.xlsx"
    book.save(file)
    with pytest.raises(Refusal, match=r"sheets\.only_hidden") as refused:
        read_sheet(file, COLUMNS)
    assert refused.value.params["names"] == "Hồ sơ"
    (row,) = read_sheet(file, COLUMNS, sheet="Hồ sơ")
    assert row.values["code"] == "A-1"


def test_quoted_cells_may_hold_delimiters_and_lines(tmp_path: Path) -> None:
    """Row numbers count rows as a spreadsheet shows them, not lines."""
    file = tmp_path / "so.csv"
    file.write_text('code,unit,Ghi chú\n1,X,"a, b\nc"\n2,Y,\n', "utf-8")
    rows = list(read_sheet(file, COLUMNS))
    assert [(row.number, row.values["Ghi chú"]) for row in rows] == [(2, "a, b\nc"), (3, None)]


def test_a_short_row_has_nothing_in_the_rest(tmp_path: Path) -> None:
    """Cells that are not there are empty; cells beyond the header are left alone."""
    file = tmp_path / "so.csv"
    file.write_text("code,unit\n1\n2,Y,thừa\n", "utf-8")
    assert [row.values for row in read_sheet(file, COLUMNS)] == [
        {"code": "1", "unit": None},
        {"code": "2", "unit": "Y"},
    ]


def test_the_better_title_wins(tmp_path: Path) -> None:
    """Where a file has two columns that could be ours, the first of our titles is taken."""
    file = tmp_path / "so.csv"
    file.write_text("Mã hồ sơ,Đơn vị,Đơn vị tiếp nhận\n1,phụ,chính\n", "utf-8")
    (row,) = read_sheet(file, COLUMNS)
    assert row.values == {"code": "1", "unit": "chính", "Đơn vị": "phụ"}


def test_a_mapping_names_their_headers(tmp_path: Path) -> None:
    """Only the mapped header counts for a mapped column, also where ours is there too."""
    file, mapping = tmp_path / "so.csv", tmp_path / "igate.yaml"
    file.write_text("code,SO BIEN NHAN,Đơn vị\nkhác,1,X\n", "utf-8")
    mapping.write_text("code: Số biên nhận\n", "utf-8")
    (row,) = read_sheet(file, COLUMNS, read_mapping(mapping, COLUMNS))
    assert (row.values["code"], row.values["unit"]) == ("1", "X")
    (toml := tmp_path / "igate.toml").write_text('code = "Số biên nhận"\n', "utf-8")
    assert read_mapping(toml, COLUMNS).columns == {"code": "Số biên nhận"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("code: [", "sheets.mapping_unreadable"),
        ("- code", "sheets.mapping_unreadable"),
        ("", "sheets.mapping_unreadable"),
        ("code: &a x\nunit: *a", "sheets.mapping_unreadable"),
        ("code: " + "[" * 5_000, "sheets.mapping_unreadable"),
        ("code: " + "[" * 5_000 + "]" * 5_000, "sheets.mapping_unreadable"),
        ("ma: Số", "sheets.mapping_unknown_column"),
    ],
)
def test_a_mapping_that_cannot_be_used(text: str, code: str, tmp_path: Path) -> None:
    """Refused with its reason."""
    (mapping := tmp_path / "m.yaml").write_text(text, "utf-8")
    with pytest.raises(Refusal) as refused:
        read_mapping(mapping, COLUMNS)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "sheets.empty"),
        (b"\n,,\n  ,\n", "sheets.empty"),
        (b"code,ten\n1,2\n", "sheets.column_missing"),
        (b"code,unit,CODE\n1,2,3\n", "sheets.column_twice"),
        (b"<html><p>x", "sheets.web_page"),
        (b"<html><table>", "sheets.empty"),
        (b"PK\x03\x04 broken", "sheets.cut"),
        (b"\xd0\xcf\x11\xe0 broken", "sheets.no_workbook"),
        (b"code,unit\n1,2\n3,\xff\n", "sheets.encoding"),
        (b'code,unit\n1,"' + b"x" * 200_000, "sheets.open_quote"),
        (b'code,unit\n1,"2\n3,4\n', "sheets.open_quote"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(content: bytes, code: str, tmp_path: Path) -> None:
    """Every kind of trouble has its own sentence."""
    (file := tmp_path / "so.csv").write_bytes(content)
    with pytest.raises(Refusal) as refused:
        list(read_sheet(file, COLUMNS))
    assert refused.value.code == code


def test_a_missing_column_is_named_with_what_was_found(tmp_path: Path) -> None:
    """The likeliest row is taken for the header, wherever it is."""
    (file := tmp_path / "so.csv").write_text("BÁO CÁO,,,x\n,,\nSTT,Mã hồ sơ,Tên\n1,2,3\n", "utf-8")
    with pytest.raises(Refusal) as refused:
        read_sheet(file, COLUMNS)
    assert refused.value.params == {
        "file": "so.csv",
        "columns": "Đơn vị tiếp nhận (unit)",
        "found": "STT, Mã hồ sơ, Tên",
        "row": 3,
    }


def test_a_file_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    """The command line has its sentence for it."""
    with pytest.raises(FileNotFoundError):
        read_sheet(tmp_path / "none.xlsx", COLUMNS)
    with pytest.raises(IsADirectoryError):
        read_sheet(tmp_path, COLUMNS)


@given(
    above=st.lists(st.lists(st.text(max_size=8), max_size=5), max_size=29),
    extra=st.lists(st.text("xyz ", min_size=1, max_size=5), max_size=4),
    order=st.randoms(use_true_random=False),
)
def test_the_header_is_found_below_anything(
    above: list[list[str]], extra: list[str], order: Random
) -> None:
    """Within the first thirty rows, its columns in any order among any others."""
    header = ["mã HỒ sơ", "Đơn Vị", *extra]
    order.shuffle(header)
    rows = list(enumerate([*above, header, ["1", "2"]], 1))
    found = find_header(rows, COLUMNS, {})
    assert found is not None
    assert (found.number, header[found.known["code"]]) == (len(above) + 1, "mã HỒ sơ")


def test_rejected_rows_are_kept_as_they_stood(tmp_path: Path) -> None:
    """With their number and reason, in a file a spreadsheet opens with its accents."""
    file = tmp_path / "so.csv"
    file.write_text("code,unit\n1,X\n2\n", "utf-8")
    sheet = read_sheet(file, COLUMNS)
    with Rejects(tmp_path / "loai.csv", sheet, ("Dòng", "Lý do")) as rejects:
        for row in sheet:
            rejects.add(row, "Thiếu, đơn vị")
    raw = (tmp_path / "loai.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.decode("utf-8-sig").splitlines() == [
        "code,unit,Dòng,Lý do",
        '1,X,2,"Thiếu, đơn vị"',
        '2,,3,"Thiếu, đơn vị"',
    ]
    assert rejects.count == 2


def test_no_rejected_row_leaves_no_file(tmp_path: Path) -> None:
    """An older file of rejected rows would be a lie."""
    (file := tmp_path / "so.csv").write_text("code,unit\n1,X\n", "utf-8")
    (old := tmp_path / "loai.csv").write_text("cũ")
    with Rejects(old, read_sheet(file, COLUMNS), ("Dòng", "Lý do")):
        pass
    assert list(tmp_path.iterdir()) == [file]


def test_a_failed_import_leaves_the_older_rejects(tmp_path: Path) -> None:
    """What was not done leaves no trace."""
    (file := tmp_path / "so.csv").write_text("code,unit\n1,X\n", "utf-8")
    (old := tmp_path / "loai.csv").write_text("cũ")
    (row,) = sheet = read_sheet(file, COLUMNS)
    with pytest.raises(OSError, match="cut"), Rejects(old, sheet, ("Dòng", "Lý do")) as rejects:
        _add_and_fail(rejects, row)
    assert old.read_text() == "cũ"
    assert {one.name for one in tmp_path.iterdir()} == {"so.csv", "loai.csv"}


def _add_and_fail(rejects: Rejects, row: Row) -> None:
    rejects.add(row, "lý do")
    raise OSError("power cut")


def test_a_text_file_has_no_sheet_to_choose(tmp_path: Path) -> None:
    """--sheet with a CSV is refused by what is wrong, not by an empty list of names."""
    path = tmp_path / "a.csv"
    path.write_text("code\nXA01\n", "utf-8")
    with pytest.raises(Refusal, match=r"sheets\.has_no_sheets"):
        read_sheet(path, [ColumnSpec(name="code")], sheet="3")
