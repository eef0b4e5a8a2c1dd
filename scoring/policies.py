"""The questions the law leaves open, the ways to settle them, and the ones chosen."""

from collections.abc import Iterator, Mapping

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from scoring.model import Line, Model, Points, Text
from scoring.supported import CHOICES


class Choice(Model):
    """One way to settle an open question; `points` are the outcomes it decides."""

    text: Text
    points: Mapping[str, Mapping[str, Points | None]] = Field(default_factory=dict)


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

    An optional one came later than the first rulebooks; without it nothing is asked.
    """

    no_due_date: Policy
    steps: Policy
    own_fault_points: Policy
    field_check_points: Policy
    late_without_complaint: Policy
    publicity_source: Policy
    deployment_gap_points: Policy
    dossier_period: Policy
    minimum_criteria: Policy
    officials_minimum: Policy | None = None
    missing_criteria: Policy
    rounding: Policy
    points_digits: Policy
    mean_digits: Policy
    share_digits: Policy
    weak_below: Policy
    widest_interval: Policy
    printed: Policy

    @field_validator(*CHOICES)
    @classmethod
    def _choices_that_can_be_done(
        cls, policy: Policy | None, info: ValidationInfo
    ) -> Policy | None:
        known = CHOICES[str(info.field_name)]
        if policy is not None and not known.issuperset(policy.choices):
            raise PydanticCustomError("policy_unknown_choice", ", ".join(sorted(known)))
        return policy

    def named(self) -> Iterator[tuple[str, Policy]]:
        """The policies that the rulebook settles with their names, in the order above."""
        every = ((name, getattr(self, name)) for name in type(self).model_fields)
        return ((name, policy) for name, policy in every if policy is not None)
