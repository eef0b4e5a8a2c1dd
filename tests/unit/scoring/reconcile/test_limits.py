"""Claims and quotas."""

from decimal import Decimal

import pytest

from tests.unit.scoring.reconcile.sheets import check, told

BODY = "Dòng;Đơn vị;Tiếp nhận;Trễ hạn\ntổng;Huyện;300;9\nkhối;Cấp xã;100;5\nkhối;Cấp huyện;200;4"


@pytest.mark.parametrize(
    ("claim", "holds"),
    [
        ("Tỷ lệ hồ sơ trễ hẹn của huyện luôn dưới 3%", False),
        ("Tỷ lệ trễ hạn không quá 3%", True),
        ("Trễ hạn / Tiếp nhận < 3,1 %", True),
        ("Late rate always below 2%", False),
        ("Late / received >= 3%", True),
        ("Tỷ lệ trễ hạn trên 3%", False),
    ],
)
def test_a_claim_is_held_against_the_highest_row(claim: str, holds: bool) -> None:
    """9 of 300 are exactly 3 %."""
    codes = [finding.code.value for finding in check(f"Nhận định;{claim}\n{BODY}").findings]
    assert codes == ([] if holds else ["claim_false"])


def test_a_claim_may_be_about_one_row() -> None:
    """5 of 100 in the communes."""
    [finding] = check(f"Nhận định;Tỷ lệ trễ hạn dưới 3%;Cấp xã\n{BODY}").findings
    assert told(finding) == ("claim_false", "Cấp xã", "Trễ hạn", "3", "5.00")


FORMS = "Kỳ;Số phiếu;Hồ sơ làm mẫu số"


@pytest.mark.parametrize(("issued", "enough"), [(203, True), (202, False)])
def test_a_quota_is_rounded_up(issued: int, enough: bool) -> None:
    """10 % of 2.024 dossiers are 203 forms."""
    found = check(f"{FORMS}\nQuý IV/2019;{issued};2.024", quota=Decimal(10)).findings
    assert [f.recomputed for f in found] == ([] if enough else [Decimal(203)])


def test_without_a_quota_nothing_is_required() -> None:
    """No share is required that nobody asked for."""
    assert check(f"{FORMS}\nNăm 2019;1;2.024").findings == ()


def test_the_quota_may_be_printed_in_the_row_or_above_the_table() -> None:
    """The row's own quota goes before that of the table."""
    text = f"Tỷ lệ khảo sát tối thiểu;10%\n{FORMS};Quy định (%)\nNăm 2018;5;100;5\nNăm 2019;5;100;"
    assert [finding.row for finding in check(text).findings] == ["Năm 2019"]


def test_more_forms_than_dossiers_are_named() -> None:
    """120 forms cannot come from 100 dossiers."""
    [finding] = check(f"{FORMS}\nNăm 2019;120;100").findings
    assert told(finding)[0] == "parts_over_whole"
