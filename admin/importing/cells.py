"""Reads cells for the importers."""

import re
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from admin.sheets import Fault, Row
from surveys.civil import civil_time
from surveys.errors import Refusal
from surveys.spelling import tidy

LONGEST = 800
"""The most characters of a name or a code: every database can index that many."""
EXACT_DIGITS = 15
"""A spreadsheet keeps this many digits of a number and replaces the rest by zeros."""
_DAY_NUMBER = re.compile(r"[34567]\d{4}")
_MONTH_FIRST = re.compile(r"(?:0?[1-9]|1[0-2])[/.-](?:1[3-9]|2\d|3[01])[/.-]\d{4}\b", re.ASCII)
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d{1,3}")


def text(row: Row, column: str) -> str:
    """The cell as normalized text; "" if it is empty.

    Raises Refusal `imports.too_long`, `.error_cell`, `.uncomputed_cell` or `.became_date`.
    """
    value: Any = row.values.get(column)
    if value is None:
        return ""
    if isinstance(value, str):
        if len(value) <= LONGEST and _is_tidy(value):
            return value
    else:
        _require_text(row, column, value)
    found = tidy(str(value))
    if len(found) > LONGEST:
        raise Refusal("imports.too_long", column=column, length=len(found), most=LONGEST)
    return found


def needed(row: Row, column: str) -> str:
    """The cell as normalized text. Raises Refusal `imports.empty_cell` if it is empty."""
    found = text(row, column)
    if not found:
        raise Refusal("imports.empty_cell", column=column)
    return found


def read_code(row: Row, column: str) -> str:
    """Read a code as it was typed. Raises Refusal `imports.empty_cell`, `.became_date`, and
    `imports.digits_cut` for a code that a spreadsheet converted to a number."""
    value = row.values.get(column)
    if isinstance(value, float) or (isinstance(value, str) and _is_cut(value)):
        raise Refusal("imports.digits_cut", column=column, cell=row.cell(column), value=value)
    return needed(row, column)


def read_typed_code(row: Row, column: str) -> str:
    """Read a code like `read_code`, but refuse every number: 1 may have been 01.

    Also raises Refusal `imports.became_number`.
    """
    place = row.places.get(column)
    raw = row.cells[place] if place is not None and place < len(row.cells) else None
    if isinstance(raw, float | int) and not isinstance(raw, bool):
        shown = row.values.get(column)
        raise Refusal("imports.became_number", column=column, cell=row.cell(column), value=shown)
    return read_code(row, column)


def when(row: Row, column: str, zone: ZoneInfo) -> datetime | None:
    """The cell as a civil time in `zone`; raises Refusal `imports.bad_date`, `.day_number`,
    `.error_cell` or `.uncomputed_cell`."""
    value = row.values.get(column)
    if value is None:
        return None
    if isinstance(value, Fault):
        raise _faulty(row, column, value)
    return civil_moment(column, value, zone)


def civil_moment(column: str, value: object, zone: ZoneInfo) -> datetime:
    """A value as a civil time in `zone`; raises Refusal `imports.bad_date`, `.month_first`
    or `.day_number`."""
    try:
        return civil_time(value, zone)
    except (ValueError, OverflowError):
        if _DAY_NUMBER.fullmatch(str(value)):
            raise Refusal("imports.day_number", column=column, value=value) from None
        kind = "month_first" if _MONTH_FIRST.match(str(value)) else "bad_date"
        raise Refusal(f"imports.{kind}", column=column, value=value) from None


def _is_tidy(value: str) -> bool:
    """Whether a text that a sheet has normalized needs nothing more, as nearly all do."""
    return value.isprintable() and "  " not in value


def _require_text(row: Row, column: str, value: object) -> None:
    if isinstance(value, Fault):
        raise _faulty(row, column, value)
    if isinstance(value, date | time):
        shown = f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)
        raise Refusal("imports.became_date", column=column, cell=row.cell(column), value=shown)


def _faulty(row: Row, column: str, fault: Fault) -> Refusal:
    code = f"imports.{fault.trouble}_cell"
    return Refusal(code, column=column, cell=row.cell(column), value=fault.text)


def _is_cut(value: str) -> bool:
    if _SCIENTIFIC.fullmatch(value):
        return True
    beyond = value[EXACT_DIGITS:] if value.isdigit() else ""
    return bool(beyond) and not beyond.strip("0")
