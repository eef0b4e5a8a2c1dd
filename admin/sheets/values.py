"""The values a cell may have, and how they are normalized."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from surveys.memo import Memo

Numbered = tuple[int, list[Any]]
"""A row: its number as a spreadsheet shows it, from 1, and its cells from column A."""
Typed = (datetime, date, time, timedelta)

ERRORS = re.compile(
    r"#(?:N/A|REF!|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA|#+)|Err:\d{3}"
)
_PROTECTED = re.compile(r'="((?:[^"]|"")*)"')
_BLANKS: dict[int, str | None] = dict.fromkeys(
    (0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x200E, 0x200F, 0x00AD)
)
_BLANKS[0x00A0] = " "


class Trouble(StrEnum):
    """Why a cell that is not empty has no value."""

    ERROR = "error"
    UNCOMPUTED = "uncomputed"


@dataclass(frozen=True, slots=True)
class Fault:
    """A non-empty cell without a value: `#N/A`, or a formula without a stored result."""

    trouble: Trouble
    text: str

    def __str__(self) -> str:
        """The cell as the sheet shows it."""
        return self.text


def cleaned(cell: object) -> object:
    """Normalize a cell: None if it is empty, text in NFC without invisible characters or a
    protecting apostrophe or `="…"`, whole numbers as text without `.0`."""
    if isinstance(cell, str):
        return _text(cell)
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return cell


class Cleaner:
    """Normalizes the rows of a sheet; it remembers the texts that repeat."""

    def __init__(self, places: Mapping[str, int]) -> None:
        """`places`: name of a column → its position."""
        self._places = places
        self._width = max(places.values(), default=-1) + 1
        self._texts = Memo(_text)

    def values(self, cells: Sequence[Any]) -> dict[str, Any]:
        """The normalized cells of a row by the name of their column."""
        if len(cells) < self._width:
            cells = [*cells, *[None] * (self._width - len(cells))]
        texts = self._texts
        return {
            name: texts[cell] if type(cell := cells[place]) is str else cleaned(cell)
            for name, place in self._places.items()
        }


def letters(column: int) -> str:
    """The name of a column, counted from 0: A, B … Z, AA."""
    name, rest = "", column + 1
    while rest:
        rest, last = divmod(rest - 1, 26)
        name = chr(ord("A") + last) + name
    return name


def address(row: int, column: int) -> str:
    """A cell as spreadsheets name it; rows count from 1, columns from 0."""
    return f"{letters(column)}{row}"


def is_blank(cell: object) -> bool:
    """Whether a cell looks empty."""
    if not isinstance(cell, str):
        return cell is None
    return not cell[:1].isalnum() and _text(cell) is None


def _text(cell: str) -> str | Fault | None:
    text = cell
    if not text.isascii():
        if not text.isprintable():
            text = text.translate(_BLANKS)
        text = unicodedata.normalize("NFC", text)
    text = text.strip()
    if text[:1] in ("'", "=", "#", "E"):
        return _marked(text)
    return text or None


def _marked(text: str) -> str | Fault | None:
    if text.startswith("'"):
        return text[1:].strip() or None
    if protected := _PROTECTED.fullmatch(text):
        return protected[1].replace('""', '"').strip() or None
    return Fault(Trouble.ERROR, text) if ERRORS.fullmatch(text) else text


Facts = Mapping[int, Mapping[int, Fault]]
"""Row number → column position → the fault of the cell."""
