"""Checks of shares: larger than their whole, or out of line with their own series."""

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from scoring.reconcile.amounts import Amounts
from scoring.reconcile.arithmetic import as_decimal, percentage
from scoring.reconcile.context import Context
from scoring.reconcile.finding import Cause, Checked, Code, Finding, Reason, about, at
from scoring.reconcile.ratios import Ratio
from scoring.reconcile.table import Row

_PERIOD = re.compile(r"(nam |quy |thang |q[1-4]\b|h[12]\b|\d+ thang )?.*\b(19|20)\d\d\b.*")
_ENOUGH = 4
_DIGITS = 2


def check_shares(context: Context) -> Checked:
    """Check that no numerator of a share exceeds its denominator."""
    for ratio in (*context.ratios.dividing, *context.ratios.by_nothing):
        yield _excess(context, ratio) if ratio.number > ratio.base else None


def _excess(context: Context, ratio: Ratio) -> Finding:
    return at(
        Code.NUMERATOR_OVER_DENOMINATOR,
        context.table,
        ratio.row,
        ratio.column,
        stated=ratio.number,
        recomputed=ratio.base,
        reasons=_holds_denominator(context.amounts, ratio) or _reversed(context, ratio),
    )


def _holds_denominator(amounts: Amounts, ratio: Ratio) -> tuple[Reason, ...]:
    """Explain it by a numerator that includes the denominator: numerator = denominator + another
    printed count.
    """
    others = amounts.others(ratio.row, {ratio.column.id})
    added = [column.header for column, value in others if value == ratio.number - ratio.base]
    if not added or all(value != ratio.base for _, value in others):
        return ()
    params = {"columns": tuple(added)}
    return (Reason(cause=Cause.NUMERATOR_HOLDS_DENOMINATOR, params=params),)


def _reversed(context: Context, ratio: Ratio) -> tuple[Reason, ...]:
    """Explain it by exchanged numbers: both are known quantities, and the other rows have them in
    the right order.
    """
    found = context.ratios.dividing
    right = [r for r in found if r.column is ratio.column and r.number < r.base]
    known = all(
        context.workbook.holds(context.table, ratio.row, number, ratio.column)
        for number in (ratio.number, ratio.base)
    )
    return (Reason(cause=Cause.REVERSED),) if right and known else ()


def check_series(context: Context) -> Checked:
    """Find a share of one office over the years that is below half of all others, and that a lost
    first digit would explain.
    """
    amounts = context.amounts
    shares = [r for r in context.ratios.dividing if r.base_id is None and is_period(r.row)]
    for column in dict.fromkeys(ratio.column for ratio in shares):
        series = [r for r in shares if r.column is column and r.number <= r.base]
        if len(series) >= _ENOUGH:
            for ratio in series:
                yield _break(amounts, ratio, [r.exact for r in series if r is not ratio])


def is_period(row: Row) -> bool:
    """Whether a row is a year, a quarter or a month."""
    return _PERIOD.fullmatch(row.key) is not None


def _break(amounts: Amounts, ratio: Ratio, others: Sequence[Fraction]) -> Finding | None:
    mended = Decimal(f"{str(ratio.base)[0]}{ratio.number}")
    if ratio.exact * 2 >= min(others) or len(str(mended)) != len(str(ratio.base)):
        return None
    if mended > ratio.base or percentage(mended, ratio.base) < min(others):
        return None
    params = {"mended": mended, "share": as_decimal(percentage(mended, ratio.base), _DIGITS)}
    return at(
        Code.SHARE_BREAKS,
        amounts.table,
        ratio.row,
        ratio.column,
        stated=as_decimal(ratio.exact, _DIGITS),
        reasons=(Reason(cause=Cause.DIGIT_LOST, params=params),),
        lowest=as_decimal(min(others), _DIGITS),
        number=ratio.number,
        base=ratio.base,
    )


def check_late(context: Context) -> Checked:
    """Note a table where late = received − returned in every line: "late" may just be "not yet
    returned".
    """
    table = context.table
    triples = [
        [table.number(row, quantity) for quantity in ("received", "returned", "late")]
        for row in table.rows
    ]
    filled = [[n for n in triple if n is not None] for triple in triples]
    whole = [numbers for numbers in filled if len(numbers) == len(triples[0])]
    if len(whole) < _ENOUGH - 1 or table.column("pending"):
        return
    same = all(late and received - returned == late for received, returned, late in whole)
    yield about(Code.LATE_IS_UNRETURNED, table, rows=len(whole)) if same else None
