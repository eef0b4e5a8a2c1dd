"""What is published of a period, as data: a hidden cell is `HIDDEN`, an unknown one None."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Final

from admin.rating.rating_phrases import RatingPhrases
from admin.rating.result import RatingResult
from admin.tallying.result import Tally
from scoring.unit_rating import State, UnitRating
from surveys.criteria import FROM_CITIZENS
from surveys.suppression import Place, hidden_cells
from surveys.tally import Cell, hide_small

BELOW: Final = 5
SATISFACTION = "satisfaction"
HUNDREDTHS = 100
ONE_POINT = 100
"""How far, in hundredths, a hidden criterion must be able to be from its true points."""


class Hidden(Enum):
    """The value of a hidden cell."""

    CELL = "*"


HIDDEN = Hidden.CELL
Count = int | Hidden
Figure = Decimal | Hidden | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicUnit:
    """One unit. `answers` are the counts of satisfaction by option, `responses` their sum."""

    code: str
    name: str
    block: str
    state: str
    grade: str | None
    received: int
    dossiers: int
    responses: Count
    answers: Mapping[str, Count]
    points: Mapping[str, Figure]
    total: Figure
    reachable: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicQuestion:
    """A question of all units together: option → count; `answered` is their sum."""

    id: str
    text: str
    options: Mapping[str, str]
    counts: Mapping[str, Count]
    answered: Count


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


def public_results(result: RatingResult, tally: Tally, phrases: RatingPhrases) -> PublicResults:
    """What may be published of a rating and of its tally by unit."""
    units = result.rating.units
    points, means, leading = _points(result)
    by_unit, satisfaction = _satisfaction(tally, [unit.code for unit in units])
    options = list(satisfaction.counts) if satisfaction else []
    asked = list(_questions(tally, phrases.language))
    if satisfaction is not None:
        asked = [
            _with_counts(one, satisfaction) if one.id == SATISFACTION else one for one in asked
        ]
    return PublicResults(
        result=result,
        phrases=phrases,
        units=tuple(_unit(unit, points[unit.code], by_unit[unit.code], options) for unit in units),
        means=means,
        leading=leading,
        questions=tuple(asked),
        simulated=result.read.simulated,
    )


def _unit(
    unit: UnitRating, points: Sequence[Figure], answers: Sequence[Count], options: Sequence[str]
) -> PublicUnit:
    evidence = unit.evidence
    responses = answers[-1] if answers else _alone(evidence.responses)
    return PublicUnit(
        code=unit.code,
        name=evidence.name,
        block=evidence.block or "",
        state=unit.state.value,
        grade=unit.grade.id if unit.grade else None,
        received=evidence.received,
        dossiers=evidence.dossiers,
        responses=responses,
        answers=dict(zip(options, answers, strict=False)),
        points=dict(zip(unit.scores, points, strict=False)),
        total=points[-1],
        reachable=unit.reachable,
    )


def _alone(count: int) -> Count:
    return HIDDEN if 0 < count < BELOW else count


def _points(result: RatingResult) -> tuple[dict[str, list[Figure]], dict[str, Figure], Figure]:
    """The points of each unit with its total, the criterion means, the leading figure.

    Scored units, whose points the totals and means are made of, are hidden together.
    """
    units, criteria = result.rating.units, list(result.rulebook.criteria)
    scored = [unit for unit in units if unit.state is State.SCORED and unit.total is not None]
    hidden = _hidden_points(result, scored, criteria)
    rows = {unit.code: row for row, unit in enumerate(scored)}
    found: dict[str, list[Figure]] = {}
    for unit in units:
        row = rows.get(unit.code)
        cells: list[Figure] = [
            HIDDEN if _is_few(unit, name) or (row, column) in hidden else unit.scores[name].value
            for column, name in enumerate(criteria)
        ]
        found[unit.code] = [*cells, HIDDEN if (row, len(criteria)) in hidden else unit.total]
    overall, last = result.rating.overall, len(scored)
    means: dict[str, Figure] = {
        name: HIDDEN if (last, column) in hidden else overall.criteria[name]
        for column, name in enumerate(criteria)
    }
    whole = (last, len(criteria)) in hidden
    return found, means, HIDDEN if whole else result.aggregates.get(overall.printed.value)


def _hidden_points(
    result: RatingResult, scored: Sequence[UnitRating], criteria: Sequence[str]
) -> set[Place]:
    if not scored:
        return set()
    values = [[unit.scores[name].points for name in criteria] for unit in scored]
    fixed = [(r, c) for r, row in enumerate(values) for c, value in enumerate(row) if value is None]
    return hidden_cells(
        [[int((value or Decimal(0)) * HUNDREDTHS) for value in row] for row in values],
        BELOW,
        is_small=lambda row, column: _is_few(scored[row], criteria[column]),
        highest=int(max(result.rulebook.most(name) for name in criteria) * HUNDREDTHS),
        width=ONE_POINT,
        fixed=fixed,
    )


def _is_few(unit: UnitRating, criterion: str) -> bool:
    """Whether the points rest on so few citizens that they would tell what one of them said."""
    score = unit.scores[criterion]
    if score.appraised is not None or score.value is None:
        return False
    is_asked = criterion in FROM_CITIZENS or score.finding.measure is not None
    return is_asked and score.finding.n is not None and 0 < score.finding.n < BELOW


def _satisfaction(
    tally: Tally, codes: Sequence[str]
) -> tuple[dict[str, list[Count]], PublicQuestion | None]:
    """The counts of satisfaction by unit with their sums, and those of all units together."""
    counts: dict[str, dict[str, int]] = {code: {} for code in codes}
    options: dict[str, None] = {}
    for cell in tally.cells:
        if cell.question == SATISFACTION:
            options.setdefault(cell.option)
            of_unit = counts.setdefault(cell.group[0], {})
            of_unit[cell.option] = of_unit.get(cell.option, 0) + (cell.count or 0)
    if not options:
        return {code: [] for code in codes}, None
    table = [[of_unit.get(option, 0) for option in options] for of_unit in counts.values()]
    hidden = hidden_cells(table, BELOW)
    hidden |= {
        (r, c)
        for r, row in enumerate(table)
        for c in range(len(row) + 1)
        if 0 < sum(row) < BELOW  # a zero would tell what all of so few did not say
    }
    sums = [sum(column) for column in zip(*table, strict=True)]
    shown: list[list[Count]] = [
        [HIDDEN if (r, c) in hidden else value for c, value in enumerate([*row, sum(row)])]
        for r, row in enumerate([*table, sums])
    ]
    together = PublicQuestion(
        id=SATISFACTION,
        text="",
        options={},
        counts=dict(zip(options, shown[-1], strict=False)),
        answered=shown[-1][-1],
    )
    return dict(zip(counts, shown, strict=False)), together


def _questions(tally: Tally, language: str) -> Iterator[PublicQuestion]:
    """Every question that was answered, all forms and units together, small counts hidden."""
    names = tally.names(language)
    together: dict[str, dict[str, int]] = {}
    texts: dict[str, tuple[str, dict[str, str]]] = {}
    for cell in tally.cells:
        of_question = together.setdefault(cell.question, {})
        of_question[cell.option] = of_question.get(cell.option, 0) + (cell.count or 0)
        known = names.get(cell.form, {}).get(cell.question, {})
        text, options = texts.setdefault(cell.question, (known.get("text", cell.question), {}))
        options.setdefault(cell.option, known.get("options", {}).get(cell.option, cell.option))
    for question, counts in together.items():
        if not any(counts.values()):
            continue
        cells = [
            Cell(group=(), form="", question=question, option=option, count=count)
            for option, count in counts.items()
        ]
        shown = {c.option: HIDDEN if c.count is None else c.count for c in hide_small(cells, BELOW)}
        text, options = texts[question]
        answered = _alone(sum(counts.values()))
        yield PublicQuestion(
            id=question, text=text, options=options, counts=shown, answered=answered
        )


def _with_counts(one: PublicQuestion, other: PublicQuestion) -> PublicQuestion:
    return PublicQuestion(
        id=one.id,
        text=one.text,
        options=one.options,
        counts=other.counts,
        answered=other.answered,
    )
