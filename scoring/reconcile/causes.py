"""Likely causes: what would explain a difference exactly."""

from collections.abc import Iterable
from decimal import Decimal

from scoring.reconcile.finding import Cause, Reason

Named = Iterable[tuple[str, Decimal]]


def of_doubling(stated: Decimal, recomputed: Decimal) -> tuple[Reason, ...]:
    """One is exactly twice the other."""
    if stated and stated == 2 * recomputed:
        return (Reason(cause=Cause.EXACTLY_DOUBLE),)
    if recomputed and recomputed == 2 * stated:
        return (Reason(cause=Cause.EXACTLY_HALF),)
    return ()


def of_swapping(stated: Decimal, recomputed: Decimal) -> tuple[Reason, ...]:
    """The same digits in another order, two of them changed places."""
    one, other = str(stated), str(recomputed)
    places = [i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b]
    same = len(one) == len(other) and sorted(one) == sorted(other)
    return (Reason(cause=Cause.DIGITS_SWAPPED),) if same and len(places) == 2 else ()


def of_one_digit(stated: Decimal, recomputed: Decimal) -> tuple[Reason, ...]:
    """Same length, one digit differs."""
    one, other = str(stated), str(recomputed)
    differing = sum(a != b for a, b in zip(one, other, strict=False))
    alike = len(one) == len(other) > 2 and differing == 1
    return (Reason(cause=Cause.ONE_DIGIT),) if alike else ()


def of_columns(difference: Decimal, parts: Named, others: Named) -> tuple[Reason, ...]:
    """A part too much (`parts`), or one of `others` too little; `difference` = sum − whole."""
    names = parts if difference > 0 else others
    cause = Cause.COUNTED_TWICE if difference > 0 else Cause.SHORT_BY_COLUMN
    return _named(cause, "columns", abs(difference), names)


def of_rows(difference: Decimal, rows: Named) -> tuple[Reason, ...]:
    """Exactly one row left out of the stated sum, or counted twice in it."""
    cause = Cause.ROW_LEFT_OUT if difference > 0 else Cause.ROW_TWICE
    fitting = [(name, value) for name, value in rows if value == abs(difference)]
    return _named(cause, "rows", abs(difference), fitting) if len(fitting) == 1 else ()


def _named(cause: Cause, key: str, amount: Decimal, names: Named) -> tuple[Reason, ...]:
    fitting = tuple(name for name, value in names if value == amount)
    return (Reason(cause=cause, params={key: fitting}),) if fitting else ()
