"""What a rulebook may name: criteria with their cases and limits, ways to settle a policy.

Names only. What they are worth is in the rulebooks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from scoring.rounding import Rounding

MISSING = "missing"
"""The outcome of a dossier that shows nothing for a criterion; it never has points."""


UNLISTED_LEVELS = ("tinh", "huyen", "xa")
"""The levels of a rulebook that lists none: those of government until 30/6/2025."""


class Scope(StrEnum):
    """Whether a criterion is scored dossier by dossier or once for the unit (Điều 14)."""

    DOSSIER = "dossier"
    UNIT = "unit"


class Validity(StrEnum):
    """Whether a rulebook holds for the country or only where it is chosen by its id."""

    NATIONAL = "national"
    LOCAL = "local"
    BESIDE = "beside"
    """National, for another purpose: used in addition to the one in force, where it is chosen by
    its id.
    """


class Attribution(StrEnum):
    """Which unit a criterion is about, where one receives a dossier and another resolves it."""

    RESOLVER = "resolver"
    RECEIVER = "receiver"


class FactRule(StrEnum):
    """How the fact of a year follows from those of its quarters."""

    SUM = "sum"
    LAST = "last"
    MEAN = "mean"
    GIVEN = "given"
    """Not at all: it must be given for the year itself."""


class FactKind(StrEnum):
    """What a fact may be."""

    SHARE = "share"
    COUNT = "count"
    PUBLICITY = "publicity"
    POINTS = "points"


FACTS: Mapping[str, FactKind] = {
    "onspot_share": FactKind.SHARE,
    "onestop_share": FactKind.SHARE,
    "publicity": FactKind.PUBLICITY,
    "complaints_total": FactKind.COUNT,
    "complaints_on_time": FactKind.COUNT,
    "complaints_prolonged": FactKind.COUNT,
    "online_procedures_eligible": FactKind.COUNT,
    "online_procedures_deployed": FactKind.COUNT,
    "online_dossiers_unresolved_or_late": FactKind.COUNT,
    "online_dossiers": FactKind.COUNT,
    "dossiers_total": FactKind.COUNT,
    "forms_handed_out": FactKind.COUNT,
}
"""The facts of a unit (CS 5, 6, 8, 9) and what each of them is."""


class Printed(StrEnum):
    """The three aggregates of a district; one of them leads in the report."""

    SUM_OF_CRITERION_MEANS = "sum_of_criterion_means"
    UNIT_MEAN = "unit_mean"
    DOSSIER_WEIGHTED_MEAN = "dossier_weighted_mean"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportedCriterion:
    """The cases a criterion distinguishes and the limits it compares with.

    A rulebook gives points to every case and a value to every limit. A criterion scored dossier by
    dossier needs nothing else here; one scored once for the unit has a function in
    `scoring.criteria`.
    """

    scope: Scope
    outcomes: frozenset[str]
    thresholds: frozenset[str] = frozenset()


def _by_dossier(*outcomes: str) -> SupportedCriterion:
    return SupportedCriterion(scope=Scope.DOSSIER, outcomes=frozenset(outcomes))


def _by_unit(*outcomes: str, thresholds: tuple[str, ...] = ()) -> SupportedCriterion:
    limits = frozenset(thresholds)
    return SupportedCriterion(scope=Scope.UNIT, outcomes=frozenset(outcomes), thresholds=limits)


_TIMING = ("early", "same_day", "late", "no_due_date")

CRITERIA: Mapping[str, SupportedCriterion] = {
    "1": _by_dossier(*_TIMING),
    "2": _by_dossier(*_TIMING),
    "3": _by_dossier("none", "once", "many", "many_own_fault"),
    "4": _by_dossier("none", "one_stop", "many", "many_field_check"),
    "5": _by_unit(
        "on_the_spot", "all_at_one_stop", "not_all_at_one_stop", thresholds=("onspot_share",)
    ),
    "6": _by_unit("both", "one", "poor"),
    "7": _by_dossier(*_TIMING, "complaint"),
    "8": _by_unit(
        "no_complaints",
        "all_on_time",
        "most_on_time",
        "too_few_on_time",
        "prolonged",
        thresholds=("on_time_share",),
    ),
    "9": _by_unit(
        "full",
        "deployment_gap",
        "partial",
        "low_share",
        "none_deployed",
        "unresolved_or_late",
        thresholds=("deployed_share", "online_share_full", "online_share_partial"),
    ),
}
"""The criteria by number. Dossier by dossier or once for the unit: Điều 14, Điều 15 khoản 2."""

_COUNTS = frozenset("0123456789")
_TENTHS = frozenset(f"{tenths // 10}.{tenths % 10}" for tenths in range(1, 21))

CHOICES: Mapping[str, frozenset[str]] = {
    "steps": frozenset({"worst"}),
    "publicity_source": frozenset({"fact", "answers"}),
    "dossier_period": frozenset({"returned_at"}),
    "minimum_criteria": _COUNTS,
    "officials_minimum": _COUNTS,
    "missing_criteria": frozenset({"keep_thresholds", "scale_thresholds"}),
    "rounding": frozenset(Rounding),
    "points_digits": _COUNTS,
    "mean_digits": _COUNTS,
    "share_digits": _COUNTS,
    "weak_below": _TENTHS,
    "widest_interval": _TENTHS,
    "printed": frozenset(Printed),
    "ratio_digits": _COUNTS,
    "due_basis": frozenset({"original", "current"}),
    "exclude_states": frozenset({"ended", "none"}),
    "supplements": frozenset({"by_days", "late"}),
    "supplement_time": frozenset({"kept", "subtracted"}),
    "attribution": frozenset({"by_criterion", *Attribution}),
    "mergers": frozenset({"summed", "apart"}),
}
"""What the program can do for a policy; the other policies are nothing but points."""
