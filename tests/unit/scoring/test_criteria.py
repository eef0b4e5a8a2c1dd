"""Tests of `scoring.criteria`: the nine chỉ số, case by case."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from scoring.criteria import UNIT_CRITERIA, Finding, Part, find, parts_of
from scoring.evidence import Fact
from scoring.supported import CRITERIA, Scope
from surveys import criteria as surveyed
from tests.unit.scoring.district import refusal_of, tt01, unit

DOSSIER_CRITERIA = sorted(n for n, one in CRITERIA.items() if one.scope is Scope.DOSSIER)


def numbers(facts: Mapping[str, str]) -> dict[str, Fact]:
    return {name: v if name == "publicity" else Decimal(v) for name, v in facts.items()}


def found(criterion: str, facts: Mapping[str, str], **given: Any) -> Finding:  # noqa: ANN401
    return find(tt01(), criterion, unit(facts=numbers(facts), **given))


@pytest.mark.parametrize(
    ("criterion", "counts", "points", "n"),
    [
        ("1", {"early": 1, "same_day": 1, "late": 2}, "0.8", 4),
        ("1", {"early": 3, "late": 1}, "1.5", 4),
        ("1", {"early": 1, "no_due_date": 9}, "2.0", 1),
        ("1", {"late": 3}, "0.0", 3),
        ("2", {"early": 1, "same_day": 3}, "1.3", 4),
        ("3", {"none": 1, "once": 1, "many": 1, "many_own_fault": 1}, "1.0", 4),
        ("4", {"none": 1, "one_stop": 1, "many": 1, "many_field_check": 2}, "1.0", 5),
        ("7", {"complaint": 1, "early": 1, "same_day": 1, "late": 1}, "0.8", 4),
    ],
)
def test_dossier_criterion_is_the_rounded_mean(
    criterion: str, counts: dict[str, int], points: str, n: int
) -> None:
    """Points of the dossiers / dossiers with evidence, half up to one decimal (Điều 15.2a)."""
    finding = find(tt01(), criterion, unit(outcomes={criterion: counts}))
    assert (str(finding.points), finding.n) == (points, n)
    assert finding.source == f"TT 01/2018/TT-VPCP Điều 13, chỉ số {criterion}"


@pytest.mark.parametrize("criterion", DOSSIER_CRITERIA)
@pytest.mark.parametrize("counts", [None, {}, {"missing": 5}])
def test_no_evidence_gives_no_points(criterion: str, counts: dict[str, int] | None) -> None:
    """A criterion without any evidence has no points, which is not 0 points."""
    outcomes = {} if counts is None else {criterion: counts}
    finding = find(tt01(), criterion, unit(outcomes=outcomes))
    assert (finding.points, finding.n) == (None, 0)


@pytest.mark.parametrize("criterion", ["1", "2", "7"])
def test_only_dossiers_without_a_promised_day(criterion: str) -> None:
    """Where no dossier has a promised day, the criteria of time have no points."""
    counts = {"early": 0, "no_due_date": 3}
    finding = find(tt01(), criterion, unit(outcomes={criterion: counts}))
    assert (finding.points, finding.n) == (None, 0)


def test_parts_show_every_outcome_once() -> None:
    """The explanation lists counted and left-out dossiers by outcome, none with count 0."""
    counts = {"early": 2, "late": 0, "no_due_date": 3}
    finding = find(tt01(), "1", unit(outcomes={"1": counts}))
    assert parts_of(tt01(), finding) == (
        Part(outcome="early", count=2, points=Decimal(2)),
        Part(outcome="no_due_date", count=3, points=None),
    )


def test_outcome_the_rulebook_cannot_read_is_refused() -> None:
    """Evidence of an unknown kind is refused, never skipped."""
    refusal = refusal_of(lambda: find(tt01(), "3", unit(outcomes={"3": {"twice": 1}})))
    assert refusal.code == "rulebooks.unknown_outcome"


@pytest.mark.parametrize(
    ("policy", "choice", "points"),
    [("no_due_date", "on_time", "1.5"), ("no_due_date", "leave_out", "2.0")],
)
def test_no_due_date_by_policy(policy: str, choice: str, points: str) -> None:
    """A dossier without a promised day is left out, or counted as on time where that is chosen."""
    rulebook = tt01(**{policy: choice})
    finding = find(rulebook, "1", unit(outcomes={"1": {"early": 1, "no_due_date": 1}}))
    assert str(finding.points) == points


def test_conduct_without_the_time_clause() -> None:
    """With `ignore_time` only a complaint takes points from conduct, due date or not."""
    counts = {"complaint": 1, "early": 1, "same_day": 1, "late": 1, "no_due_date": 1}
    finding = find(tt01(late_without_complaint="ignore_time"), "7", unit(outcomes={"7": counts}))
    assert (str(finding.points), finding.n) == ("1.6", 5)


@pytest.mark.parametrize(
    ("level", "facts", "outcome", "points"),
    [
        ("tinh", {"onspot_share": "0.2"}, "on_the_spot", 2),
        ("tinh", {"onspot_share": "0.19", "onestop_share": "1"}, "all_at_one_stop", 1),
        ("huyen", {"onspot_share": "0.5", "onestop_share": "0.3"}, "on_the_spot", 2),
        ("huyen", {"onspot_share": "0.49", "onestop_share": "1"}, "all_at_one_stop", 1),
        ("xa", {"onspot_share": "1"}, "on_the_spot", 2),
        ("xa", {"onspot_share": "0.99", "onestop_share": "1"}, "all_at_one_stop", 1),
        ("xa", {"onspot_share": "0.99", "onestop_share": "0.99"}, "not_all_at_one_stop", 0),
        ("xa", {"onestop_share": "1"}, "all_at_one_stop", 1),
        ("xa", {"onestop_share": "0"}, "not_all_at_one_stop", 0),
        ("xa", {"onspot_share": "0.5"}, None, None),
        ("xa", {}, None, None),
    ],
)
def test_one_stop_desk(
    level: str, facts: dict[str, str], outcome: str | None, points: int | None
) -> None:
    """CS 5: the level's on-the-spot share gives 2, all at the desk 1, less 0, unknown nothing."""
    finding = found("5", facts, level=level)
    assert finding.case is not None
    assert (finding.case.outcome, finding.points, finding.n) == (outcome, points, None)


