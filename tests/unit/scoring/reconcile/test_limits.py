"""Claims and quotas."""

from decimal import Decimal

import pytest

from tests.unit.scoring.reconcile.sheets import check, check_cells, codes, in_full, told

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
    assert codes(f"Nhận định;{claim}\n{BODY}") == ([] if holds else ["claim_false"])


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


RESOLVED = "Đơn vị;Tiếp nhận;Đã giải quyết;Trễ hạn\nHuyện;300;{};9"


@pytest.mark.parametrize(("claim", "holds"), [("< 4%", False), ("< 5%", True)])
def test_a_claim_may_name_what_it_is_taken_from(claim: str, holds: bool) -> None:
    """9 of 200 resolved are 4,5 %, though 3 % of those received."""
    text = f"Nhận định;Trễ hạn / Đã giải quyết {claim}\n{RESOLVED.format(200)}"
    assert codes(text) == ([] if holds else ["claim_false"])


def test_a_claim_compares_with_its_last_words() -> None:
    """“Trên” means “of” first and “over” at the end."""
    text = f"Nhận định;Tỷ lệ trễ hạn trên đã giải quyết trên {{}}%\n{RESOLVED.format(200)}"
    assert check(text.format(4)).findings == ()
    assert codes(text.format(5)) == ["claim_false"]


@pytest.mark.parametrize("claim", ["Dân số dưới 5%", "Trực tuyến dưới 1%", "Số đơn vị < 1%"])
def test_a_claim_about_what_is_not_printed_is_not_checked(claim: str) -> None:
    """Without the figures a claim is neither true nor false."""
    assert check(f"Nhận định;{claim}\n{RESOLVED.format('')}").findings == ()


def test_a_claim_without_the_figure_it_is_taken_from_is_not_checked() -> None:
    """Nine late ones of nobody knows how many."""
    text = "Nhận định;Trễ hạn / Tiếp nhận < 1%\nĐơn vị;Tiếp nhận;Trễ hạn\nHuyện;;9"
    assert check(text).findings == ()


def test_a_claim_about_a_row_that_is_not_there_is_not_checked() -> None:
    """Nothing is said about a unit the table does not print."""
    text = f"Nhận định;Trễ hạn < 1%;Xã Z\n{RESOLVED.format(200)}"
    assert check(text).findings == ()


ONLINE = "Dòng;Đơn vị;Tiếp nhận;Trực tuyến mức độ 3;Trực tuyến mức độ 4"


def test_a_claim_about_parts_together_stands_at_its_row() -> None:
    """Online is printed level by level: no one cell says that it is 70 %."""
    rows = "tổng;Huyện;100;30;40\nđơn vị;Xã A;60;30;20\nđơn vị;Xã B;40;0;"
    [finding] = check(f"Nhận định;Tỷ lệ trực tuyến trên 75%\n{ONLINE}\n{rows}").findings
    assert in_full(finding) == (
        "claim_false | /#1//Huyện/ | 75 for 70.00 | "
        "claim=Tỷ lệ trực tuyến trên 75%, number=70, base=100, below=[[Xã A 83.33]]"
    )


@pytest.mark.parametrize(
    ("claim", "level_4", "holds"),
    [
        ("trên 40%", "", True),
        ("ít nhất 40%", "", True),
        ("trên 40%", "10", False),
        ("ít nhất 41%", "10", False),
        ("dưới 30%", "", False),
        ("không quá 29%", "", False),
        ("dưới 40%", "", True),
    ],
)
def test_a_blank_may_hide_what_is_missing_from_a_claim_but_not_what_is_too_much(
    claim: str, level_4: str, holds: bool
) -> None:
    """Thirty at level 3 and a blank are thirty of a hundred or more."""
    text = f"Nhận định;Tỷ lệ trực tuyến {claim}\n{ONLINE}\ntổng;Huyện;100;30;{level_4}"
    assert codes(text) == ([] if holds else ["claim_false"])


def test_a_quota_without_a_surveyed_population_is_taken_of_the_received() -> None:
    """10 % of 100 received dossiers are ten forms."""
    text = "Kỳ;Số phiếu;Tiếp nhận\nNăm 2019;9;100"
    [finding] = check(text, quota=Decimal(10)).findings
    assert told(finding) == ("under_quota", "Năm 2019", "Số phiếu", "9", "10")


@pytest.mark.parametrize(
    ("printed", "least"), [("0.1", 100), ("0.5", 500), ("1", 10), ("1.5", 15), ("10", 100)]
)
def test_a_spreadsheets_quota_may_be_a_share(printed: str, least: int) -> None:
    """0.1 shown as 10 % is 10 %; from 1 on it is the percentage itself."""
    header = ["Kỳ", "Số phiếu", "Hồ sơ làm mẫu số", "Quy định (%)"]
    line: list[str | Decimal] = ["Năm 2019", Decimal(1), Decimal(1000), Decimal(printed)]
    [finding] = check_cells([header, line]).findings
    assert finding.recomputed == least


def test_a_quota_below_one_percent_in_words_is_what_it_says() -> None:
    """“0,5” written out is half a percent."""
    [finding] = check(f"{FORMS};Quy định (%)\nNăm 2019;4;1.000;0,5").findings
    assert finding.recomputed == Decimal(5)
