"""Tests of `scoring.evidence`."""

from decimal import Decimal

import pytest

from scoring.evidence import Fact, check_facts, parse_fact, parse_points
from scoring.supported import FACTS
from tests.unit.scoring.district import refusal_of, tt01, unit


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("onspot_share", "0", Decimal(0)),
        ("onspot_share", "1", Decimal(1)),
        ("onspot_share", " 0.85 ", Decimal("0.85")),
        ("onestop_share", "0,85", Decimal("0.85")),
        ("onestop_share", "85%", Decimal("0.85")),
        ("onestop_share", "12,5 %", Decimal("0.125")),
        ("onestop_share", "0.33333333333333331", Decimal("0.33333333333333331")),
        ("complaints_total", "0", Decimal(0)),
        ("complaints_total", "1250", Decimal(1250)),
        ("complaints_total", "12.0", Decimal(12)),
        ("publicity", "Both", "both"),
        ("publicity", " one ", "one"),
        ("publicity", "poor", "poor"),
    ],
)
def test_fact_is_read(name: str, text: str, expected: Fact) -> None:
    """Shares, whole numbers and the words for publicity are read as people write them."""
    assert parse_fact(name, text) == expected


def test_whole_number_keeps_no_decimals() -> None:
    """A count that a spreadsheet wrote as 12.0 is 12."""
    assert str(parse_fact("dossiers_total", "12.0")) == "12"


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("happiness", "1", "unknown_fact"),
        ("onspot_share", "1.01", "bad_share"),
        ("onspot_share", "101%", "bad_share"),
        ("onspot_share", "-0.1", "bad_share"),
        ("onspot_share", "NaN", "bad_share"),
        ("onspot_share", "", "bad_share"),
        ("onspot_share", "half", "bad_share"),
        ("onspot_share", "%", "bad_share"),
        ("complaints_total", "-1", "bad_count"),
        ("complaints_total", "1.5", "bad_count"),
        ("complaints_total", "1.000", "bad_count"),
        ("complaints_total", "1,000", "bad_count"),
        ("complaints_total", "1e3", "bad_count"),
        ("complaints_total", "Infinity", "bad_count"),
        ("complaints_total", "10%", "bad_count"),
        ("publicity", "all", "bad_publicity"),
        ("publicity", "", "bad_publicity"),
    ],
)
def test_bad_fact_is_refused(name: str, text: str, code: str) -> None:
    """A fact out of its range, or one nobody knows, is refused with its name."""
    refusal = refusal_of(lambda: parse_fact(name, text))
    assert refusal.code == f"scoring.{code}"
    assert refusal.params["fact"] == name
    if code == "unknown_fact":
        assert refusal.params["known"] == ", ".join(FACTS)
    else:
        assert refusal.params["value"] == text


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ("complaints_on_time", "complaints_total"),
        ("complaints_prolonged", "complaints_total"),
        ("online_procedures_deployed", "online_procedures_eligible"),
        ("online_dossiers", "dossiers_total"),
    ],
)
def test_part_above_its_whole_is_refused(part: str, whole: str) -> None:
    """A part may equal its whole, never exceed it; one of them alone cannot be compared."""
    check_facts({part: Decimal(3), whole: Decimal(3)})
    check_facts({part: Decimal(3)})
    check_facts({whole: Decimal(3)})
    refusal = refusal_of(lambda: check_facts({part: Decimal(4), whole: Decimal(3)}))
    assert refusal.code == "scoring.part_above_whole"
    assert refusal.params == {"part": part, "value": 4, "whole": whole, "total": 3}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0", "0"), ("2", "2"), ("1,4", "1.4"), (" 1.75 ", "1.75")],
)
def test_points_are_read(text: str, expected: str) -> None:
    """Points from 0 to the maximum are read, with point or comma."""
    assert parse_points(tt01(), "9", text) == Decimal(expected)


@pytest.mark.parametrize("text", ["2.1", "-1", "", "two", "NaN", "1/2"])
def test_bad_points_are_refused(text: str) -> None:
    """Points below 0, above the maximum or not a number are refused."""
    refusal = refusal_of(lambda: parse_points(tt01(), "1", text))
    assert refusal.code == "scoring.bad_points"
    assert refusal.params == {"criterion": "1", "value": text, "max": "2"}


def test_points_for_an_unknown_criterion_are_refused() -> None:
    """A score for a criterion the rulebook has not is refused with those it has."""
    refusal = refusal_of(lambda: parse_points(tt01(), "10", "1"))
    assert refusal.code == "scoring.unknown_criterion"
    assert refusal.params == {
        "rulebook": "tt01-2018",
        "criterion": "10",
        "known": "1, 2, 3, 4, 5, 6, 7, 8, 9",
    }


def test_number_of_an_unknown_fact_is_none() -> None:
    """A fact that was not reported is None, never 0."""
    given = unit(facts={"complaints_total": Decimal(0)})
    assert given.number("complaints_total") == 0
    assert given.number("complaints_on_time") is None
