"""The result of `motcua rate` for a period, as data: nothing here is printed.

The terminal, JSON, CSV, reports and pages are made from the same `RatingResult`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from admin.closing.mark import Mark
from admin.rating.attention import Attention, attention_of
from admin.rating.unit_evidence import PeriodEvidence, unit_evidence
from admin.rating.weights import BlockWeights, leading, weighted_mean
from scoring.comparison import Comparison
from scoring.law import Rulebook
from scoring.rating import Rating, rate
from scoring.supported import Printed
from scoring.warning import RatingWarning, split_warnings
from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.results.promises import Rescheduled, count_rescheduled


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Dossiers received and returned, and responses, over all units."""

    received: int
    dossiers: int
    responses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedPolicy:
    """A question the law leaves open (`policy`) and the choice applied, as ids and as texts."""

    policy: str
    choice: str
    title: str
    text: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPeriod:
    """An earlier period and what changed since."""

    period: Period
    comparison: Comparison

    @property
    def splits(self) -> tuple[RatingWarning, ...]:
        """The units of then that were split since, so nothing compares with them."""
        gone = [one.before for one in self.comparison.units if one.before and one.now is None]
        return tuple(split_warnings(gone))


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingResult:
    """A rated period. `past` is None if no comparison was requested, `mark` if it is open."""

    read: PeriodEvidence
    rating: Rating
    attention: Attention
    rescheduled: tuple[Rescheduled, ...] = ()
    weights: BlockWeights | None = None
    weighted: Decimal | None = None
    past: tuple[PastPeriod, ...] | None = None
    mark: Mark | None = None

    @property
    def period(self) -> Period:
        """The period rated."""
        return self.read.period

    @property
    def rulebook(self) -> Rulebook:
        """The rulebook rated by."""
        return self.rating.rulebook

    @property
    def in_force(self) -> bool:
        """Whether the rulebook is in force on the last day of the period."""
        return self.rulebook.valid_on(self.period.end)

    @property
    def totals(self) -> Totals:
        """Sums over all units."""
        units = [unit.evidence for unit in self.rating.units]
        return Totals(
            received=sum(unit.received for unit in units),
            dossiers=sum(unit.dossiers for unit in units),
            responses=sum(unit.responses for unit in units),
        )

    @property
    def aggregates(self) -> dict[str, Decimal | None]:
        """The overall figures by name, including the mean by block weights if there are any."""
        named: dict[str, Decimal | None] = dict(self.rating.overall.aggregates)
        return named | ({} if self.weighted is None else {"weighted_by_block": self.weighted})

    def policies(self, language: str) -> tuple[AppliedPolicy, ...]:
        """Every open question of the rulebook with the choice that was applied."""
        return tuple(_applied(self.rulebook, language))

    def weighted_by(self, wanted: Printed | BlockWeights | None) -> "RatingResult":
        """A copy with another leading aggregate, or with a mean by block weights.

        Raises Refusal `rate.unknown_block`.
        """
        if wanted is None:
            return self
        if isinstance(wanted, Printed):
            return replace(self, rating=leading(self.rating, wanted))
        return replace(self, weights=wanted, weighted=weighted_mean(self.rating, wanted))


async def read_rating(conn: Connection, rulebook: Rulebook, period: Period) -> RatingResult:
    """Rate a period. Raises what `scoring.rating.rate` raises."""
    read = await unit_evidence(conn, rulebook, period)
    rating = rate(rulebook, read.evidence, period.end)
    again = await count_rescheduled(conn, period)
    return RatingResult(read=read, rating=rating, attention=attention_of(rating), rescheduled=again)


def _applied(rulebook: Rulebook, language: str) -> Iterator[AppliedPolicy]:
    for name, policy in rulebook.policies.named():
        yield AppliedPolicy(
            policy=name,
            choice=policy.chosen,
            title=policy.title.of(language),
            text=policy.choices[policy.chosen].text.of(language),
            source=policy.source,
        )
