"""The cells of a file of printed tables: every sheet, every line, blank ones too."""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from admin.sheets import text_files, workbooks
from scoring.errors import Refusal as ScoringRefusal
from scoring.reconcile import Table, Vocabulary, read_tables
from scoring.reconcile.figures import Value
from surveys.errors import Refusal

Grid = list[list[Value]]


class SheetCells(NamedTuple):
    """One sheet; a CSV has one without a name."""

    name: str
    grid: Grid


def load_tables(path: Path, vocabulary: Vocabulary) -> tuple[Table, ...]:
    """Every printed table of a CSV, XLSX, XLS or ODS.

    Raises OSError, Refusal `sheets.*` for a file that cannot be read, and Refusal `check.*` with
    file, sheet and cell; `check.no_table` when no line looks like a header.
    """
    tables = tuple(t for s in _sheets(path, vocabulary) for t in _tables(path, s, vocabulary))
    if not tables:
        raise Refusal("check.no_table", file=path.name)
    return tables


def _tables(path: Path, sheet: SheetCells, vocabulary: Vocabulary) -> tuple[Table, ...]:
    try:
        return read_tables(sheet.grid, vocabulary, sheet.name)
    except ScoringRefusal as refusal:
        place = f"{path.name}, {sheet.name}" if sheet.name else path.name
        raise Refusal(refusal.code, file=place, **refusal.params) from None


def _sheets(path: Path, vocabulary: Vocabulary) -> list[SheetCells]:
    with path.open("rb") as stream:
        head = stream.read(text_files.HEAD)
    if workbooks.is_workbook(head):
        return _from_workbook(path)
    if head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<":
        raise Refusal("sheets.web_page", file=path.name)
    return [SheetCells("", _from_text(path, text_files.encoding_of(head), vocabulary))]


def _from_workbook(path: Path) -> list[SheetCells]:
    sheets = workbooks.worksheets(path)
    alone = len(sheets) == 1
    return [
        SheetCells("" if alone else sheet.name, _filled(workbooks.numbered_rows(sheet)))
        for sheet in sheets
    ]


def _from_text(path: Path, encoding: str, vocabulary: Vocabulary) -> Grid:
    def known_headers(rows: list[text_files.Numbered]) -> int:
        return max((sum(map(bool, map(vocabulary.quantity, c))) for _, c in rows), default=0)

    delimiter = text_files.best_delimiter(path, encoding, known_headers)
    return _filled(text_files.numbered_rows(path, encoding, delimiter))


def _filled(rows: Iterable[tuple[int, Sequence[object]]]) -> Grid:
    """The rows at their own numbers, with the empty lines between them."""
    grid: Grid = []
    for number, cells in rows:
        grid += [[] for _ in range(number - len(grid) - 1)]
        grid.append([_value(cell) for cell in cells])
    return grid


def _value(cell: object) -> Value:
    if isinstance(cell, float):
        return Decimal(int(cell)) if cell.is_integer() else Decimal(repr(cell))
    if isinstance(cell, int) and not isinstance(cell, bool):
        return Decimal(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    return None if cell is None else unicodedata.normalize("NFC", str(cell))