def test_one_stop_desk_says_what_it_compared() -> None:
    """CS 5 shows its facts, its limit and what was not known."""
    case = found("5", {"onspot_share": "0.5"}).case
    assert case is not None
    assert case.missing == ("onestop_share",)
    assert case.values == {"onspot_share": Decimal("0.5"), "onspot_share_limit": 1}
    case = found("5", {"onestop_share": "1"}).case
    assert case is not None
    assert case.missing == ("onspot_share",)
    assert case.values == {"onestop_share": 1, "onspot_share_limit": 1}
    case = found("5", {"onspot_share": "0", "onestop_share": "0"}).case
    assert case is not None
    assert case.missing == ()
    assert case.values == {"onspot_share": 0, "onestop_share": 0, "onspot_share_limit": 1}
    case = found("5", {"onspot_share": "0", "onestop_share": "1"}).case
    assert case is not None
    assert case.missing == ()
    case = found("5", {"onspot_share": "1"}).case
    assert case is not None
    assert case.values == {"onspot_share": 1, "onspot_share_limit": 1}
    case = found("5", {"onestop_share": "0"}).case
    assert case is not None
    assert case.missing == ("onspot_share",)


@pytest.mark.parametrize(("fact", "points"), [("both", 2), ("one", 1), ("poor", 0)])
def test_publicity(fact: str, points: int) -> None:
    """CS 6: both forms 2, one form 1, poor 0, by the unit's fact."""
    finding = found("6", {"publicity": fact})
    assert finding.points == points
    assert finding.n is None
    assert finding.case is not None
    assert finding.case.values == {"publicity": fact}


