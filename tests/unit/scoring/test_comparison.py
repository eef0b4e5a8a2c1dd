"""Tests of `scoring.comparison`."""

from decimal import Decimal

from scoring.comparison import Change, compare
from scoring.rating import rate
from scoring.rulebook import find_rulebook
from tests.unit.scoring.district import all_points, points, tt01, unit


def test_change_needs_both_figures() -> None:
    """A figure known only once has not risen or fallen."""
    assert Change(now=Decimal(2), before=Decimal("1.5")).difference == Decimal("0.5")
    assert Change(now=Decimal(2), before=None).difference is None
    assert Change(now=None, before=Decimal(2)).difference is None


def test_units_are_matched_by_code() -> None:
    """Units of both ratings are matched by code; who is in one only has no difference."""
    now = rate(tt01(), [unit("A", appraised=all_points(*["2"] * 5)), unit("C")])
    before = rate(tt01(), [unit("A", appraised=all_points(*["1"] * 5)), unit("B")])
    made = compare(now, before)
    assert [one.code for one in made.units] == ["A", "B", "C"]
    first, second, third = made.units
    assert first.total == Change(now=Decimal("10.0"), before=Decimal("5.0"))
    assert first.criteria["1"].difference == 1
    assert first.now is now.units[0]
    assert first.before is before.units[0]
    assert (second.now, third.before) == (None, None)
    assert second.total == Change(now=None, before=None)
    assert third.total.difference is None


def test_criteria_known_once_are_shown() -> None:
    """A criterion scored in one of the periods only is listed without a difference."""
    now = rate(tt01(), [unit("A", appraised=points(c2="1"))])
    before = rate(tt01(), [unit("A", appraised=points(c1="2"))])
    criteria = compare(now, before).units[0].criteria
    assert criteria == {
        "1": Change(now=None, before=Decimal("2.0")),
        "2": Change(now=Decimal("1.0"), before=None),
    }


def test_whole_and_blocks_are_compared() -> None:
    """Criterion means, aggregates and block means are set side by side."""
    now = rate(tt01(), [unit("A", block="xa", appraised=all_points(*["2"] * 5))])
    before = rate(tt01(), [unit("A", block="phong", appraised=all_points(*["1"] * 5))])
    made = compare(now, before)
    assert made.same_rules
    assert made.criteria["1"].difference == 1
    assert made.criteria["9"] == Change(now=None, before=None)
    assert made.aggregates["unit_mean"] == Change(now=Decimal(10), before=Decimal(5))
    assert made.blocks["xa"] == Change(now=Decimal(10), before=None)
    assert made.blocks["phong"] == Change(now=None, before=Decimal(5))


def test_other_rules_are_said() -> None:
    """Ratings by two rulebooks are compared, and it is said that the rules differ."""
    one = rate(tt01(), [unit("A")])
    other = rate(find_rulebook("dam-rong-2020"), [unit("A")])
    assert not compare(one, other).same_rules
