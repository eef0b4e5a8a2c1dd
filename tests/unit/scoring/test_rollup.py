"""Tests of `scoring.rollup`: the facts of a year from those of its quarters."""

from decimal import Decimal

import pytest

from scoring.aggregates import overall
from scoring.evidence import Fact
from scoring.rating import rate
from scoring.rollup import roll_up
from scoring.rulebook import find_rulebook
from scoring.supported import FACTS, FactRule
from scoring.unit_rating import rate_units
from scoring.warning import warnings_of
from tests.unit.scoring.district import tt01, unit

QUARTERS = ("2021-Q1", "2021-Q2", "2021-Q3", "2021-Q4")


def quarters(*values: Fact | None) -> dict[str, dict[str, Fact]]:
    """A fact in the quarters of a year; None: nobody gave it."""
    pairs = zip(QUARTERS, values, strict=True)
    return {quarter: {} if v is None else {"dossiers_total": v} for quarter, v in pairs}


FULL = quarters(Decimal(3), Decimal(0), Decimal(4), Decimal(1))
GAP = quarters(Decimal(3), None, Decimal(4), None)


@pytest.mark.parametrize(
    ("rule", "parts", "value", "lacking"),
    [
        (FactRule.SUM, FULL, Decimal(8), None),
        (FactRule.MEAN, FULL, Decimal(2), None),
        (FactRule.LAST, FULL, Decimal(1), None),
        (FactRule.GIVEN, FULL, None, ()),
        (FactRule.SUM, GAP, None, ("2021-Q2", "2021-Q4")),
        (FactRule.MEAN, GAP, None, ("2021-Q2", "2021-Q4")),
        (FactRule.LAST, GAP, None, ("2021-Q4",)),
        (FactRule.GIVEN, GAP, None, ()),
        (FactRule.SUM, quarters(None, None, None, None), None, None),
    ],
)
def test_each_rule(
    rule: FactRule,
    parts: dict[str, dict[str, Fact]],
    value: Decimal | None,
    lacking: tuple[str, ...] | None,
) -> None:
    """What is missing in a quarter is named and never taken for 0."""
    found, missing = roll_up({"dossiers_total": rule}, {}, parts)
    assert found.get("dossiers_total") == value
    assert missing.get("dossiers_total") == lacking


def test_a_fact_given_for_the_year_counts_before_its_quarters() -> None:
    """Even where the quarters are incomplete."""
    own: dict[str, Fact] = {"dossiers_total": Decimal(9)}
    assert roll_up({"dossiers_total": FactRule.SUM}, own, GAP) == (own, {})


def test_a_fact_without_a_rule_must_be_given() -> None:
    """A rulebook that says nothing puts nothing together."""
    assert roll_up({}, {}, FULL) == ({}, {"dossiers_total": ()})


def test_tt01_has_a_rule_for_every_fact() -> None:
    """Words are never added up."""
    assert set(tt01().facts_of_parts) == set(FACTS)
    assert tt01().facts_of_parts["publicity"] is FactRule.LAST


def test_what_is_lacking_is_told_with_units_and_quarters() -> None:
    """One warning for the units that lack the same fact in the same quarters."""
    gap = ("2021-Q2", "2021-Q4")
    given = [
        unit(code, lacking={"dossiers_total": gap, "complaints_total": ()}) for code in ("A", "B")
    ]
    rated = rate_units(tt01(), given)
    found = [w for w in warnings_of(tt01(), rated, overall(tt01(), rated)) if "fact" in w.code]
    assert [warning.code for warning in found] == ["fact_lacking_in_parts", "fact_not_given"]
    told = found[0].message("en")
    assert all(words in told for words in ("2021-Q2, 2021-Q4", "2 units", "missing is not 0"))
    assert "dossiers_total" not in told
    assert "2 đơn vị" in found[1].message("vi")


def test_facts_that_the_same_units_lack_are_one_warning() -> None:
    """A rulebook of many metrics is not told fact by fact, nor criterion by criterion."""
    given = [unit("A", lacking={"dossiers_total": (), "complaints_total": ()})]
    rated = rate_units(tt01(), given)
    [found] = [w for w in warnings_of(tt01(), rated, overall(tt01(), rated)) if "fact" in w.code]
    assert "dossiers" in found.message("en")
    assert "complaints" in found.message("en")
    book = find_rulebook("nd118-2025")
    told = rate(book, [unit("A", received=1, dossiers=1, responses=1)]).warnings
    assert [w.code for w in told if "nobody" in w.code] == ["criteria_scored_by_nobody"]
