"""From the evidence of the units to their points, totals, grades and states.

TT 01/2018/TT-VPCP Điều 15: points are rounded per criterion before they are summed; a criterion
without enough information is left out of the total and never counted as 0.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Any, NamedTuple

from scoring.bands import Band
from scoring.criteria import Finding, find
from scoring.errors import Refusal
from scoring.evidence import UnitEvidence, known_criterion
from scoring.law import Rulebook
from scoring.metric import MetricRule
from scoring.rounding import added, plain, rounded


class State(StrEnum):
    """How far a unit can be rated; only a scored one has a total and a grade."""

    SCORED = "scored"
    NO_DOSSIERS = "no_dossiers"
    NOT_SCORED = "not_scored"
    INSUFFICIENT = "insufficient"


class GroupPoints(NamedTuple):
    """Points of several criteria of at most `reachable`, the `max` of those that are scored."""

    points: Decimal | None
    reachable: Decimal
    max: Decimal

    def as_json(self) -> dict[str, Any]:
        """Decimal strings; `points` None where no criterion is scored."""
        most = {"reachable": plain(self.reachable), "max": plain(self.max)}
        return {"points": _text(self.points), **most}


class Score(NamedTuple):
    """One criterion of one unit: what counts, what was computed, what people gave.

    `points` is the appraised score where there is one, else the computed one; None: no evidence.
    `self_score` is for information and never counts. `percent` is the share of a metric, rounded as
    the rulebook says; `rank` is 1 for the highest of a ranked one.
    """

    points: Decimal | None
    finding: Finding
    appraised: Decimal | None = None
    self_score: Decimal | None = None
    percent: Decimal | None = None
    rank: int | None = None

    @property
    def value(self) -> Decimal | None:
        """The points, or the percentage of a criterion without points; None: no evidence."""
        return self.percent if self.points is None else self.points

    def as_json(self) -> dict[str, Any] | None:
        """`{"points", "n"}`, for a metric its share too; None where the criterion is not scored."""
        if self.value is None:
            return None
        found = {"points": _text(self.points), "n": self.finding.n}
        return found | (self._measure_json() if self.finding.measure else {})

    def _measure_json(self) -> dict[str, Any]:
        """The share and its interval in percent."""
        found = self.finding.measure
        if found is None:
            return {}
        return {
            "share": _text(self.percent),
            "numerator": _text(found.numerator),
            "denominator": _text(found.denominator),
            "low": percent_text(found.low),
            "high": percent_text(found.high),
            "beside": percent_text(found.beside),
            "rank": self.rank,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRating:
    """One unit: its scores by criterion (all of the rulebook's), state, total and grade.

    `groups` are the points of each group of criteria, None where none of its criteria is scored.
    `reachable` is the most that the scored criteria could give; `total` and `grade` are None
    unless the state is `scored`, and where the rulebook adds nothing up or has no grades.
    """

    evidence: UnitEvidence
    state: State
    scores: Mapping[str, Score]
    reachable: Decimal
    total: Decimal | None
    grade: Band | None
    groups: Mapping[str, GroupPoints] = field(default_factory=dict)

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
        return tuple(c for c, score in self.scores.items() if score.value is None)

    @property
    def values(self) -> dict[str, Decimal]:
        """The points, or the percentages, of the criteria that are scored."""
        return {c: s.value for c, s in self.scores.items() if s.value is not None}

    def as_json(self) -> dict[str, Any]:
        """The unit as `motcua rate --format json` prints it; numbers are decimal strings."""
        unit = self.evidence
        groups = {name: group.as_json() for name, group in self.groups.items()}
        found = {
            "code": unit.code,
            "name": unit.name,
            "level": unit.level,
            "block": unit.block or None,
            "state": self.state.value,
            "received": unit.received,
            "dossiers": unit.dossiers,
            "responses": unit.responses,
            "criteria": {number: score.as_json() for number, score in self.scores.items()},
            "scored_criteria": len(self.values),
            "reachable": plain(self.reachable),
            "total": None if self.total is None else str(self.total),
            "grade": None if self.grade is None else self.grade.id,
        }
        merged = {"includes": list(unit.includes)} if unit.includes else {}
        merged |= {"split_into": list(unit.split_into)} if unit.split_into else {}
        return found | ({"groups": groups} if groups else {}) | merged


def rate_units(rulebook: Rulebook, units: Iterable[UnitEvidence]) -> tuple[UnitRating, ...]:
    """Every unit rated, in the order of the codes.

    Raises Refusal `scoring.unit_twice`, or what `rate_unit` raises.
    """
    ordered = sorted(units, key=lambda unit: unit.code)
    for one, other in pairwise(ordered):
        if one.code == other.code:
            raise Refusal("scoring.unit_twice", unit=one.code)
    return ranked(rulebook, [rate_unit(rulebook, unit) for unit in ordered])


def rate_unit(rulebook: Rulebook, unit: UnitEvidence) -> UnitRating:
    """One unit by the rulebook.

    Raises Refusal `scoring.unknown_criterion`, or what `scoring.criteria.find` raises.
    """
    for number in (*unit.appraised, *unit.self_scores):
        known_criterion(rulebook, number)
    scores = {number: _score(rulebook, number, unit) for number in rulebook.criteria}
    state = _state(rulebook, unit, sum(score.value is not None for score in scores.values()))
    whole = _group(rulebook, tuple(scores), scores)
    points = Decimal(0) if whole.points is None else whole.points
    total = points if state is State.SCORED and rulebook.has_total else None
    return UnitRating(
        evidence=unit,
        state=state,
        scores=scores,
        reachable=whole.reachable,
        total=total,
        grade=None if total is None else grade_of(rulebook, total, whole.reachable),
        groups={name: _group(rulebook, g.criteria, scores) for name, g in rulebook.groups.items()},
    )


def grade_of(rulebook: Rulebook, total: Decimal, reachable: Decimal) -> Band | None:
    """The grade of a total (Điều 15 khoản 3 điểm b), the policy `missing_criteria` applied.

    None where the rulebook has no grades.
    """
    if rulebook.grades is None:
        return None
    if rulebook.policies.choice("missing_criteria", "") == "scale_thresholds":
        return rulebook.grades.of(total, reachable, rulebook.full_marks)
    return rulebook.grades.of(total)


def ranked(rulebook: Rulebook, units: Sequence[UnitRating]) -> tuple[UnitRating, ...]:
    """The same units with their ranks in the ranked criteria; equal values share a rank."""
    found = list(units)
    for number, criterion in rulebook.criteria.items():
        if criterion.metric is None or not criterion.metric.ranked:
            continue
        values = sorted((u.values[number] for u in found if number in u.values), reverse=True)
        found = [_with_rank(unit, number, values) for unit in found]
    return tuple(found)


def _with_rank(unit: UnitRating, number: str, values: Sequence[Decimal]) -> UnitRating:
    score = unit.scores[number]
    if score.value is None:
        return unit
    score = score._replace(rank=values.index(score.value) + 1)
    return replace(unit, scores={**unit.scores, number: score})


def _group(rulebook: Rulebook, criteria: Sequence[str], scores: Mapping[str, Score]) -> GroupPoints:
    """The points of these criteria; what is not scored lowers what can be reached."""
    known = {n: p for n in criteria if (p := scores[n].points) is not None}
    return GroupPoints(
        points=added(known.values()) if known else None,
        reachable=added(rulebook.most(number) for number in known),
        max=added(rulebook.most(number) for number in criteria),
    )


def _score(rulebook: Rulebook, criterion: str, unit: UnitEvidence) -> Score:
    finding = find(rulebook, criterion, unit)
    appraised = unit.appraised.get(criterion)
    return Score(
        points=finding.points if appraised is None else rulebook.round_points(appraised),
        finding=finding,
        appraised=appraised,
        self_score=unit.self_scores.get(criterion),
        percent=_percent(rulebook, criterion, finding),
    )


def _percent(rulebook: Rulebook, criterion: str, finding: Finding) -> Decimal | None:
    metric, found = rulebook.criteria[criterion].metric, finding.measure
    if metric is None or found is None or found.share is None or metric.rule is MetricRule.GIVEN:
        return None
    return rulebook.round_share(100 * found.share)


def _state(rulebook: Rulebook, unit: UnitEvidence, scored: int) -> State:
    by_facts = rulebook.rated_without_dossiers and unit.facts
    if unit.received == 0 and unit.most_dossiers == 0 and not by_facts:
        return State.NO_DOSSIERS
    if not (unit.most_responses or unit.facts or unit.appraised or unit.self_scores):
        return State.NOT_SCORED
    if scored < rulebook.minimum_criteria:
        return State.INSUFFICIENT
    return State.SCORED


def percent_text(share: Decimal | None) -> str | None:
    """A share 0–1 as a percentage with two decimals."""
    return None if share is None else str(rounded(100 * share, 2))


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
