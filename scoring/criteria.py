"""The nine chỉ số of TT 01/2018/TT-VPCP Điều 13: from the evidence of a unit to its points.

One function per criterion, to be read next to the circular. Each names the case of the circular
that applies; its points and every limit are in the rulebook.

Values created nine times per unit are named tuples: half the cost of a frozen dataclass.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from scoring.evidence import Fact, UnitEvidence
from scoring.law import Rulebook
from scoring.measures import Measure, measure, points_of

Values = Mapping[str, Fact]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The dossiers that share one outcome; `points` None: they are left out."""

    outcome: str
    count: int
    points: Decimal | None


class Case(NamedTuple):
    """The case of a unit criterion that applies, with the numbers and limits compared.

    `missing` names the facts that were not reported; `outcome` None: unknown without them.
    """

    outcome: str | None
    values: Values = MappingProxyType({})
    missing: tuple[str, ...] = ()


class Finding(NamedTuple):
    """What the evidence gives for one criterion, and why.

    `points` None: no evidence, which is never 0 (Điều 15 khoản 4 điểm b). `n` is the number of
    dossiers with evidence, None where the unit is scored as a whole; `counts` are all of its
    dossiers by outcome. Of a metric, `measure` is its share and `n` the denominator.
    """

    criterion: str
    source: str
    points: Decimal | None
    n: int | None = None
    counts: Mapping[str, int] = MappingProxyType({})
    case: Case | None = None
    measure: Measure | None = None


def find(rulebook: Rulebook, criterion: str, unit: UnitEvidence) -> Finding:
    """The points of a unit for one criterion of the rulebook.

    Raises Refusal `rulebooks.unknown_outcome` or `rulebooks.unknown_level`.
    """
    metric = rulebook.metric_of(criterion)
    unit = unit.seen_as(rulebook.measures(criterion))
    if metric is not None:
        return _measured(rulebook, criterion, measure(metric, unit))
    asked = criterion == "6" and rulebook.publicity_from_answers
    if asked or criterion not in UNIT_CRITERIA:
        return mean_of_dossiers(rulebook, criterion, unit.outcomes.get(criterion, {}))
    case = UNIT_CRITERIA[criterion](rulebook, unit)
    points = None if case.outcome is None else rulebook.points(criterion, case.outcome)
    return Finding(
        criterion=criterion,
        source=rulebook.criteria[criterion].source,
        points=None if points is None else rulebook.round_points(points),
        case=case,
    )


def _measured(rulebook: Rulebook, criterion: str, found: Measure) -> Finding:
    points = points_of(rulebook, criterion, found)
    return Finding(
        criterion=criterion,
        source=rulebook.criteria[criterion].source,
        points=None if points is None else rulebook.round_points(points),
        n=found.n,
        measure=found,
    )


def mean_of_dossiers(rulebook: Rulebook, criterion: str, counts: Mapping[str, int]) -> Finding:
    """Chỉ số 1, 2, 3, 4, 7: the dossiers' points / the dossiers with evidence, then rounded.

    `counts`: outcome → number of dossiers (Điều 15 khoản 2 điểm a). Raises Refusal
    `rulebooks.unknown_outcome`.
    """
    total, n = Decimal(0), 0
    for outcome, count in counts.items():
        points = rulebook.points(criterion, outcome)
        if points is not None:
            total += points * count
            n += count
    return Finding(
        criterion=criterion,
        source=rulebook.criteria[criterion].source,
        points=rulebook.round_points(total / n) if n else None,
        n=n,
        counts=counts,
    )


def parts_of(rulebook: Rulebook, finding: Finding) -> tuple[Part, ...]:
    """The dossiers that a finding counts, by outcome, with the points of each."""
    return tuple(
        Part(outcome=outcome, count=count, points=rulebook.points(finding.criterion, outcome))
        for outcome, count in finding.counts.items()
        if count
    )


def one_stop_desk(rulebook: Rulebook, unit: UnitEvidence) -> Case:
    """Chỉ số 5: on-the-spot appraisal reaches the level's share, else all at the desk, else not."""
    onspot, onestop = unit.number("onspot_share"), unit.number("onestop_share")
    limit = rulebook.threshold("5", "onspot_share", unit.level)
    values = _known(onspot_share=onspot, onspot_share_limit=limit, onestop_share=onestop)
    if onspot is not None and onspot >= limit:
        return Case(outcome="on_the_spot", values=values)
    if onestop is None:
        return _unknown(onspot_share=onspot, onspot_share_limit=limit, onestop_share=None)
    missing = () if onspot is not None else ("onspot_share",)
    if onestop == 1:
        return Case(outcome="all_at_one_stop", values=values, missing=missing)
    return Case(outcome="not_all_at_one_stop", values=values, missing=missing)


