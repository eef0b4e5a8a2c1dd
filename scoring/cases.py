"""What the program can tell apart: cases of the criteria, limits, ways to settle a policy.

Here are names only. What they are worth stands in the rulebooks.
"""

from collections.abc import Mapping
from enum import StrEnum

from scoring.rounding import Rounding

MISSING = "missing"
"""The outcome of a dossier that shows nothing for a criterion; it never has points."""


class Level(StrEnum):
    """The level of government a unit belongs to."""

    TINH = "tinh"
    HUYEN = "huyen"
    XA = "xa"


class Scope(StrEnum):
    """Whether a criterion is scored dossier by dossier or once for the unit (Điều 14)."""

    DOSSIER = "dossier"
    UNIT = "unit"


class Validity(StrEnum):
    """Whether a rulebook holds for the country or only where it is chosen by its id."""

    NATIONAL = "national"
    LOCAL = "local"


class Printed(StrEnum):
    """The three aggregates of a district; one of them leads in the report."""

    SUM_OF_CRITERION_MEANS = "sum_of_criterion_means"
    UNIT_MEAN = "unit_mean"
    DOSSIER_WEIGHTED_MEAN = "dossier_weighted_mean"


_TIMING = frozenset({"early", "same_day", "late", "no_due_date"})

OUTCOMES: Mapping[str, frozenset[str]] = {
    "1": _TIMING,
    "2": _TIMING,
    "3": frozenset({"none", "once", "many", "many_own_fault"}),
    "4": frozenset({"none", "one_stop", "many", "many_field_check"}),
    "5": frozenset({"on_the_spot", "all_at_one_stop", "not_all_at_one_stop"}),
    "6": frozenset({"both", "one", "poor"}),
    "7": _TIMING | {"complaint"},
    "8": frozenset(
        {"no_complaints", "all_on_time", "most_on_time", "too_few_on_time", "prolonged"}
    ),
    "9": frozenset(
        {
            "full",
            "deployment_gap",
            "partial",
            "low_share",
            "none_deployed",
            "unresolved_or_late",
        }
    ),
}
"""The cases each criterion distinguishes; a rulebook gives points to every one of them."""

THRESHOLDS: Mapping[str, frozenset[str]] = {
    "5": frozenset({"onspot_share"}),
    "8": frozenset({"on_time_share"}),
    "9": frozenset({"deployed_share", "online_share_full", "online_share_partial"}),
}
"""The limits that the unit criteria compare with."""


DOSSIER_CRITERIA = frozenset({"1", "2", "3", "4", "7"})
"""Scored dossier by dossier (Điều 15 khoản 2 điểm a); the others once for the unit."""

_COUNTS = frozenset("0123456789")
_TENTHS = frozenset(f"{tenths // 10}.{tenths % 10}" for tenths in range(1, 21))

CHOICES: Mapping[str, frozenset[str]] = {
    "steps": frozenset({"worst"}),
    "publicity_source": frozenset({"fact", "answers"}),
    "dossier_period": frozenset({"returned_at"}),
    "minimum_criteria": _COUNTS,
    "missing_criteria": frozenset({"keep_thresholds", "scale_thresholds"}),
    "rounding": frozenset(Rounding),
    "points_digits": _COUNTS,
    "mean_digits": _COUNTS,
    "share_digits": _COUNTS,
    "weak_below": _TENTHS,
    "widest_interval": _TENTHS,
    "printed": frozenset(Printed),
}
"""What the program can do for a policy; the other policies are nothing but points."""
