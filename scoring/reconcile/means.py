"""Checks of totals and means of points: sum of criteria, mean of units, mean of means."""

from decimal import Decimal

from scoring.reconcile.amounts import Amounts
from scoring.reconcile.arithmetic import as_decimal, digits_of, unit_of
from scoring.reconcile.finding import Cause, Checked, Code, Finding, Reason, at
from scoring.reconcile.policy import Policy
from scoring.reconcile.table import Row
from scoring.reconcile.terms import Mean, mean_below
from scoring.reconcile.weights import explain_total

_PREFIX = "criterion_"


def criteria_of(amounts: Amounts, row: Row) -> dict[str, Decimal]:
    """The points a row prints, by the number of the criterion."""
    ids = [c.id for c in amounts.table.columns if c.id.startswith(_PREFIX)]
    numbers = {id_.removeprefix(_PREFIX): amounts.table.number(row, id_) for id_ in ids}
    return {number: points for number, points in numbers.items() if points is not None}


def check_means(amounts: Amounts, policy: Policy) -> Checked:
    """Check the totals of units, and the totals and criterion means of the rows above them."""
    for row in amounts.table.rows:
        for number in criteria_of(amounts, row):
            yield from _criterion(amounts, row, f"{_PREFIX}{number}")
        if amounts.table.number(row, "score") is not None:
            yield from _total(amounts, row, policy)


def _criterion(amounts: Amounts, row: Row, quantity: str) -> Checked:
    stated = amounts.table.number(row, quantity)
    mean = mean_below(amounts, row, quantity)
    if stated is not None and mean is not None:
        yield None if mean.allows(stated) else _other_mean(amounts, row, quantity, mean)


def _total(amounts: Amounts, row: Row, policy: Policy) -> Checked:
    stated = amounts.table.number(row, "score") or Decimal(0)
    added = _sum_of_criteria(amounts, row, policy)
    mean = mean_below(amounts, row, "score")
    if added is None and mean is None:
        return
    sum_holds = added is None or abs(added - stated) <= _slack(amounts, row)
    mean_holds = mean is None or mean.allows(stated)
    if sum_holds and mean_holds:
        yield None
    elif mean is None or mean_holds:
        yield _other_sum(amounts, row, added or Decimal(0))
    elif added is not None and sum_holds:
        yield _means_differ(amounts, row, mean)
    else:
        yield _other_mean(amounts, row, "score", mean)


def _sum_of_criteria(amounts: Amounts, row: Row, policy: Policy) -> Decimal | None:
    """The sum of the printed points, in a table that has a column for every criterion."""
    columns = {c.id for c in amounts.table.columns if c.id.startswith(_PREFIX)}
    points = criteria_of(amounts, row).values()
    if not points or len(columns) < policy.criteria:
        return None
    return Decimal(sum(points))


def _slack(amounts: Amounts, row: Row) -> Decimal:
    """The largest difference between a mean total and the sum of the criterion means that rounding
    alone explains; a unit's own points add up exactly (Điều 15 khoản 2).
    """
    if not amounts.children(row):
        return Decimal(0)
    points = criteria_of(amounts, row).values()
    finest = min(map(unit_of, points))
    return finest * (len(points) + 1) / 2


def _other_mean(amounts: Amounts, row: Row, quantity: str, mean: Mean) -> Finding:
    stated = amounts.table.number(row, quantity) or Decimal(0)
    return at(
        Code.MEAN_OF_ROWS,
        amounts.table,
        row,
        amounts.table.column(quantity),
        stated=stated,
        recomputed=as_decimal(mean.exact, digits_of(stated)),
        rows=mean.count,
    )


def _other_sum(amounts: Amounts, row: Row, added: Decimal) -> Finding:
    return at(
        Code.CRITERIA_NOT_TOTAL,
        amounts.table,
        row,
        amounts.table.column("score"),
        stated=amounts.table.number(row, "score"),
        recomputed=added,
    )


def _means_differ(amounts: Amounts, row: Row, mean: Mean) -> Finding:
    stated = amounts.table.number(row, "score") or Decimal(0)
    digits = digits_of(stated)
    return at(
        Code.MEANS_DIFFER,
        amounts.table,
        row,
        amounts.table.column("score"),
        stated=stated,
        recomputed=as_decimal(mean.exact, digits),
        reasons=(Reason(cause=Cause.SUM_OF_CRITERIA), *explain_total(mean.blocks, stated)),
        low=as_decimal(mean.low, digits + 1),
        high=as_decimal(mean.high, digits + 1),
    )
