"""Tests of `scoring.unit_rating`."""

from decimal import Decimal
from typing import Any

import pytest

from scoring.evidence import UnitEvidence
from scoring.law import Rulebook
from scoring.unit_rating import State, grade_of, rate_unit, rate_units
from tests.unit.scoring.district import all_points, points, refusal_of, tt01, unit

FULL = all_points(*["2"] * 9)


def grade_id(rulebook: Rulebook, total: Decimal, reachable: Decimal) -> str | None:
    """The id of a grade."""
    grade = grade_of(rulebook, total, reachable)
    return grade.id if grade else None


def test_total_is_the_sum_of_rounded_points() -> None:
    """Points are rounded per criterion before they are summed (Điều 15.2)."""
    quarter = {"early": 1, "same_day": 3}
    outcomes = dict.fromkeys(("1", "2"), quarter)
    given = unit(outcomes=outcomes, appraised=points(c3="2", c4="2", c5="2"))
    rated = rate_unit(tt01(), given)
    assert str(rated.total) == "8.6"
    assert rated.points["1"] == Decimal("1.3")


def test_appraised_replaces_computed_and_keeps_n() -> None:
    """The appraised score counts, rounded half up; n stays that of the dossiers."""
    given = unit(outcomes={"1": {"early": 4}}, appraised=points(c1="1.25", c2="0.5"))
    rated = rate_unit(tt01(), given)
    assert rated.scores["1"].as_json() == {"points": "1.3", "n": 4}
    assert rated.scores["1"].finding.points == 2
    assert rated.scores["1"].appraised == Decimal("1.25")
    assert rated.scores["2"].as_json() == {"points": "0.5", "n": 0}


def test_self_score_never_counts() -> None:
    """What a unit gave itself is shown with the points and changes none."""
    given = unit(outcomes={"1": {"late": 1}}, self_scores=points(c1="2", c2="2"))
    rated = rate_unit(tt01(), given)
    assert rated.points == {"1": 0}
    assert rated.scores["2"].self_score == 2
    assert rated.scores["2"].points is None


@pytest.mark.parametrize(
    ("given", "state"),
    [
        ({"received": 0, "dossiers": 0}, State.NO_DOSSIERS),
        ({"received": 0, "dossiers": 0, "appraised": FULL}, State.NO_DOSSIERS),
        ({"received": 1, "dossiers": 0, "responses": 0}, State.NOT_SCORED),
        ({"received": 0, "dossiers": 1, "responses": 0}, State.NOT_SCORED),
        ({"responses": 0, "outcomes": {"1": {"early": 3}}}, State.NOT_SCORED),
        ({"responses": 1}, State.INSUFFICIENT),
        ({"responses": 0, "facts": {"publicity": "both"}}, State.INSUFFICIENT),
        ({"responses": 0, "self_scores": points(c1="2")}, State.INSUFFICIENT),
        ({"responses": 0, "appraised": all_points("2", "2", "2", "2")}, State.INSUFFICIENT),
        ({"responses": 0, "appraised": all_points("2", "2", "2", "2", "2")}, State.SCORED),
    ],
)
def test_state(given: dict[str, Any], state: State) -> None:
    """A unit is in exactly one of four states, by what is known of it."""
    assert rate_unit(tt01(), unit(**given)).state is state


def test_minimum_criteria_is_a_policy() -> None:
    """The number of criteria needed for a grade is the rulebook's."""
    four = unit(appraised=all_points("2", "2", "2", "2"))
    assert rate_unit(tt01(minimum_criteria="4"), four).state is State.SCORED


@pytest.mark.parametrize("state_of", [{"received": 0, "dossiers": 0}, {}])
def test_only_scored_units_have_a_total(state_of: dict[str, Any]) -> None:
    """A unit that is not scored has neither total nor grade, but shows its points."""
    rated = rate_unit(tt01(), unit(appraised=points(c1="2"), **state_of))
    assert (rated.total, rated.grade) == (None, None)
    assert rated.points == {"1": 2}


