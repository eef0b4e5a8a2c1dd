"""The rows that were not taken, in a file of their own, each with its reason."""

import csv
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from admin.sheets.columns import ColumnSpec
from admin.sheets.sheet import Row
from surveys.errors import Refusal
from surveys.spelling import fold

MARKS = (
    ColumnSpec(name="row", titles=("Dòng",)),
    ColumnSpec(name="reason", titles=("Lý do",)),
)
"""The two columns added to rejected rows; mended, they are read again with them."""


def _unmarked(header: Sequence[str]) -> Sequence[str]:
    """The header without the columns that an earlier file of rejects has added."""
    last = [fold(title) for title in header[-len(MARKS) :]]
    marked = len(last) == len(MARKS) and all(
        title in mark.headers({}) for title, mark in zip(last, MARKS, strict=True)
    )
    return header[: -len(MARKS)] if marked else header


def is_replaceable(path: Path) -> bool:
    """Whether a file of rejected rows may stand here: there is none, or an older one of ours."""
    if not path.exists():
        return True
    if not path.is_file():
        return False
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        header = next(csv.reader([stream.readline()]), [])
    return not header or _unmarked(header) != header


class Rejects:
    """Writes `path` (UTF-8 with mark, for spreadsheets) once its block ends without an exception.

    Without a rejected row there is no file, and an older one is taken away. `path` None counts
    only. Raises Refusal `sheets.rejects_denied` where nothing may be written.
    """

    def __init__(self, path: Path | None, header: Sequence[str], titles: tuple[str, str]) -> None:
        self.path = path
        self.count = 0
        kept = _unmarked(header)
        self._header = (*kept, *titles)
        self._width = len(kept)
        self._draft = path.with_name(f"{path.name}.part") if path else None
        self._stack = ExitStack()
        self._write: Callable[[Sequence[object]], object] | None = None

    def add(self, row: Row, reason: str) -> None:
        """Keep one row as it stood, its number and why it was not taken."""
        self.count += 1
        if self._draft is not None:
            cells = [_shown(cell) for cell in row.cells[: self._width]]
            padding = [""] * (self._width - len(cells))
            self._writer(self._draft)([*cells, *padding, row.number, reason])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: object, _where: TracebackType | None
    ) -> None:
        self._stack.close()
        if self.path is None or self._draft is None:
            return
        if kind is not None:
            self._draft.unlink(missing_ok=True)
        elif self.count:
            self._draft.replace(self.path)
        else:
            self.path.unlink(missing_ok=True)

    def _writer(self, draft: Path) -> Callable[[Sequence[object]], object]:
        if self._write is None:
            try:
                opened = draft.open("w", encoding="utf-8-sig", newline="")
            except PermissionError:
                raise Refusal("sheets.rejects_denied", file=self.path) from None
            stream = self._stack.enter_context(opened)
            self._write = csv.writer(stream).writerow
            self._write(self._header)
        return self._write


def _shown(cell: object) -> object:
    if isinstance(cell, datetime):
        return f"{cell:%d/%m/%Y %H:%M:%S}"
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell
