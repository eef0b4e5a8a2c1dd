"""Reads tables that are named XLS but are text: HTML, and XML Spreadsheet 2003.

Several one-stop programs export these. Nothing outside the file is read; no entity is expanded.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from lxml import etree, html

from admin.sheets.page import Merge, Page
from admin.sheets.values import Fault, Numbered, Trouble
from surveys.errors import Refusal

MOST_BYTES = 128 << 20
MOST_CELLS = 10_000_000
WIDEST = 1_024
"""Columns beyond this one belong to no table."""
TALLEST = 1_048_576
_VISIBLE = "{urn:schemas-microsoft-com:office:excel}WorksheetOptions/{*}Visible"
_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"


def html_pages(path: Path) -> list[Page]:
    """Every table of a web page; one within a cell of another is a table of its own.

    Raises Refusal `sheets.web_page` for a page without a table, `sheets.too_large`.
    """
    _require_small(path)
    parser = html.HTMLParser(no_network=True, huge_tree=False, encoding=_charset(path))
    try:
        tree = html.parse(str(path), parser)
    except etree.LxmlError:
        raise Refusal("sheets.web_page", file=path.name) from None
    tables = [] if tree.getroot() is None else tree.getroot().iter("table")
    pages = [_html_page(path, table) for table in tables]
    if not pages:
        raise Refusal("sheets.web_page", file=path.name)
    return pages


def xml_pages(path: Path) -> list[Page]:
    """Every worksheet of an XML Spreadsheet 2003.

    Raises Refusal `sheets.entities`, `sheets.no_workbook`, `sheets.too_large`.
    """
    _require_small(path)
    with path.open("rb") as stream:
        if b"<!DOCTYPE" in stream.read(1 << 16).replace(b"\0", b""):
            raise Refusal("sheets.entities", file=path.name)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        tree = etree.parse(str(path), parser)
    except etree.XMLSyntaxError as error:
        raise Refusal("sheets.no_workbook", file=path.name, reason=str(error)) from None
    if tree.docinfo.internalDTD is not None:
        raise Refusal("sheets.entities", file=path.name)
    return [_xml_page(path, sheet) for sheet in tree.iter(f"{_SS}Worksheet")]


def _require_small(path: Path) -> None:
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise Refusal("sheets.too_large", file=path.name, size=size >> 20, most=MOST_BYTES >> 20)


def _charset(path: Path) -> str | None:
    """The charset the page declares, else UTF-8 if the page is valid UTF-8."""
    with path.open("rb") as stream:
        head = stream.read(1 << 16)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    return None if b"charset" in head.lower() else "utf-8"


def _html_page(path: Path, table: Any) -> Page:  # noqa: ANN401 - lxml brings no types
    merges: list[Merge] = []
    grid = _bounded(path, _html_rows(table, merges))
    return Page(rows=partial(iter, grid), estimate=len(grid), merges=tuple(merges))


def _bounded(path: Path, rows: Iterable[Numbered]) -> list[Numbered]:
    """Raises Refusal `sheets.too_many_cells` for more cells than fit in memory."""
    grid: list[Numbered] = []
    count = 0
    for number, cells in rows:
        count += len(cells)
        if count > MOST_CELLS:
            raise Refusal("sheets.too_many_cells", file=path.name, count=count, most=MOST_CELLS)
        grid.append((number, cells))
    return grid


def _html_rows(table: Any, merges: list[Merge]) -> Iterator[Numbered]:  # noqa: ANN401
    """The rows. A cell that spans several places is in the first; the others are empty, and the
    span is added to `merges`."""
    taken_until: dict[int, int] = {}
    for number, line in enumerate(_own_lines(table), 1):
        cells: list[Any] = []
        column = 0
        for cell in line.iterchildren("td", "th"):
            while taken_until.get(column, 0) >= number:
                column += 1
            if column >= WIDEST:
                break
            cells += [""] * (column - len(cells))
            cells.append(_html_value(cell))
            across = max(1, _number(cell, "colspan", 1, WIDEST))
            down = _number(cell, "rowspan", 1, TALLEST) or _lines_left(line)
            if across > 1 or down > 1:
                merges.append((number, column, number + down - 1, column + across - 1))
            if down > 1:
                taken_until |= {column + step: number + down - 1 for step in range(across)}
            column += across
        if any(cells):
            yield number, cells


def _own_lines(table: Any) -> Iterator[Any]:  # noqa: ANN401
    """The rows of a table without those of the tables in its cells."""
    return (line for line in table.iter("tr") if next(line.iterancestors("table")) is table)


def _html_value(cell: Any) -> str:  # noqa: ANN401
    """The text of a cell; none if it holds a table of several rows, which is read by itself."""
    if len(list(islice(cell.iter("tr"), 2))) > 1:
        return ""
    return " ".join(cell.text_content().split())


def _lines_left(line: Any) -> int:  # noqa: ANN401
    """The rows from this one to the end of its section: what `rowspan="0"` spans."""
    return 1 + sum(1 for _ in line.itersiblings("tr"))


def _number(element: Any, name: str, otherwise: int, most: int = TALLEST) -> int:  # noqa: ANN401
    """A whole number in an attribute."""
    written = (element.get(name) or "").strip()
    return min(int(written), most) if written.isascii() and written.isdigit() else otherwise


def _xml_page(path: Path, sheet: Any) -> Page:  # noqa: ANN401
    merges: list[Merge] = []
    hidden: set[int] = set()
    grid = _bounded(path, _xml_rows(sheet, merges, hidden))
    return Page(
        name=sheet.get(f"{_SS}Name") or "",
        rows=partial(iter, grid),
        estimate=len(grid),
        hidden_rows=frozenset(hidden),
        merges=tuple(merges),
        is_hidden=(sheet.findtext(_VISIBLE) or "").endswith("Hidden"),
    )


def _xml_rows(sheet: Any, merges: list[Merge], hidden: set[int]) -> Iterator[Numbered]:  # noqa: ANN401
    number = 0
    for row in sheet.iter(f"{_SS}Row"):
        number = _number(row, f"{_SS}Index", number + 1)
        if row.get(f"{_SS}Hidden") == "1":
            hidden.add(number)
        cells = _xml_cells(row, number, merges)
        if any(cell != "" for cell in cells):
            yield number, cells


def _xml_cells(row: Any, number: int, merges: list[Merge]) -> list[Any]:  # noqa: ANN401
    cells: list[Any] = []
    for cell in row.iterchildren(f"{_SS}Cell"):
        place = _number(cell, f"{_SS}Index", len(cells) + 1) - 1
        if place >= WIDEST:
            break
        cells += [""] * (place - len(cells))
        cells.append(_xml_value(cell))
        across, down = (_number(cell, f"{_SS}Merge{way}", 0) for way in ("Across", "Down"))
        cells += [""] * min(across, WIDEST - place)
        if across or down:
            merges.append((number, place, number + down, place + across))
    return cells


def _xml_value(cell: Any) -> object:  # noqa: ANN401
    data = cell.find(f"{_SS}Data")
    text = "" if data is None else "".join(data.itertext())
    if data is None or not text:
        formula = cell.get(f"{_SS}Formula")
        return Fault(Trouble.UNCOMPUTED, formula[:60]) if formula else ""
    return _typed(data.get(f"{_SS}Type"), text)


def _typed(kind: str | None, text: str) -> object:
    try:
        if kind == "Number":
            return float(text)
        if kind == "DateTime":
            return datetime.fromisoformat(text)
    except ValueError:
        return text
    return Fault(Trouble.ERROR, text) if kind == "Error" else text
