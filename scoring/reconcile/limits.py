"""Checks of limits: claims of a report ("always under 2 %") and the survey quota."""

import operator
from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from types import MappingProxyType

from scoring.reconcile.amounts import Amount, Amounts
from scoring.reconcile.arithmetic import as_decimal, percentage
from scoring.reconcile.context import Context
from scoring.reconcile.finding import Checked, Code, Finding, at
from scoring.reconcile.policy import Policy
from scoring.reconcile.table import Claim, Level, Row

_DIGITS = 2
_HOLDS: Mapping[str, Callable[[Fraction, Fraction], bool]] = MappingProxyType(
    {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
)


def check_claims(context: Context) -> Checked:
    """Check every claimed limit, for the row it names or for the highest rows."""
    amounts = context.amounts
    for claim in amounts.table.claims:
        for row in _rows(amounts, claim):
            yield from _claim(amounts, claim, row)


def _rows(amounts: Amounts, claim: Claim) -> tuple[Row, ...]:
    rows = amounts.table.rows
    if claim.row:
        return tuple(row for row in rows if row.key == claim.row)
    for level in Level:
        found = tuple(row for row in rows if row.level is level)
        if found:
            return found
    return ()


def _claim(amounts: Amounts, claim: Claim, row: Row) -> Checked:
    number, base = amounts.amount(row, claim.quantity), _base(amounts, claim, row)
    if number is None or not base:
        return
    exact = percentage(number.value, base)
    if _HOLDS[claim.comparison](exact, Fraction(claim.percent)) or _may_be_more(claim, number):
        yield None
        return
    yield at(
        Code.CLAIM_FALSE,
        amounts.table,
        row,
        amounts.table.column(claim.quantity),
        stated=claim.percent,
        recomputed=as_decimal(exact, _DIGITS),
        claim=claim.text,
        number=number.value,
        base=base,
        below=_shares_below(amounts, claim, row),
    )


def _may_be_more(claim: Claim, number: Amount) -> bool:
    """Whether blank cells may hide the missing amount of an "at least" claim."""
    return claim.comparison in (">", ">=") and number.hidden != 0


def _base(amounts: Amounts, claim: Claim, row: Row) -> Decimal | None:
    known = amounts.vocabulary.columns.get(claim.quantity)
    ids = (claim.base,) if claim.base else (known.of if known else ())
    numbers = (amounts.table.number(row, id_) for id_ in ids)
    return next((number for number in numbers if number is not None), None)


def _shares_below(amounts: Amounts, claim: Claim, row: Row) -> tuple[tuple[str, Decimal], ...]:
    """The known shares of the child rows."""
    shares = ((child.name, _share(amounts, claim, child)) for child in amounts.children(row))
    return tuple((name, as_decimal(s, _DIGITS)) for name, s in shares if s is not None)


def _share(amounts: Amounts, claim: Claim, row: Row) -> Fraction | None:
    number, base = amounts.certain(row, claim.quantity), _base(amounts, claim, row)
    return percentage(number, base) if number is not None and base else None


def check_quota(context: Context) -> Checked:
    """Check the forms issued against the quota: a share of the dossiers, rounded up."""
    amounts, policy = context.amounts, context.policy
    for row in amounts.table.rows:
        issued = amounts.table.number(row, "issued")
        dossiers = amounts.table.number(row, "population")
        if dossiers is None:
            dossiers = amounts.table.number(row, "received")
        quota = _quota(amounts, row, policy)
        if issued is not None and dossiers is not None and quota is not None:
            yield _under_quota(amounts, row, issued, dossiers, quota)


def _quota(amounts: Amounts, row: Row, policy: Policy) -> Decimal | None:
    """The quota of the policy; else the one the row prints; else the one above the table."""
    if policy.quota is not None:
        return policy.quota
    column = next((c for c in amounts.table.columns if c.id == "quota"), None)
    figure = row.figures.get(column.index) if column else None
    if figure and figure.percent is not None:
        return figure.percent * 100 if figure.typed and figure.percent < 1 else figure.percent
    return amounts.table.quota


def _under_quota(
    amounts: Amounts, row: Row, issued: Decimal, dossiers: Decimal, quota: Decimal
) -> Finding | None:
    least = (dossiers * quota / 100).to_integral_value(rounding=ROUND_CEILING)
    if issued >= least:
        return None
    return at(
        Code.UNDER_QUOTA,
        amounts.table,
        row,
        amounts.table.column("issued"),
        stated=issued,
        recomputed=least,
        quota=quota,
        dossiers=dossiers,
        share=as_decimal(percentage(issued, dossiers), _DIGITS),
    )
