"""Checks of printed percentages: rounding, truncation, another denominator."""

from collections.abc import Sequence
from decimal import Decimal

from scoring.reconcile.amounts import Amounts
from scoring.reconcile.arithmetic import Fit, as_decimal, digits_of, fit, percentage
from scoring.reconcile.context import Context
from scoring.reconcile.finding import Cause, Checked, Code, Finding, Reason, about, at
from scoring.reconcile.policy import Policy, RateRounding
from scoring.reconcile.ratios import Ratio

_MORE_DIGITS = 2
"""How many more digits of a percentage are shown than are printed."""
_HABIT = 2
"""From how many cut-off percentages on one speaks of the table's way."""


def check_rates(context: Context) -> Checked:
    """Check every printed percentage, and how the table as a whole rounds them."""
    amounts, policy = context.amounts, context.policy
    printed = [ratio for ratio in context.ratios.dividing if ratio.percent is not None]
    plausible = [ratio for ratio in printed if ratio.number <= ratio.base]
    for ratio in plausible:
        yield _rate(amounts, ratio, policy)
    if policy.rounding is RateRounding.HALF_UP and plausible:
        yield _habit(amounts, plausible)


def fit_of(ratio: Ratio) -> Fit:
    """How a printed percentage agrees with its figures."""
    return fit(ratio.exact, ratio.percent)


def _rate(amounts: Amounts, ratio: Ratio, policy: Policy) -> Finding | None:
    agreement = fit_of(ratio)
    if agreement is Fit.NEITHER:
        return _wrong(amounts, ratio)
    code = policy.rounding.complaint(agreement)
    return _at(amounts, ratio, code) if code else None


def _wrong(amounts: Amounts, ratio: Ratio) -> Finding:
    bases = _other_bases(amounts, ratio)
    if bases:
        reason = Reason(cause=Cause.OTHER_BASE, params={"columns": tuple(bases)})
        return _at(amounts, ratio, Code.RATE_WRONG_BASE, reason)
    for factor in (Decimal(10), Decimal("0.1")):
        if fit(ratio.exact, ratio.stated * factor) is not Fit.NEITHER:
            reason = Reason(cause=Cause.DECIMAL_SLIP, params={"factor": factor})
            return _at(amounts, ratio, Code.RATE_WRONG, reason)
    return _at(amounts, ratio, Code.RATE_WRONG)


def _other_bases(amounts: Amounts, ratio: Ratio) -> list[str]:
    """The counts of the row by which the numerator gives the printed percentage."""
    counted = ratio.column.of or ratio.column.id
    others = amounts.others(ratio.row, {counted, ratio.base_id})
    return [
        column.header
        for column, value in others
        if value >= ratio.number
        and value > 0
        and fit(percentage(ratio.number, value), ratio.percent) is not Fit.NEITHER
    ]


def _at(amounts: Amounts, ratio: Ratio, code: Code, *reasons: Reason) -> Finding:
    digits = digits_of(ratio.stated)
    return at(
        code,
        amounts.table,
        ratio.row,
        ratio.column,
        stated=ratio.stated,
        recomputed=as_decimal(ratio.exact, digits),
        reasons=reasons,
        exact=as_decimal(ratio.exact, digits + _MORE_DIGITS),
        number=ratio.number,
        base=ratio.base,
        base_name=amounts.header(ratio.base_id) if ratio.base_id else ratio.column.header,
    )


def _habit(amounts: Amounts, printed: Sequence[Ratio]) -> Finding | None:
    """Note whether the table truncates everywhere, or mixes truncation and rounding."""
    agreements = [fit_of(ratio) for ratio in printed]
    cut, rounded = agreements.count(Fit.TRUNCATED), agreements.count(Fit.ROUNDED)
    if not cut or (cut < _HABIT and not rounded):
        return None
    code = Code.TABLE_MIXES_ROUNDING if rounded else Code.TABLE_TRUNCATED
    fitting = len(agreements) - agreements.count(Fit.NEITHER)
    return about(code, amounts.table, cut=cut, rounded=rounded, fitting=fitting)
