"""nd118-2025: contents and criteria of the decree as shares, against fractions of our own."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.evidence import UnitEvidence
from scoring.explain import explain_criterion, explain_unit
from scoring.metric import MetricRule
from scoring.rating import rate
from scoring.rulebook import find_rulebook, with_choices
from scoring.unit_rating import State, rate_unit
from tests.unit.scoring.district import unit

BOOK = find_rulebook("nd118-2025")
CONTENTS = ("a", "b", "c", "d", "dd", "e", "e_legality", "g", "h", "i")
"""Nine contents; point e has a share of its costs and one of the legality of the result."""
AUTHORITY = ("cong_khai", "tien_do", "so_hoa", "truc_tuyen", "hai_long")
OUTCOMES = {
    "1": {"early": 6, "same_day": 2, "late": 2, "no_due_date": 3},
    "3": {"none": 7, "once": 1, "many": 2, "missing": 3},
    "4": {"none": 5, "one_stop": 1, "many": 2},
    "6": {"both": 3, "one": 1},
    "7": {"early": 8, "complaint": 2},
}
ANSWERS = {
    "legality": {"lawful": 9, "unlawful": 1, "unknown": 4},
    "extra_cost": {"no": 19, "yes": 1, "decline": 5},
    "complaint": {"none": 40, "answered_on_time": 1, "answered_late": 1, "unanswered": 2},
    "filing": {"in_person": 30, "online_self": 3, "online_assisted": 9},
    "satisfaction": {"very": 10, "satisfied": 20, "unsatisfied": 10},
}
SHARES = {
    "a": "80.00",
    "b": "75.00",
    "c": "80.00",
    "d": "75.00",
    "dd": "80.00",
    "e": "95.00",
    "e_legality": "90.00",
    "g": "25.00",
    "h": "25.00",
    "i": "75.00",
    "tien_do": "80.00",
    "truc_tuyen": "40.00",
    "hai_long": "75.00",
}


def full(code: str = "X01", **more: object) -> UnitEvidence:
    """A commune with evidence for everything that is not a fact."""
    known: dict[str, object] = {"received": 20, "received_online": 8, "dossiers": 100}
    known |= {"responses": 50, "outcomes": OUTCOMES, "answers": ANSWERS}
    return unit(code, **{**known, **more})


def test_the_nine_contents_and_the_five_criteria() -> None:
    """Điều 33 khoản 1 and Điều 32 khoản 1, in their order; shares, nothing else."""
    assert tuple(BOOK.criteria) == (*CONTENTS, *AUTHORITY)
    rules = {criterion.metric and criterion.metric.rule for criterion in BOOK.criteria.values()}
    assert rules == {MetricRule.SHARE}
    assert not BOOK.has_total
    assert not BOOK.grade_bands
    assert not BOOK.full_marks
    assert BOOK.valid_on(date(2025, 7, 1))
    assert not BOOK.basis_ended(date(2040, 1, 1))
    assert BOOK.compiled_by is not None


def test_every_share_has_its_denominator() -> None:
    """Without points, a total or a grade; what is not known is null."""
    found = rate_unit(BOOK, full()).as_json()
    scores = {number: score for number, score in found["criteria"].items() if score}
    assert {number: score["share"] for number, score in scores.items()} == SHARES
    assert {score["points"] for score in scores.values()} == {None}
    assert found["criteria"]["so_hoa"] is None
    assert (scores["e"]["numerator"], scores["e"]["denominator"], scores["e"]["n"]) == (
        "19",
        "20",
        20,
    )
    assert (found["total"], found["grade"], found["state"]) == (None, None, "scored")
    assert (found["scored_criteria"], found["reachable"]) == (13, "0")


def test_what_citizens_answered_has_an_interval() -> None:
    """And what the system counts has none."""
    scores = rate_unit(BOOK, full()).as_json()["criteria"]
    with_interval = {number for number, score in scores.items() if score and score["low"]}
    assert with_interval == {"b", "c", "d", "dd", "e", "e_legality", "g", "h", "i", "hai_long"}
    low, high = Decimal(scores["i"]["low"]), Decimal(scores["i"]["high"])
    assert low < 75 < high


def test_an_imported_figure_counts_before_our_rows() -> None:
    """The office's own share for a), c) of Điều 32 and for progress; our rows without it."""
    facts = {"on_time_share": Decimal("0.9"), "digitised_share": Decimal("0.333")}
    facts |= {"online_dossiers": Decimal(3), "dossiers_total": Decimal(4)}
    scores = rate_unit(BOOK, full(facts=facts)).as_json()["criteria"]
    assert scores["tien_do"]["share"] == "90.00"
    assert scores["so_hoa"]["share"] == "33.30"
    assert scores["truc_tuyen"]["share"] == "75.00"


