"""Arithmetic of printed percentages: which rounding explains one."""

from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from scoring.rounding import Rounding


class Fit(StrEnum):
    """How a printed percentage agrees with n / d."""

    EITHER = "either"
    ROUNDED = "rounded"
    TRUNCATED = "truncated"
    NEITHER = "neither"


def digits_of(value: Decimal) -> int:
    """Printed decimals: 4.37 -> 2, 46 -> 0."""
    return len(f"{value:f}".partition(".")[2])


def as_decimal(value: Fraction, digits: int, rounding: Rounding = Rounding.HALF_UP) -> Decimal:
    """An exact value at its printed digits."""
    scale = 10**digits
    whole, rest = divmod(value.numerator * scale, value.denominator)
    if rounding is not Rounding.TRUNCATE and 2 * rest >= value.denominator:
        whole += 1
    return Decimal(whole).scaleb(-digits)


def percentage(number: Decimal, base: Decimal) -> Fraction:
    """100 n / d, exactly; d is not 0."""
    return 100 * Fraction(number) / Fraction(base)


def fit(exact: Fraction, stated: Decimal | None) -> Fit:
    """Whether `stated` is `exact` rounded half up, truncated, both or neither."""
    if stated is None:
        return Fit.NEITHER
    digits = digits_of(stated)
    rounded_up = as_decimal(exact, digits) == stated
    cut = as_decimal(exact, digits, Rounding.TRUNCATE) == stated
    if rounded_up and cut:
        return Fit.EITHER
    if rounded_up:
        return Fit.ROUNDED
    return Fit.TRUNCATED if cut else Fit.NEITHER


def unit_of(value: Decimal) -> Decimal:
    """The step of the last printed digit: 14.64 -> 0.01."""
    return Decimal(1).scaleb(-digits_of(value))
