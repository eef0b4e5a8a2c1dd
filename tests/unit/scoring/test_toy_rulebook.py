"""Law is data: a rulebook nobody knew is loaded, rated and explained without code."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from scoring.explain import explain_criterion, explain_unit
from scoring.measured_words import rule_words
from scoring.rating import rate
from scoring.rulebook import load_rulebook, with_choices
from scoring.unit_rating import State, rate_unit
from tests.unit.scoring.district import refusal_of, unit

FILE = Path(__file__).parent / "rulebooks" / "toy-2020.yaml"
TOY = load_rulebook(FILE)
Edited = Callable[[str, str], Path]
FACTS = {
    "seats": Decimal(10),
    "seats_broken": Decimal(6),
    "tidy_share": Decimal("0.5"),
    "jury": Decimal("7.5"),
}
KIND = {"kind": {"yes": 9, "no": 1}}


@pytest.fixture
def edited(tmp_path: Path) -> Edited:
    """A copy of the toy with one text replaced."""

    def edit(old: str, new: str) -> Path:
        text = FILE.read_text("utf-8")
        assert old in text
        path = tmp_path / "toy.yaml"
        path.write_text(text.replace(old, new, 1), "utf-8")
        return path

    return edit


def points(**given: Any) -> dict[str, str]:  # noqa: ANN401 - any field
    """The points by criterion of a unit, as texts."""
    rated = rate_unit(TOY, unit(**{"answers": KIND, "facts": FACTS, **given}))
    return {number: str(value) for number, value in rated.points.items()}


def test_every_rule_gives_its_points() -> None:
    """4 of 10 seats at 80 %: half of 10; the middle band; the jury's own; 9 of 10 answers."""
    assert points() == {"waiting": "5.00", "tidy": "2.50", "jury": "7.50", "kind": "9.00"}


@pytest.mark.parametrize(
    ("broken", "expected"), [(0, "10.00"), (2, "10.00"), (3, "8.75"), (9, "1.25"), (10, "0.00")]
)
def test_in_proportion_up_to_the_share_that_gives_all(broken: int, expected: str) -> None:
    """From `full_at` on there is nothing more to have."""
    facts = {**FACTS, "seats_broken": Decimal(broken)}
    assert points(facts=facts)["waiting"] == expected


@pytest.mark.parametrize(
    ("share", "expected"),
    [("1", "5.00"), ("0.9", "5.00"), ("0.899", "2.50"), ("0.5", "2.50"), ("0.499", "0.00")],
)
def test_a_band_begins_at_its_share(share: str, expected: str) -> None:
    """And ends under the next."""
    assert points(facts={**FACTS, "tidy_share": Decimal(share)})["tidy"] == expected


def test_an_empty_denominator_is_worth_what_the_rulebook_says() -> None:
    """Without seats all 10 points; without answers no evidence, which is never 0."""
    found = points(facts={**FACTS, "seats": Decimal(0), "seats_broken": Decimal(0)}, answers={})
    assert found["waiting"] == "10.00"
    assert "kind" not in found


def test_a_unit_has_groups_a_total_of_what_it_could_reach_and_no_grade() -> None:
    """The jury did not speak: its 12 points are neither given nor reachable."""
    facts = {name: value for name, value in FACTS.items() if name != "jury"}
    rated = rate_unit(TOY, unit(facts=facts, answers=KIND))
    assert (str(rated.total), str(rated.reachable)) == ("16.50", "25")
    assert rated.grade is None
    assert rated.missing == ("jury",)
    assert rated.as_json()["groups"] == {
        "room": {"points": "7.50", "reachable": "15", "max": "15"},
        "people": {"points": "9.00", "reachable": "10", "max": "22"},
    }
    assert "16.50 points of at most 25 (4 of 5 criteria known)" in (
        explain_unit(TOY, rated, "en").sentence
    )


def test_a_share_is_ranked_and_has_no_points() -> None:
    """Equal shares share a rank; the interval belongs to shares of answers only."""
    early = {"X01": 5, "X02": 5, "X03": 1, "X04": 10}
    units = [
        unit(code, outcomes={"1": {"early": count}}, answers=KIND) for code, count in early.items()
    ]
    rating = rate(TOY, units)
    scores = {one.code: one.as_json()["criteria"] for one in rating.units}
    assert {code: score["early"]["rank"] for code, score in scores.items()} == {
        "X01": 2,
        "X02": 2,
        "X03": 4,
        "X04": 1,
    }
    assert scores["X01"]["early"] == {
        "points": None,
        "n": 10,
        "share": "50.0",
        "numerator": "5",
        "denominator": "10",
        "low": None,
        "high": None,
        "beside": None,
        "rank": 2,
    }
    assert scores["X01"]["kind"]["low"] == "90.00"  # all ten were heard
    assert scores["X01"]["kind"]["beside"] == "50.00"
    whole = rating.overall.as_json()
    assert whole["shares"]["early"]["share"] == "52.50"
    assert whole["criteria"]["early"] == "52.50"
    assert rating.blocks == {}
    assert rating.overall.unit_mean == 9


