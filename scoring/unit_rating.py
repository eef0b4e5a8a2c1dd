"""From the evidence of the units to their points, totals, grades and states.

TT 01/2018/TT-VPCP Điều 15: points are rounded per criterion before they are summed; a criterion
without enough information is left out of the total and never counted as 0.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Any, NamedTuple

from scoring.criteria import Finding, find
from scoring.errors import Refusal
from scoring.evidence import UnitEvidence, known_criterion
from scoring.law import Band, Rulebook
from scoring.rounding import added, plain


class State(StrEnum):
    """How far a unit can be rated; only a scored one has a total and a grade."""

    SCORED = "scored"
    NO_DOSSIERS = "no_dossiers"
    NOT_SCORED = "not_scored"
    INSUFFICIENT = "insufficient"


class Score(NamedTuple):
    """One criterion of one unit: what counts, what was computed, what people gave.

    `points` is the appraised score where there is one, else the computed one; None: no evidence.
    `self_score` is for information and never counts.
    """

    points: Decimal | None
    finding: Finding
    appraised: Decimal | None = None
    self_score: Decimal | None = None

    def as_json(self) -> dict[str, Any] | None:
        """`{"points", "n"}`, or None where the criterion is not scored."""
        return None if self.points is None else {"points": str(self.points), "n": self.finding.n}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRating:
    """One unit: its scores by criterion (all of the rulebook's), state, total and grade.

    `reachable` is the most that the scored criteria could give; `total` and `grade` are None
    unless the state is `scored`.
    """

    evidence: UnitEvidence
    state: State
    scores: Mapping[str, Score]
    reachable: Decimal
    total: Decimal | None
    grade: Band | None

    @property
    def code(self) -> str:
        """The unit's code."""
        return self.evidence.code

    @property
    def points(self) -> dict[str, Decimal]:
        """The points of the criteria that are scored."""
        return {c: s.points for c, s in self.scores.items() if s.points is not None}

    @property
    def missing(self) -> tuple[str, ...]:
        """The criteria that are not scored."""
        return tuple(c for c, score in self.scores.items() if score.points is None)

    def as_json(self) -> dict[str, Any]:
        """The unit as `motcua rate --format json` prints it; numbers are decimal strings."""
        unit = self.evidence
        return {
            "code": unit.code,
            "name": unit.name,
            "level": unit.level,
            "block": unit.block or None,
            "state": self.state.value,
            "received": unit.received,
            "dossiers": unit.dossiers,
            "responses": unit.responses,
            "criteria": {number: score.as_json() for number, score in self.scores.items()},
            "scored_criteria": len(self.points),
            "reachable": plain(self.reachable),
            "total": None if self.total is None else str(self.total),
            "grade": None if self.grade is None else self.grade.id,
        }


def rate_units(rulebook: Rulebook, units: Iterable[UnitEvidence]) -> tuple[UnitRating, ...]:
    """Every unit rated, in the order of the codes.

    Raises Refusal `scoring.unit_twice`, or what `rate_unit` raises.
    """
    ordered = sorted(units, key=lambda unit: unit.code)
    for one, other in pairwise(ordered):
        if one.code == other.code:
            raise Refusal("scoring.unit_twice", unit=one.code)
    return tuple(rate_unit(rulebook, unit) for unit in ordered)


def rate_unit(rulebook: Rulebook, unit: UnitEvidence) -> UnitRating:
    """One unit by the rulebook.

    Raises Refusal `scoring.unknown_criterion`, or what `scoring.criteria.find` raises.
    """
    for number in (*unit.appraised, *unit.self_scores):
        known_criterion(rulebook, number)
    scores = {number: _score(rulebook, number, unit) for number in rulebook.criteria}
    points = [score.points for score in scores.values() if score.points is not None]
    state = _state(rulebook, unit, len(points))
    total = added(points) if state is State.SCORED else None
    reachable = rulebook.max_points * len(points)
    return UnitRating(
        evidence=unit,
        state=state,
        scores=scores,
        reachable=reachable,
        total=total,
        grade=None if total is None else grade_of(rulebook, total, reachable),
    )


def grade_of(rulebook: Rulebook, total: Decimal, reachable: Decimal) -> Band:
    """The grade of a total (Điều 15 khoản 3 điểm b), the policy `missing_criteria` applied."""
    if rulebook.policies.missing_criteria.chosen == "scale_thresholds":
        return rulebook.grades.of(total, reachable, full_marks(rulebook))
    return rulebook.grades.of(total)


def full_marks(rulebook: Rulebook) -> Decimal:
    """The points of a unit that has everything: 18 under the circular."""
    return rulebook.max_points * len(rulebook.criteria)


def _score(rulebook: Rulebook, criterion: str, unit: UnitEvidence) -> Score:
    finding = find(rulebook, criterion, unit)
    appraised = unit.appraised.get(criterion)
    return Score(
        points=finding.points if appraised is None else rulebook.round_points(appraised),
        finding=finding,
        appraised=appraised,
        self_score=unit.self_scores.get(criterion),
    )


def _state(rulebook: Rulebook, unit: UnitEvidence, scored: int) -> State:
    if unit.received == 0 and unit.dossiers == 0:
        return State.NO_DOSSIERS
    if not (unit.responses or unit.facts or unit.appraised or unit.self_scores):
        return State.NOT_SCORED
    if scored < rulebook.minimum_criteria:
        return State.INSUFFICIENT
    return State.SCORED
