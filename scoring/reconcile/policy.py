"""The policy of checks: how strict they are, and by which rules scores are graded."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from scoring.law import Rulebook
from scoring.reconcile.arithmetic import Fit
from scoring.reconcile.finding import Code


class RateRounding(StrEnum):
    """How a printed percentage must be rounded: half up, truncated, or either."""

    HALF_UP = "half_up"
    TRUNCATE = "truncate"
    EITHER = "either"

    def complaint(self, agreement: Fit) -> Code | None:
        """The finding for a percentage that agrees in this way, or None."""
        if self is RateRounding.HALF_UP and agreement is Fit.TRUNCATED:
            return Code.RATE_TRUNCATED
        if self is RateRounding.TRUNCATE and agreement is Fit.ROUNDED:
            return Code.RATE_ROUNDED
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`quota`: the least share surveyed in percent; overrides the file. `grades`: id -> least
    total, best first. `criteria`: their number; `most`: the maximum points of one; `digits`:
    decimals of its rounded mean.
    """

    rounding: RateRounding = RateRounding.HALF_UP
    quota: Decimal | None = None
    grades: Mapping[str, Decimal]
    criteria: int
    most: Decimal
    digits: int

    @property
    def top(self) -> Decimal:
        """The highest total."""
        return self.most * self.criteria

    def grade(self, score: Decimal) -> str:
        """The grade of a total."""
        return next(grade for grade, least in self.grades.items() if score >= least)

    def ceiling(self, grade: str) -> Decimal:
        """The exclusive upper limit of this grade's totals: the minimum of the next better
        grade.
        """
        better = [least for least in self.grades.values() if least > self.grades[grade]]
        return min(better, default=self.top)


def policy_of(
    rulebook: Rulebook, *, rounding: RateRounding, quota: Decimal | None = None
) -> Policy:
    """The policy by which a rulebook's tables are checked."""
    return Policy(
        rounding=rounding,
        quota=quota,
        grades={band.id: band.points for band in rulebook.grade_bands},
        criteria=len(rulebook.criteria),
        most=rulebook.max_points or rulebook.full_marks,
        digits=int(rulebook.policies.points_digits.chosen),
    )
