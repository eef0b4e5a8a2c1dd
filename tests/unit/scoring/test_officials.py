"""Tests of `scoring.officials`."""

from decimal import Decimal

import pytest

from scoring.law import Rulebook
from scoring.officials import rate_official
from scoring.rulebook import with_choices
from tests.unit.scoring.district import tt01


def test_five_criteria_of_ten_points() -> None:
    """An official is rated on criteria 1, 2, 3, 4 and 7, each rounded before the sum."""
    outcomes = {
        "1": {"early": 1, "same_day": 3},
        "2": {"early": 1, "same_day": 3},
        "3": {"none": 1},
        "4": {"none": 1},
        "6": {"both": 1},
        "7": {"early": 1},
    }
    rated = rate_official(tt01(), "CB01", outcomes)
    assert rated.official == "CB01"
    assert list(rated.findings) == ["1", "2", "3", "4", "7"]
    assert str(rated.total) == "8.6"
    assert rated.reachable == 10
    assert rated.findings["1"].n == 4


@pytest.mark.parametrize(
    ("once", "band"),
    [(2, "full"), (1, "most"), (0, "part")],
)
def test_completion_bands(once: int, band: str) -> None:
    """5 of 10 is 100 % of the duties, 3,5 is 70 % to under 100 %, less is under 70 %."""
    middling = {"1": {"same_day": 1}, "2": {"same_day": 1}, "7": {"same_day": 1}}
    contacts = {"3": {"once": 1}} if once > 0 else {"3": {"many": 1}}
    agencies = {"4": {"one_stop": 1}} if once > 1 else {"4": {"many": 1}}
    rated = rate_official(tt01(), "CB01", {**middling, **contacts, **agencies})
    assert rated.total == 3 + once
    assert rated.band is not None
    assert rated.band.id == band


@pytest.mark.parametrize(("late", "band"), [(1, "most"), (3, "part")])
def test_limit_of_seventy_percent(late: int, band: str) -> None:
    """3,5 itself belongs to the middle band."""
    outcomes = {
        "1": {"same_day": 1, "late": late},
        "2": {"same_day": 1},
        "3": {"once": 1},
        "7": {"same_day": 1},
    }
    rated = rate_official(tt01(), "CB01", outcomes)
    assert rated.band is not None
    assert rated.band.id == band


def test_nothing_known_of_an_official() -> None:
    """An official without evidence has neither total nor band, which is not 0."""
    rated = rate_official(tt01(), "CB01", {"1": {"no_due_date": 3}})
    assert (rated.total, rated.band) == (None, None)
    assert rated.reachable == 0


def test_criterion_without_evidence_is_left_out() -> None:
    """A missing criterion lowers what can be reached and is not counted as 0."""
    rated = rate_official(tt01(), "CB01", {"1": {"early": 1}, "2": {"early": 1}})
    assert rated.total == 4
    assert rated.reachable == 4
    assert rated.dossiers == 1


@pytest.mark.parametrize(("minimum", "band"), [("2", "most"), ("3", None), ("5", None)])
def test_a_band_needs_a_minimum_of_evidence(minimum: str, band: str | None) -> None:
    """Two criteria of full marks are 4 of 4: missing evidence is not work left undone."""
    rulebook = with_choices(tt01(), {"officials_minimum": minimum})
    rated = rate_official(rulebook, "CB01", {"1": {"early": 7}, "2": {"early": 2}})
    assert (rated.total, rated.reachable, rated.dossiers) == (Decimal(4), Decimal(4), 7)
    assert (rated.band and rated.band.id) == band


def test_a_rulebook_may_ask_no_minimum() -> None:
    """As rulebooks did before the policy had a name."""
    older = tt01().model_dump()
    older["policies"].pop("officials_minimum")
    rulebook = Rulebook.model_validate(older, context={"levels": older["levels"]})
    rated = rate_official(rulebook, "CB01", {"1": {"early": 1}})
    assert rated.band is not None
    assert "officials_minimum" not in dict(rulebook.policies.named())
