"""What a rulebook consists of: criteria, outcomes and their points, grades, policies.

Frozen models of the YAML files in `scoring/rulebooks`. A rulebook that lacks a name on which
`scoring.criteria` relies, or offers a choice that is not implemented, is refused on loading.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Annotated

from pydantic import (
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from scoring.bands import Band, Bands, Officials
from scoring.criterion import (
    METRIC_ID,
    Criterion,
    check_metric,
    check_names,
    check_number,
    number_in_order,
)
from scoring.errors import Refusal
from scoring.marked import Place
from scoring.metric import OWN_COUNTS, FactOf, Metric
from scoring.model import Line, Model, Points, Text
from scoring.policies import Choice, Policies
from scoring.rounding import Rounding, added, rounded, rounder
from scoring.sums import CriteriaGroup, check_groups, check_total
from scoring.supported import (
    CRITERIA,
    FACTS,
    MISSING,
    Attribution,
    FactKind,
    FactRule,
    Validity,
)
from scoring.term_sets import expanded, sets_of


class TotalRule(StrEnum):
    """Whether the points of a unit are added up."""

    SUM = "sum"
    NONE = "none"


class Basis(Model):
    """The act a rulebook rests on; `ends`: the last day the act is in force, None while it is."""

    act: Line
    ends: date | None = None


class Rulebook(Model):
    """A dated set of rules from which points, totals and grades follow.

    `levels` are the levels of government it knows; a limit is given for each of them or for all
    alike. `local_decision` is the authority's own decision that keeps the rulebook after its basis
    has ended. `facts_of_parts`: how the facts of a year follow from those of its quarters; a fact
    not named has to be given for the year. `total` none: no total and no grade, shares alone.
    `max_total` is the most a unit can have, a check of the sums. `compiled_by` is who
    puts the evaluation together. `facts` are those it adds to the
    program's. `rated_without_dossiers`: imported facts rate a unit that returned no dossier with
    us. Validated with `levels` in the context.
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
    compiled_by: Text | None = None
    levels: tuple[Line, ...]
    total: TotalRule = TotalRule.SUM
    max_points: Annotated[Points, Field(gt=0)] | None = None
    max_total: Annotated[Points, Field(gt=0)] | None = None
    rated_without_dossiers: bool = False
    facts: Mapping[str, FactOf] = Field(default_factory=dict)
    criteria: Mapping[str, Criterion] = Field(min_length=1)
    groups: Mapping[str, CriteriaGroup] = Field(default_factory=dict)
    grades: Bands | None = None
    officials: Officials | None = None
    facts_of_parts: Mapping[str, FactRule] = Field(default_factory=dict)
    policies: Policies
    place: Place
    checksum: str
    base_checksum: str | None = None

    @field_validator("criteria")
    @classmethod
    def _known_criteria(cls, criteria: Mapping[str, Criterion]) -> Mapping[str, Criterion]:
        for number, criterion in criteria.items():
            if criterion.metric is not None:
                check_metric(number, criterion)
                continue
            check_number(number, criterion.scope)
            known = CRITERIA[number]
            check_names(number, "outcomes", criterion.outcomes, known.outcomes)
            check_names(number, "thresholds", criterion.thresholds, known.thresholds)
        return dict(sorted(criteria.items(), key=lambda item: number_in_order(item[0])))

    @field_validator("facts")
    @classmethod
    def _new_facts(cls, facts: Mapping[str, FactOf]) -> Mapping[str, FactOf]:
        for name, fact in facts.items():
            if not METRIC_ID.fullmatch(name) or name in FACTS or name in OWN_COUNTS:
                raise PydanticCustomError("fact_known", name, {"at": f"facts/{name}"})
            if fact.part_of is not None and fact.part_of not in {*FACTS, *facts}:
                raise PydanticCustomError("fact_unknown", fact.part_of, {"at": f"facts/{name}"})
        return facts

    @field_validator("facts_of_parts")
    @classmethod
    def _facts_that_can_be_put_together(
        cls, rules: Mapping[str, FactRule], info: ValidationInfo
    ) -> Mapping[str, FactRule]:
        kinds = _fact_kinds(info.data.get("facts") or {})
        for name, rule in rules.items():
            if name not in kinds:
                raise PydanticCustomError("fact_unknown", name)
            if kinds[name] is FactKind.PUBLICITY and rule in (FactRule.SUM, FactRule.MEAN):
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
    def _settles_what_its_criteria_need(self) -> "Rulebook":
        cases = [c for c in self.criteria.values() if c.metric is None]
        lacking = self.policies.lacking() if cases else []
        if lacking:
            raise PydanticCustomError("policy_missing", ", ".join(lacking), {"at": "policies"})
        return self

    @model_validator(mode="after")
    def _points_within_the_maximum(self) -> "Rulebook":
        for number, decided in self._points.items():
            for outcome, points in decided.items():
                if points is not None and points > self.most(number):
                    at = f"criteria/{number}/outcomes/{outcome}"
                    raise PydanticCustomError("points_above_max", f"{number}.{outcome}", {"at": at})
        return self

    @model_validator(mode="after")
    def _adds_up(self) -> "Rulebook":
        most = {number: self.most(number) for number in self.criteria}
        _check_maxima(self)
        check_groups(self.groups, most)
        check_total(self.max_total, self.full_marks)
        return self

    def max_of(self, criterion: str) -> Decimal | None:
        """The most points of a criterion; None where it gives none."""
        known = self.criteria[criterion]
        return (known.max or self.max_points) if known.gives_points else None

    def most(self, criterion: str) -> Decimal:
        """The most points of a criterion, 0 where it gives none."""
        return self.max_of(criterion) or Decimal(0)

    @cached_property
    def full_marks(self) -> Decimal:
        """The points of a unit that has everything: 18 under TT 01/2018/TT-VPCP."""
        return added(self.most(number) for number in self.criteria)

    @property
    def has_total(self) -> bool:
        """Whether units have a total."""
        return self.total is TotalRule.SUM

    @property
    def grade_bands(self) -> tuple[Band, ...]:
        """The grades from the best to the worst; empty where units are not graded."""
        return self.grades.bands if self.grades else ()

    @cached_property
    def _metrics(self) -> Mapping[str, Metric]:
        sets = sets_of(policy for _, policy in self.policies.named())
        return {n: expanded(c.metric, sets) for n, c in self.criteria.items() if c.metric}

    def metric_of(self, criterion: str) -> Metric | None:
        """The metric of a criterion with the terms its policies choose; None where it has none."""
        return self._metrics.get(criterion)

    @cached_property
    def counts_answers(self) -> bool:
        """Whether a metric counts the answers to a question."""
        metrics = (self.metric_of(number) for number in self.criteria)
        ratios = (one for metric in metrics if metric for one in metric.ratios)
        return any(term.startswith("answers.") for ratio in ratios for term in ratio.terms)

    @cached_property
    def counts_petitions(self) -> bool:
        """Whether a metric counts the petitions sent through us."""
        ratios = (one for metric in self._metrics.values() for one in metric.ratios)
        return any(term.startswith("own_petitions") for ratio in ratios for term in ratio.terms)

    @cached_property
    def fact_kinds(self) -> Mapping[str, FactKind]:
        """Every fact that may be given: the program's and the rulebook's own."""
        return _fact_kinds(self.facts)

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

    def measures(self, criterion: str) -> Attribution:
        """The unit that a criterion is about, by the policy `attribution`."""
        chosen = self.policies.choice("attribution", "by_criterion")
        own = self.criteria[criterion].attributed_to
        return own if chosen == "by_criterion" else Attribution(chosen)

    @cached_property
    def due_as_promised_last(self) -> bool:
        """Whether dossiers are measured by the day promised last instead of the first one."""
        return self.policies.choice("due_basis", "original") == "current"

    @cached_property
    def counts_ended(self) -> bool:
        """Whether dossiers that ended without a result count as well (policy `exclude_states`)."""
        return self.policies.choice("exclude_states", "ended") == "none"

    @cached_property
    def late_if_asked_again(self) -> bool:
        """Whether a dossier with a second request for papers counts as late."""
        return self.policies.choice("supplements", "by_days") == "late"

    @cached_property
    def subtracts_supplement_time(self) -> bool:
        """Whether the days waited for papers are taken off the time used."""
        return self.policies.choice("supplement_time", "kept") == "subtracted"

    @cached_property
    def sums_mergers(self) -> bool:
        """Whether a merged unit is counted with its successor."""
        return self.policies.choice("mergers", "summed") == "summed"

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

    def round_ratio(self, share: Decimal) -> Decimal:
        """A share 0–1 as points are computed from it: its percentage at `ratio_digits`."""
        policy = self.policies.ratio_digits
        if policy is None:
            return share
        return rounded(100 * share, int(policy.chosen), self._rounding) / 100

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
        return Decimal(self.policies.choice("weak_below", "0"))

    @cached_property
    def widest_interval(self) -> Decimal:
        """An interval wider than this part of its scale decides nothing; ours, no law's."""
        return Decimal(self.policies.choice("widest_interval", "1"))

    @cached_property
    def publicity_from_answers(self) -> bool:
        """Whether chỉ số 6 is what citizens answered, rather than a fact of the unit."""
        return self.policies.choice("publicity_source", "fact") == "answers"

    @cached_property
    def _to_points(self) -> Callable[[Decimal], Decimal]:
        return rounder(int(self.policies.points_digits.chosen), self._rounding)

    @cached_property
    def _rounding(self) -> Rounding:
        return Rounding(self.policies.rounding.chosen)


def _fact_kinds(added_facts: Mapping[str, FactOf]) -> dict[str, FactKind]:
    return {**FACTS, **{name: fact.kind for name, fact in added_facts.items()}}


def _check_maxima(rulebook: Rulebook) -> None:
    """A criterion with points names its most or has that of all; it promises no more than that."""
    for number, criterion in rulebook.criteria.items():
        at = {"at": f"criteria/{number}"}
        most = rulebook.max_of(number)
        if criterion.gives_points and most is None:
            raise PydanticCustomError("max_missing", number, at)
        named = criterion.metric.most if criterion.metric else None
        if named is not None and named > (most or 0):
            raise PydanticCustomError("points_above_max", number, at)
        metric = rulebook.metric_of(number)
        unknown = list(metric.unknown_terms(rulebook.fact_kinds)) if metric else []
        if unknown:
            raise PydanticCustomError("metric_term", ", ".join(unknown), at)
