"""One sheet of any kind of file: its header found, its rows read one by one."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from admin.sheets import text_files, workbooks
from admin.sheets.columns import (
    HEADER_WITHIN,
    ColumnSpec,
    Header,
    Mapped,
    find_header,
    match,
    no_header,
)
from surveys.errors import Refusal

Numbered = tuple[int, Sequence[Any]]


class Row(NamedTuple):
    """One row: its number as the person sees it in the file, its cells as they stood, and the
    values by column: our names for known columns, the file's headers for the others.

    Empty cells are None; whole numbers of spreadsheets are text without `.0`.
    """

    number: int
    cells: Sequence[Any]
    values: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A file with its header understood. Iterating reads the rows below it, without the empty
    ones; it can be done again."""

    path: Path
    header: Header
    rows: Callable[[], Iterable[Numbered]]
    estimate: int
    """About how many rows there are."""
    name: str = ""
    """The worksheet's name; empty for a text file."""
    unread: tuple[str, ...] = ()
    """Worksheets of the same file that have cells, too, and are not read."""

    def __iter__(self) -> Iterator[Row]:
        places = {**self.header.unknown, **self.header.known}
        first = self.header.number
        for number, cells in self.rows():
            if number > first:
                values = _values(cells, places)
                if any(value is not None for value in values.values()):
                    yield Row(number, cells, values)

    def __contains__(self, column: str) -> bool:
        """Whether the file has this column of ours."""
        return column in self.header.known

    def require_single(self, titles: Iterable[str]) -> None:
        """Raises Refusal `sheets.column_twice` for one of these titles that stands twice."""
        self.header.require_single(titles, self.path.name)

    def title_of(self, column: str) -> str:
        """The file's own header of a column of ours; our name where the file has none."""
        place = self.header.known.get(column)
        return column if place is None else self.header.titles[place]

    @property
    def others(self) -> tuple[str, ...]:
        """The headers of columns that are none of ours, in their order."""
        return tuple(self.header.unknown)


def read_sheet(path: Path, columns: Sequence[ColumnSpec], mapping: Mapped | None = None) -> Sheet:
    """Open CSV, XLSX, XLS or ODS (told by its content) and find the header.

    Raises OSError for a file that cannot be read, and Refusal `sheets.empty`, `.column_missing`
    (which, where, and what was found), `.column_twice`, `.encoding`, `.broken`, `.open_quote`,
    `.password`, `.no_workbook` or `.web_page`.
    """
    known = mapping or {}
    with path.open("rb") as stream:
        head = stream.read(text_files.HEAD)
    if workbooks.is_workbook(head):
        return _from_workbook(path, columns, known)
    if head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<":
        raise Refusal("sheets.web_page", file=path.name)
    return _from_text(path, head, columns, known)


def _from_text(path: Path, head: bytes, columns: Sequence[ColumnSpec], known: Mapped) -> Sheet:
    encoding = text_files.encoding_of(head)

    def rate(rows: Sequence[Numbered]) -> int:
        return max((len(match(cells, columns, known)) for _, cells in rows), default=0)

    delimiter = text_files.best_delimiter(path, encoding, rate)
    rows = partial(text_files.numbered_rows, path, encoding, delimiter)
    first = list(islice(rows(), HEADER_WITHIN))
    header = find_header(first, columns, known)
    if header is None:
        raise _headless(path, first, columns, known)
    count = text_files.line_count(path)
    return _single(Sheet(path=path, header=header, rows=rows, estimate=count))


def _from_workbook(path: Path, columns: Sequence[ColumnSpec], known: Mapped) -> Sheet:
    likeliest: Sequence[Numbered] = ()
    sheets = workbooks.worksheets(path)
    for one in sheets:
        rows = list(workbooks.numbered_rows(one))
        header = find_header(rows, columns, known)
        if header is not None:
            rest = tuple(other.name for other in sheets if other is not one and other.height)
            found = partial(iter, rows)
            sheet = Sheet(path=path, header=header, rows=found, estimate=len(rows), name=one.name)
            return _single(replace(sheet, unread=rest))
        likeliest = likeliest or rows
    raise _headless(path, likeliest, columns, known)


def _single(sheet: Sheet) -> Sheet:
    sheet.require_single(sheet.header.titles[place] for place in sheet.header.known.values())
    return sheet


def _headless(
    path: Path, rows: Sequence[Numbered], columns: Sequence[ColumnSpec], known: Mapped
) -> Refusal:
    filled = [row for row in rows if any(str(cell).strip() for cell in row[1])]
    if not filled:
        return Refusal("sheets.empty", file=path.name)
    return no_header(path.name, filled, columns, known)


def _values(cells: Sequence[Any], places: Mapping[str, int]) -> dict[str, Any]:
    width = len(cells)
    return {name: _value(cells[place]) if place < width else None for name, place in places.items()}


def _value(cell: object) -> object:
    if isinstance(cell, str):
        return unicodedata.normalize("NFC", cell).strip() or None
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell
