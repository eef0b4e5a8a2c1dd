"""Parses a cell of a printed table: a count, n/d, a percentage, a score.

Numbers may use Vietnamese (15.121; 4,37 %) or English (15,121; 4.37%) notation.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from scoring.reconcile.arithmetic import digits_of

Value = str | Decimal | None
"""A cell as a sheet holds it: text, a spreadsheet's number, or nothing."""

_NUMBER = r"\d+(?:[.,]\d+)*"
_PERCENT = re.compile(rf"({_NUMBER})\s*%")
_FRACTION = re.compile(rf"({_NUMBER})[^\d/]*/\s*({_NUMBER})")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:([.,])\d{3})(?:\1\d{3})*")
_SPACED = re.compile(r"(?<=\d)[\s\u00a0\u202f](?=\d{3}(?!\d))")
_GAP = " "
_MOST_DIGITS = 6


class Kind(StrEnum):
    """The kind of the cells of a column."""

    TEXT = "text"
    COUNT = "count"
    RATE = "rate"
    SCORE = "score"
    FREE = "free"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One printed cell: `number` (a count, the numerator of n/d, a score), `base` (the denominator
    of n/d), `percent` (with the digits as printed). `typed` marks a spreadsheet's own number, whose
    percentage may be stored as 4.37 or as 0.0437.
    """

    number: Decimal | None = None
    base: Decimal | None = None
    percent: Decimal | None = None
    typed: bool = False


def read_figure(value: str | Decimal, kind: Kind) -> Figure:
    """The figure in a cell that is not blank. Raises ValueError if there is no figure."""
    if isinstance(value, Decimal):
        return _from_number(value, kind)
    text = _SPACED.sub("", value.strip())
    if kind is Kind.SCORE:
        return Figure(number=decimal(_only_number(text)))
    return _from_text(text, kind)


def whole(text: str) -> Decimal:
    """A count: 15.121, 15,121, 15121 or 02. Raises ValueError."""
    if text.isascii() and text.isdigit():
        return Decimal(text)
    if _THOUSANDS.fullmatch(text):
        return Decimal(re.sub(r"[.,]", "", text))
    raise ValueError(text)


def decimal(text: str) -> Decimal:
    """A number with decimals; its last separator is the decimal one. Raises ValueError."""
    if not re.fullmatch(_NUMBER, text):
        raise ValueError(text)
    *groups, last = re.split(r"[.,]", text)
    return Decimal(f"{''.join(groups)}.{last}" if groups else last)


def _from_number(value: Decimal, kind: Kind) -> Figure:
    if not value.is_finite() or value < 0:
        raise ValueError(str(value))
    if kind is Kind.RATE:
        return Figure(percent=_shortened(value), typed=True)
    if kind is Kind.COUNT and value != value.to_integral_value():
        raise ValueError(str(value))
    return Figure(number=_shortened(value))


def _shortened(value: Decimal) -> Decimal:
    """Remove the floating-point noise of a spreadsheet's computed number."""
    return min(value, Decimal(f"{value:.{_MOST_DIGITS}f}"), key=digits_of)


def _from_text(text: str, kind: Kind) -> Figure:
    percents = _PERCENT.findall(text)
    rest = _PERCENT.sub(_GAP, text)
    fractions = _FRACTION.findall(rest)
    rest = _FRACTION.sub(_GAP, rest)
    numbers = re.findall(_NUMBER, rest)
    if text.startswith("-") or len(percents) > 1 or len(fractions) + len(numbers) > 1:
        raise ValueError(text)
    percent = decimal(percents[0]) if percents else None
    if fractions:
        number, base = (whole(part) for part in fractions[0])
        return Figure(number=number, base=base, percent=percent)
    return _lone(numbers[0] if numbers else None, percent, kind)


def _lone(number: str | None, percent: Decimal | None, kind: Kind) -> Figure:
    if number is None:
        if percent is None:
            raise ValueError(kind)
        return Figure(percent=percent)
    if kind is Kind.RATE and percent is None:
        return Figure(percent=decimal(number))
    return Figure(number=whole(number), percent=percent)


def _only_number(text: str) -> str:
    numbers = re.findall(_NUMBER, text)
    if len(numbers) != 1 or text.startswith("-"):
        raise ValueError(text)
    return str(numbers[0])
