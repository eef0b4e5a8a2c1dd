"""A block against its rows."""

import pytest

from tests.unit.scoring.reconcile.sheets import causes, check, told

HEADER = "Dòng;Đơn vị;Tiếp nhận;Đúng và trước hạn;Trễ hạn"


def test_a_blank_below_leaves_room_only_as_far_as_its_row_allows() -> None:
    """Xã B can hide up to 4 late ones: 5 may be right above, 7 cannot."""
    rows = "đơn vị;Xã A;10;8;2\nđơn vị;Xã B;10;6;"
    assert check(f"{HEADER}\ntổng;Huyện;20;14;5\n{rows}").findings == ()
    [finding] = check(f"{HEADER}\ntổng;Huyện;;14;7\n{rows}").findings
    assert told(finding) == ("sum_of_rows", "Huyện", "Trễ hạn", "7", "2")


def test_a_block_that_prints_nothing_is_replaced_by_its_units() -> None:
    """The total is compared with the units when the blocks between are blank."""
    text = f"{HEADER}\ntổng;Huyện;9;;\nkhối;Cấp xã;;;\nđơn vị;Xã A;4;;\nđơn vị;Xã B;6;;"
    [finding] = check(text).findings
    assert told(finding) == ("sum_of_rows", "Huyện", "Tiếp nhận", "9", "10")


def test_early_and_on_time_are_compared_together_where_the_rows_do_not_part_them() -> None:
    """A block prints 60 early and 30 on time, its units only the 90 together."""
    header = "Dòng;Đơn vị;Trước hạn;Đúng hạn"
    text = f"{header}\ntổng;Huyện;60;30\nđơn vị;Xã A;;40\nđơn vị;Xã B;;50"
    assert check(text).findings == ()
    [finding] = check(text.replace(";50", ";51")).findings
    assert told(finding) == ("sum_of_rows", "Huyện", "Trước hạn", "90", "91")


def test_denominators_are_added_up_too() -> None:
    """5/635 and 3/325 below make 8/960 above."""
    header = "Dòng;Đơn vị;Chứng thực bản sao điện tử"
    rows = "đơn vị;Xã A;5/635\nđơn vị;Xã B;3/325"
    assert check(f"{header}\ntổng;Huyện;8/960\n{rows}").findings == ()
    [finding] = check(f"{header}\ntổng;Huyện;8/906\n{rows}").findings
    assert told(finding)[0] == "bases_of_rows"
    assert causes(finding) == ["digits_swapped"]


def test_units_with_a_printed_grade_count_in_the_grades_above() -> None:
    """Two excellent units are printed, three are claimed."""
    header = "Dòng;Đơn vị;Xếp loại;Số đơn vị;Xuất sắc;Tốt"
    rows = "đơn vị;Xã A;xuất sắc;;;\nđơn vị;Xã B;Tốt;;;\nđơn vị;Xã C;Xuất sắc;;;"
    assert check(f"{header}\ntổng;Huyện;;3;2;1\n{rows}").findings == ()
    wrong = check(f"{header}\ntổng;Huyện;;4;3;1\n{rows}").findings
    assert [told(finding)[2:] for finding in wrong] == [
        ("Số đơn vị", "4", "3"),
        ("Xuất sắc", "3", "2"),
    ]


def test_further_columns_are_added_up_when_the_file_says_so() -> None:
    """“Cộng dọc” names columns whose rows make up their totals."""
    text = "Cộng dọc;Dân số\nDòng;Đơn vị;Dân số\ntổng;Huyện;4\nđơn vị;Xã A;1\nđơn vị;Xã B;2"
    [finding] = check(text).findings
    assert told(finding) == ("sum_of_rows", "Huyện", "Dân số", "4", "3")


def test_a_blank_below_holds_at_most_what_it_is_taken_from() -> None:
    """Of 10 received at most 10 went out by post: 13 may be right above, 15 cannot."""
    text = (
        "Dòng;Đơn vị;Tiếp nhận;Trả qua bưu chính\n"
        "tổng;Huyện;15;{}\nđơn vị;Xã A;10;\nđơn vị;Xã B;5;3"
    )
    assert check(text.format(13)).findings == ()
    [finding] = check(text.format(14)).findings
    assert told(finding) == ("sum_of_rows", "Huyện", "Trả qua bưu chính", "14", "3")


