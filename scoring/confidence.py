"""The confidence interval of a mean when only some citizens answered.

Wilson's interval at 95 %, narrowed where the answers are a good part of all dossiers (finite
population), which closes to a point if every citizen answered. A mean of points between 0 and m is
treated as the share mean / m: points in between only make it surer, so the interval is never too
narrow for that reason. Answers are not a random sample; the interval says nothing about who chose
to answer.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from scoring.criteria import Finding, parts_of
from scoring.interval import wilson
from scoring.law import Rulebook
from scoring.rounding import added, rounded
from scoring.texts import say


class Trust(StrEnum):
    """Whether there are enough answers to rely on."""

    ENOUGH = "enough"
    FEW = "few"


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """The interval (same unit as the value, four decimals) and its plain word."""

    low: Decimal
    high: Decimal
    trust: Trust

    def word(self, language: str = "vi") -> str:
        """`đủ phiếu`, or `ít phiếu, chỉ tham khảo`."""
        return say("trust", self.trust.value, language)


def of_finding(
    rulebook: Rulebook, finding: Finding, population: int | None = None
) -> Confidence | None:
    """How sure the mean of a dossier criterion is, in points; None where it has no evidence.

    `population`: the dossiers that could have been answered for; None: unbounded.
    """
    if not finding.n:
        return None
    parts = parts_of(rulebook, finding)
    total = added(part.points * part.count for part in parts if part.points is not None)
    scale = rulebook.most(finding.criterion)
    low, high = wilson(total / (finding.n * scale), finding.n, population)
    return Confidence(
        low=rounded(low * scale, 4),
        high=rounded(high * scale, 4),
        trust=Trust.FEW if high - low > rulebook.widest_interval else Trust.ENOUGH,
    )
