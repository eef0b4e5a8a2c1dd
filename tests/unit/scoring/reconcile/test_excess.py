"""Shares over their whole, and shares that break their series."""

import pytest

from tests.unit.scoring.reconcile.sheets import causes, check, told

SERIES = "Kỳ;Qua hệ thống/Tổng số hồ sơ\nNăm 2015;3650/5658\nNăm 2016;3162/6174\nNăm 2017;4953/8955"


def test_a_numerator_over_its_denominator_is_named() -> None:
    """12 of 10 cannot be."""
    [finding] = check("Đơn vị;Chứng thực bản sao điện tử\nXã A;12/10").findings
    assert told(finding)[0] == "numerator_over_denominator"


def test_a_fraction_under_an_unknown_header_may_be_a_date() -> None:
    """31/3 under “Ngày” is no share."""
    assert check("Đơn vị;Tiếp nhận;Ngày báo cáo\nXã A;12;31/3").findings == ()


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
    codes = [finding.code.value for finding in check(text).findings]
    assert codes == (["late_is_unreturned"] if noted else [])
