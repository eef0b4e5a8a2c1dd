"""Tests of `scoring.aggregates`."""

from decimal import Decimal

import pytest

from scoring.aggregates import grade_of_mean, group, groups, overall
from scoring.evidence import UnitEvidence
from scoring.supported import Printed
from scoring.unit_rating import UnitRating, rate_units
from tests.unit.scoring.district import all_points, points, tt01, unit

NINE = ["2"] * 9


def rated(*units: UnitEvidence) -> tuple[UnitRating, ...]:
    return rate_units(tt01(), units)


def scored(code: str, *values: str, dossiers: int = 10) -> UnitEvidence:
    return unit(code, appraised=all_points(*values), dossiers=dossiers)


def test_group_counts_and_shares() -> None:
    """Grades are counted over scored units; shares are given of all and of the scored."""
    tot = all_points("2", "2", "2", "2", "2", "2")
    units = [unit(f"X{n}", appraised=tot) for n in range(2)]
    units += [unit("X2", appraised=all_points(*NINE)), unit("X3", received=0, dossiers=0)]
    made = group(tt01(), rated(*units))
    assert (made.units, made.scored) == (4, 3)
    assert made.grades == {"xuat_sac": 1, "tot": 2, "kha": 0, "trung_binh": 0, "yeu": 0}
    assert made.as_json()["shares_of_all"] == {"xuat_sac": "25", "tot": "50"}
    assert made.as_json()["shares_of_scored"] == {"xuat_sac": "33", "tot": "67"}
    assert made.as_json()["mean"] == "14.00"


def test_mean_is_rounded_half_up() -> None:
    """The mean of the totals has two decimals, half up, over the scored units only."""
    units = [scored("A", *["2"] * 6), scored("B", *["2"] * 5, "1.9")]
    units += [scored(code, *["2"] * 6) for code in "CDEFGH"]
    assert group(tt01(), rated(*units, unit("Z"))).mean == Decimal("11.99")


def test_group_without_scored_units_has_no_mean() -> None:
    """Where nobody is scored there is no mean and no share, and every grade counts 0."""
    made = group(tt01(), rated(unit("A"), unit("B", received=0, dossiers=0)))
    assert made.as_json() == {
        "units": 2,
        "scored": 0,
        "mean": None,
        "grades": {"xuat_sac": 0, "tot": 0, "kha": 0, "trung_binh": 0, "yeu": 0},
        "shares_of_all": {},
        "shares_of_scored": {},
    }


def test_groups_are_sorted_and_leave_out_the_ungrouped() -> None:
    """Blocks come in the order of their texts; a unit without a block is in none."""
    units = rated(unit("A", block="xa"), unit("B", block="phong"), unit("C"), unit("D", block=""))
    made = groups(tt01(), units, lambda one: one.evidence.block)
    assert list(made) == ["phong", "xa"]
    assert [one.units for one in made.values()] == [1, 1]


def test_criterion_mean_goes_over_those_who_have_it() -> None:
    """A criterion's mean leaves out units that lack it and units that are not scored."""
    units = rated(
        scored("A", *NINE),
        scored("B", *["1"] * 6),
        unit("C", appraised=points(c1="0")),
    )
    whole = overall(tt01(), units)
    assert whole.criteria["1"] == Decimal("1.50")
    assert whole.criteria["9"] == Decimal("2.00")


def test_three_aggregates() -> None:
    """Sum of rounded criterion means, mean of totals, and mean weighted by dossiers returned."""
    units = rated(scored("A", *NINE, dossiers=30), scored("B", *["1"] * 6, dossiers=10))
    whole = overall(tt01(), units)
    assert whole.as_json() == {
        "criteria": {**dict.fromkeys("123456", "1.50"), **dict.fromkeys("789", "2.00")},
        "sum_of_criterion_means": "15.00",
        "unit_mean": "12.00",
        "dossier_weighted_mean": "15.00",
        "printed": "sum_of_criterion_means",
    }


def test_sum_adds_rounded_means() -> None:
    """The sum adds the means as they are printed, not as they were before rounding."""
    units = rated(*[scored(c, *["0.1"] * 5) for c in "AB"], scored("C", *["0"] * 5))
    whole = overall(tt01(), units)
    assert whole.criteria["1"] == Decimal("0.07")
    assert whole.sum_of_criterion_means == Decimal("0.35")
    assert whole.unit_mean == Decimal("0.33")


def test_nobody_scored_gives_no_aggregate() -> None:
    """Without a scored unit every mean is null, and all nine criteria are named."""
    whole = overall(tt01(), rated(unit("A")))
    assert whole.criteria == dict.fromkeys("123456789")
    assert set(whole.aggregates.values()) == {None}


def test_scored_units_without_returned_dossiers_have_no_weights() -> None:
    """Where no scored unit returned a dossier there is no weighted mean."""
    whole = overall(tt01(), rated(scored("A", *NINE, dossiers=0)))
    assert whole.dossier_weighted_mean is None
    assert whole.unit_mean == 18


def test_weights_are_those_of_scored_units() -> None:
    """Dossiers of units that are not scored carry no weight."""
    units = rated(scored("A", *NINE, dossiers=1), unit("B", dossiers=1000))
    assert overall(tt01(), units).dossier_weighted_mean == 18


def test_printed_is_a_policy() -> None:
    """Which aggregate leads is the rulebook's choice."""
    whole = overall(tt01(printed="unit_mean"), rated(unit("A")))
    assert whole.printed is Printed.UNIT_MEAN


@pytest.mark.parametrize(
    ("mean", "grade"),
    [("14.98", "tot"), ("14.36", "tot"), ("14.64", "tot"), ("15.00", "xuat_sac"), ("5.99", "yeu")],
)
def test_a_mean_earns_a_grade(mean: str, grade: str) -> None:
    """Đam Rông printed "Tốt" for both blocks and for the district of 2020."""
    found = grade_of_mean(tt01(), Decimal(mean))
    assert found is not None
    assert found.id == grade


def test_no_mean_earns_no_grade() -> None:
    """A block without scored units has none, not the worst."""
    assert grade_of_mean(tt01(), None) is None
