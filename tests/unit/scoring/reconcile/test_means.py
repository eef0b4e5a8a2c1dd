"""Means of points over units and blocks."""

import pytest

from tests.unit.scoring.reconcile.sheets import check, codes, in_full, told

MEAN = "Dòng;Đơn vị;Điểm bình quân"
CRITERIA = ";".join(f"TC{number}" for number in range(1, 10))
FULL = f"Dòng;Đơn vị;{CRITERIA};Tổng điểm"


@pytest.mark.parametrize(
    ("mean", "right"), [("14,0", True), ("13,9", False), ("14,1", False), ("13,91", False)]
)
def test_a_mean_of_equal_units_is_their_value(mean: str, right: bool) -> None:
    """Two units with 14 points have 14 on average, to every printed digit."""
    found = codes(f"{MEAN}\nkhối;Cấp xã;{mean}\nđơn vị;Xã A;14\nđơn vị;Xã B;14")
    assert found == ([] if right else ["mean_of_rows"])


@pytest.mark.parametrize(
    ("mean", "right"), [("15,1", True), ("11,9", True), ("15,2", False), ("11,8", False)]
)
def test_rounded_blocks_of_unknown_size_bound_the_mean_to_half_a_step(
    mean: str, right: bool
) -> None:
    """15,0 may be 15,05, printed 15,1; it cannot be 15,2."""
    rows = "khối;Khối phòng;15,0\nkhối;Khối xã;12,0"
    assert codes(f"{MEAN}\ntổng;Huyện;{mean}\n{rows}") == ([] if right else ["mean_of_rows"])


def test_units_go_before_the_mean_their_block_prints() -> None:
    """Each unit counts once, whether its block prints a mean or none."""
    units = "đơn vị;Xã A;14,0\nđơn vị;Xã B;12,0\nkhối;Khối phòng;{}\nđơn vị;Phòng A;16,0"
    for block in ("", "16,0"):
        rows = f"khối;Cấp xã;13,0\n{units.format(block)}"
        assert codes(f"{MEAN}\ntổng;Huyện;14,0\n{rows}") == []
        assert codes(f"{MEAN}\ntổng;Huyện;14,5\n{rows}") == ["mean_of_rows"]


def test_a_criterion_mean_of_blocks_is_only_bounded() -> None:
    """How many units a block's criterion mean is taken over is never printed."""
    text = "Dòng;Đơn vị;Số đơn vị;TC1\ntổng;Huyện;6;{}\nkhối;Khối phòng;4;2,0\nkhối;Khối xã;2;1,0"
    assert codes(text.format("1,1")) == []
    assert codes(text.format("0,5")) == ["mean_of_rows"]


def test_blocks_may_be_weighed_by_their_graded_units() -> None:
    """Four excellent and two good units: 15 and 12 make 14."""
    rows = "khối;Khối phòng;4;;15,0\nkhối;Khối xã;;2;12,0"
    text = f"Dòng;Đơn vị;Xuất sắc;Tốt;Điểm bình quân\ntổng;Huyện;4;2;{{}}\n{rows}"
    assert codes(text.format("14,0")) == []
    assert "mean_of_rows" in codes(text.format("13,5"))


def test_nought_is_a_total_like_any_other() -> None:
    """A unit without points has a total of 0, and 0 is told where it is wrong."""
    points = ";".join("0" * 9)
    assert codes(f"{FULL}\nđơn vị;Xã A;{points};0") == []
    [finding] = check(f"{FULL}\nđơn vị;Xã A;{points};5").findings
    assert told(finding) == ("criteria_not_total", "Xã A", "Tổng điểm", "5", "0")
    [finding] = check(f"{MEAN}\nkhối;Cấp xã;0\nđơn vị;Xã A;14").findings
    assert told(finding) == ("mean_of_rows", "Cấp xã", "Điểm bình quân", "0", "14")
    [finding] = check(f"{FULL}\nkhối;Cấp xã;{points};0\nđơn vị;Xã A;{';' * 8};14").findings
    assert told(finding) == ("means_differ", "Cấp xã", "Tổng điểm", "0", "14")


@pytest.mark.parametrize(
    ("total", "right"), [("14,5", True), ("13,5", True), ("14,51", False), ("13,49", False)]
)
def test_rounding_parts_a_total_from_its_criterion_means_only_so_far(
    total: str, right: bool
) -> None:
    """Nine means to one digit and their total: half a tenth each, half a point in all."""
    means = "2,0;2,0;2,0;2,0;2,0;1,0;2,0;1,0;0,0"
    found = codes(f"{FULL}\nkhối;Cấp xã;{means};{total}\nđơn vị;Xã A;{';' * 9}")
    assert found == ([] if right else ["criteria_not_total"])


def test_the_sum_is_wrong_where_the_mean_is_right() -> None:
    """A block's total that is the mean of its units, but not the sum of its criteria."""
    row = "2,0;2,0;2,0;2,0;2,0;1,0;2,0;1,0;0,0;15,0"
    [finding] = check(f"{FULL}\nkhối;Cấp xã;{row}\nđơn vị;Xã A;{';' * 9}15,0").findings
    assert told(finding) == ("criteria_not_total", "Cấp xã", "Tổng điểm", "15.0", "14.0")


def test_a_total_that_is_neither_sum_nor_mean_is_no_mean() -> None:
    """Where both are off, the units speak."""
    row = "2,0;2,0;2,0;2,0;2,0;1,0;2,0;1,0;0,0;17,0"
    [finding] = check(f"{FULL}\nkhối;Cấp xã;{row}\nđơn vị;Xã A;{';' * 9}15,0").findings
    assert told(finding) == ("mean_of_rows", "Cấp xã", "Tổng điểm", "17.0", "15.0")


def test_a_sum_beside_blocks_of_unknown_size_has_no_weights_to_explain_it() -> None:
    """16 is the sum of the criteria, and blocks of 15 and 12 allow no mean of 16."""
    rows = f"khối;Khối phòng;{';' * 9}15,0\nkhối;Khối xã;{';' * 9}12,0"
    [finding] = check(f"{FULL}\ntổng;Huyện;2;2;2;2;2;2;2;2;0;16,0\n{rows}").findings
    assert in_full(finding) == (
        "means_differ | /#1/L2/Huyện/Tổng điểm | 16.0 for 13.5 | low=11.95, high=15.05 | "
        "sum_of_criteria"
    )