def publicity(rulebook: Rulebook, unit: UnitEvidence) -> Case:  # noqa: ARG001 - one signature
    """Chỉ số 6: correct in both forms, in one of them, or in neither."""
    fact = unit.facts.get("publicity")
    if fact is None:
        return Case(outcome=None, missing=("publicity",))
    return Case(outcome=str(fact), values={"publicity": fact})


def complaints(rulebook: Rulebook, unit: UnitEvidence) -> Case:
    """Chỉ số 8: none, or all on time; most on time; else, or any prolonged."""
    total = unit.number("complaints_total")
    if total == 0:
        return Case(outcome="no_complaints", values={"complaints_total": total})
    on_time, prolonged = unit.number("complaints_on_time"), unit.number("complaints_prolonged")
    if total is None or on_time is None or prolonged is None:
        return _unknown(
            complaints_total=total, complaints_on_time=on_time, complaints_prolonged=prolonged
        )
    limit = rulebook.threshold("8", "on_time_share", unit.level)
    return Case(
        outcome=_complaints_outcome(total, on_time, prolonged, limit),
        values=_known(
            complaints_total=total,
            complaints_on_time=on_time,
            complaints_prolonged=prolonged,
            on_time_share_limit=limit,
        ),
    )


def _complaints_outcome(
    total: Decimal, on_time: Decimal, prolonged: Decimal, limit: Decimal
) -> str:
    if prolonged > 0:
        return "prolonged"
    if on_time == total:
        return "all_on_time"
    return "most_on_time" if on_time >= limit * total else "too_few_on_time"


def online_services(rulebook: Rulebook, unit: UnitEvidence) -> Case:
    """Chỉ số 9: procedures deployed, share of dossiers online, none unresolved or late."""
    eligible = unit.number("online_procedures_eligible")
    deployed = unit.number("online_procedures_deployed")
    unresolved = unit.number("online_dossiers_unresolved_or_late")
    share = online_share(unit)
    if eligible is None or deployed is None or unresolved is None or share is None:
        return _unknown(
            online_procedures_eligible=eligible,
            online_procedures_deployed=deployed,
            online_dossiers_unresolved_or_late=unresolved,
            online_share=share,
        )
    if eligible == 0:
        return Case(outcome=None, values={"online_procedures_eligible": eligible})
    limits = {
        name: rulebook.threshold("9", name, unit.level)
        for name in ("deployed_share", "online_share_full", "online_share_partial")
    }
    return Case(
        outcome=_online_outcome(deployed / eligible, share, unresolved, limits),
        values=_known(
            deployed_share=deployed / eligible,
            online_share=share,
            online_dossiers_unresolved_or_late=unresolved,
            **{f"{name}_limit": limit for name, limit in limits.items()},
        ),
    )


def _online_outcome(
    deployed: Decimal, share: Decimal, unresolved: Decimal, limits: Mapping[str, Decimal]
) -> str:
    if unresolved > 0:
        return "unresolved_or_late"
    if deployed == 0:
        return "none_deployed"
    if share < limits["online_share_partial"]:
        return "low_share"
    if share < limits["online_share_full"]:
        return "partial"
    return "full" if deployed >= limits["deployed_share"] else "deployment_gap"


def online_share(unit: UnitEvidence) -> Decimal | None:
    """Dossiers online / dossiers: from the two facts where both are given, else as received."""
    online, total = unit.number("online_dossiers"), unit.number("dossiers_total")
    if online is None or total is None:
        online, total = Decimal(unit.received_online), Decimal(unit.received)
    return online / total if total else None


UNIT_CRITERIA: Mapping[str, Callable[[Rulebook, UnitEvidence], Case]] = {
    "5": one_stop_desk,
    "6": publicity,
    "8": complaints,
    "9": online_services,
}
"""The criteria that are scored once for the unit (Điều 14)."""


def _known(**values: Decimal | None) -> Values:
    return {name: value for name, value in values.items() if value is not None}


def _unknown(**values: Decimal | None) -> Case:
    missing = tuple(name for name, value in values.items() if value is None)
    return Case(outcome=None, values=_known(**values), missing=missing)
