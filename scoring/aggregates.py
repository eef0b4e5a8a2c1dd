"""Blocks, levels and the whole district: means with their denominators, grades counted."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from scoring.bands import Band
from scoring.law import Rulebook
from scoring.measures import Measure, pooled
from scoring.rounding import added
from scoring.supported import Printed
from scoring.unit_rating import State, UnitRating, percent_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Units taken together: how many, how many of them scored, their mean total, their grades.

    `grades` counts every grade of the rulebook; the shares (percent) name only grades that
    occur, once of all units and once of the scored ones.
    """

    units: int
    scored: int
    mean: Decimal | None
    grades: Mapping[str, int]
    shares_of_all: Mapping[str, Decimal]
    shares_of_scored: Mapping[str, Decimal]

    def as_json(self) -> dict[str, Any]:
        """The group as `motcua rate --format json` prints it."""
        return {
            "units": self.units,
            "scored": self.scored,
            "mean": _text(self.mean),
            "grades": dict(self.grades),
            "shares_of_all": {grade: str(share) for grade, share in self.shares_of_all.items()},
            "shares_of_scored": {g: str(share) for g, share in self.shares_of_scored.items()},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Overall:
    """The district in one figure, computed in three ways that need not agree.

    `criteria`: mean of the scored units that have the criterion; None: no unit has it. A mean
    below `weak_below` points is weak. `shares`: all scored units taken together, by metric. Where
    the rulebook adds nothing up the three aggregates are None.
    """

    criteria: Mapping[str, Decimal | None]
    sum_of_criterion_means: Decimal | None
    unit_mean: Decimal | None
    dossier_weighted_mean: Decimal | None
    printed: Printed
    weak_below: Decimal
    shares: Mapping[str, Measure] = field(default_factory=dict)

    @property
    def aggregates(self) -> dict[str, Decimal | None]:
        """The three aggregates by name."""
        return {name.value: getattr(self, name.value) for name in Printed}

    def as_json(self) -> dict[str, Any]:
        """The whole as `motcua rate --format json` prints it."""
        shares = {number: _share_json(found) for number, found in self.shares.items()}
        return {
            "criteria": {number: _text(mean) for number, mean in self.criteria.items()},
            **{name: _text(value) for name, value in self.aggregates.items()},
            "printed": self.printed.value,
            **({"shares": shares} if shares else {}),
        }


def scored(units: Sequence[UnitRating]) -> list[UnitRating]:
    """The units that have a total."""
    return [unit for unit in units if unit.state is State.SCORED]


def groups(
    rulebook: Rulebook, units: Sequence[UnitRating], key: Callable[[UnitRating], str | None]
) -> dict[str, Group]:
    """The units grouped by `key`, in the order of the keys; units without one are in no group."""
    members: dict[str, list[UnitRating]] = {}
    for unit in units:
        if name := key(unit):
            members.setdefault(name, []).append(unit)
    return {name: group(rulebook, members[name]) for name in sorted(members)}


def group(rulebook: Rulebook, units: Sequence[UnitRating]) -> Group:
    """The statistics of these units."""
    rated = scored(units)
    grades = {band.id: 0 for band in rulebook.grades.bands} if rulebook.grades else {}
    for unit in rated:
        if unit.grade is not None:
            grades[unit.grade.id] += 1
    return Group(
        units=len(units),
        scored=len(rated),
        mean=_mean(rulebook, _totals(rated)),
        grades=grades,
        shares_of_all=_shares(rulebook, grades, len(units)),
        shares_of_scored=_shares(rulebook, grades, len(rated)),
    )


def overall(rulebook: Rulebook, units: Sequence[UnitRating]) -> Overall:
    """The three aggregates over the scored units, each under its name."""
    rated = scored(units)
    means = {number: _criterion_mean(rulebook, number, rated) for number in rulebook.criteria}
    known = [mean for mean in means.values() if mean is not None and rulebook.has_total]
    return Overall(
        criteria=means,
        sum_of_criterion_means=added(known) if known else None,
        unit_mean=_mean(rulebook, _totals(rated)),
        dossier_weighted_mean=_weighted_mean(rulebook, rated),
        printed=Printed(rulebook.policies.choice("printed", Printed.UNIT_MEAN)),
        weak_below=rulebook.weak_below,
        shares=dict(_shares_together(rulebook, rated)),
    )


def grade_of_mean(rulebook: Rulebook, mean: Decimal | None) -> Band | None:
    """The grade a mean total earns, as reports print it for a block or a district; None of none."""
    return None if mean is None or rulebook.grades is None else rulebook.grades.of(mean)


def _shares_together(
    rulebook: Rulebook, rated: Sequence[UnitRating]
) -> Iterator[tuple[str, Measure]]:
    population = sum(unit.evidence.dossiers for unit in rated)
    for number, criterion in rulebook.criteria.items():
        if criterion.metric is not None:
            found = (unit.scores[number].finding.measure for unit in rated)
            yield number, pooled([one for one in found if one is not None], population)


def _share_json(found: Measure) -> dict[str, str | None]:
    """Percentages with two decimals."""
    return {
        "share": percent_text(found.share),
        "numerator": _text(found.numerator),
        "denominator": _text(found.denominator),
        "low": percent_text(found.low),
        "high": percent_text(found.high),
    }


def _criterion_mean(rulebook: Rulebook, number: str, rated: Sequence[UnitRating]) -> Decimal | None:
    points = (unit.scores[number].value for unit in rated)
    return _mean(rulebook, [value for value in points if value is not None])


def _totals(rated: Sequence[UnitRating]) -> list[Decimal]:
    return [unit.total for unit in rated if unit.total is not None]


def _mean(rulebook: Rulebook, values: Sequence[Decimal]) -> Decimal | None:
    return rulebook.round_mean(added(values) / len(values)) if values else None


def _weighted_mean(rulebook: Rulebook, rated: Sequence[UnitRating]) -> Decimal | None:
    weights = [(u.total, u.evidence.dossiers) for u in rated if u.total is not None]
    dossiers = sum(count for _, count in weights)
    if dossiers == 0:
        return None
    weighted = added(total * count for total, count in weights)
    return rulebook.round_mean(weighted / dossiers)


def _shares(rulebook: Rulebook, grades: Mapping[str, int], of: int) -> dict[str, Decimal]:
    return {
        grade: rulebook.round_share(Decimal(100 * count) / of)
        for grade, count in grades.items()
        if count
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
