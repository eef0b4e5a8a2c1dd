"""Shares over their whole, and shares that break their series."""

import pytest

from tests.unit.scoring.reconcile.sheets import causes, check, codes

SERIES = "Kỳ;Qua hệ thống/Tổng số hồ sơ\nNăm 2015;3650/5658\nNăm 2016;3162/6174\nNăm 2017;4953/8955"


def test_a_fraction_under_an_unknown_header_may_be_a_date() -> None:
    """31/3 under “Ngày” is no share."""
    assert check("Đơn vị;Tiếp nhận;Ngày báo cáo\nXã A;12;31/3").findings == ()


@pytest.mark.parametrize(("share", "wrong"), [("5/0", True), ("0/0", False), ("5/5", False)])
def test_something_of_nothing_is_wrong(share: str, wrong: bool) -> None:
    """Five of no dossiers at all; none of none is what an idle unit prints."""
    text = f"Đơn vị;Tiếp nhận;Qua hệ thống/Tổng số hồ sơ\nXã A;5;{share}"
    assert codes(text) == (["numerator_over_denominator"] if wrong else [])


@pytest.mark.parametrize(("last", "breaks"), [("2142/12429", True), ("8142/12429", False)])
def test_a_share_far_below_its_own_years_is_noted(last: str, breaks: bool) -> None:
    """17 % among shares over 50 %, and a lost first digit would explain it."""
    found = check(f"{SERIES}\nNăm 2019;{last}").findings
    assert [causes(f) for f in found] == ([["digit_lost"]] if breaks else [])


def test_units_may_differ_as_they_like() -> None:
    """Only the years of one office make a series."""
    text = SERIES.replace("Kỳ", "Đơn vị").replace("Năm 20", "Xã A")
    assert check(f"{text}\nXã B;2142/12429").findings == ()


@pytest.mark.parametrize(("late", "noted"), [("2", True), ("1", False)])
def test_late_that_is_always_what_is_not_returned_is_noted(late: str, noted: bool) -> None:
    """In every row late = received − returned."""
    text = "Đơn vị;Tiếp nhận;Đã trả;Trễ hạn\nXã A;10;8;2\nXã B;10;7;3\nXã C;10;8;" + late
    assert codes(text) == (["late_is_unreturned"] if noted else [])


PAPERS = "Đơn vị;Tiếp nhận;Văn bản đến;Văn bản đi;Văn bản điện tử/Văn bản đi"


@pytest.mark.parametrize(
    ("row", "cause"),
    [
        ("Xã A;3;4;10;14/10", ["numerator_holds_denominator"]),
        ("Xã A;3;5;10;14/10", []),
        ("Xã A;3;4;11;14/10", []),
    ],
)
def test_a_numerator_holds_its_denominator_only_where_both_are_printed(
    row: str, cause: list[str]
) -> None:
    """14/10 is 10 and 4 where the row prints a 10 and a 4."""
    [finding] = check(f"{PAPERS}\n{row}").findings
    assert causes(finding) == cause


@pytest.mark.parametrize(
    ("rows", "cause"),
    [
        ("Xã A;10;12;12/10\nXã B;9;8;8/9", ["reversed"]),
        ("Xã A;10;12;12/10\nXã B;9;9;9/9", []),
        ("Xã A;10;12;12/10", []),
        ("Xã A;10;11;12/10\nXã B;9;8;8/9", []),
    ],
)
def test_a_share_is_reversed_where_others_are_not_and_both_numbers_are_known(
    rows: str, cause: list[str]
) -> None:
    """12/10 among shares below one, where 12 and 10 are in the row."""
    found = check(f"Đơn vị;Tiếp nhận;Thu;Trả / Tiếp nhận\n{rows}".replace("Thu", "Có kết quả"))
    [finding] = [f for f in found.findings if f.code == "numerator_over_denominator"]
    assert causes(finding) == cause


@pytest.mark.parametrize(
    ("lowest", "last", "breaks"),
    [
        (80, "20/150", True),
        (80, "50/150", True),
        (80, "55/150", False),
        (80, "10/190", False),
        (50, "40/160", False),
        (50, "39/160", True),
        (50, "50/160", False),
        (15, "60/1000", False),
        (15, "160/1000", False),
    ],
)
def test_a_lost_digit_is_only_told_where_it_mends_the_share(
    lowest: int, last: str, breaks: bool
) -> None:
    """Below half of all others, one digit short of its whole, and with it among the others."""
    years = f"Năm 2015;{lowest}/100\nNăm 2016;90/100\nNăm 2017;100/100\nNăm 2019;{last}"
    found = codes(f"Kỳ;Qua hệ thống/Tổng số hồ sơ\n{years}")
    assert found == (["share_breaks"] if breaks else [])


def test_late_says_nothing_of_two_lines_or_beside_those_pending() -> None:
    """Two lines may agree by chance; where pending ones are printed late is not what is left."""
    rows = ["Xã A;10;8;2", "Xã B;10;7;3", "Xã C;10;8;2"]
    header = "Đơn vị;Tiếp nhận;Đã trả;Trễ hạn"
    assert check("\n".join([header, *rows[:2]])).findings == ()
    pending = "\n".join(f"{row};5" for row in rows)
    assert check(f"{header};Đang giải quyết\n{pending}").findings == ()