@pytest.mark.parametrize(
    ("given_evidence", "state"),
    [
        ({}, State.SCORED),
        ({"received": 0, "dossiers": 0}, State.NO_DOSSIERS),
        ({"responses": 0}, State.NOT_SCORED),
        ({"outcomes": {}, "answers": {}, "received": 0}, State.INSUFFICIENT),
    ],
)
def test_the_four_states(given_evidence: dict[str, object], state: State) -> None:
    """As for every rulebook; only the scored are in the means."""
    rating = rate(BOOK, [full(), full("X02", **given_evidence)])
    assert rating.units[1].state is state
    assert rating.overall.shares["i"].denominator == (80 if state is State.SCORED else 40)


def test_units_are_ranked_and_the_whole_is_pooled() -> None:
    """The province's share counts dossiers and answers, not units; there is no mean of totals."""
    small = full("X02", answers={"satisfaction": {"very": 1}})
    rating = rate(BOOK, [full(), small])
    ranks = [one.as_json()["criteria"]["i"]["rank"] for one in rating.units]
    assert ranks == [2, 1]
    whole = rating.overall.as_json()
    assert whole["shares"]["i"]["share"] == "75.61"  # 31 of 41
    assert whole["criteria"]["i"] == "87.50"
    assert {whole[name] for name in rating.overall.aggregates} == {None}
    assert "means_differ" not in {warning.code for warning in rating.warnings}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_it_is_explained(language: str) -> None:
    """The state of the unit; each share with its counts and its article."""
    rated = rate_unit(BOOK, full())
    explained = explain_unit(BOOK, rated, language)
    assert len(explained.because) == len(CONTENTS) + len(AUTHORITY)
    lines = explain_criterion(BOOK, "e", rated.scores["e"], language)
    assert "Điều 33 khoản 1 điểm e" in lines.sentence
    assert any("19 / 20" in line for line in lines.because)


@pytest.mark.parametrize(
    ("choice", "share"), [("none", "75.00"), ("four_and_five", "76.00"), ("five_only", "72.00")]
)
def test_what_stars_mean_is_a_policy(choice: str, share: str) -> None:
    """By itself nothing: they are evidence in the tally only. Chosen, each counts as one answer
    about satisfaction."""
    stars = {"1": 1, "3": 1, "4": 2, "5": 6}
    unit = full(answers=ANSWERS | {"stars": stars})
    assert str(BOOK.policies.stars) == "none"
    rated = rate_unit(with_choices(BOOK, {"stars": choice}), unit).as_json()["criteria"]
    assert [rated[number]["share"] for number in ("i", "hai_long")] == [share, share]
    assert rated["c"]["share"] == SHARES["c"]


COUNTS = st.integers(min_value=0, max_value=400)


@given(very=COUNTS, satisfied=COUNTS, unsatisfied=COUNTS, late=COUNTS, early=COUNTS)
def test_shares_against_fractions(
    very: int, satisfied: int, unsatisfied: int, late: int, early: int
) -> None:
    """Whatever the counts: the share is the fraction, rounded half up to two decimals."""
    answers = {"satisfaction": {"very": very, "satisfied": satisfied, "unsatisfied": unsatisfied}}
    outcomes = {"1": {"early": early, "late": late}}
    scores = rate_unit(BOOK, full(answers=answers, outcomes=outcomes)).as_json()["criteria"]
    for number, top, whole in (
        ("i", very + satisfied, very + satisfied + unsatisfied),
        ("a", early, early + late),
    ):
        if not whole:
            assert scores[number] is None
            continue
        hundredths = (Fraction(top, whole) * 10000 * 2 + 1) // 2
        assert Decimal(scores[number]["share"]) == Decimal(int(hundredths)).scaleb(-2)
