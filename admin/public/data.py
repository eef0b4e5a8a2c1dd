"""What is published of a period, as data: a hidden cell is `HIDDEN`, an unknown one None."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from admin.public.answers import (
    SATISFACTION,
    Answered,
    PublicQuestion,
    ShownAnswers,
    show_answers,
)
from admin.public.hidden import BELOW, HIDDEN, Count, Figure, Hidden
from admin.public.points import ShownPoints, show_points
from admin.rating.rating_phrases import RatingPhrases
from admin.rating.result import RatingResult
from admin.tallying.result import Tally
from scoring.unit_rating import UnitRating


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicUnit:
    """One unit. `answers` are the counts of satisfaction by option, `responses` their sum."""

    code: str
    name: str
    block: str
    state: str
    grade: str | Hidden | None
    received: int
    dossiers: int
    responses: Count
    answers: Mapping[str, Count]
    points: Mapping[str, Figure]
    total: Figure
    reachable: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicResults:
    """Everything that is published."""

    result: RatingResult
    phrases: RatingPhrases
    units: tuple[PublicUnit, ...]
    means: Mapping[str, Figure]
    leading: Figure
    questions: tuple[PublicQuestion, ...]
    simulated: int
    below: int = BELOW

    @property
    def satisfaction(self) -> PublicQuestion | None:
        """The question that is shown by unit."""
        return next((one for one in self.questions if one.id == SATISFACTION), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodRead:
    """A period's rating and its tally by unit, whole."""

    result: RatingResult
    tally: Tally


def public_results(
    read: PeriodRead, phrases: RatingPhrases, parts: Sequence[PeriodRead] = ()
) -> PublicResults:
    """What may be published of a period. `parts`: the shorter periods within it that have, or will
    have, a page of their own.
    """
    result = read.result
    points = show_points(result, [part.result for part in parts])
    units = result.rating.units
    answers = show_answers(
        Answered(tally=read.tally, told=points.told),
        [_answered(part) for part in parts],
        [unit.code for unit in units],
        phrases.language,
    )
    return PublicResults(
        result=result,
        phrases=phrases,
        units=tuple(_unit(unit, points, answers) for unit in units),
        means=points.means,
        leading=points.leading,
        questions=answers.questions,
        simulated=result.read.simulated,
    )


def _answered(part: PeriodRead) -> Answered:
    return Answered(tally=part.tally, told=show_points(part.result, ()).told)


def _unit(unit: UnitRating, points: ShownPoints, answers: ShownAnswers) -> PublicUnit:
    evidence = unit.evidence
    *cells, total = points.by_unit[unit.code]
    counts = answers.by_unit.get(unit.code, ())
    few = 0 < evidence.responses < BELOW
    grade = unit.grade.id if unit.grade else None
    return PublicUnit(
        code=unit.code,
        name=evidence.name,
        block=evidence.block or "",
        state=unit.state.value,
        grade=HIDDEN if unit.code in points.grades_hidden else grade,
        received=evidence.received,
        dossiers=evidence.dossiers,
        responses=counts[-1] if counts else HIDDEN if few else evidence.responses,
        answers=dict(zip(answers.options, counts, strict=False)),
        points=dict(zip(unit.scores, cells, strict=True)),
        total=total,
        reachable=unit.reachable,
    )
