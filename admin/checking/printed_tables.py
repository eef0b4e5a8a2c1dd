"""The cells of a file of printed tables: every sheet, every line, blank ones too."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from admin.sheets.page import Page
from admin.sheets.pages import read_pages
from admin.sheets.values import Fault, Numbered, address, cleaned
from scoring.errors import Refusal as ScoringRefusal
from scoring.reconcile import Table, Vocabulary, read_tables
from scoring.reconcile.figures import Value
from surveys.errors import Refusal

Grid = list[list[Value]]


class UnreadCell(NamedTuple):
    """A cell that is not empty but has no value: `#REF!`, or a formula without a stored result."""

    sheet: str
    cell: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedTables:
    """The tables of a file, and what is not checked: unreadable cells, hidden sheets."""

    tables: tuple[Table, ...]
    unread: tuple[UnreadCell, ...]
    hidden: tuple[str, ...] = ()
    """The names of hidden worksheets with numbers."""
    writing: str = ""
    """The legacy encoding that was converted; empty for Unicode."""


@dataclass(slots=True, kw_only=True)
class _SheetCells:
    """One sheet; a CSV has one without a name."""

    name: str
    grid: Grid = field(default_factory=list)
    unread: list[UnreadCell] = field(default_factory=list)


def load_tables(path: Path, vocabulary: Vocabulary) -> PrintedTables:
    """Every printed table of a file of any kind.

    Raises OSError, Refusal `sheets.*` for a file that cannot be read, and Refusal `check.*` with
    file, sheet and cell; `check.no_table` when no line looks like a header.
    """

    def known_headers(rows: Sequence[Numbered]) -> int:
        return max((sum(map(bool, map(vocabulary.quantity, c))) for _, c in rows), default=0)

    read = read_pages(path, known_headers)
    sheets = [_cells(page, alone=len(read.pages) == 1) for page in read.pages]
    tables = tuple(t for sheet in sheets for t in _tables(path, sheet, vocabulary))
    hidden = tuple(page.name for page in read.hidden if _has_numbers(page))
    if not tables and hidden:
        raise Refusal("sheets.only_hidden", file=path.name, names=", ".join(hidden))
    if not tables:
        raise Refusal("check.no_table", file=path.name)
    unread = tuple(cell for sheet in sheets for cell in sheet.unread)
    return PrintedTables(tables=tables, unread=unread, hidden=hidden, writing=read.writing)


def _has_numbers(page: Page) -> bool:
    return any(isinstance(cell, int | float) for _, cells in page.rows() for cell in cells)


def _tables(path: Path, sheet: _SheetCells, vocabulary: Vocabulary) -> tuple[Table, ...]:
    try:
        return read_tables(sheet.grid, vocabulary, sheet.name)
    except ScoringRefusal as refusal:
        place = f"{path.name}, {sheet.name}" if sheet.name else path.name
        raise Refusal(refusal.code, file=place, **refusal.params) from None


def _cells(page: Page, *, alone: bool) -> _SheetCells:
    """The rows at their own numbers, with the empty lines between them."""
    sheet = _SheetCells(name="" if alone else page.name)
    for number, cells in page.rows():
        sheet.grid += [[] for _ in range(number - len(sheet.grid) - 1)]
        sheet.grid.append(list(_values(number, cells, sheet)))
    return sheet


def _values(number: int, cells: Iterable[object], sheet: _SheetCells) -> Iterable[Value]:
    for column, cell in enumerate(cells):
        value = cleaned(cell) if isinstance(cell, str) else cell
        if isinstance(value, Fault):
            place = address(number, column)
            sheet.unread.append(UnreadCell(sheet.name, place, value.text))
        yield _value(value)


def _value(cell: object) -> Value:
    if isinstance(cell, float):
        return Decimal(int(cell)) if cell.is_integer() else Decimal(repr(cell))
    if isinstance(cell, int) and not isinstance(cell, bool):
        return Decimal(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    return None if cell is None or isinstance(cell, Fault) else str(cell)
