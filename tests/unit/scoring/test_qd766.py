"""qd766-2022: the formulas of "Mô tả công thức tính chỉ số 766", each with its golden."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.explain import explain_criterion, explain_unit
from scoring.rating import rate
from scoring.rulebook import applicable, find_rulebook, shipped_rulebooks, with_choices
from scoring.unit_rating import State, UnitRating, rate_unit
from tests.unit.scoring.district import unit

BOOK = find_rulebook("qd766-2022")
NOTHING: dict[str, Any] = {"received": 0, "dossiers": 0, "responses": 0}
MAXIMA = {
    "cong_khai": [6, 4, 2, 6],
    "tien_do": [20],
    "truc_tuyen": [12],
    "thanh_toan": [6, 2, 2],
    "so_hoa": [6, 4, 2, 2, 4, 2, 2],
    "hai_long": [6, 6, 6],
}


def rated(**facts: str) -> UnitRating:
    """A commune of which only these imported facts are known."""
    known = {name: Decimal(value) for name, value in facts.items()}
    return rate_unit(BOOK, unit(facts=known, **NOTHING))


def points(criterion: str, **facts: str) -> str | None:
    """The points of one criterion."""
    found = rated(**facts).scores[criterion].points
    return None if found is None else str(found)


def test_six_groups_of_a_hundred_points() -> None:
    """18 + 20 + 12 + 10 + 22 + 18, each the sum of its metrics; no grades."""
    found = {
        name: [BOOK.most(number) for number in group.criteria]
        for name, group in BOOK.groups.items()
    }
    assert found == MAXIMA
    assert [group.max for group in BOOK.groups.values()] == [18, 20, 12, 10, 22, 18]
    assert BOOK.full_marks == 100
    assert BOOK.grades is None


def test_it_is_used_only_by_its_id() -> None:
    """It measures beside the rulebook in force and never takes its place."""
    days = (date(2022, 6, 23), date(2024, 12, 31), date(2026, 9, 30))
    chosen = {applicable(shipped_rulebooks(), day, day).id for day in days}
    assert chosen == {"tt01-2018", "nd118-2025"}


@pytest.mark.parametrize(
    ("criterion", "counted", "whole", "facts", "expected"),
    [
        ("publish_on_time", 3, 4, ("published_on_time", "procedures_to_publish"), "4.50"),
        ("update_on_time", 1, 3, ("updated_on_time", "procedures_to_update"), "1.33"),
        ("content_full", 2, 3, ("contents_full", "procedures_public"), "1.33"),
        ("dossier_sync", 100, 100, ("dossiers_synced", "dossiers_to_sync"), "6.00"),
        ("on_time", 984, 1000, ("q766_on_time", "q766_received"), "19.68"),
        ("paid", 1, 2, ("dossiers_paid_online", "dossiers_with_fee"), "3.00"),
        ("procedures_paid", 4, 10, ("procedures_paid_online", "procedures_with_fee"), "1.00"),
        ("procedures_paid", 8, 10, ("procedures_paid_online", "procedures_with_fee"), "2.00"),
        ("procedures_paid", 10, 10, ("procedures_paid_online", "procedures_with_fee"), "2.00"),
        ("procedures_used", 2, 10, ("procedures_fee_used", "procedures_with_fee"), "0.50"),
        ("procedures_used", 9, 10, ("procedures_fee_used", "procedures_with_fee"), "2.00"),
        ("result", 1, 2, ("results_electronic", "results_issued"), "3.00"),
        ("papers", 1, 2, ("dossiers_digitised", "dossiers_to_digitise"), "2.00"),
        ("reuse", 4, 10, ("dossiers_reused", "dossiers_reusable"), "1.00"),
        ("reuse", 8, 10, ("dossiers_reused", "dossiers_reusable"), "2.00"),
        ("storage", 1, 2, ("results_stored", "results_to_store"), "1.00"),
        ("citizen_dossier", 1, 2, ("dossiers_connected", "dossiers_to_connect"), "2.00"),
        ("citizen_procedure", 1, 2, ("procedures_connected", "procedures_to_connect"), "1.00"),
        ("certified_copy", 1, 2, ("certified_procedures_used", "certified_procedures"), "1.00"),
        ("petition_on_time", 5, 8, ("petitions_on_time", "petitions"), "3.75"),
        ("petition_satisfied", 1, 2, ("petitions_satisfied", "petitions_answered"), "3.00"),
    ],
)
def test_most_points_times_the_share(
    criterion: str, counted: int, whole: int, facts: tuple[str, str], expected: str
) -> None:
    """Up to the share that gives all: 80 % for two of payment and for reuse."""
    part, total = facts
    assert points(criterion, **{part: str(counted), total: str(whole)}) == expected


@pytest.mark.parametrize(
    ("overdue", "disliked", "expected"),
    [(0, 0, "6.00"), (10, 0, "6.00"), (5, 6, "5.93"), (30, 25, "3.00"), (60, 60, "0.00")],
)
def test_satisfaction_is_what_is_left(overdue: int, disliked: int, expected: str) -> None:
    """R = 100 % − (overdue + with a petition or dislike); 6R/0,90, at most 6, never under 0."""
    facts = {"q766_handled": "100", "q766_overdue": str(overdue), "q766_disliked": str(disliked)}
    assert points("dossier_satisfaction", **facts) == expected


def test_both_empty_cases() -> None:
    """No dossiers: 0 points of satisfaction; no petitions: 6 points, twice."""
    none = {"q766_handled": "0", "q766_overdue": "0", "q766_disliked": "0"}
    assert points("dossier_satisfaction", **none) == "0.00"
    assert points("petition_on_time", petitions="0", petitions_on_time="0") == "6.00"
    assert points("petition_satisfied", petitions_answered="0", petitions_satisfied="0") == "6.00"
    explained = explain_criterion(
        BOOK,
        "petition_on_time",
        rated(petitions="0", petitions_on_time="0").scores["petition_on_time"],
        "en",
    )
    assert "the denominator is 0: 6 points" in explained.because


def test_elsewhere_an_empty_denominator_is_no_evidence() -> None:
    """The document names no points for it."""
    assert points("paid", dossiers_paid_online="0", dossiers_with_fee="0") is None


@pytest.mark.parametrize(
    ("criterion", "fact", "share", "expected"),
    [
        ("on_time", "on_time_portal_share", None, None),
        ("paid", "paid_share", "0.5", "3.00"),
        ("dossier_satisfaction", "dossier_satisfaction_share", "0.45", "3.00"),
        ("petition_on_time", "petition_on_time_share", "0", "0.00"),
        ("online", "q766_online_points", "7.35", "7.35"),
    ],
)
def test_the_share_the_portal_prints_may_be_imported(
    criterion: str, fact: str, share: str | None, expected: str | None
) -> None:
    """Where the counts are not at hand; a fact nobody gave leaves the criterion unknown."""
    assert points(criterion, **({} if share is None else {fact: share})) == expected


def test_a_percentage_has_two_decimals_before_it_becomes_points() -> None:
    """2/3 is 66,67 %, so 20 points give 13,334; with one decimal 66,7 %, 13,34."""
    facts = {"q766_on_time": Decimal(2), "q766_received": Decimal(3)}
    one = with_choices(BOOK, {"ratio_digits": "1"})
    evidence = unit(facts=facts, **NOTHING)
    assert rate_unit(BOOK, evidence).scores["on_time"].points == Decimal("13.33")
    assert rate_unit(one, evidence).scores["on_time"].points == Decimal("13.34")


def test_an_unknown_group_lowers_what_can_be_reached() -> None:
    """The split of the online group is unknown: null is never 0."""
    facts = {"q766_on_time": "9", "q766_received": "10", "paid_share": "1"}
    found = rated(**facts)
    assert (found.state, str(found.total), str(found.reachable)) == (State.SCORED, "24.00", "26")
    groups = found.as_json()["groups"]
    assert groups["truc_tuyen"] == {"points": None, "reachable": "0", "max": "12"}
    assert groups["thanh_toan"] == {"points": "6.00", "reachable": "6", "max": "10"}
    assert "24.00 points of at most 26" in explain_unit(BOOK, found, "en").sentence
    assert rate(BOOK, [unit(**NOTHING)]).units[0].state is State.NO_DOSSIERS


def test_our_own_days_and_answers_are_shown_for_comparison() -> None:
    """8 of 10 by our dossiers, 90 % by the portal: the portal's counts, the difference is said."""
    own = {"1": {"early": 5, "same_day": 3, "late": 2}}
    answers = {"satisfaction": {"very": 5, "unsatisfied": 1}}
    facts = {"q766_on_time": Decimal(9), "q766_received": Decimal(10)}
    found = rate_unit(BOOK, unit(outcomes=own, answers=answers, late=2, facts=facts))
    scores = found.as_json()["criteria"]
    assert (scores["on_time"]["points"], scores["on_time"]["beside"]) == ("18.00", "80.00")
    assert scores["dossier_satisfaction"] is None
    assert found.scores["dossier_satisfaction"].finding.measure is not None
    assert found.scores["dossier_satisfaction"].finding.measure.beside == Decimal("0.7")
    lines = explain_criterion(BOOK, "on_time", found.scores["on_time"], "en").because
    assert any("80%" in line and "-10" in line for line in lines)
    assert not any("points in all" in line for line in lines)  # no mean over dossiers


