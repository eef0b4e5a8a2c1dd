"""Likely causes: mistakes that would explain a difference exactly."""

import operator
from collections.abc import Iterable
from decimal import Decimal

from scoring.reconcile.finding import Cause, Reason

Named = Iterable[tuple[str, Decimal]]


def of_doubling(stated: Decimal, recomputed: Decimal) -> tuple[Reason, ...]:
    """Explain it by doubling: one value is exactly twice the other."""
    if stated and stated == 2 * recomputed:
        return (Reason(cause=Cause.EXACTLY_DOUBLE),)
    if recomputed and recomputed == 2 * stated:
        return (Reason(cause=Cause.EXACTLY_HALF),)
    return ()


def of_swapping(stated: Decimal, recomputed: Decimal) -> tuple[Reason, ...]:
    """Explain it by swapped digits: the same digits with two of them exchanged."""
    one, other = str(stated), str(recomputed)
    swapped = sorted(one) == sorted(other) and _differing(one, other) == 2
    return (Reason(cause=Cause.DIGITS_SWAPPED),) if swapped else ()


def of_one_digit(stated: Decimal, recomputed: Decimal) -> tuple[Reason, ...]:
    """Explain it by one wrong digit: same length, one digit differs."""
    one, other = str(stated), str(recomputed)
    alike = len(one) == len(other) > 2 and _differing(one, other) == 1
    return (Reason(cause=Cause.ONE_DIGIT),) if alike else ()


def _differing(one: str, other: str) -> int:
    return sum(map(operator.ne, one, other))


def of_columns(difference: Decimal, parts: Named, others: Named) -> tuple[Reason, ...]:
    """Explain it by columns: one of `parts` counted too much, or one of `others` left out;
    `difference` = sum − whole.
    """
    too_much = _named(Cause.COUNTED_TWICE, "columns", difference, parts)
    return too_much or _named(Cause.SHORT_BY_COLUMN, "columns", -difference, others)


def of_rows(difference: Decimal, rows: Named) -> tuple[Reason, ...]:
    """Explain it by rows: exactly one row left out of the stated sum, or counted twice in it."""
    fitting = [(name, value) for name, value in rows if value == abs(difference)]
    if len(fitting) != 1:
        return ()
    left_out = _named(Cause.ROW_LEFT_OUT, "rows", difference, fitting)
    return left_out or _named(Cause.ROW_TWICE, "rows", -difference, fitting)


def _named(cause: Cause, key: str, amount: Decimal, names: Named) -> tuple[Reason, ...]:
    fitting = tuple(name for name, value in names if value == amount)
    return (Reason(cause=cause, params={key: fitting}),) if fitting else ()
