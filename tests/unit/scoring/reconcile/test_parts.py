"""A row in itself."""

import pytest

from tests.unit.scoring.reconcile.sheets import check, told

HEADER = "Đơn vị;Tiếp nhận;Đúng và trước hạn;Trễ hạn;Đang giải quyết"


def test_a_blank_part_may_hide_what_is_missing_but_not_what_is_too_much() -> None:
    """90 + 5 of 100 may be right with a blank; 90 + 15 cannot."""
    assert check(f"{HEADER}\nXã A;100;90;5;").findings == ()
    [finding] = check(f"{HEADER}\nXã A;100;90;15;").findings
    assert told(finding) == ("parts_over_whole", "Xã A", "Tiếp nhận", "100", "105")


def test_nought_is_a_figure() -> None:
    """With 0 pending, 90 + 5 of 100 is wrong."""
    [finding] = check(f"{HEADER}\nXã A;100;90;5;0").findings
    assert told(finding) == ("parts_not_whole", "Xã A", "Tiếp nhận", "100", "95")


def test_what_was_carried_over_may_stand_apart() -> None:
    """Where “Tiếp nhận” is what is new, resolved and pending make up both together."""
    header = "Đơn vị;Kỳ trước;Tiếp nhận;Đã giải quyết;Đang giải quyết"
    assert check(f"{header}\nXã A;10;100;90;20").findings == ()
    assert check(f"{header}\nXã A;10;100;80;20").findings == ()
    [finding] = check(f"{header}\nXã A;10;100;90;21").findings
    assert told(finding)[3:] == ("100", "111")


def test_a_relation_of_the_file_itself_is_checked() -> None:
    """Any columns can be added up when a line of the file says so."""
    text = (
        "Quan hệ;Tổng thu = Phí + Lệ phí\nĐơn vị;Tổng thu;Phí;Lệ phí\nXã A;30;10;20\nXã B;31;10;20"
    )
    report = check(text)
    assert [told(finding) for finding in report.findings] == [
        ("parts_not_whole", "Xã B", "Tổng thu", "31", "30")
    ]
    assert report.unread == ()


def test_columns_we_do_not_know_are_told_and_take_part_in_nothing() -> None:
    """An unknown column is listed, never added up."""
    report = check("Đơn vị;Tiếp nhận;Dân số\nTổng cộng;30;7\nXã A;10;1\nXã B;20;2")
    assert report.findings == ()
    assert report.unread == (("#1", "Dân số"),)


def test_denominators_of_different_dossiers_cannot_exceed_all() -> None:
    """66/66 at level 3 and 3/9 at level 4 are 75 of 69 dossiers."""
    text = "Đơn vị;Tiếp nhận;Trực tuyến mức độ 3;Trực tuyến mức độ 4\nPhòng A;69;66/66;3/9"
    [finding] = check(text).findings
    assert told(finding)[0] == "bases_over_whole"
    assert check(text.replace("69", "75")).findings == ()


def test_what_was_carried_over_does_not_stand_apart_beside_what_is_new() -> None:
    """Where new ones have a column of their own, “Tiếp nhận” holds those carried over."""
    header = "Đơn vị;Kỳ trước;Mới tiếp nhận;Tiếp nhận;Đã giải quyết;Đang giải quyết"
    [finding] = check(f"{header}\nXã A;10;90;100;90;20").findings
    assert told(finding) == ("parts_not_whole", "Xã A", "Tiếp nhận", "100", "110")


def test_a_whole_of_nought_has_no_parts() -> None:
    """Three in time of none received."""
    [finding] = check(f"{HEADER}\nXã A;0;3;0;0").findings
    assert told(finding) == ("parts_not_whole", "Xã A", "Tiếp nhận", "0", "3")


def test_parts_that_are_added_up_are_named_one_by_one() -> None:
    """Online is not printed itself, but its two levels are; a level without a column is not a
    part.
    """
    header = "Đơn vị;Tiếp nhận;Trực tuyến mức độ 3;Trực tuyến mức độ 4;Trực tiếp;Kỳ trước"
    [finding] = check(f"{header}\nXã A;100;10;20;60;5").findings
    assert finding.params == {
        "parts": "Trực tuyến mức độ 3 + Trực tuyến mức độ 4 + Trực tiếp + Kỳ trước"
    }
    fewer = header.replace("Trực tuyến mức độ 3;", "")
    [finding] = check(f"{fewer}\nXã A;100;20;60;5").findings
    assert finding.params == {"parts": "Trực tuyến mức độ 4 + Trực tiếp + Kỳ trước"}


def test_a_part_that_is_only_half_printed_may_hold_the_rest() -> None:
    """Ten online at level 3, nobody knows how many at level 4: nothing is missing."""
    header = "Đơn vị;Tiếp nhận;Trực tuyến mức độ 3;Trực tuyến mức độ 4;Trực tiếp;Kỳ trước"
    assert check(f"{header}\nXã A;100;10;;60;5").findings == ()


@pytest.mark.parametrize(
    ("levels", "row", "wrong"),
    [
        ("Mức độ 2", "140;100", []),
        ("Mức độ 2;Mức độ 3", "140;100;40", []),
        ("Mức độ 2;Mức độ 3", "140;100;30", [("140", "130")]),
        ("Mức độ 2;Mức độ 3", "140;;", []),
    ],
)
def test_parts_that_a_table_may_leave_out_count_from_two_on(
    levels: str, row: str, wrong: list[tuple[str, str]]
) -> None:
    """One level of procedures alone is no sum; two that are short of all procedures are."""
    found = check(f"Đơn vị;Tổng TTHC;{levels}\nXã A;{row}").findings
    assert [told(finding)[3:] for finding in found] == wrong


def test_a_row_without_any_part_is_not_compared() -> None:
    """A whole alone agrees with nothing."""
    assert check("Đơn vị;Tiếp nhận;Trễ hạn\nXã A;10;").comparisons == 0
