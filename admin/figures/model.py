"""The figures of a report, as frozen data: what is signed, stored and printed.

Nothing here is worded or rounded for print, except what the rulebook rounds. Names (of units,
grades, criteria, questions) are kept in Vietnamese next to the ids, so that a stored report prints
without the database. `admin.figures.stored` turns it into JSON and back.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from scoring.unit_rating import State
from surveys.intake import Intake, together
from surveys.period import Period

FORMAT = 1
"""The version of the stored shape; a report of another one is refused."""
Number = Decimal | None


class Kind(StrEnum):
    """What a report is about; the value is that of `--kind`."""

    QUARTER = "quarter"
    """Rating and survey of a period, of whatever length."""
    YEAR = "year"
    """The same with the one-stop figures and the series over the years."""
    ONESTOP = "onestop"
    """The flow of dossiers through the one-stop desks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A period: its id, its first and its last day."""

    id: str
    start: date
    end: date

    @classmethod
    def of(cls, period: Period) -> "Span":
        """The same days."""
        return cls(id=period.id, start=period.start, end=period.end)

    @property
    def period(self) -> Period:
        """The same days."""
        return Period(id=self.id, start=self.start, end=self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFigures:
    """The rulebook rated by. `full_marks` None: it adds nothing up; `weak_below` in points."""

    id: str
    version: int
    title: str
    source: str
    checksum: str
    full_marks: Number
    weak_below: Decimal
    printed: str
    """Which of the aggregates leads."""
    local_decision: str = ""
    compiled_by: str = ""
    basis_ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeFigures:
    """A grade, reached from `points` on; best first."""

    id: str
    name: str
    points: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionFigures:
    """A criterion over the scored units.

    `mean`: of the `units` that have it, None: nobody. In points, or in percent where `max` is None.
    """

    id: str
    name: str
    max: Number
    mean: Number
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFigures:
    """One unit. `values` are its points (percentages where the criterion gives none), `own` what it
    gave itself (tự chấm), `computed` what the evidence gives, `appraised` what an appraiser gave
    (thẩm định). `state` is one of `scoring.unit_rating.State`.
    """

    code: str
    name: str
    level: str
    block: str
    state: str
    received: int
    online: int
    dossiers: int
    late: int
    responses: int
    values: Mapping[str, Number]
    own: Mapping[str, Decimal]
    computed: Mapping[str, Decimal]
    appraised: Mapping[str, Decimal]
    total: Number
    reachable: Decimal
    grade: str | None
    few_responses: bool = False
    simulated: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockFigures:
    """A block of units: how many in each state and grade; `grade` is that of the mean.

    The shares are in percent, rounded as the rulebook says, of all and of the scored units.
    """

    id: str
    name: str
    units: int
    scored: int
    mean: Number
    grade: str | None
    grades: Mapping[str, int]
    states: Mapping[str, int]
    shares_of_all: Mapping[str, Decimal]
    shares_of_scored: Mapping[str, Decimal]
    criteria: Mapping[str, Number] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialFigures:
    """How many officials reach each completion band; `without`: too little evidence."""

    bands: tuple[GradeFigures, ...]
    counts: Mapping[str, int]
    without: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingFigures:
    """The rating of a period. `aggregates`: the overall figures by name."""

    rules: RuleFigures
    grades: tuple[GradeFigures, ...]
    criteria: tuple[CriterionFigures, ...]
    units: tuple[UnitFigures, ...]
    blocks: tuple[BlockFigures, ...]
    aggregates: Mapping[str, Number]
    grade: str | None
    """That of the leading aggregate."""
    warnings: tuple[str, ...] = ()
    officials: OfficialFigures | None = None

    @property
    def leading(self) -> Number:
        """The aggregate that is published."""
        return self.aggregates.get(self.rules.printed)

    @property
    def weak(self) -> tuple[CriterionFigures, ...]:
        """The criteria with a mean under the limit, the weakest first."""
        low = [c for c in self.criteria if c.mean is not None and c.mean < self.rules.weak_below]
        return tuple(sorted(low, key=lambda one: (one.mean, one.id)))

    @property
    def scored_by_nobody(self) -> tuple[CriterionFigures, ...]:
        """The criteria that no scored unit has."""
        return tuple(one for one in self.criteria if one.mean is None)

    @property
    def is_empty(self) -> bool:
        """Whether no unit has a dossier."""
        return bool(self.units) and self.units == self.in_state(State.NO_DOSSIERS.value)

    def in_state(self, *states: str) -> tuple[UnitFigures, ...]:
        """The units in one of these states."""
        return tuple(unit for unit in self.units if unit.state in states)

    @property
    def overdue(self) -> tuple[UnitFigures, ...]:
        """The units that returned dossiers late."""
        return tuple(unit for unit in self.units if unit.late)

    @property
    def without_online(self) -> tuple[UnitFigures, ...]:
        """The units that received dossiers, none of them online."""
        return tuple(unit for unit in self.units if unit.received and not unit.online)


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionFigures:
    """An option of a question and how often it was chosen."""

    id: str
    text: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionFigures:
    """A question and its answers, all forms that ask it taken together."""

    id: str
    text: str
    options: tuple[OptionFigures, ...]

    @property
    def answered(self) -> int:
        """The number of answers."""
        return sum(option.count for option in self.options)


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyFigures:
    """Forms issued, delivered, answered and valid for the dossiers returned; the quota is a share
    of these in percent. `simulated` of the responses are not people's. `disliked`: the answers on
    satisfaction that say no.
    """

    returned: int
    issued: int
    delivered: int
    answered: int
    valid: int
    simulated: int
    quota_percent: int
    quota: int
    questions: tuple[QuestionFigures, ...]
    disliked: tuple[str, ...] = ("unsatisfied",)
    """The default is what a report meant that was stored before this was."""

    def question(self, wanted: str) -> QuestionFigures | None:
        """A question by its id."""
        return next((one for one in self.questions if one.id == wanted), None)

    def dissatisfied(self, asked: QuestionFigures) -> int:
        """How many of the answers to a question on satisfaction say no."""
        return sum(one.count for one in asked.options if one.id in self.disliked)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekFigures:
    """The week that begins on `monday`: dossiers returned in it, those with a valid response."""

    monday: date
    returned: int
    answered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitIntake:
    """The flow of dossiers through one unit."""

    code: str
    name: str
    level: str
    block: str
    counts: Intake
    includes: tuple[str, ...] = ()
    """The codes of the units that were merged into it and are counted with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureIntake:
    """The flow of dossiers of one procedure; "" those without one."""

    name: str
    counts: Intake


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeFigures:
    """The flow of dossiers by unit (and procedure), counted on `as_of`; `near_days` says what
    is near due.
    """

    as_of: date
    near_days: int
    units: tuple[UnitIntake, ...]
    procedures: tuple[ProcedureIntake, ...] = ()

    @property
    def whole(self) -> Intake:
        """All units."""
        return together(unit.counts for unit in self.units)

    def groups(self, key: str) -> Iterator[tuple[str, Intake]]:
        """All units by `block` or `level`, in the order of their ids."""
        for name in sorted({getattr(unit, key) for unit in self.units}):
            yield name, together(u.counts for u in self.units if getattr(u, key) == name)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactFigures:
    """A declared figure of the units: its sum, and the whole it is a part of."""

    id: str
    name: str
    total: Decimal
    whole: Number = None
    whole_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class YearFigures:
    """One year of the series: dossiers received and returned, forms, answers on satisfaction."""

    span: Span
    received: int
    returned: int
    late: int
    issued: int
    answered: int
    valid: int
    quota: int
    satisfaction: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastFigures:
    """An earlier period, to compare with. `same_rules` False: it was rated by other rules."""

    span: Span
    year_before: bool
    same_rules: bool
    leading: Number
    grade: str | None
    criteria: Mapping[str, Number]
    blocks: Mapping[str, Number]
    grades: Mapping[str, int]
    received: int
    dossiers: int
    late: int
    responses: int
    signed: bool = False
    """Whether these are the figures of a closed period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFigures:
    """Everything a report prints. `as_of`: the last day that counts; before the end of the period
    the report is provisional.
    """

    kind: Kind
    span: Span
    as_of: date
    rating: RatingFigures
    survey: SurveyFigures
    intake: IntakeFigures
    weeks: tuple[WeekFigures, ...] = ()
    past: tuple[PastFigures, ...] = ()
    series: tuple[YearFigures, ...] = ()
    facts: tuple[FactFigures, ...] = ()
    format: int = FORMAT

    @property
    def provisional(self) -> bool:
        """Whether the period was not over."""
        return self.as_of < self.span.end

    @property
    def simulated(self) -> int:
        """The number of simulated responses."""
        return self.survey.simulated
