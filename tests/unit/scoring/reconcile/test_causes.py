"""Likely causes of a difference."""

from decimal import Decimal

import pytest

from scoring.reconcile import causes
from scoring.reconcile.finding import Reason
from tests.unit.scoring.reconcile.sheets import check


def named(reasons: tuple[Reason, ...]) -> list[str]:
    """The causes by their codes."""
    return [reason.cause.value for reason in reasons]


@pytest.mark.parametrize(
    ("stated", "recomputed", "swapped"),
    [("54", "45", True), ("321", "213", False), ("906", "9600", False), ("12", "13", False)],
)
def test_two_digits_that_changed_places_are_recognised(
    stated: str, recomputed: str, swapped: bool
) -> None:
    """54 for 45; three digits in another order are another number."""
    found = named(causes.of_swapping(Decimal(stated), Decimal(recomputed)))
    assert found == (["digits_swapped"] if swapped else [])


@pytest.mark.parametrize(
    ("stated", "recomputed", "alike"),
    [("416", "419", True), ("41", "49", False), ("4161", "4199", False), ("416", "4169", False)],
)
def test_one_other_digit_says_something_from_three_digits_on(
    stated: str, recomputed: str, alike: bool
) -> None:
    """Of two digits any two numbers are as alike."""
    found = named(causes.of_one_digit(Decimal(stated), Decimal(recomputed)))
    assert found == (["one_digit"] if alike else [])


@pytest.mark.parametrize(
    ("stated", "recomputed", "cause"),
    [(2, 1, ["exactly_double"]), (1, 2, ["exactly_half"]), (0, 0, []), (3, 1, []), (0, 1, [])],
)
def test_doubling_is_exact(stated: int, recomputed: int, cause: list[str]) -> None:
    """Nought is not twice nought."""
    assert named(causes.of_doubling(Decimal(stated), Decimal(recomputed))) == cause


@pytest.mark.parametrize(("total", "cause"), [("11", ["row_left_out"]), ("13", ["row_twice"])])
def test_a_row_of_one_dossier_can_be_left_out_or_counted_twice(
    total: str, cause: list[str]
) -> None:
    """11 or 13 instead of 12, where one unit has one dossier."""
    text = f"Dòng;Đơn vị;Tiếp nhận\ntổng;Huyện;{total}\nđơn vị;Xã A;11\nđơn vị;Xã B;1"
    [finding] = check(text).findings
    assert named(finding.reasons) == cause


@pytest.mark.parametrize("total", ["27", "33"])
def test_two_rows_that_could_be_meant_explain_nothing(total: str) -> None:
    """Which of two equal rows was left out cannot be told."""
    rows = "đơn vị;Xã A;3\nđơn vị;Xã B;3\nđơn vị;Xã C;24"
    [finding] = check(f"Dòng;Đơn vị;Tiếp nhận\ntổng;Huyện;{total}\n{rows}").findings
    assert finding.reasons == ()


@pytest.mark.parametrize(
    ("late", "online", "cause"), [("1", "", ["counted_twice"]), ("0", "1", [])]
)
def test_a_part_explains_too_much_and_another_column_too_little(
    late: str, online: str, cause: list[str]
) -> None:
    """One dossier too many is no column that was left out."""
    header = "Đơn vị;Tiếp nhận;Trực tuyến;Đúng và trước hạn;Trễ hạn;Đang giải quyết"
    in_time = 101 - int(late)
    [finding] = check(f"{header}\nXã A;100;{online};{in_time};{late};0").findings
    assert named(finding.reasons) == cause
