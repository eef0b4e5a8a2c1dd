"""Decimal rounding with its mode named, and decimal numbers as plain strings."""

from collections.abc import Callable, Iterable
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from enum import StrEnum


class Rounding(StrEnum):
    """How a number is brought to its printed digits."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    TRUNCATE = "truncate"


_MODES = {
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.HALF_EVEN: ROUND_HALF_EVEN,
    Rounding.TRUNCATE: ROUND_DOWN,
}


_STEPS = tuple(Decimal(1).scaleb(-digits) for digits in range(10))


def rounded(value: Decimal, digits: int, rounding: Rounding = Rounding.HALF_UP) -> Decimal:
    """`value` with exactly `digits` (0 to 9) decimals."""
    return value.quantize(_STEPS[digits], rounding=_MODES[rounding])


def rounder(digits: int, rounding: Rounding) -> Callable[[Decimal], Decimal]:
    """`rounded` to always the same digits, for many numbers."""
    step, mode = _STEPS[digits], _MODES[rounding]
    return lambda value: value.quantize(step, mode)


def added(values: Iterable[Decimal]) -> Decimal:
    """The sum, exact; of nothing a decimal 0."""
    return sum(values, Decimal(0))


def plain(value: Decimal) -> str:
    """The number without exponent and without trailing zeros: 16, 14.7, 0.05."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
