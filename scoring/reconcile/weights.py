"""Explains a total that is not the unit-weighted mean of its two blocks."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from scoring.reconcile.arithmetic import as_decimal, digits_of, unit_of
from scoring.reconcile.finding import Cause, Reason
from scoring.reconcile.terms import Term

_PAIR = 2
_SHARE_DIGITS = 4


def explain_total(blocks: Sequence[Term], stated: Decimal) -> tuple[Reason, ...]:
    """For two blocks and a stated mean between theirs: other weights (by dossiers, say), fewer
    units counted in a block, or a misprinted block mean. Empty if nothing explains it.
    """
    if len(blocks) != _PAIR:
        return ()
    low, high = sorted(term.value for term in blocks)
    if not low < stated < high:
        return ()
    one, other = blocks
    return (
        _other_weights(one, other, stated),
        *_fewer_units(one, other, stated),
        *_fewer_units(other, one, stated),
        _misprint(one, other, stated),
    )


def _other_weights(one: Term, other: Term, stated: Decimal) -> Reason:
    spread = Fraction(one.value) - Fraction(other.value)
    share = (Fraction(stated) - Fraction(other.value)) / spread
    blur = (Fraction(unit_of(stated)) + Fraction(other.step)) / 2 / abs(spread)
    by_units = Fraction(one.weight) / Fraction(one.weight + other.weight)
    params = {
        "first": one.name,
        "share": as_decimal(share, _SHARE_DIGITS),
        "share_low": as_decimal(max(share - blur, Fraction(0)), _SHARE_DIGITS),
        "share_high": as_decimal(share + blur, _SHARE_DIGITS),
        "by_units": as_decimal(by_units, _SHARE_DIGITS),
        "plain_mean": as_decimal(_mean(one, other, Fraction(1), Fraction(1)), digits_of(stated)),
    }
    return Reason(cause=Cause.OTHER_WEIGHTS, params=params)


def _fewer_units(one: Term, other: Term, stated: Decimal) -> Iterator[Reason]:
    """The number of units of `one` to leave out, if a whole number explains the total."""
    blur = Fraction(unit_of(stated)) / 2 + Fraction(one.step) / 2
    for count in range(int(one.weight) - 1, 0, -1):
        mean = _mean(one, other, Fraction(count), Fraction(other.weight))
        if abs(mean - Fraction(stated)) < blur:
            params = {"block": one.name, "counted": Decimal(count), "units": one.weight}
            yield Reason(cause=Cause.FEWER_UNITS, params=params)
            return


def _misprint(one: Term, other: Term, stated: Decimal) -> Reason:
    params = {
        "first": one.name,
        "first_instead": as_decimal(_instead(one, other, stated), digits_of(one.value)),
        "second": other.name,
        "second_instead": as_decimal(_instead(other, one, stated), digits_of(other.value)),
    }
    return Reason(cause=Cause.MISPRINTED_MEAN, params=params)


def _instead(one: Term, other: Term, stated: Decimal) -> Fraction:
    """The mean of `one` that would give the stated mean of both."""
    all_units = Fraction(one.weight + other.weight)
    rest = Fraction(other.value) * Fraction(other.weight)
    return (Fraction(stated) * all_units - rest) / Fraction(one.weight)


def _mean(one: Term, other: Term, weight: Fraction, other_weight: Fraction) -> Fraction:
    weighted = Fraction(one.value) * weight + Fraction(other.value) * other_weight
    return weighted / (weight + other_weight)
