"""Writing the files of offices: as bytes, as workbooks, as workbooks with their XML changed."""

import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from io import BytesIO
from typing import Any

import openpyxl

HEADER = (
    *("Mã hồ sơ", "Đơn vị", "Kênh", "Ngày nhận", "Ngày hẹn trả"),
    *("Ngày kết thúc", "Ngày trả kết quả", "Trạng thái", "Số điện thoại"),
)
DAYS = ("03/05/2021", "10/05/2021", "07/05/2021", "07/05/2021")
TRUE_DAYS = (date(2021, 5, 3), date(2021, 5, 10), date(2021, 5, 7), date(2021, 5, 7))
SHEET = "xl/worksheets/sheet1.xml"
Grid = Sequence[Sequence[Any]]


def row(
    number: int, *, unit: str = "XA01", days: Sequence[Any] = DAYS, status: str = ""
) -> list[Any]:
    """A dossier of the usual columns."""
    code = f"000.17.22.H56-210503-{number:04d}"
    return [code, unit, "Trực tiếp", *days, status, "0912340001"]


def csv(grid: Grid, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """Lines of cells."""
    lines = (delimiter.join(str(cell) for cell in line) for line in grid)
    return ("\n".join(lines) + "\n").encode(encoding)


def book(
    *grids: Grid, merges: Sequence[str] = (), change: Callable[[Any], None] | None = None
) -> bytes:
    """A workbook; its first sheet may be merged and changed."""
    made = openpyxl.Workbook()
    for index, grid in enumerate(grids):
        page = made.active if index == 0 else made.create_sheet()
        page.title = f"Xã {index + 1}"
        for line in grid:
            page.append(list(line))
    for merge in merges:
        made.active.merge_cells(merge)
    if change:
        change(made.active)
    made.save(found := BytesIO())
    return found.getvalue()


def rezipped(content: bytes, changed: Mapping[str, Callable[[bytes], bytes]]) -> bytes:
    """A package with some parts rewritten."""
    with (
        zipfile.ZipFile(BytesIO(content)) as old,
        zipfile.ZipFile(found := BytesIO(), "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, changed[name](part) if name in changed else part)
    return found.getvalue()


def with_error(page: Any) -> None:  # noqa: ANN401 - a sheet of openpyxl
    """`#N/A` in place of the day of return."""
    page["G3"] = "#N/A"
    page["G3"].data_type = "e"


def with_formula(page: Any) -> None:  # noqa: ANN401
    """A formula that no program has computed."""
    page["G3"] = "=F3"


def with_filter(page: Any) -> None:  # noqa: ANN401
    """Two rows hidden."""
    page.row_dimensions[3].hidden = page.row_dimensions[4].hidden = True


def with_hidden_column(page: Any) -> None:  # noqa: ANN401
    """The day of return hidden."""
    page.column_dimensions["G"].hidden = True


def html(grid: Grid) -> bytes:
    """A table that a one-stop program calls XLS."""
    title = f"<tr><td colspan={len(grid[0])}><b>DANH SÁCH HỒ SƠ</b></td></tr>"
    lines = "".join(
        "<tr>" + "".join(f"<td>{cell}</td>" for cell in line) + "</tr>" for line in grid
    )
    return f"<html><meta charset='utf-8'><table>{title}{lines}</table></html>".encode()


def html_merged() -> bytes:
    """A table whose unit spans three rows, and whose day of return (the last cell) two."""
    lines = [HEADER[:7], *([*row(number)[:7]] for number in (1, 2, 3))]
    cells = [[f"<td>{cell}</td>" for cell in line] for line in lines]
    cells[1][1] = cells[1][1].replace("<td>", "<td rowspan=3>")
    cells[2][6] = cells[2][6].replace("<td>", "<td rowspan=2>")
    del cells[2][1], cells[3][6], cells[3][1]
    table = "".join(f"<tr>{''.join(line)}</tr>" for line in cells)
    return f"<meta charset='utf-8'><table>{table}</table>".encode()


def _xml_rows(grid: Grid) -> str:
    return "".join(
        "<Row>"
        + "".join(f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in line)
        + "</Row>"
        for line in grid
    )


def hidden_xml_2003(grid: Grid) -> bytes:
    """A hidden worksheet of an XML Spreadsheet 2003."""
    options = (
        '<WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel">'
        "<Visible>SheetHidden</Visible></WorksheetOptions>"
    )
    table = f"<Table>{_xml_rows(grid)}</Table>"
    return f'<Worksheet ss:Name="Nháp">{table}{options}</Worksheet>'.encode()


def xml_2003(grid: Grid) -> bytes:
    """An XML Spreadsheet 2003."""
    lines = _xml_rows(grid)
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        f'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="{space}"'
        f' xmlns:ss="{space}"><Worksheet ss:Name="Hồ sơ"><Table>{lines}</Table></Worksheet>'
        "</Workbook>"
    ).encode()