def test_a_blank_in_a_full_row_holds_nothing() -> None:
    """Xã A has more than it received already: its late ones cannot be the missing one."""
    rows = "đơn vị;Xã A;10;11;\nđơn vị;Xã B;10;8;2"
    found = check(f"{HEADER}\ntổng;Huyện;20;19;3\n{rows}").findings
    [finding] = [one for one in found if one.code == "sum_of_rows"]
    assert told(finding) == ("sum_of_rows", "Huyện", "Trễ hạn", "3", "2")


def test_a_blank_of_a_further_column_may_hold_anything() -> None:
    """Nothing bounds how many people live in Xã B."""
    text = "Cộng dọc;Dân số\nDòng;Đơn vị;Dân số\ntổng;Huyện;4\nđơn vị;Xã A;1\nđơn vị;Xã B;"
    assert check(text).findings == ()


SPEED = "Dòng;Đơn vị;Trước hạn;Đúng hạn;Trễ hạn"


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        ("đơn vị;Xã A;59;31;5", [("Trước hạn", "60", "59"), ("Đúng hạn", "30", "31")]),
        ("đơn vị;Xã A;59;30;5", [("Trước hạn", "60", "59")]),
        ("đơn vị;Xã A;70;20;5\nđơn vị;Xã B;;;", [("Trước hạn", "60", "70")]),
        ("đơn vị;Xã A;;40;2\nđơn vị;Xã B;;50;2", [("Trễ hạn", "5", "4")]),
    ],
)
def test_early_and_on_time_are_compared_apart_where_the_rows_part_them(
    rows: str, wrong: list[tuple[str, ...]]
) -> None:
    """Each wrong sum is told once, whatever the other column does."""
    found = check(f"{SPEED}\ntổng;Huyện;60;30;5\n{rows}").findings
    assert [told(finding)[2:] for finding in found] == wrong


COPIES = "Dòng;Đơn vị;Chứng thực bản sao điện tử"


@pytest.mark.parametrize(
    ("above", "rows"),
    [
        ("8", "đơn vị;Xã A;5/635\nđơn vị;Xã B;3/325"),
        ("8/960", "đơn vị;Xã A;5/635\nđơn vị;Xã B;"),
        ("8/960", "khối;Cấp xã;\nđơn vị;Xã A;5/635\nđơn vị;Xã B;3/325"),
    ],
)
def test_denominators_that_are_not_all_printed_are_not_missed(above: str, rows: str) -> None:
    """A blank below may hold the rest; a block that prints nothing is replaced by its units."""
    assert check(f"{COPIES}\ntổng;Huyện;{above}\n{rows}").findings == ()


def test_where_nothing_is_printed_below_nothing_is_compared() -> None:
    """A total alone is not compared with blanks."""
    alone = check(f"{COPIES}\ntổng;Huyện;8/960").comparisons
    assert check(f"{COPIES}\ntổng;Huyện;8/960\nđơn vị;Xã A;").comparisons == alone


@pytest.mark.parametrize(("excellent", "right"), [("1", True), ("2", True), ("3", False)])
def test_a_unit_without_a_readable_grade_may_have_any(excellent: str, right: bool) -> None:
    """One excellent unit and one that says nothing: one or two excellent, never three."""
    header = "Dòng;Đơn vị;Xếp loại;Xuất sắc"
    rows = "khối;Cấp xã;;\nđơn vị;Xã A;xuất sắc;\nđơn vị;Xã B;;"
    found = check(f"{header}\ntổng;Huyện;;{excellent}\n{rows}").findings
    assert [told(one)[3:] for one in found] == ([] if right else [("3", "1")])


def test_units_are_not_counted_where_no_grades_are_printed() -> None:
    """Five units are claimed, two are listed: the list may be short."""
    text = "Dòng;Đơn vị;Số đơn vị\ntổng;Huyện;5\nđơn vị;Xã A;\nđơn vị;Xã B;"
    assert check(text).findings == ()
    graded = "Dòng;Đơn vị;Xếp loại;Số đơn vị\ntổng;Huyện;;5\nkhối;Cấp xã;;\nđơn vị;Xã A;tốt;"
    assert [told(one)[3:] for one in check(graded).findings] == [("5", "1")]
