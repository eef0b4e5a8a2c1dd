"""Checks of tables of points: totals, grades, and means of blocks."""

import re
from decimal import Decimal

from scoring.reconcile.amounts import Amounts
from scoring.reconcile.arithmetic import digits_of, unit_of
from scoring.reconcile.context import Context
from scoring.reconcile.finding import Checked, Code, Finding, at
from scoring.reconcile.means import check_means, criteria_of
from scoring.reconcile.policy import Policy
from scoring.reconcile.table import Column, Row
from scoring.rounding import rounded


def check_scores(context: Context) -> Checked:
    """Run every check of a table of points, line by line, then those of the whole table."""
    amounts, policy = context.amounts, context.policy
    for row in amounts.table.rows:
        yield from _maximum(amounts, row, policy)
        yield from _grade(amounts, row, policy)
        yield from _range_of_grades(amounts, row, policy)
    yield from check_means(amounts, policy)
    yield from _digits(amounts, policy)
    yield from _conduct(amounts)
    yield from _weak(amounts)


def _maximum(amounts: Amounts, row: Row, policy: Policy) -> Checked:
    for column in amounts.table.columns:
        figure = row.figures.get(column.index)
        most = _most(column, policy)
        if most is not None and figure and figure.number is not None:
            above = figure.number > most
            yield _over(amounts, row, column, figure.number, most) if above else None


def _most(column: Column, policy: Policy) -> Decimal | None:
    if column.id == "score":
        return policy.top
    return policy.most if column.id.startswith("criterion_") else None


def _over(amounts: Amounts, row: Row, column: Column, stated: Decimal, most: Decimal) -> Finding:
    return at(Code.OVER_MAXIMUM, amounts.table, row, column, stated=stated, recomputed=most)


def _grade(amounts: Amounts, row: Row, policy: Policy) -> Checked:
    score = amounts.table.number(row, "score")
    printed = amounts.vocabulary.grade(row.texts.get("grade"))
    if score is None or printed not in policy.grades:
        return
    expected = policy.grade(score)
    if expected == printed:
        yield None
        return
    yield at(
        Code.GRADE_NOT_SCORE,
        amounts.table,
        row,
        amounts.table.column("grade"),
        score=score,
        printed=row.texts["grade"],
        expected=expected,
    )


def _range_of_grades(amounts: Amounts, row: Row, policy: Policy) -> Checked:
    """The range in which the mean of the units must lie, given the number of units of each
    grade.
    """
    score = amounts.table.number(row, "score")
    counts = {g: n for g in policy.grades if (n := amounts.table.number(row, g))}
    if score is None or not counts:
        return
    units = Decimal(sum(counts.values()))
    low = Decimal(sum(policy.grades[g] * n for g, n in counts.items())) / units
    high = Decimal(sum(policy.ceiling(g) * n for g, n in counts.items())) / units
    step = unit_of(score)
    if low - step < score < high + step:
        yield None
        return
    yield at(
        Code.MEAN_OUTSIDE_GRADES,
        amounts.table,
        row,
        amounts.table.column("score"),
        stated=score,
        low=rounded(low, 2),
        high=rounded(high, 2),
    )


def _digits(amounts: Amounts, policy: Policy) -> Checked:
    """Note criteria with too many digits: the rule rounds each before adding."""
    for row in amounts.table.rows:
        points = criteria_of(amounts, row)
        score = amounts.table.number(row, "score")
        if score is None or not points:
            continue
        finer = [p for p in points.values() if digits_of(p) > policy.digits]
        if not finer:
            yield None
            continue
        by_rule = Decimal(sum(rounded(p, policy.digits) for p in points.values()))
        yield at(
            Code.DIGITS_BEYOND_RULE,
            amounts.table,
            row,
            amounts.table.column("score"),
            stated=score,
            recomputed=by_rule,
            printed=max(map(digits_of, finer)),
            rule=policy.digits,
        )
        return


def _conduct(amounts: Amounts) -> Checked:
    """Check conduct against time: full points for conduct need an early result, so its mean cannot
    be above that of time.
    """
    pairs = [
        (row, time, conduct)
        for row in amounts.table.rows
        if (time := amounts.table.number(row, "criterion_1")) is not None
        and (conduct := amounts.table.number(row, "criterion_7")) is not None
    ]
    above = [pair for pair in pairs if pair[2] > pair[1]]
    if not pairs:
        return
    if not above:
        yield None
        return
    row, time, conduct = above[0]
    column = amounts.table.column("criterion_7")
    yield at(
        Code.CONDUCT_ABOVE_TIME,
        amounts.table,
        row,
        column,
        stated=conduct,
        recomputed=time,
        rows=len(above),
    )


def _weak(amounts: Amounts) -> Checked:
    """Check the criteria named as weak: every criterion below the best of them must be named
    too.
    """
    for row in amounts.table.rows:
        weak = row.texts.get("weak")
        named = set(re.findall(r"\d+", weak)) if weak else None
        points = criteria_of(amounts, row)
        if named and points:
            yield _left_out(amounts, row, points, named)


def _left_out(
    amounts: Amounts, row: Row, points: dict[str, Decimal], named: set[str]
) -> Finding | None:
    limit = max((p for number, p in points.items() if number in named), default=None)
    if limit is None:
        return None
    left_out = [(n, p) for n, p in points.items() if n not in named and p < limit]
    if not left_out:
        return None
    return at(
        Code.WEAK_LEFT_OUT,
        amounts.table,
        row,
        amounts.table.column("weak"),
        named=row.texts["weak"],
        left_out=tuple(left_out),
    )
