"""Ratings that districts printed, reproduced from rows or refuted.

The figures are those of the reports; the rows are in `golden/`, with their sources.
"""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.lists import (
    scored_by_nobody,
    weak_criteria,
    with_overdue,
    without_online_intake,
)
from scoring.rating import Rating, rate
from scoring.rulebook import find_rulebook
from scoring.unit_rating import State
from tests.unit.scoring.district import all_points, tt01, unit
from tests.unit.scoring.golden import golden

DAM_RONG = find_rulebook("dam-rong-2020")
PRINTED = ("1.39", "1.25", "2", "2", "2", "1", "2", "2", "1")


def dam_rong() -> Rating:
    return rate(DAM_RONG, golden("dam_rong_2020"))


def states(rating: Rating, level: str) -> dict[str, int]:
    """Grade or state → number of units of a level."""
    found: dict[str, int] = {}
    for one in rating.units:
        if one.evidence.level == level:
            key = one.grade.id if one.grade else one.state.value
            found[key] = found.get(key, 0) + 1
    return found


def test_dam_rong_blocks() -> None:
    """Đam Rông: 13 phòng, 14,98, 6 xuất sắc (46 %), 7 tốt (54 %); 8 xã, 14,36, 8 tốt (100 %)."""
    blocks = {name: group.as_json() for name, group in dam_rong().blocks.items()}
    none = {"kha": 0, "trung_binh": 0, "yeu": 0}
    assert blocks["phong"] == {
        "units": 13,
        "scored": 13,
        "mean": "14.98",
        "grades": {"xuat_sac": 6, "tot": 7, **none},
        "shares_of_all": {"xuat_sac": "46", "tot": "54"},
        "shares_of_scored": {"xuat_sac": "46", "tot": "54"},
    }
    assert blocks["xa"] == {
        "units": 8,
        "scored": 8,
        "mean": "14.36",
        "grades": {"xuat_sac": 0, "tot": 8, **none},
        "shares_of_all": {"tot": "100"},
        "shares_of_scored": {"tot": "100"},
    }


def test_dam_rong_district() -> None:
    """Đam Rông's 14,64 agrees with its blocks only as a mean weighted by dossiers."""
    rating = dam_rong()
    assert rating.overall.as_json()["dossier_weighted_mean"] == "14.64"
    assert rating.overall.as_json()["unit_mean"] == "14.74"
    assert rating.overall.as_json()["sum_of_criterion_means"] == "14.74"
    assert [warning.code for warning in rating.warnings] == ["means_differ"]


def test_dam_rong_criteria_weighted_by_dossiers() -> None:
    """The same rows give TC1 1,39 and TC2 1,25 when every dossier of the district counts once."""
    rows = golden("dam_rong_2020")
    together = {
        criterion: {
            outcome: sum(row.outcomes[criterion][outcome] for row in rows)
            for outcome in ("early", "same_day", "late")
        }
        for criterion in ("1", "2")
    }
    district = replace(rows[0], outcomes=together)
    points = rate(DAM_RONG, [district]).units[0].points
    assert [str(points[criterion]) for criterion in "123456789"] == [
        "1.39",
        "1.25",
        *["2.00"] * 3,
        "1.00",
        *["2.00"] * 2,
        "1.00",
    ]


def test_dam_rong_sum_of_the_printed_means() -> None:
    """The nine printed means add up to 14,64, xếp loại tốt; with one decimal it would be 14,7."""
    printed = unit(appraised=all_points(*PRINTED))
    local = rate(DAM_RONG, [printed])
    assert local.overall.as_json()["sum_of_criterion_means"] == "14.64"
    assert local.units[0].grade is not None
    assert local.units[0].grade.name.vi == "Tốt"
    assert str(rate(tt01(), [printed]).units[0].total) == "14.7"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.dictionaries(st.sampled_from("123456789"), st.integers(0, 200), min_size=5),
        min_size=1,
        max_size=10,
    )
)
def test_dam_rong_figures_cannot_come_from_the_same_units(given: list[dict[str, int]]) -> None:
    """A sum of criterion means is never below the mean of totals by more than rounding.

    So no 21 units with means of 14,98 and 14,36 (together 14,74) have a sum of 14,64.
    """
    units = [
        unit(f"U{index}", appraised={c: Decimal(p) / 100 for c, p in points.items()})
        for index, points in enumerate(given)
    ]
    overall = rate(DAM_RONG, units).overall
    assert overall.sum_of_criterion_means is not None
    assert overall.unit_mean is not None
    assert overall.unit_mean - overall.sum_of_criterion_means <= Decimal("0.05")


