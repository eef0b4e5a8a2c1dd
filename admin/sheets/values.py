"""What a cell may hold, and the same cell as it is meant."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

Numbered = tuple[int, list[Any]]
"""A row: its number as the person sees it in the file, from 1, and its cells from column A."""
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
    """A cell that is not empty and yet says nothing: `#N/A`, or a formula nobody computed."""

    trouble: Trouble
    text: str

    def __str__(self) -> str:
        """As the sheet shows it."""
        return self.text


def cleaned(cell: object) -> object:
    """A cell as it is meant: None when nothing is in it, text in NFC without invisible signs,
    an apostrophe or `="…"` that only protects it, whole numbers as text without `.0`."""
    if isinstance(cell, str):
        return _text(cell)
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return cell


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
    """Whether nobody sees anything in a cell."""
    return cell is None or (isinstance(cell, str) and _text(cell) is None)


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
"""Row number → place of the column → what is wrong with the cell."""
