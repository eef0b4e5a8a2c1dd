"""Tests of `scoring.lists`."""

from decimal import Decimal

from scoring.lists import (
    scored_by_nobody,
    weak_criteria,
    with_overdue,
    without_online_intake,
)
from scoring.rating import rate
from tests.unit.scoring.district import all_points, tt01, unit


def test_weak_criteria_are_those_below_the_limit() -> None:
    """Means under the limit are listed, the weakest first; the limit itself is not weak."""
    units = [unit(appraised=all_points("1.3", "1.2", "1", "1.2", "2"))]
    overall = rate(tt01(), units).overall
    assert weak_criteria(overall) == {"3": 1, "2": Decimal("1.2"), "4": Decimal("1.2")}
    assert list(weak_criteria(overall)) == ["3", "2", "4"]
    assert list(weak_criteria(rate(tt01(weak_below="1.5"), units).overall)) == ["3", "2", "4", "1"]
    assert weak_criteria(rate(tt01(weak_below="1.0"), units).overall) == {}


def test_scored_by_nobody() -> None:
    """Criteria without a mean are listed; a mean of 0 is a mean."""
    overall = rate(tt01(), [unit(appraised=all_points(*["0"] * 7))]).overall
    assert scored_by_nobody(overall) == ("8", "9")


def test_units_that_stand_out() -> None:
    """Overdue dossiers and no online intake each name their units."""
    units = rate(
        tt01(),
        [
            unit("A", late=1, received_online=1),
            unit("B", received_online=0),
            unit("C", received=0, dossiers=1, responses=0),
            unit("D", received=1, received_online=1),
            unit("E", received=1, received_online=0),
        ],
    ).units
    assert [one.code for one in with_overdue(units)] == ["A"]
    assert [one.code for one in without_online_intake(units)] == ["B", "E"]
