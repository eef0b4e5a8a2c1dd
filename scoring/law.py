"""What a rulebook consists of: criteria, outcomes and their points, grades, policies.

Frozen models of the YAML files in `scoring/rulebooks`. A rulebook that lacks a name on which
`scoring.criteria` relies, or offers a choice that is not implemented, is refused on loading.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from scoring.errors import Refusal
from scoring.marked import Place
from scoring.model import Line, Model, Points, Text
from scoring.policies import Choice, Policies
from scoring.rounding import Rounding, rounded, rounder
from scoring.supported import (
    CRITERIA,
    FACTS,
    MISSING,
    FactKind,
    FactRule,
    Scope,
    Validity,
)


def _every_level(value: Any, info: ValidationInfo) -> Any:  # noqa: ANN401 - what YAML holds
    return value if isinstance(value, dict) else dict.fromkeys(_levels(info), value)


def _all_levels(limits: Mapping[str, Decimal], info: ValidationInfo) -> Mapping[str, Decimal]:
    if set(limits) != set(_levels(info)):
        raise PydanticCustomError("levels", ", ".join(_levels(info)))
    return limits


def _levels(info: ValidationInfo) -> Sequence[str]:
    levels: Sequence[str] = (info.context or {})["levels"]
    return levels


Share = Annotated[Decimal, Field(ge=0, le=1, allow_inf_nan=False)]
ByLevel = Annotated[Mapping[str, Share], BeforeValidator(_every_level), AfterValidator(_all_levels)]


class Outcome(Model):
    """A case of a criterion; `points` None: no evidence, or decided by a policy."""

    points: Points | None
    text: Text


class Criterion(Model):
    """One chỉ số: its legal source and the points of each of its cases."""

    name: Text
    scope: Scope
    source: Line
    outcomes: Mapping[str, Outcome]
    thresholds: Mapping[str, ByLevel] = Field(default_factory=dict)


class Band(Model):
    """A grade, reached from this many points on."""

    id: Line
    name: Text
    points: Points


class Bands(Model):
    """Grades from the best to the worst; the worst begins at 0."""

    source: Line
    bands: tuple[Band, ...] = Field(min_length=1)

    @field_validator("bands")
    @classmethod
    def _falling_to_zero(cls, bands: tuple[Band, ...]) -> tuple[Band, ...]:
        limits = [band.points for band in bands]
        if limits != sorted(set(limits), reverse=True) or limits[-1] != 0:
            raise PydanticCustomError("bands_order", "from the highest limit down to 0")
        return bands

    def of(self, total: Decimal, part: Decimal = Decimal(1), whole: Decimal = Decimal(1)) -> Band:
        """The band of a total; every limit may shrink to `part` of `whole`."""
        return next(band for band in self.bands if total * whole >= band.points * part)


class Officials(Bands):
    """The part of the circular that rates the officials themselves."""

    criteria: tuple[str, ...] = Field(min_length=1)


class Basis(Model):
    """The act a rulebook rests on; `ends`: the last day the act is in force, None while it is."""

    act: Line
    ends: date | None = None


class Rulebook(Model):
    """A dated set of rules from which points, totals and grades follow.

    `levels` are the levels of government it knows; a limit is given for each of them or for all
    alike. `local_decision` is the authority's own decision that keeps the rulebook after its basis
    has ended. `facts_of_parts`: how the facts of a year follow from those of its quarters; a fact
    not named has to be given for the year. Validated with `levels` in the context.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    version: Annotated[int, Field(ge=1)]
    scope: Validity
    extends: str | None = None
    title: Text
    source: Line
    valid_from: date
    valid_to: date | None = None
    basis: Basis | None = None
    local_decision: Line | None = None
    levels: tuple[Line, ...]
    max_points: Annotated[Points, Field(gt=0)]
    criteria: Mapping[str, Criterion]
    grades: Bands
    officials: Officials
    facts_of_parts: Mapping[str, FactRule] = Field(default_factory=dict)
    policies: Policies
    place: Place
    checksum: str
    base_checksum: str | None = None

    @field_validator("criteria")
    @classmethod
    def _known_criteria(cls, criteria: Mapping[str, Criterion]) -> Mapping[str, Criterion]:
        for number, criterion in criteria.items():
            _check_number(number, criterion.scope)
            known = CRITERIA[number]
            _check_names(number, "outcomes", criterion.outcomes, known.outcomes)
            _check_names(number, "thresholds", criterion.thresholds, known.thresholds)
        return dict(sorted(criteria.items(), key=lambda item: _in_order(item[0])))

    @field_validator("facts_of_parts")
    @classmethod
    def _facts_that_can_be_put_together(
        cls, rules: Mapping[str, FactRule]
    ) -> Mapping[str, FactRule]:
        for name, rule in rules.items():
            if name not in FACTS:
                raise PydanticCustomError("fact_unknown", name)
            if FACTS[name] is FactKind.PUBLICITY and rule in (FactRule.SUM, FactRule.MEAN):
                raise PydanticCustomError("fact_rule", name)
        return rules

    @field_validator("valid_to")
    @classmethod
    def _ends_after_it_begins(cls, last: date | None, info: ValidationInfo) -> date | None:
        first = info.data.get("valid_from")
        if last is not None and first is not None and last < first:
            raise PydanticCustomError("valid_to_before_from", str(first))
        return last

    @model_validator(mode="after")
    def _policies_decide_known_outcomes(self) -> "Rulebook":
        for name, policy in self.policies.named():
            for choice in policy.choices.values():
                self._check_decided(name, choice)
        return self

    @model_validator(mode="after")
    def _points_within_the_maximum(self) -> "Rulebook":
        for number, decided in self._points.items():
            for outcome, points in decided.items():
                if points is not None and points > self.max_points:
                    key = f"{number}.{outcome}"
                    raise PydanticCustomError("points_above_max", key, {"max": self.max_points})
        return self

    def _check_decided(self, policy: str, choice: Choice) -> None:
        for number, outcomes in choice.points.items():
            known = self.criteria[number].outcomes if number in self.criteria else {}
            unknown = sorted(set(outcomes) - set(known))
            if unknown or not known:
                cases = ", ".join(unknown)
                raise PydanticCustomError("policy_outcome", f"{policy}: {number} {cases}")

    @cached_property
    def _points(self) -> Mapping[str, Mapping[str, Decimal | None]]:
        points = {
            number: {outcome: entry.points for outcome, entry in criterion.outcomes.items()}
            for number, criterion in self.criteria.items()
        }
        for _, policy in self.policies.named():
            for number, decided in policy.choices[policy.chosen].points.items():
                points[number].update(decided)
        return {number: {**decided, MISSING: None} for number, decided in points.items()}

    def points(self, criterion: str, outcome: str) -> Decimal | None:
        """The points of a case, policies included; None: it is no evidence.

        Raises Refusal `rulebooks.unknown_outcome`.
        """
        try:
            return self._points[criterion][outcome]
        except KeyError:
            params = {"rulebook": self.id, "criterion": criterion, "outcome": outcome}
            raise Refusal("rulebooks.unknown_outcome", **params) from None

    @cached_property
    def _limits(self) -> Mapping[tuple[str, str, str], Decimal]:
        return {
            (number, name, level): limit
            for number, criterion in self.criteria.items()
            for name, limits in criterion.thresholds.items()
            for level, limit in limits.items()
        }

    def threshold(self, criterion: str, name: str, level: str) -> Decimal:
        """A limit (share 0–1) for units of `level`. Raises Refusal `rulebooks.unknown_level`."""
        try:
            return self._limits[criterion, name, level]
        except KeyError:
            known = ", ".join(self.levels)
            raise Refusal("rulebooks.unknown_level", level=level, known=known) from None

    def valid_on(self, day: date) -> bool:
        """Whether the rulebook is in force on this day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def outlives_basis(self, day: date) -> bool:
        """Whether the act it rests on has ended by this day."""
        return self.basis is not None and self.basis.ends is not None and self.basis.ends < day

    def basis_ended(self, day: date) -> bool:
        """Whether the act it rests on has ended by this day and no local decision keeps it."""
        return self.outlives_basis(day) and self.local_decision is None

    def round_points(self, value: Decimal) -> Decimal:
        """Points and totals at the digits of `points_digits`."""
        return self._to_points(value)

    def round_mean(self, value: Decimal) -> Decimal:
        """Means over units at the digits of `mean_digits`."""
        return rounded(value, int(self.policies.mean_digits.chosen), self._rounding)

    def round_share(self, value: Decimal) -> Decimal:
        """Percentages at the digits of `share_digits`."""
        return rounded(value, int(self.policies.share_digits.chosen), self._rounding)

    @cached_property
    def minimum_criteria(self) -> int:
        """The criteria a unit needs to be graded."""
        return int(self.policies.minimum_criteria.chosen)

    @cached_property
    def officials_minimum(self) -> int:
        """The criteria an official needs for a completion band; 1 where the rulebook asks none."""
        policy = self.policies.officials_minimum
        return 1 if policy is None else int(policy.chosen)

    @cached_property
    def weak_below(self) -> Decimal:
        """Criterion means below this many points are listed as weak; ours, no law's."""
        return Decimal(self.policies.weak_below.chosen)

    @cached_property
    def widest_interval(self) -> Decimal:
        """An interval wider than this part of its scale decides nothing; ours, no law's."""
        return Decimal(self.policies.widest_interval.chosen)

    @cached_property
    def publicity_from_answers(self) -> bool:
        """Whether chỉ số 6 is what citizens answered, rather than a fact of the unit."""
        return self.policies.publicity_source.chosen == "answers"

    @cached_property
    def _to_points(self) -> Callable[[Decimal], Decimal]:
        return rounder(int(self.policies.points_digits.chosen), self._rounding)

    @cached_property
    def _rounding(self) -> Rounding:
        return Rounding(self.policies.rounding.chosen)


def _in_order(number: str) -> tuple[int, str]:
    """Numbers as numbers: 2 comes before 10."""
    return int(number) if number.isdecimal() else len(CRITERIA), number


def _check_number(number: str, scope: Scope) -> None:
    if number not in CRITERIA:
        raise PydanticCustomError("criterion_unknown", number)
    if scope is not CRITERIA[number].scope:
        raise PydanticCustomError("criterion_scope", number)


def _check_names(number: str, kind: str, given: Collection[str], wanted: frozenset[str]) -> None:
    if set(given) != wanted:
        names = ", ".join(sorted(wanted.symmetric_difference(given)))
        raise PydanticCustomError("criterion_names", f"{number}.{kind}: {names}")
