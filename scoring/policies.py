"""The questions the law leaves open, the ways to settle them, and the ones chosen."""

from collections.abc import Iterator, Mapping

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from scoring.model import Line, Model, Points, Text
from scoring.supported import CHOICES

OF_CASES = (
    "no_due_date",
    "steps",
    "own_fault_points",
    "field_check_points",
    "late_without_complaint",
    "publicity_source",
    "deployment_gap_points",
    "dossier_period",
    "missing_criteria",
    "weak_below",
    "widest_interval",
    "printed",
)
"""What a rulebook settles that scores by the cases of TT 01/2018/TT-VPCP."""


class Choice(Model):
    """One way to settle an open question; `points` are the outcomes it decides, `terms` the named
    sets of terms that metrics count (`set.NAME`).
    """

    text: Text
    points: Mapping[str, Mapping[str, Points | None]] = Field(default_factory=dict)
    terms: Mapping[str, tuple[Line, ...]] = Field(default_factory=dict)


class Policy(Model):
    """A question the law leaves open, the ways to settle it, and the one chosen here."""

    title: Text
    source: Line
    chosen: Line
    choices: Mapping[str, Choice] = Field(min_length=1)

    @model_validator(mode="after")
    def _chosen_is_a_choice(self) -> "Policy":
        if self.chosen not in self.choices:
            raise PydanticCustomError("policy_choice", ", ".join(self.choices))
        return self

    def __str__(self) -> str:
        return self.chosen


class Policies(Model):
    """Every open question by its name. Where two decide the same points, the later one wins.

    An optional one is not asked by every rulebook; one that scores by cases settles `OF_CASES`.
    """

    no_due_date: Policy | None = None
    steps: Policy | None = None
    own_fault_points: Policy | None = None
    field_check_points: Policy | None = None
    late_without_complaint: Policy | None = None
    publicity_source: Policy | None = None
    deployment_gap_points: Policy | None = None
    dossier_period: Policy | None = None
    minimum_criteria: Policy
    officials_minimum: Policy | None = None
    missing_criteria: Policy | None = None
    rounding: Policy
    points_digits: Policy
    mean_digits: Policy
    share_digits: Policy
    weak_below: Policy | None = None
    widest_interval: Policy | None = None
    printed: Policy | None = None
    ratio_digits: Policy | None = None
    due_basis: Policy | None = None
    exclude_states: Policy | None = None
    supplements: Policy | None = None
    supplement_time: Policy | None = None
    attribution: Policy | None = None
    mergers: Policy | None = None
    favourable: Policy | None = None
    stars: Policy | None = None
    dislikes: Policy | None = None

    @field_validator(*CHOICES)
    @classmethod
    def _choices_that_can_be_done(
        cls, policy: Policy | None, info: ValidationInfo
    ) -> Policy | None:
        known = CHOICES[str(info.field_name)]
        if policy is not None and not known.issuperset(policy.choices):
            raise PydanticCustomError("policy_unknown_choice", ", ".join(sorted(known)))
        return policy

    def choice(self, name: str, otherwise: str) -> str:
        """The choice made for a policy; `otherwise` where the rulebook does not settle it."""
        policy: Policy | None = getattr(self, name)
        return otherwise if policy is None else policy.chosen

    def lacking(self) -> list[str]:
        """The questions of a circular of cases that are not settled."""
        return [name for name in OF_CASES if getattr(self, name) is None]

    def named(self) -> Iterator[tuple[str, Policy]]:
        """The policies that the rulebook settles with their names, in the order above."""
        every = ((name, getattr(self, name)) for name in type(self).model_fields)
        return ((name, policy) for name, policy in every if policy is not None)
