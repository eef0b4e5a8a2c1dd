"""What an office should review in a rating: lists of criteria and units with their figures."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from scoring import confidence
from scoring.confidence import Trust
from scoring.law import Rulebook
from scoring.lists import (
    grade_in_proportion,
    scored_by_nobody,
    self_differences,
    weak_criteria,
    with_overdue,
    without_online_intake,
)
from scoring.rating import Rating
from scoring.unit_rating import Score, State, UnitRating
from surveys.criteria import FROM_CITIZENS

UNFINISHED = (State.NOT_SCORED, State.INSUFFICIENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeakCriterion:
    """A criterion whose mean in points over the scored units is below the rulebook's limit."""

    criterion: str
    mean: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueUnit:
    """A unit that returned `late` dossiers after the due date."""

    code: str
    name: str
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineUnit:
    """A unit that received dossiers, none of them online."""

    code: str
    name: str
    received: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FewResponses:
    """A graded unit with too few responses: its grade is only an indication."""

    code: str
    name: str
    dossiers: int
    responses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfinishedUnit:
    """A unit with dossiers but without a grade, and the criteria it has no points for."""

    code: str
    name: str
    state: State
    received: int
    dossiers: int
    responses: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoweredGrade:
    """A unit that would have a better grade by its share of the points it could have reached.

    `grade` and `grade_in_proportion` are ids of the rulebook's grades.
    """

    code: str
    name: str
    missing: tuple[str, ...]
    total: Decimal
    reachable: Decimal
    grade: str
    grade_in_proportion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfDifference:
    """A criterion in which the unit's own score (tự chấm) differs from the one that counts."""

    code: str
    name: str
    criterion: str
    self_score: Decimal
    points: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """Every list of a rating; units ordered by code."""

    weak_criteria: tuple[WeakCriterion, ...]
    scored_by_nobody: tuple[str, ...]
    overdue: tuple[OverdueUnit, ...]
    no_online_intake: tuple[OfflineUnit, ...]
    few_responses: tuple[FewResponses, ...]
    unfinished: tuple[UnfinishedUnit, ...]
    lowered_grades: tuple[LoweredGrade, ...]
    self_differences: tuple[SelfDifference, ...]


def attention_of(rating: Rating) -> Attention:
    """Collect the lists of a rating."""
    rulebook, units = rating.rulebook, rating.units
    weak = weak_criteria(rating.overall)
    return Attention(
        weak_criteria=tuple(WeakCriterion(criterion=n, mean=mean) for n, mean in weak.items()),
        scored_by_nobody=scored_by_nobody(rating.overall),
        overdue=tuple(
            OverdueUnit(code=unit.code, name=unit.evidence.name, late=unit.evidence.late)
            for unit in with_overdue(units)
        ),
        no_online_intake=tuple(
            OfflineUnit(code=unit.code, name=unit.evidence.name, received=unit.evidence.received)
            for unit in without_online_intake(units)
        ),
        few_responses=tuple(_few(unit) for unit in units if has_few_responses(rulebook, unit)),
        unfinished=unfinished_units(rating),
        lowered_grades=tuple(_lowered_grades(rulebook, units)),
        self_differences=tuple(one for unit in units for one in _differences(rulebook, unit)),
    )


def unfinished_units(rating: Rating) -> tuple[UnfinishedUnit, ...]:
    """The units with dossiers but without a grade."""
    return tuple(
        UnfinishedUnit(
            code=unit.code,
            name=unit.evidence.name,
            state=unit.state,
            received=unit.evidence.received,
            dossiers=unit.evidence.dossiers,
            responses=unit.evidence.responses,
            missing=unit.missing,
        )
        for unit in rating.units
        if unit.state in UNFINISHED
    )


def has_few_responses(rulebook: Rulebook, unit: UnitRating) -> bool:
    """Whether the confidence interval of a criterion rated by citizens is too wide to rely on.

    False for a unit without a grade; appraised criteria do not depend on responses.
    """
    if unit.state is not State.SCORED:
        return False
    if any(_wide(rulebook, score) for score in unit.scores.values()):
        return True
    found = (
        confidence.of_finding(
            rulebook,
            unit.scores[number].finding,
            unit.evidence.seen_as(rulebook.measures(number)).dossiers,
        )
        for number in FROM_CITIZENS
        if number in unit.scores and unit.scores[number].appraised is None
    )
    return any(one is not None and one.trust is Trust.FEW for one in found)


def _wide(rulebook: Rulebook, score: Score) -> bool:
    """Whether the interval of a metric that rests on answers is too wide."""
    found = score.finding.measure
    if found is None or found.low is None or found.high is None:
        return False
    return found.high - found.low > rulebook.widest_interval


def _few(unit: UnitRating) -> FewResponses:
    evidence = unit.evidence
    return FewResponses(
        code=unit.code,
        name=evidence.name,
        dossiers=evidence.dossiers,
        responses=evidence.responses,
    )


def _lowered_grades(rulebook: Rulebook, units: tuple[UnitRating, ...]) -> Iterator[LoweredGrade]:
    for unit in units:
        better = grade_in_proportion(rulebook, unit)
        if better is not None and unit.total is not None and unit.grade is not None:
            yield LoweredGrade(
                code=unit.code,
                name=unit.evidence.name,
                missing=unit.missing,
                total=unit.total,
                reachable=unit.reachable,
                grade=unit.grade.id,
                grade_in_proportion=better.id,
            )


def _differences(rulebook: Rulebook, unit: UnitRating) -> Iterator[SelfDifference]:
    pairs: Mapping[str, tuple[Decimal, Decimal]] = self_differences(rulebook, unit)
    for criterion, (own, counts) in pairs.items():
        yield SelfDifference(
            code=unit.code,
            name=unit.evidence.name,
            criterion=criterion,
            self_score=own,
            points=counts,
        )
