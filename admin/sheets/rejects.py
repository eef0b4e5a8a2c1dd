"""Writes rejected rows to a file of their own, each with its reason.

The file is of the same kind as the input, so that it can be corrected and imported again: a
workbook for every kind of workbook, CSV for text.
"""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from admin.kit.files import new_draft
from admin.kit.formulas import without_formula
from admin.sheets.columns import ColumnSpec
from admin.sheets.kinds import Kind
from admin.sheets.pages import read_pages
from admin.sheets.sheet import Row, Sheet
from admin.sheets.values import Fault, cleaned
from surveys.errors import Refusal
from surveys.spelling import fold

MARKS = (
    ColumnSpec(name="row", titles=("Dòng",)),
    ColumnSpec(name="reason", titles=("Lý do",)),
)
"""The two columns added to rejected rows; an import of the corrected file accepts them."""


def suffix_of(kind: Kind) -> str:
    """The suffix of a file of rejected rows: `.rejected.xlsx` for a workbook of any kind."""
    return ".rejected.csv" if kind is Kind.TEXT else ".rejected.xlsx"


def is_replaceable(path: Path) -> bool:
    """Whether a file of rejected rows may be written here: no file, or an older file of rejected
    rows.
    """
    if not path.exists():
        return True
    if not path.is_file():
        return False
    if not path.stat().st_size:
        return True
    try:
        rows = next((list(page.rows()) for page in read_pages(path, len).pages), [])
    except Refusal:
        return False
    return bool(rows) and _is_marked([str(cell) for cell in rows[0][1]])


def _is_marked(header: Sequence[str]) -> bool:
    last = [fold(title) for title in header[-len(MARKS) :]]
    return len(last) == len(MARKS) and all(
        title in mark.headers({}) for title, mark in zip(last, MARKS, strict=True)
    )


class Rejects:
    """Writes `path` if its block ends without an exception; only its owner may read it.

    Without a rejected row there is no file, and an older one is deleted. With `path` None rows
    are only counted. Raises Refusal `sheets.rejects_denied` if the file may not be written.
    """

    def __init__(self, path: Path | None, sheet: Sheet, titles: tuple[str, str]) -> None:
        self.path = path
        self.count = 0
        self._delimiter = sheet.delimiter
        self._titles = titles
        self._headers = {part.label: part.header.titles for part in sheet.parts}
        self._stack = ExitStack()
        self._draft: Path | None = None
        self._write: _Writer | None = None

    def add(self, row: Row, reason: str) -> None:
        """Add one row as it was, with its number and the reason."""
        self.count += 1
        if self.path is None:
            return
        header = self._headers[row.sheet]
        width = len(header) - len(MARKS) * _is_marked(header)
        cells = [_shown(cleaned(cell)) for cell in row.cells[:width]]
        padding = [""] * (width - len(cells))
        self._writer(self.path).write(row.sheet, [*cells, *padding, row.number, reason])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: object, _where: TracebackType | None
    ) -> None:
        if self._write is not None:
            self._write.close()
        self._stack.close()
        if self.path is None:
            return
        if self._draft is None:
            if kind is None:
                self.path.unlink(missing_ok=True)
        elif kind is not None:
            self._draft.unlink(missing_ok=True)
        else:
            self._draft.replace(self.path)

    def _writer(self, path: Path) -> "_Writer":
        if self._write is None:
            self._draft = _draft_of(path)
            headers = {label: self._head(titles) for label, titles in self._headers.items()}
            if path.suffix.lower() == ".xlsx":
                self._write = _Workbook(self._draft, headers)
            else:
                self._write = _Text(self._draft, headers, self._delimiter, self._stack)
        return self._write

    def _head(self, header: Sequence[str]) -> list[str]:
        """The header without the columns added by an earlier file of rejects."""
        kept = header[: -len(MARKS)] if _is_marked(header) else header
        return [*kept, *self._titles]


class _Writer(Protocol):
    """Writes rows in one file format."""

    def write(self, label: str, cells: Sequence[object]) -> None:
        """Write one row of a worksheet."""

    def close(self) -> None:
        """Finish the file."""


class _Text:
    """CSV in UTF-8 with a byte order mark, so that spreadsheets show its accents."""

    def __init__(
        self, path: Path, headers: Mapping[str, Sequence[str]], delimiter: str, stack: ExitStack
    ) -> None:
        stream = stack.enter_context(path.open("w", encoding="utf-8-sig", newline=""))
        self._row: Callable[[Iterable[object]], object] = csv.writer(
            stream, delimiter=delimiter
        ).writerow
        for header in headers.values():
            self._row(map(without_formula, header))

    def write(self, _label: str, cells: Sequence[object]) -> None:
        self._row([_written(cell) for cell in cells])

    def close(self) -> None:
        """Do nothing: the stream is closed by its owner."""


class _Workbook:
    """One worksheet for each that was read; texts never become formulas."""

    def __init__(self, path: Path, headers: Mapping[str, Sequence[str]]) -> None:
        from xlsxwriter import Workbook

        options = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
        self._book = Workbook(str(path), {**options, "tmpdir": str(path.parent)})
        self._days = {
            date: self._book.add_format({"num_format": "dd/mm/yyyy"}),
            datetime: self._book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"}),
        }
        self._pages: dict[str, Any] = {}
        self._next: dict[str, int] = {}
        for label, header in headers.items():
            self._pages[label] = self._book.add_worksheet(label or None)
            self._next[label] = 0
            self.write(label, header)

    def write(self, label: str, cells: Sequence[object]) -> None:
        page, row = self._pages[label], self._next[label]
        self._next[label] += 1
        for column, cell in enumerate(cells):
            if isinstance(cell, date):
                page.write_datetime(row, column, cell, self._days[type(cell)])
            elif isinstance(cell, bool | int | float):
                page.write(row, column, cell)
            elif cell not in ("", None):
                page.write_string(row, column, str(cell))

    def close(self) -> None:
        self._book.close()


def _draft_of(path: Path) -> Path:
    """Create a draft next to `path` that only its owner may read. Raises Refusal."""
    try:
        return new_draft(path)
    except PermissionError:
        raise Refusal("sheets.rejects_denied", file=path) from None


def _written(cell: object) -> object:
    if isinstance(cell, datetime):
        return f"{cell:%d/%m/%Y %H:%M:%S}"
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    return without_formula(cell)


def _shown(cell: object) -> object:
    return cell.text if isinstance(cell, Fault) else "" if cell is None else cell
