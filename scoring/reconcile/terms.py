"""The mean over the child rows: of units, or of blocks weighted by their number of units."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from operator import mul

from scoring.reconcile.amounts import Amounts
from scoring.reconcile.arithmetic import unit_of
from scoring.reconcile.table import Level, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A printed value of a child row; a block's own mean has the weight of its `weight` units (0:
    unknown) and is rounded to `step`.
    """

    value: Decimal
    name: str = ""
    weight: Decimal = Decimal(1)
    step: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """`exact`: from the printed figures; `low` to `high`: the range their rounding allows."""

    exact: Fraction
    low: Fraction
    high: Fraction
    blocks: tuple[Term, ...]
    count: Decimal

    def allows(self, stated: Decimal) -> bool:
        """Whether a printed mean, rounded or truncated, can be this one."""
        step = Fraction(unit_of(stated))
        return self.low - step < Fraction(stated) <= self.high + step / 2


def mean_below(amounts: Amounts, row: Row, quantity: str) -> Mean | None:
    """The mean of a score over the child rows; None if they do not print it.

    Without weights for every block only the range of the blocks is known: `low` to `high`. The
    number of units in a block's criterion mean is never known.
    """
    terms = tuple(_terms(amounts, row, quantity))
    if not terms:
        return None
    weights = [term.weight for term in terms if term.weight]
    if len(weights) < len(terms):
        return _range(terms)
    exact = _weighted([Fraction(term.value) for term in terms], weights)
    slack = _weighted([Fraction(term.step) for term in terms], weights) / 2
    return Mean(
        exact=exact,
        low=exact - slack,
        high=exact + slack,
        blocks=tuple(term for term in terms if term.step),
        count=Decimal(sum(weights)),
    )


def _range(terms: Sequence[Term]) -> Mean:
    values = [Fraction(term.value) for term in terms]
    step = max(Fraction(term.step) for term in terms) / 2
    return Mean(
        exact=Fraction(sum(values)) / len(values),
        low=min(values) - step,
        high=max(values) + step,
        blocks=(),
        count=Decimal(len(values)),
    )


def _weighted(values: Sequence[Fraction], weights: Sequence[Decimal]) -> Fraction:
    return Fraction(sum(map(mul, values, map(Fraction, weights)))) / Fraction(sum(weights))


def _terms(amounts: Amounts, row: Row, quantity: str) -> Iterator[Term]:
    for child in amounts.children(row):
        own = tuple(_terms(amounts, child, quantity))
        value = amounts.table.number(child, quantity)
        if own:
            yield from own
        elif value is not None and child.level is Level.UNIT:
            yield Term(value=value)
        elif value is not None:
            weight = units_of(amounts, child) if quantity == "score" else Decimal(0)
            yield Term(name=child.name, value=value, weight=weight, step=unit_of(value))


def units_of(amounts: Amounts, row: Row) -> Decimal:
    """How many units a block's mean is taken over: those scored, those graded, or all; 0 if
    unknown.
    """
    graded = [amounts.table.number(row, grade) for grade in amounts.vocabulary.grades]
    counts = [
        amounts.table.number(row, "scored"),
        sum(n for n in graded if n is not None),
        amounts.table.number(row, "units"),
    ]
    return Decimal(next((count for count in counts if count), 0))