def test_publicity_unknown() -> None:
    """CS 6 without the fact has no points, whatever the citizens answered."""
    finding = found("6", {}, outcomes={"6": {"both": 3}})
    assert finding.points is None
    assert finding.case is not None
    assert finding.case.missing == ("publicity",)


def test_publicity_from_answers_by_policy() -> None:
    """With `publicity_source: answers` CS 6 is the mean of the citizens' answers."""
    rulebook = tt01(publicity_source="answers")
    given = unit(facts={"publicity": "poor"}, outcomes={"6": {"both": 2, "one": 1}})
    finding = find(rulebook, "6", given)
    assert (str(finding.points), finding.n) == ("1.7", 3)
    assert find(rulebook, "5", unit(facts={"onestop_share": Decimal(1)})).points == 1


def complaint_facts(total: str, on_time: str, prolonged: str) -> dict[str, str]:
    names = ("complaints_total", "complaints_on_time", "complaints_prolonged")
    return dict(zip(names, (total, on_time, prolonged), strict=True))


@pytest.mark.parametrize(
    ("facts", "outcome", "points"),
    [
        ({"complaints_total": "0"}, "no_complaints", 2),
        (complaint_facts("0", "0", "0"), "no_complaints", 2),
        (complaint_facts("10", "10", "0"), "all_on_time", 2),
        (complaint_facts("10", "9", "0"), "most_on_time", 1),
        (complaint_facts("100", "89", "0"), "too_few_on_time", 0),
        (complaint_facts("10", "10", "1"), "prolonged", 0),
        (complaint_facts("10", "9", "1"), "prolonged", 0),
        ({}, None, None),
        ({"complaints_total": "3", "complaints_on_time": "3"}, None, None),
        ({"complaints_total": "3", "complaints_prolonged": "0"}, None, None),
        ({"complaints_on_time": "3", "complaints_prolonged": "0"}, None, None),
    ],
)
def test_complaints(facts: dict[str, str], outcome: str | None, points: int | None) -> None:
    """CS 8: none or all on time 2, at least 90 % on time 1, fewer or any prolonged 0."""
    finding = found("8", facts)
    assert finding.case is not None
    assert (finding.case.outcome, finding.points) == (outcome, points)


def test_complaints_say_what_they_compared() -> None:
    """CS 8 shows its numbers and limit, or names the numbers that are unknown."""
    case = found("8", complaint_facts("10", "9", "0")).case
    assert case is not None
    assert case.values == {
        "complaints_total": 10,
        "complaints_on_time": 9,
        "complaints_prolonged": 0,
        "on_time_share_limit": Decimal("0.9"),
    }
    case = found("8", {"complaints_total": "3"}).case
    assert case is not None
    assert case.missing == ("complaints_on_time", "complaints_prolonged")
    assert case.values == {"complaints_total": 3}
    case = found("8", {"complaints_on_time": "1", "complaints_prolonged": "2"}).case
    assert case is not None
    assert case.missing == ("complaints_total",)
    assert case.values == {"complaints_on_time": 1, "complaints_prolonged": 2}
    case = found("8", {"complaints_total": "0"}).case
    assert case is not None
    assert case.values == {"complaints_total": 0}
    case = found("8", {}).case
    assert case is not None
    assert case.missing == ("complaints_total", "complaints_on_time", "complaints_prolonged")


def online(eligible: str, deployed: str, bad: str, share: str | None = None) -> dict[str, str]:
    facts = {
        "online_procedures_eligible": eligible,
        "online_procedures_deployed": deployed,
        "online_dossiers_unresolved_or_late": bad,
    }
    return facts if share is None else {**facts, "online_dossiers": share, "dossiers_total": "100"}


