"""Lines between and below the rows of data: block headings, sums, signatures."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from admin.sheets.columns import Header
from admin.sheets.values import cleaned
from admin.sheets.words import words
from surveys.spelling import fold

_FEW = 3
_WIDE = 6
"""In a table of so many columns, a line with only a few cells is no row of data."""
_LIKE_DATA = re.compile(r"\S*\d\S*")
_ORDINAL = re.compile(r"[IVXivx]{1,5}|[A-Za-z]|\d{1,2}(?:\.\d{1,2})*")
_NUMBERING = re.compile(r"\(?(\d{1,2})\)?")


def is_passed_over(cells: Sequence[Any], header: Header, required: Sequence[int]) -> bool:
    """Whether a line below the header is no row of data."""
    values = [(place, value) for place, cell in enumerate(cells) if (value := cleaned(cell))]
    if {place for place, _ in values}.issuperset(required):
        return _repeats(values, header) or _is_sum(values, required)
    return _is_sum(values, required) or _is_heading(values, header, required)


def _repeats(values: Sequence[tuple[int, object]], header: Header) -> bool:
    """The header again on the next page, or a line that numbers the columns."""
    first = values[0][1]
    if not isinstance(first, str) or len(first) > _WIDEST_TITLE:
        return False
    titles = [fold(header.titles[p]) if p < len(header.titles) else "" for p, _ in values]
    if fold(first) == titles[0]:
        return len(values) > 1 and all(
            fold(str(value)) == title for (_, value), title in zip(values, titles, strict=True)
        )
    if not _NUMBERING.fullmatch(first):
        return False
    numbers = [_NUMBERING.fullmatch(str(value)) for _, value in values]
    counted = [number and int(number[1]) for number in numbers]
    return len(values) > _FEW and counted == list(range(1, len(values) + 1))


_WIDEST_TITLE = 80


def _is_sum(values: Sequence[tuple[int, object]], required: Sequence[int]) -> bool:
    """“Tổng cộng”, “Cộng I: 3 hồ sơ”: by its first words, where columns are left empty that every
    row has; by all of them, anywhere."""
    text = next(
        (fold(v) for _, v in values if isinstance(v, str) and not _ORDINAL.fullmatch(v)), ""
    )
    if text in words().totals:
        return True
    whole = {place for place, _ in values}.issuperset(required)
    return not whole and any(text.startswith(f"{total} ") for total in words().totals)


def _is_heading(
    values: Sequence[tuple[int, object]], header: Header, required: Sequence[int]
) -> bool:
    """A few words on a line of their own; a code, a date or a number makes it a row of data."""
    if not 1 <= len(values) <= _FEW:
        return False
    if len(values) > 1 and values[0][0] not in required and _is_ordinal(values[0][1]):
        values = values[1:]
    if any(_is_data(value, may_be_code=place in required) for place, value in values):
        return False
    given = sum(place in required for place, _ in values)
    return len(values) == 1 or given == 0 or (given == 1 and len(header.known) >= _WIDE)


def _is_ordinal(value: object) -> bool:
    return isinstance(value, str) and _ORDINAL.fullmatch(value) is not None


def _is_data(value: object, *, may_be_code: bool) -> bool:
    if isinstance(value, str):
        return _LIKE_DATA.fullmatch(value) is not None or (may_be_code and " " not in value)
    return not isinstance(value, bool) and isinstance(value, date | float | int)
