"""Findings: the results of checks of printed figures."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from scoring.reconcile.table import Column, Row, Table


class Severity(StrEnum):
    """`wrong`: a figure that contradicts the others. `note`: consistent, but worth a look."""

    WRONG = "wrong"
    NOTE = "note"


class Code(StrEnum):
    """The kinds of findings."""

    PARTS_NOT_WHOLE = "parts_not_whole"
    PARTS_OVER_WHOLE = "parts_over_whole"
    BASES_OVER_WHOLE = "bases_over_whole"
    SUM_OF_ROWS = "sum_of_rows"
    BASES_OF_ROWS = "bases_of_rows"
    NUMERATOR_OVER_DENOMINATOR = "numerator_over_denominator"
    DENOMINATOR_NOT_NAMED = "denominator_not_named"
    RATE_WRONG = "rate_wrong"
    RATE_TRUNCATED = "rate_truncated"
    RATE_ROUNDED = "rate_rounded"
    RATE_WRONG_BASE = "rate_wrong_base"
    TWO_VALUES = "two_values"
    LABEL_TWICE = "label_twice"
    CLAIM_FALSE = "claim_false"
    UNDER_QUOTA = "under_quota"
    CRITERIA_NOT_TOTAL = "criteria_not_total"
    MEAN_OF_ROWS = "mean_of_rows"
    MEANS_DIFFER = "means_differ"
    MEAN_OUTSIDE_GRADES = "mean_outside_grades"
    GRADE_NOT_SCORE = "grade_not_score"
    OVER_MAXIMUM = "over_maximum"
    TABLE_TRUNCATED = "table_truncated"
    TABLE_MIXES_ROUNDING = "table_mixes_rounding"
    DENOMINATORS_MIXED = "denominators_mixed"
    LATE_IS_UNRETURNED = "late_is_unreturned"
    SHARE_BREAKS = "share_breaks"
    DIGITS_BEYOND_RULE = "digits_beyond_rule"
    CONDUCT_ABOVE_TIME = "conduct_above_time"
    WEAK_LEFT_OUT = "weak_left_out"

    @property
    def severity(self) -> Severity:
        """The severity of a finding of this kind."""
        return Severity.NOTE if self in _NOTES else Severity.WRONG


_NOTES = frozenset(
    {
        Code.TABLE_TRUNCATED,
        Code.TABLE_MIXES_ROUNDING,
        Code.DENOMINATORS_MIXED,
        Code.LATE_IS_UNRETURNED,
        Code.SHARE_BREAKS,
        Code.DIGITS_BEYOND_RULE,
        Code.CONDUCT_ABOVE_TIME,
        Code.WEAK_LEFT_OUT,
    }
)


class Cause(StrEnum):
    """The likely cause of a finding; given only if the figures fit it exactly."""

    EXACTLY_DOUBLE = "exactly_double"
    EXACTLY_HALF = "exactly_half"
    COUNTED_TWICE = "counted_twice"
    SHORT_BY_COLUMN = "short_by_column"
    ROW_LEFT_OUT = "row_left_out"
    ROW_TWICE = "row_twice"
    OTHER_BASE = "other_base"
    DECIMAL_SLIP = "decimal_slip"
    REVERSED = "reversed"
    NUMERATOR_HOLDS_DENOMINATOR = "numerator_holds_denominator"
    DENOMINATOR_IS_OTHER = "denominator_is_other"
    DIGITS_SWAPPED = "digits_swapped"
    ONE_DIGIT = "one_digit"
    DIGIT_LOST = "digit_lost"
    SUM_OF_CRITERIA = "sum_of_criteria"
    OTHER_WEIGHTS = "other_weights"
    FEWER_UNITS = "fewer_units"
    MISPRINTED_MEAN = "misprinted_mean"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A cause and the parameters of its text."""

    cause: Cause
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding. `row`, `column` and `cell` give its place ("" if it is about the whole table);
    `difference` = recomputed − stated. `params` are the parameters of its text.
    """

    code: Code
    table: str
    sheet: str = ""
    row: str = ""
    column: str = ""
    cell: str = ""
    stated: Decimal | None = None
    recomputed: Decimal | None = None
    reasons: tuple[Reason, ...] = ()
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def difference(self) -> Decimal | None:
        """How much the recomputed value lies above the stated one."""
        if self.stated is None or self.recomputed is None:
            return None
        return self.recomputed - self.stated

    @property
    def severity(self) -> Severity:
        """Wrong, or only a note."""
        return self.code.severity


Checked = Iterator[Finding | None]
"""What a check yields: one entry a comparison made, None where it holds."""


def at(
    code: Code,
    table: Table,
    row: Row,
    column: Column | None,
    *,
    stated: Decimal | None = None,
    recomputed: Decimal | None = None,
    reasons: tuple[Reason, ...] = (),
    **params: object,
) -> Finding:
    """A finding at one cell of a table (at a row if no column prints the figure)."""
    return Finding(
        code=code,
        table=table.title,
        sheet=table.sheet,
        row=row.name,
        column=column.header if column else "",
        cell=table.cell(row, column) if column else "",
        stated=stated,
        recomputed=recomputed,
        reasons=reasons,
        params=params,
    )


def about(code: Code, table: Table, **params: object) -> Finding:
    """A finding about a whole table."""
    return Finding(code=code, table=table.title, sheet=table.sheet, params=params)