def test_dam_rong_weak_criteria() -> None:
    """TC9, TC6 and TC2 are the weak ones; the report names TC2 and TC9 and passes over TC6."""
    overall = rate(DAM_RONG, [unit(appraised=all_points(*PRINTED))]).overall
    assert list(weak_criteria(overall)) == ["6", "9", "2"]


def test_dien_bien_dong() -> None:
    """Điện Biên Đông: 7 xuất sắc, 5 chưa phát sinh, 1 trung bình; xã 7, 4, 1 and 2 chưa chấm."""
    rating = rate(tt01(), golden("dien_bien_dong_2021_q2"))
    assert states(rating, "huyen") == {"xuat_sac": 7, "no_dossiers": 5, "trung_binh": 1}
    assert states(rating, "xa") == {"xuat_sac": 7, "tot": 4, "trung_binh": 1, "not_scored": 2}


def test_dien_bien_dong_shares_name_their_denominator() -> None:
    """Shares differ by denominator: 54 and 8 % of 13, 88 and 13 % of the 8 scored; so for xã."""
    blocks = rate(tt01(), golden("dien_bien_dong_2021_q2")).blocks
    phong, xa = blocks["phong"].as_json(), blocks["xa"].as_json()
    assert (phong["units"], phong["scored"]) == (13, 8)
    assert phong["shares_of_all"] == {"xuat_sac": "54", "trung_binh": "8"}
    assert phong["shares_of_scored"] == {"xuat_sac": "88", "trung_binh": "13"}
    assert (xa["units"], xa["scored"]) == (14, 12)
    assert xa["shares_of_all"] == {"xuat_sac": "50", "tot": "29", "trung_binh": "7"}
    assert xa["shares_of_scored"] == {"xuat_sac": "58", "tot": "33", "trung_binh": "8"}


def test_dien_bien_dong_average_units_lack_criteria() -> None:
    """A trung bình that comes from missing criteria is said to; the two to remind are listed."""
    rating = rate(tt01(), golden("dien_bien_dong_2021_q2"))
    lowered = [w.params["unit"] for w in rating.warnings if w.code == "grade_lowered_by_missing"]
    assert lowered == ["Cơ quan chuyên môn 13", "Xã 12"]
    left = [one.code for one in rating.units if one.state is State.NOT_SCORED]
    assert left == ["DBD-X13", "DBD-X14"]


def test_tuan_giao() -> None:
    """Tuần Giáo: 9 xuất sắc + 4 không phát sinh; xã 11 xuất sắc + 8 tốt, with CS 9 by nobody."""
    rating = rate(tt01(), golden("tuan_giao_2021_q2"))
    assert states(rating, "huyen") == {"xuat_sac": 9, "no_dossiers": 4}
    assert states(rating, "xa") == {"xuat_sac": 11, "tot": 8}
    assert scored_by_nobody(rating.overall) == ("9",)
    assert rating.overall.as_json()["criteria"]["9"] is None
    assert {one.reachable for one in rating.units if one.state is State.SCORED} == {16}
    assert "criterion_scored_by_nobody" in [warning.code for warning in rating.warnings]


def test_tuan_giao_zero_is_not_missing() -> None:
    """Had CS 9 been given 0, it would be printed as 0,00 and not as scored by nobody."""
    rows = [
        replace(row, appraised={**row.appraised, "9": Decimal(0)})
        for row in golden("tuan_giao_2021_q2")
    ]
    rating = rate(tt01(), rows)
    assert rating.overall.as_json()["criteria"]["9"] == "0.00"
    assert scored_by_nobody(rating.overall) == ()


def test_tuan_giao_lists() -> None:
    """The eight xã with overdue dossiers and the one without portal intake are listed."""
    rating = rate(tt01(), golden("tuan_giao_2021_q2"))
    assert [one.evidence.name for one in with_overdue(rating.units)] == [
        "Xã Nà Tông",
        "Xã Tỏa Tình",
        "Xã Mường Khong",
        "Xã Quài Tở",
        "Xã Chiềng Sinh",
        "Xã Rạng Đông",
        "Xã Quài Nưa",
        "Xã Pú Nhung",
    ]
    assert [one.evidence.name for one in without_online_intake(rating.units)] == ["Xã Mường Mùn"]