def test_reachable_counts_scored_criteria() -> None:
    """Reachable is twice the criteria scored; the missing ones are named."""
    rated = rate_unit(tt01(), unit(appraised=all_points("0", "0", "0", "0", "0", "0", "0", "0")))
    assert rated.reachable == 16
    assert rated.missing == ("9",)
    assert rated.total == 0
    assert rated.grade is not None
    assert rated.grade.id == "yeu"


def test_missing_criteria_keep_or_scale_the_limits() -> None:
    """The limits of the grades stay (default), or shrink with the reachable points."""
    seven = unit(appraised=all_points("2", "2", "2", "2", "2", "2", "0"))
    kept = rate_unit(tt01(), seven).grade
    scaled = rate_unit(tt01(missing_criteria="scale_thresholds"), seven).grade
    assert kept is not None
    assert scaled is not None
    assert (kept.id, scaled.id) == ("tot", "xuat_sac")


def test_scaled_limit_is_exact() -> None:
    """With 14 of 18 reachable the highest grade begins at 15 × 14 / 18 = 11.67."""
    rulebook = tt01(missing_criteria="scale_thresholds")
    assert grade_id(rulebook, Decimal("11.7"), Decimal(14)) == "xuat_sac"
    assert grade_id(rulebook, Decimal("11.6"), Decimal(14)) == "tot"
    assert grade_id(rulebook, Decimal(10), Decimal(12)) == "xuat_sac"
    assert grade_id(rulebook, Decimal("9.9"), Decimal(12)) == "tot"


def test_units_come_in_the_order_of_their_codes() -> None:
    """Units are sorted by code."""
    rated = rate_units(tt01(), [unit("X02"), unit("A10"), unit("X01")])
    assert [one.code for one in rated] == ["A10", "X01", "X02"]


def test_one_code_twice_is_refused() -> None:
    """A unit may occur only once in a rating."""
    refusal = refusal_of(lambda: rate_units(tt01(), [unit("X01"), unit("X02"), unit("X01")]))
    assert (refusal.code, refusal.params) == ("scoring.unit_twice", {"unit": "X01"})


@pytest.mark.parametrize(
    "given", [unit(appraised=points(c10="1")), unit(self_scores=points(c10="1"))]
)
def test_score_for_an_unknown_criterion_is_refused(given: UnitEvidence) -> None:
    """A score for a criterion the rulebook has not stops the rating."""
    refusal = refusal_of(lambda: rate_unit(tt01(), given))
    assert refusal.code == "scoring.unknown_criterion"
    assert refusal.params["criterion"] == "10"


def test_json_of_a_unit() -> None:
    """A unit is printed with all nine criteria, null where not scored, in decimal strings."""
    given = unit(
        "AL-H01",
        name="Phòng Tư pháp",
        level="huyen",
        block="phong",
        received=131,
        dossiers=120,
        responses=31,
        outcomes={"1": {"early": 50, "same_day": 68, "late": 2}},
        appraised=points(c3="2", c4="2", c7="2", c8="2"),
        facts={"publicity": "both"},
    )
    assert rate_unit(tt01(), given).as_json() == {
        "code": "AL-H01",
        "name": "Phòng Tư pháp",
        "level": "huyen",
        "block": "phong",
        "state": "scored",
        "received": 131,
        "dossiers": 120,
        "responses": 31,
        "criteria": {
            "1": {"points": "1.4", "n": 120},
            "2": None,
            "3": {"points": "2.0", "n": 0},
            "4": {"points": "2.0", "n": 0},
            "5": None,
            "6": {"points": "2.0", "n": None},
            "7": {"points": "2.0", "n": 0},
            "8": {"points": "2.0", "n": None},
            "9": None,
        },
        "scored_criteria": 6,
        "reachable": "12",
        "total": "11.4",
        "grade": "kha",
    }


def test_json_of_a_unit_without_dossiers() -> None:
    """A unit without dossiers is printed with nulls, never with zeros."""
    printed = rate_unit(tt01(), unit(received=0, dossiers=0, responses=0)).as_json()
    assert set(printed["criteria"]) == set("123456789")
    assert set(printed["criteria"].values()) == {None}
    assert (printed["total"], printed["grade"], printed["block"]) == (None, None, None)
    assert (printed["scored_criteria"], printed["reachable"]) == (0, "0")