@pytest.mark.parametrize(
    ("facts", "outcome", "points"),
    [
        (online("10", "2", "0", "30"), "full", 2),
        (online("10", "1", "0", "30"), "deployment_gap", 1),
        (online("10", "2", "0", "29"), "partial", 1),
        (online("10", "1", "0", "15"), "partial", 1),
        (online("10", "10", "0", "14"), "low_share", 0),
        (online("10", "0", "0", "90"), "none_deployed", 0),
        (online("10", "10", "1", "90"), "unresolved_or_late", 0),
        (online("0", "0", "0", "90"), None, None),
        ({**online("10", "10", "0"), "online_dossiers": "0", "dossiers_total": "0"}, None, None),
    ],
)
def test_online_services(facts: dict[str, str], outcome: str | None, points: int | None) -> None:
    """CS 9: deployment, share of dossiers online, none unresolved or late, as Điều 13 has it."""
    finding = found("9", facts)
    assert finding.case is not None
    assert (finding.case.outcome, finding.points) == (outcome, points)


@pytest.mark.parametrize(
    "unknown",
    [
        "online_procedures_eligible",
        "online_procedures_deployed",
        "online_dossiers_unresolved_or_late",
    ],
)
def test_online_services_with_an_unknown_number(unknown: str) -> None:
    """CS 9 has no points while one of its numbers is unknown, and names it."""
    facts = {k: v for k, v in online("10", "2", "0", "30").items() if k != unknown}
    finding = found("9", facts)
    assert finding.points is None
    assert finding.case is not None
    assert finding.case.missing == (unknown,)
    assert finding.case.values["online_share"] == Decimal("0.3")


@pytest.mark.parametrize(
    ("extra", "received", "received_online", "points"),
    [
        ({}, 10, 3, 2),
        ({}, 10, 2, 1),
        ({}, 10, 1, 0),
        ({}, 0, 0, None),
        ({"online_dossiers": "9"}, 10, 3, 2),
        ({"dossiers_total": "100"}, 10, 3, 2),
        ({"online_dossiers": "2", "dossiers_total": "10"}, 10, 9, 1),
    ],
)
def test_online_share(
    extra: dict[str, str], received: int, received_online: int, points: int | None
) -> None:
    """The share online goes by the facts only where both are given, else by the reception."""
    facts = {**online("10", "2", "0"), **extra}
    given = {"received": received, "received_online": received_online}
    assert found("9", facts, **given).points == points


def test_online_services_say_what_they_compared() -> None:
    """CS 9 shows its shares and limits."""
    case = found("9", online("10", "2", "0", "30")).case
    assert case is not None
    assert case.values == {
        "deployed_share": Decimal("0.2"),
        "online_share": Decimal("0.3"),
        "online_dossiers_unresolved_or_late": 0,
        "deployed_share_limit": Decimal("0.2"),
        "online_share_full_limit": Decimal("0.3"),
        "online_share_partial_limit": Decimal("0.15"),
    }
    case = found("9", online("0", "0", "0", "30")).case
    assert case is not None
    assert case.values == {"online_procedures_eligible": 0}


def test_unit_points_have_the_rulebooks_digits() -> None:
    """The points of a unit criterion are written with the same digits, and name their article."""
    finding = found("6", {"publicity": "both"})
    assert str(finding.points) == "2.0"
    assert finding.source == "TT 01/2018/TT-VPCP Điều 13, chỉ số 6"


def test_every_criterion_is_scored_in_one_way() -> None:
    """Each of the nine criteria is scored by dossier or by unit, none by both."""
    assert set(UNIT_CRITERIA) == set(CRITERIA) - set(DOSSIER_CRITERIA)


@pytest.mark.parametrize("criterion", sorted(surveyed.CRITERIA))
def test_rulebooks_read_what_the_evidence_rows_hold(criterion: str) -> None:
    """Every outcome that a dossier's evidence can have is a case of the rulebook, or missing."""
    assert set(surveyed.CRITERIA[criterion].outcome_codes) == CRITERIA[criterion].outcomes


def test_every_dossier_criterion_has_evidence() -> None:
    """What rulebooks score dossier by dossier is declared on the survey's side too."""
    assert set(surveyed.CRITERIA) >= set(DOSSIER_CRITERIA)