COUNT = st.integers(min_value=0, max_value=5000)


@given(part=COUNT, more=COUNT, overdue=COUNT, disliked=COUNT)
def test_against_fractions(part: int, more: int, overdue: int, disliked: int) -> None:
    """Within 0,015 points of the exact formulas, as the programs that reproduce the portal."""
    whole = part + more
    handled = max(whole, overdue, disliked)
    found = rated(
        q766_on_time=str(part),
        q766_received=str(whole),
        procedures_paid_online=str(part),
        procedures_with_fee=str(whole),
        q766_handled=str(handled),
        q766_overdue=str(overdue),
        q766_disliked=str(disliked),
    ).scores
    if whole:
        share = Fraction(part, whole)
        assert_near(found["on_time"].points, 20 * share)
        assert_near(found["procedures_paid"].points, min(Fraction(2), Fraction(5, 2) * share))
    if handled:
        left = max(Fraction(0), 1 - Fraction(overdue + disliked, handled))
        assert_near(
            found["dossier_satisfaction"].points, min(Fraction(6), 6 * left / Fraction("0.9"))
        )


def assert_near(found: Decimal | None, exact: Fraction) -> None:
    """The tolerance of the source."""
    assert found is not None
    assert abs(Fraction(found) - exact) <= Fraction("0.015")
