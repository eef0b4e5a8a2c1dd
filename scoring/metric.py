"""Metrics: criteria that are pure data, a share of counts and the rule that turns it into points.

A rulebook may state any criterion this way: which counts are divided by which, the most points,
the share from which they are all given, what an empty denominator is worth. Nothing here knows a
law. `scoring.measures` carries the rules out.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from scoring.model import Line, Model, Points, Text
from scoring.supported import CRITERIA, FactKind

Share = Annotated[Decimal, Field(ge=0, le=1, allow_inf_nan=False)]

OWN_COUNTS = (
    *("received", "received_online", "dossiers", "responses", "late"),
    *(
        "own_petitions",
        "own_petitions_on_time",
        "own_petitions_answered",
        "own_petitions_satisfied",
    ),
)
"""What is counted of a unit from our own dossiers and petitions, whatever the rulebook."""


SAME_AS = {"late": "outcomes.1.late"}
"""An own count → the outcome of dossiers it is."""


class MetricRule(StrEnum):
    """What becomes of the share."""

    SHARE = "share"
    """It is the result: no points."""
    PROPORTIONAL = "proportional"
    """The most points, times the share over `full_at`."""
    BANDS = "bands"
    """The points of the highest band the share reaches."""
    GIVEN = "given"
    """There is no share: the points themselves are a fact."""


class FactOf(Model):
    """A fact that the rulebook adds to those the program knows.

    `part_of` names a fact that this one cannot exceed; `titles` are further names in files.
    """

    kind: FactKind
    text: Text
    part_of: Line | None = None
    titles: tuple[Line, ...] = ()


class Ratio(Model):
    """A share from counts, (numerator - minus) / denominator, or `value`: one fact that gives it.

    A term is a fact, a count of `OWN_COUNTS`, `outcomes.CRITERION.OUTCOME` (dossiers) or
    `answers.QUESTION.OPTION` (responses).
    """

    numerator: tuple[Line, ...] = ()
    minus: tuple[Line, ...] = ()
    denominator: tuple[Line, ...] = ()
    value: Line | None = None

    @model_validator(mode="after")
    def _either_counts_or_a_value(self) -> "Ratio":
        counts = bool(self.numerator and self.denominator)
        if counts is (self.value is not None):
            raise PydanticCustomError("metric_ratio", "numerator, denominator | value")
        return self

    @property
    def terms(self) -> tuple[str, ...]:
        """Every count, each once."""
        return tuple(dict.fromkeys((*self.numerator, *self.minus, *self.denominator)))


class ShareBand(Model):
    """`points` from this share on."""

    share: Share
    points: Points


class Metric(Model):
    """How a unit's share is found and what it is worth.

    `evidence`: the first ratio whose facts are all known counts. `beside`: the same share from our
    own dossiers, shown for comparison and never counted. `empty`: the points where the denominator
    is 0, None for no evidence. `interval`: the share rests on answers, so it has an interval.
    `ranked`: units are ranked by it.
    """

    rule: MetricRule
    evidence: tuple[Ratio, ...] = Field(min_length=1)
    beside: Ratio | None = None
    full_at: Annotated[Share, Field(gt=0)] = Decimal(1)
    empty: Points | None = None
    bands: tuple[ShareBand, ...] = ()
    interval: bool = False
    ranked: bool = False

    @field_validator("bands")
    @classmethod
    def _falling_to_zero(cls, bands: tuple[ShareBand, ...]) -> tuple[ShareBand, ...]:
        shares = [band.share for band in bands]
        if shares != sorted(set(shares), reverse=True) or (shares and shares[-1] != 0):
            raise PydanticCustomError("bands_order", "from the highest share down to 0")
        return bands

    @model_validator(mode="after")
    def _fits_its_rule(self) -> "Metric":
        given = any(ratio.value is not None for ratio in self.evidence)
        if bool(self.bands) is not (self.rule is MetricRule.BANDS):
            raise PydanticCustomError("metric_ratio", "bands")
        if self.rule is MetricRule.GIVEN and not all(ratio.value for ratio in self.evidence):
            raise PydanticCustomError("metric_ratio", "value")
        if self.interval and given:
            raise PydanticCustomError("metric_ratio", "interval: numerator, denominator")
        return self

    @property
    def gives_points(self) -> bool:
        """Whether it is worth points at all."""
        return self.rule is not MetricRule.SHARE

    @property
    def most(self) -> Decimal | None:
        """The most points that the metric names itself; None where it names none."""
        named = [band.points for band in self.bands]
        named += [] if self.empty is None else [self.empty]
        return max(named, default=None)

    @property
    def ratios(self) -> tuple[Ratio, ...]:
        """Those that count, and the one of field `beside`."""
        return (*self.evidence, *([self.beside] if self.beside else []))

    def shown_by(self) -> str | None:
        """The criterion of dossiers whose outcomes the metric counts; None for no dossiers."""
        terms = (SAME_AS.get(term, term) for ratio in self.ratios for term in ratio.terms)
        return next((t.split(".")[1] for t in terms if t.startswith("outcomes.")), None)

    def unknown_terms(self, facts: Mapping[str, FactKind]) -> Iterator[str]:
        """The terms that name nothing countable, and the values that are no fact of their kind."""
        kind = FactKind.POINTS if self.rule is MetricRule.GIVEN else FactKind.SHARE
        for ratio in self.ratios:
            if ratio.value is not None and facts.get(ratio.value) is not kind:
                yield ratio.value
            yield from (term for term in ratio.terms if not _countable(term, facts))


def _countable(term: str, facts: Mapping[str, FactKind]) -> bool:
    source, *names = term.split(".")
    if source == "outcomes" and len(names) == len(("criterion", "outcome")):
        criterion, outcome = names
        return criterion in CRITERIA and outcome in CRITERIA[criterion].outcomes
    if source == "answers":
        return len(names) == len(("question", "option")) and all(names)
    return term in OWN_COUNTS or facts.get(term) is FactKind.COUNT