def test_imported_facts_rate_a_unit_without_dossiers() -> None:
    """As the rulebook says; without facts it has no dossiers, as ever."""
    empty: dict[str, Any] = {"received": 0, "dossiers": 0, "responses": 0}
    assert rate_unit(TOY, unit(facts=FACTS, **empty)).state is State.SCORED
    assert rate_unit(TOY, unit(**empty)).state is State.NO_DOSSIERS
    strict = with_choices(TOY, {"minimum_criteria": "4"})
    found = rate_unit(strict, unit(facts={"jury": Decimal(1)}, **empty))
    assert (found.state, found.total) == (State.INSUFFICIENT, None)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_criterion_is_explained(language: str) -> None:
    """The counts, the division, the rule and the comparison, in both languages."""
    outcomes = {"1": {"early": 8}}
    rated = rate_unit(TOY, unit(facts=FACTS, answers=KIND, outcomes=outcomes, dossiers=16))
    lines = {
        number: [explained.sentence, *explained.because]
        for number, score in rated.scores.items()
        if (explained := explain_criterion(TOY, number, score, language))
    }
    assert any("40%" in line and "4 / 10" in line for line in lines["waiting"])
    assert any("80%" in line for line in lines["waiting"])
    assert any("-40" in line for line in lines["kind"])
    assert any("95%" in line for line in lines["kind"])
    assert "50" in lines["early"][0]
    assert all(list(rule_words(TOY, number, language)) for number in TOY.criteria)


BROKEN = [
    ("max: 15,", "max: 14,", "group_sum", "15 ≠ 14"),
    ("max: 15,", "max: 16,", "group_sum", "15 ≠ 16"),
    ("criteria: [waiting, tidy]}", "criteria: [waiting, tidy, kind]}", "group_sum", "25 ≠ 15"),
    ("max: 22, criteria: [jury, kind, early]", "max: 12, criteria: [jury, early]", "group_criteria",
     "kind"),
    ("kind, early]", "kind, early, luck]", "group_criteria", "luck"),
    ("max_total: 37", "max_total: 36", "total_sum", "37 ≠ 36"),
    ("    max: 12\n", "", "max_missing", "jury"),
    ("empty: 10,", "empty: 10.01,", "points_above_max", "waiting"),
    ("points: 5}, {share: 0.5", "points: 5.5}, {share: 0.5", "points_above_max", "tidy"),
    ("[answers.kind.yes]", "[answers.kind]", "metric_term", "answers.kind"),
    ("[outcomes.1.early]", "[outcomes.1.erly]", "metric_term", "outcomes.1.erly"),
    ("minus: [seats_broken]", "minus: [seats_lost]", "metric_term", "seats_lost"),
    ("{value: tidy_share}", "{value: jury}", "metric_term", "jury"),
    ("part_of: seats}", "part_of: chairs}", "fact_unknown", "chairs"),
    ("  jury: {kind: points,", "  late: {kind: points,", "fact_known", "late"),
    ("  waiting:\n", "  Waiting:\n", "metric_criterion", "Waiting"),
    ("[{value: jury}]", "[{numerator: [seats]}]", "metric_ratio", ""),
    ("{share: 0, points: 0}", "{share: 0.1, points: 0}", "bands_order", ""),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code", "detail"), BROKEN)
def test_a_rulebook_that_does_not_add_up_is_refused(
    old: str, new: str, code: str, detail: str, edited: Edited
) -> None:
    """With the file, and a line inside it that names the key."""
    path = edited(old, new)
    refusal = refusal_of(lambda: load_rulebook(path))
    assert refusal.code == f"rulebooks.{code}"
    assert detail in str(refusal.params["detail"])
    assert refusal.params["file"] == str(path)


def test_a_criterion_without_points_may_be_in_no_group(edited: Edited) -> None:
    """It adds nothing to any."""
    book = load_rulebook(edited("kind, early]", "kind]"))
    assert book.max_of("early") is None
    assert "early" not in book.groups["people"].criteria


def test_a_group_is_refused_at_its_own_line(edited: Edited) -> None:
    """Where its max stands."""
    path = edited("max: 15,", "max: 14,")
    refusal = refusal_of(lambda: load_rulebook(path))
    lines = path.read_text("utf-8").splitlines()
    assert "room:" in lines[int(str(refusal.params["line"])) - 1]
