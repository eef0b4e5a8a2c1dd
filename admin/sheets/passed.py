"""Detects lines to skip between and below the rows of data: headings, sums, signatures."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from admin.sheets.columns import Header
from admin.sheets.values import cleaned, is_blank
from admin.sheets.words import words
from surveys.spelling import fold

_FEW = 3
_WIDE = 6
"""In a table with this many columns, a line with only a few cells is not a row of data."""
_LIKE_DATA = re.compile(r"\S*\d\S*")
_ORDINAL = re.compile(r"[IVXivx]{1,5}|[A-Za-z]|\d{1,2}(?:\.\d{1,2})*")
_WIDEST_TITLE = 80
_SUMS_BEGIN = frozenset("tclgs")
_NUMBERING = re.compile(r"\(?(\d{1,2})\)?(?:\s*=.*)?")
"""The number of a column; it may say how it is computed: `(3)=(4)+(5)`."""
_LETTER = re.compile(r"\(?[A-Za-z]\)?")


def is_passed_over(
    cells: Sequence[Any], given: Mapping[str, Any], header: Header, required: Sequence[str]
) -> bool:
    """Whether a line below the header is not a row of data. `given`: its values by column."""
    if None not in map(given.get, required):
        return _is_whole_but_no_data(cells, header)
    values = [(place, value) for place, cell in enumerate(cells) if (value := cleaned(cell))]
    places = [header.known[name] for name in required]
    return _is_sum(values) or _is_heading(values, header, places)


def _is_whole_but_no_data(cells: Sequence[Any], header: Header) -> bool:
    """Whether a full line is a repeated header, the numbers of the columns, or a sum. This runs
    for every row, so the first cell decides it in most cases."""
    place = 0
    while is_blank(cells[place]):
        place += 1
    first = cells[place]
    title = header.titles[place] if place < len(header.titles) else ""
    if _is_one(first):
        return _repeats([(p, v) for p, cell in enumerate(cells) if (v := cleaned(cell))], header)
    if not isinstance(first, str) or len(first) > _WIDEST_TITLE:
        return False
    begins = first.strip()[:1].casefold()
    if begins not in _SUMS_BEGIN and begins != title[:1].casefold() and not _begins_one(first):
        return False
    values = [(place, value) for place, cell in enumerate(cells) if (value := cleaned(cell))]
    return fold(first) in words().totals or _repeats(values, header)


def _is_one(cell: object) -> bool:
    """Whether it is the number 1: of the first row of data, or of the first column."""
    return isinstance(cell, int | float) and not isinstance(cell, bool) and cell == 1


def _begins_one(first: str) -> bool:
    return bool(_NUMBERING.fullmatch(first.strip()) or _LETTER.fullmatch(first.strip()))


def _repeats(values: Sequence[tuple[int, object]], header: Header) -> bool:
    titles = [fold(header.titles[p]) if p < len(header.titles) else "" for p, _ in values]
    if [fold(str(value)) for _, value in values] == titles:
        return True
    texts = [str(value).strip().removesuffix(".0") for _, value in values]
    while texts and _LETTER.fullmatch(texts[0]):
        texts = texts[1:]
    numbers = [_NUMBERING.fullmatch(text) for text in texts]
    counted = [number and int(number[1]) for number in numbers]
    return len(texts) > _FEW and counted == list(
        range(counted[0] or 1, len(texts) + (counted[0] or 1))
    )


def _is_sum(values: Sequence[tuple[int, object]]) -> bool:
    """Whether it begins like a sum: “Tổng cộng”, “Cộng I: 3 hồ sơ”."""
    texts = (fold(v) for _, v in values if isinstance(v, str) and not _ORDINAL.fullmatch(v))
    text = next(texts, "")
    return any(text == total or text.startswith(f"{total} ") for total in words().totals)


def _is_heading(
    values: Sequence[tuple[int, object]], header: Header, required: Sequence[int]
) -> bool:
    """Whether it is a few words only; a code, a date or a number makes it a row of data."""
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
