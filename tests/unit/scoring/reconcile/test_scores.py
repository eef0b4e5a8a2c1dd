"""Tables of points."""

import pytest

from tests.unit.scoring.reconcile.sheets import check, codes, told

CRITERIA = ";".join(f"TC{number}" for number in range(1, 10))
HEADER = f"Dòng;Đơn vị;{CRITERIA};Tổng điểm;Xếp loại"
GOOD = "2;2;2;2;2;1;2;1;0"


def test_points_add_up_to_the_total_without_those_left_out() -> None:
    """A blank criterion is left out of the sum (Điều 15 khoản 4)."""
    assert check(f"{HEADER}\nđơn vị;Xã A;{GOOD};14;tốt").findings == ()
    assert check(f"{HEADER}\nđơn vị;Xã A;2;2;2;2;2;1;2;;;13;tốt").findings == ()
    [finding] = check(f"{HEADER}\nđơn vị;Xã A;{GOOD};14,5;tốt").findings
    assert told(finding) == ("criteria_not_total", "Xã A", "Tổng điểm", "14.5", "14")


@pytest.mark.parametrize(
    ("score", "grade", "right"),
    [
        ("15", "Xuất sắc", True),
        ("14,9", "xuất sắc", False),
        ("12", "Tốt", True),
        ("5,9", "Yếu", True),
    ],
)
def test_a_grade_follows_from_the_score(score: str, grade: str, right: bool) -> None:
    """15, 12, 9 and 6 points are the limits."""
    found = codes(f"Đơn vị;Tổng điểm;Xếp loại\nXã A;{score};{grade}")
    assert found == ([] if right else ["grade_not_score"])


UNITS = "đơn vị;Xã A;14,1\nđơn vị;Xã B;12,2\nđơn vị;Xã C;"


@pytest.mark.parametrize(
    ("mean", "right"), [("13,15", True), ("13,2", True), ("13,1", True), ("13,3", False)]
)
def test_a_block_prints_the_mean_of_its_scored_units(mean: str, right: bool) -> None:
    """Units without a score are left out; rounding and cutting off are both allowed."""
    found = codes(f"Dòng;Đơn vị;Tổng điểm\nkhối;Cấp xã;{mean}\n{UNITS}")
    assert found == ([] if right else ["mean_of_rows"])


def test_blocks_weigh_by_their_scored_units() -> None:
    """15 for ten units and 12 for five make 14, whatever the plain mean of the blocks is."""
    header = "Dòng;Đơn vị;Số đơn vị;Số đơn vị được chấm điểm;Không phát sinh;Điểm bình quân"
    rows = "khối;Khối phòng;13;10;3;15,0\nkhối;Khối xã;5;5;0;12,0"
    assert check(f"{header}\ntổng;Huyện;18;15;3;14\n{rows}").findings == ()
    [finding] = check(f"{header}\ntổng;Huyện;18;15;3;13,5\n{rows}").findings
    assert told(finding) == ("mean_of_rows", "Huyện", "Điểm bình quân", "13.5", "14.0")


def test_blocks_of_unknown_size_only_bound_the_mean() -> None:
    """Between 12 and 15 anything is possible, 15,1 is not."""
    header = "Dòng;Đơn vị;Điểm bình quân"
    rows = "khối;Khối phòng;15,0\nkhối;Khối xã;12,0"
    assert check(f"{header}\ntổng;Huyện;13,3\n{rows}").findings == ()
    assert len(check(f"{header}\ntổng;Huyện;15,3\n{rows}").findings) == 1


def test_grades_bound_the_mean_of_their_units() -> None:
    """Six excellent and seven good units have at least 13,38 points on average."""
    header = "Đơn vị;Xuất sắc;Tốt;Điểm bình quân"
    assert check(f"{header}\nKhối phòng;6;7;13,40").findings == ()
    [finding] = check(f"{header}\nKhối phòng;6;7;13,20").findings
    assert told(finding)[0] == "mean_outside_grades"


def test_one_label_for_two_rows_is_named() -> None:
    """Both blocks print “bình quân cấp phòng”."""
    header = "Đơn vị;Nhãn in;Điểm bình quân"
    rows = "Khối phòng;bình quân cấp phòng;14,98\nKhối xã;Bình quân cấp phòng;14,36"
    [finding] = check(f"{header}\n{rows}").findings
    assert told(finding) == ("label_twice", "Khối xã", "Nhãn in", "14.36", "14.98")
    assert check(f"{header}\n{rows.replace('Bình quân cấp phòng', 'cấp xã')}").findings == ()


@pytest.mark.parametrize(
    ("weak", "left_out"),
    [
        ("1 và 2", []),
        ("2", []),
        ("1", [("2", "0.5")]),
        ("7", []),
        ("không có", []),
        ("1, 3", [("2", "0.5")]),
    ],
)
def test_a_criterion_below_a_named_one_is_missing(
    weak: str, left_out: list[tuple[str, str]]
) -> None:
    """Criteria 1, 2 and 3 have 1, 0,5 and 1 points; one with as many as the best is not missing."""
    found = check(f"Đơn vị;TC1;TC2;TC3;Tiêu chí hạn chế\nXã A;1;0,5;1;{weak}").findings
    said = [(n, str(p)) for one in found for n, p in one.params["left_out"]]  # type: ignore[attr-defined]
    assert said == left_out


@pytest.mark.parametrize(
    ("mean", "right"), [("12,0", True), ("15,0", True), ("11,9", False), ("15,1", False)]
)
def test_grades_bound_a_mean_to_its_last_digit(mean: str, right: bool) -> None:
    """Six good units have from 12 to just under 15 points."""
    found = codes(f"Đơn vị;Tốt;Điểm bình quân\nKhối phòng;6;{mean}")
    assert found == ([] if right else ["mean_outside_grades"])


def test_finer_points_are_told_once_at_the_first_row_that_has_a_total() -> None:
    """A row without a total and one with the digits of the rule come before it."""
    rows = "Xã A;1,25;\nXã B;1,2;1,2\nXã C;;3\nXã D;1,25;1,25\nXã E;1,35;1,35"
    found = check(f"Đơn vị;TC1;Tổng điểm\n{rows}").findings
    assert [(f.code.value, f.row) for f in found] == [("digits_beyond_rule", "Xã D")]
