"""One criterion of a rulebook: the points of its cases, or a metric; what it must not have."""

import re
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from scoring.metric import Metric, Share
from scoring.model import Line, Model, Points, Text
from scoring.supported import CRITERIA, Attribution, Scope


def _every_level(value: Any, info: ValidationInfo) -> Any:  # noqa: ANN401 - what YAML holds
    return value if isinstance(value, dict) else dict.fromkeys(_levels(info), value)


def _all_levels(limits: Mapping[str, Decimal], info: ValidationInfo) -> Mapping[str, Decimal]:
    if set(limits) != set(_levels(info)):
        raise PydanticCustomError("levels", ", ".join(_levels(info)))
    return limits


def _levels(info: ValidationInfo) -> Sequence[str]:
    levels: Sequence[str] = (info.context or {})["levels"]
    return levels


ByLevel = Annotated[Mapping[str, Share], BeforeValidator(_every_level), AfterValidator(_all_levels)]


METRIC_ID = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
"""How criteria with a metric, and facts, may be called."""
_LAST = 1_000_000


class Outcome(Model):
    """A case of a criterion; `points` None: no evidence, or decided by a policy."""

    points: Points | None
    text: Text


class Criterion(Model):
    """One chỉ số: its legal source and its points.

    Either the points of each case that `scoring.criteria` tells apart, or a `metric`. `max` is the
    most it can give, by default the rulebook's `max_points`. `attributed_to`: whether the unit
    that resolved a dossier or the one that received it is measured (policy `attribution`).
    """

    name: Text
    scope: Scope
    source: Line
    max: Annotated[Points, Field(gt=0)] | None = None
    attributed_to: Attribution = Attribution.RESOLVER
    outcomes: Mapping[str, Outcome] = Field(default_factory=dict)
    thresholds: Mapping[str, ByLevel] = Field(default_factory=dict)
    metric: Metric | None = None

    @property
    def gives_points(self) -> bool:
        """Whether it is worth points, rather than a share alone."""
        return self.metric is None or self.metric.gives_points


def number_in_order(number: str) -> tuple[int, str]:
    """A key to sort by: numbers as numbers, then the rest in the order of the file."""
    return (int(number), number) if number.isdecimal() else (_LAST, "")


def check_metric(number: str, criterion: Criterion) -> None:
    """Raises PydanticCustomError `metric_criterion` for a metric together with cases, or a bad
    id.
    """
    if not METRIC_ID.fullmatch(number) or criterion.scope is not Scope.UNIT:
        raise PydanticCustomError("metric_criterion", number, {"at": f"criteria/{number}"})
    if criterion.outcomes or criterion.thresholds:
        raise PydanticCustomError("metric_criterion", number, {"at": f"criteria/{number}"})


def check_number(number: str, scope: Scope) -> None:
    """Raises PydanticCustomError where `scoring.criteria` has no such criterion of this scope."""
    if number not in CRITERIA:
        raise PydanticCustomError("criterion_unknown", number)
    if scope is not CRITERIA[number].scope:
        raise PydanticCustomError("criterion_scope", number)


def check_names(number: str, kind: str, given: Collection[str], wanted: frozenset[str]) -> None:
    """Raises PydanticCustomError `criterion_names` for missing or unknown cases or limits."""
    if set(given) != wanted:
        names = ", ".join(sorted(wanted.symmetric_difference(given)))
        raise PydanticCustomError("criterion_names", f"{number}.{kind}: {names}")
