"""The points of a public page, and which of them are hidden.

Points that rest on few citizens tell what these said; so may a total, a mean, a grade, the counts
of all units together, or the points of a year with those of its quarters.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from admin.public.hidden import BELOW, HIDDEN, Figure
from admin.rating.result import RatingResult
from scoring.law import Rulebook
from scoring.unit_rating import State, UnitRating
from surveys.criteria import CRITERIA, FROM_CITIZENS
from surveys.suppression import Place, hidden_cells

HUNDREDTHS = 100
ONE_POINT = 100
"""How far, in hundredths, a hidden criterion must be able to be from its true points."""
PERCENT = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPoints:
    """Points of each unit with its total last, the means, the leading figure.

    `told`: questions whose counts, all units together, would tell hidden points; `grades_hidden`:
    units whose grade would.
    """

    by_unit: Mapping[str, Sequence[Figure]]
    means: Mapping[str, Figure]
    leading: Figure
    told: frozenset[str] = frozenset()
    grades_hidden: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Few:
    """Which points rest on few citizens, also in view of the parts of the period."""

    book: Rulebook
    parts: Sequence[Mapping[str, UnitRating]] = field(default=())

    def is_few(self, unit: UnitRating, criterion: str) -> bool:
        """Whether the points would tell what one citizen of few said."""
        if not _is_asked(unit, criterion):
            return False
        return 0 < _number(unit, criterion) < BELOW or self._is_left_over(unit, criterion)

    def is_told(self, criterion: str, hidden: int, shown: int) -> bool:
        """Whether sums of points shown to a digit leave few enough for those of the hidden."""
        step = self._step(criterion)
        return 0 < hidden < BELOW and step * shown < self._most(criterion) * hidden

    def _is_left_over(self, unit: UnitRating, criterion: str) -> bool:
        """Whether the period less the parts that are shown tells the few of those that are not."""
        parts = [part[unit.code] for part in self.parts if unit.code in part]
        asked = [one for one in parts if _is_asked(one, criterion)]
        shown = sum(n for one in asked if (n := _number(one, criterion)) >= BELOW)
        rest = _number(unit, criterion) - shown
        return bool(asked) and self.is_told(criterion, rest, _number(unit, criterion) + shown)

    def _most(self, criterion: str) -> Decimal:
        return self.book.most(criterion) or PERCENT

    def _step(self, criterion: str) -> Decimal:
        """The width of the values that are rounded to the same points (or percentage)."""
        digits = int(self.book.policies.points_digits.chosen) if self.book.most(criterion) else 1
        return Decimal(1).scaleb(-digits)


def show_points(result: RatingResult, parts: Sequence[RatingResult]) -> ShownPoints:
    """What may be shown. Scored units, which totals and means are made of, are hidden together."""
    units, criteria = result.rating.units, list(result.rulebook.criteria)
    few = _Few(
        book=result.rulebook,
        parts=[{unit.code: unit for unit in part.rating.units} for part in parts],
    )
    scored = [unit for unit in units if unit.state is State.SCORED and unit.total is not None]
    hidden = _hidden(few, scored, criteria)
    rows = {unit.code: row for row, unit in enumerate(scored)}
    found: dict[str, list[Figure]] = {}
    for unit in units:
        row = rows.get(unit.code)
        cells: list[Figure] = [
            HIDDEN if few.is_few(unit, name) or (row, column) in hidden else unit.scores[name].value
            for column, name in enumerate(criteria)
        ]
        found[unit.code] = [*cells, HIDDEN if (row, len(criteria)) in hidden else unit.total]
    overall, last = result.rating.overall, len(scored)
    means: dict[str, Figure] = {
        name: HIDDEN if (last, column) in hidden else overall.criteria[name]
        for column, name in enumerate(criteria)
    }
    whole = (last, len(criteria)) in hidden
    return ShownPoints(
        by_unit=found,
        means=means,
        leading=HIDDEN if whole else result.aggregates.get(overall.printed.value),
        told=frozenset(_told(few, units, found, criteria)),
        grades_hidden=frozenset(u.code for u in scored if _grade_tells(few, u, found[u.code])),
    )


def _hidden(few: _Few, scored: Sequence[UnitRating], criteria: Sequence[str]) -> set[Place]:
    if not scored:
        return set()
    values = [[unit.scores[name].points for name in criteria] for unit in scored]
    fixed = [(r, c) for r, row in enumerate(values) for c, value in enumerate(row) if value is None]
    return hidden_cells(
        [[int((value or Decimal(0)) * HUNDREDTHS) for value in row] for row in values],
        BELOW,
        is_small=lambda row, column: few.is_few(scored[row], criteria[column]),
        highest=int(max(few.book.most(name) for name in criteria) * HUNDREDTHS),
        width=ONE_POINT,
        fixed=fixed,
    )


def _told(
    few: _Few,
    units: Sequence[UnitRating],
    found: Mapping[str, Sequence[Figure]],
    criteria: Sequence[str],
) -> set[str]:
    """The questions whose counts less the units shown are those of few citizens."""
    told: set[str] = set()
    for column, name in enumerate(criteria):
        asked = [unit for unit in units if name in FROM_CITIZENS and _is_asked(unit, name)]
        numbers = {unit.code: _number(unit, name) for unit in asked}
        hidden = sum(n for code, n in numbers.items() if found[code][column] is HIDDEN)
        if few.is_told(name, hidden, sum(numbers.values()) - hidden):
            told |= set(CRITERIA[name].questions)
    return told


def _grade_tells(few: _Few, unit: UnitRating, cells: Sequence[Figure]) -> bool:
    """Whether the grade narrows hidden points of few citizens to less than a point, where the
    total, from which it follows, is hidden.
    """
    if cells[-1] is not HIDDEN or unit.grade is None:
        return False
    gone = [n for n, value in zip(unit.scores, cells, strict=False) if value is HIDDEN]
    shown = sum((v for v in cells[:-1] if isinstance(v, Decimal)), Decimal(0))
    floor = unit.grade.points
    higher = [band.points for band in few.book.grade_bands if band.points > floor]
    left = min([*higher, unit.reachable]) - shown
    return any(
        few.is_few(unit, name) and _is_narrow(few.book, name, gone, floor - shown, left)
        for name in gone
    )


def _is_narrow(
    book: Rulebook, criterion: str, gone: Sequence[str], at_least: Decimal, at_most: Decimal
) -> bool:
    """Whether a criterion can have less than a point of choice where all of `gone` together have
    between these points.
    """
    most = book.most(criterion)
    others = sum((book.most(one) for one in gone if one != criterion), Decimal(0))
    low, high = max(Decimal(0), at_least - others), min(most, at_most)
    return (high - low) * HUNDREDTHS < min(Decimal(ONE_POINT), most * HUNDREDTHS)


def _is_asked(unit: UnitRating, criterion: str) -> bool:
    """Whether the points are what citizens said, rather than a thẩm định or a fact."""
    score = unit.scores.get(criterion)
    if score is None or score.appraised is not None or score.value is None:
        return False
    is_asked = criterion in FROM_CITIZENS or score.finding.measure is not None
    return is_asked and score.finding.n is not None


def _number(unit: UnitRating, criterion: str) -> int:
    return unit.scores[criterion].finding.n or 0
