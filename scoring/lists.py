"""Lists an office acts on: weak criteria, conspicuous units."""

from collections.abc import Sequence
from decimal import Decimal

from scoring.aggregates import Overall
from scoring.bands import Band
from scoring.law import Rulebook
from scoring.unit_rating import UnitRating


def weak_criteria(overall: Overall) -> dict[str, Decimal]:
    """The criteria whose mean is under the rulebook's `weak_below`, the weakest first."""
    weak = [(mean, number) for number, mean in overall.criteria.items() if mean is not None]
    return {number: mean for mean, number in sorted(weak) if mean < overall.weak_below}


def scored_by_nobody(overall: Overall) -> tuple[str, ...]:
    """The criteria that no scored unit has; they are missing, not 0."""
    return tuple(number for number, mean in overall.criteria.items() if mean is None)


def with_overdue(units: Sequence[UnitRating]) -> list[UnitRating]:
    """The units that returned dossiers after the promised day."""
    return [unit for unit in units if unit.evidence.late > 0]


def without_online_intake(units: Sequence[UnitRating]) -> list[UnitRating]:
    """The units that received dossiers, none of them online."""
    return [u for u in units if u.evidence.received > 0 and u.evidence.received_online == 0]


def grade_in_proportion(rulebook: Rulebook, unit: UnitRating) -> Band | None:
    """The better grade a unit would have with the same share of the full marks; None: no better.

    Missing criteria lower what a unit can reach, not the limits of the grades.
    """
    if rulebook.grades is None or unit.total is None or unit.grade is None or not unit.missing:
        return None
    better = rulebook.grades.of(unit.total, unit.reachable, rulebook.full_marks)
    return better if better.points > unit.grade.points else None


def self_differences(rulebook: Rulebook, unit: UnitRating) -> dict[str, tuple[Decimal, Decimal]]:
    """Criterion → (tự chấm, what counts), where both are known and not equal."""
    pairs = {
        number: (rulebook.round_points(score.self_score), score.points)
        for number, score in unit.scores.items()
        if score.self_score is not None and score.points is not None
    }
    return {number: pair for number, pair in pairs.items() if pair[0] != pair[1]}
