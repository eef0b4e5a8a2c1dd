"""The printed reports of three districts: everything that does not add up, and nothing else.

The expected findings are those worked out by hand from the reports; two districts' grade tables
add up and must stay silent.
"""

from decimal import Decimal

import pytest

from scoring.reconcile import Cause, Code, Finding, Reason, Severity
from tests.unit.scoring.reconcile.sheets import causes, check_sample, told

RECEIVED, IN_TIME, LATE = "Tiếp nhận", "Đúng và trước hạn", "Trễ hạn"
PENDING, RATE, COPIES = "Đang giải quyết", "Tỷ lệ trễ (%)", "Chứng thực bản sao điện tử"

AN_LAO = {
    ("parts_not_whole", "Phòng LĐTB&XH", RECEIVED, "416", "419"),
    ("parts_not_whole", "Văn phòng Đăng ký QSDĐ", RECEIVED, "807", "810"),
    ("parts_not_whole", "Phòng TC-KH", RECEIVED, "69", "70"),
    ("parts_not_whole", "Phòng TN-MT", RECEIVED, "74", "76"),
    ("parts_over_whole", "Phòng Tư pháp", RECEIVED, "2048", "2061"),
    ("parts_not_whole", "Xã An Tân", RECEIVED, "1732", "1738"),
    ("parts_not_whole", "Xã An Quang", RECEIVED, "460", "461"),
    ("parts_not_whole", "Cấp xã", RECEIVED, "11191", "11103"),
    ("bases_over_whole", "Phòng TC-KH", "Trực tuyến mức độ 3", "69", "75"),
    ("sum_of_rows", "Cấp huyện", IN_TIME, "3705", "3762"),
    ("sum_of_rows", "Cấp huyện", LATE, "72", "36"),
    ("sum_of_rows", "Cấp huyện", PENDING, "153", "154"),
    ("sum_of_rows", "Cấp huyện", "Trực tuyến", "284", "378"),
    ("sum_of_rows", "Cấp xã", IN_TIME, "10912", "10917"),
    ("sum_of_rows", "Cấp xã", PENDING, "21", "23"),
    ("sum_of_rows", "Toàn huyện", COPIES, "67", "74"),
    ("rate_wrong_base", "Văn phòng Đăng ký QSDĐ", RATE, "0.38", "0.37"),
    ("rate_wrong_base", "Xã An Toàn", RATE, "3.26", "3.16"),
    ("rate_truncated", "Phòng TC-KH", RATE, "1.44", "1.45"),
    ("rate_truncated", "Xã An Dũng", RATE, "0.84", "0.85"),
    ("rate_truncated", "Xã An Hòa", RATE, "2.67", "2.68"),
    ("rate_truncated", "Xã An Hưng", RATE, "1.84", "1.85"),
    ("rate_truncated", "Xã An Nghĩa", RATE, "1.58", "1.59"),
    ("rate_truncated", "Xã An Trung", RATE, "4.97", "4.98"),
    ("rate_truncated", "Xã An Vinh", RATE, "0.35", "0.36"),
    ("rate_truncated", "Phòng TN-MT", "Trả qua bưu chính", "6.75", "6.76"),
    ("rate_truncated", "Toàn huyện", COPIES, "0.63", "0.64"),
    ("rate_truncated", "Phòng Tư pháp", COPIES, "1.0", "1.1"),
    ("rate_truncated", "Xã An Dũng", COPIES, "0.78", "0.79"),
    ("rate_truncated", "Xã An Tân", COPIES, "0.97", "0.98"),
    ("rate_truncated", "Xã An Vinh", COPIES, "0.61", "0.62"),
    ("table_truncated", "", "", "", ""),
    ("claim_false", "Toàn huyện", LATE, "2", "2.18"),
    ("parts_not_whole", "Cấp xã", "TTHC thuộc thẩm quyền", "140", "142"),
}

DISPATCHES = "Tỷ lệ văn bản hành chính được trao đổi dưới dạng điện tử/Tổng số văn bản đi"
THROUGH = "Số hồ sơ giải quyết qua hệ thống cửa điện tử/Tổng số hồ sơ đã tiếp nhận, giải quyết"
ON_TIME = (
    "Tỷ lệ hồ sơ cấp huyện giải quyết đúng hạn "
    "(ghi rõ số hồ sơ giải quyết đúng hạn/Tổng số hồ sơ đã giải quyết)"
)
LAST = "Năm 2020 (Tính đến 31/3)"

TUY_PHONG = {
    ("rate_wrong", "Năm 2017", "Tỷ lệ phiếu (%)", "18.42", "16.39"),
    ("rate_truncated", "Năm 2018", "Tỷ lệ phiếu (%)", "15.39", "15.40"),
    ("under_quota", "Quý IV/2019", "Số phiếu", "150", "203"),
    ("denominators_mixed", "", "", "", ""),
    ("two_values", "Năm 2016", RECEIVED, "6174", "6184"),
    ("late_is_unreturned", "", "", "", ""),
    ("numerator_over_denominator", LAST, ON_TIME, "2717", "2700"),
    ("numerator_over_denominator", "Năm 2015", DISPATCHES, "14622", "5202"),
    ("numerator_over_denominator", "Năm 2016", DISPATCHES, "17360", "5895"),
    ("numerator_over_denominator", "Năm 2017", DISPATCHES, "18168", "6449"),
    ("numerator_over_denominator", "Năm 2018", DISPATCHES, "20946", "7203"),
    ("numerator_over_denominator", "Năm 2019", DISPATCHES, "22735", "7546"),
    ("numerator_over_denominator", LAST, DISPATCHES, "5822", "1573"),
    ("denominator_not_named", LAST, THROUGH, "2700", "2717"),
    ("share_breaks", "Năm 2019", THROUGH, "17.23", ""),
}

DAM_RONG = {
    ("means_differ", "Toàn huyện", "Điểm bình quân", "14.64", "14.74"),
    ("label_twice", "UBND các xã", "Nhãn in", "14.36", "14.98"),
    ("digits_beyond_rule", "Toàn huyện", "Điểm bình quân", "14.64", "14.7"),
    ("conduct_above_time", "Toàn huyện", "TC7", "2", "1.39"),
    ("weak_left_out", "Toàn huyện", "Tiêu chí hạn chế", "", ""),
}


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("an-lao-2020.csv", AN_LAO),
        ("tuy-phong-2015-2020.csv", TUY_PHONG),
        ("dam-rong-2020.csv", DAM_RONG),
        ("dien-bien-dong-2021-q2.csv", set()),
        ("tuan-giao-2021-q2.csv", set()),
    ],
)
def test_a_report_yields_exactly_these_findings(
    sample: str, expected: set[tuple[str, ...]]
) -> None:
    """Every known error of a printed report is named once, and nothing else is."""
    findings = check_sample(sample).findings
    assert {told(finding) for finding in findings} == expected
    assert len(findings) == len(expected)


def found(sample: str, code: Code, row: str, column: str = "") -> Finding:
    """The one finding of a kind in a row."""
    [finding] = [
        one
        for one in check_sample(sample).findings
        if one.code is code and one.row == row and column in ("", one.column)
    ]
    return finding


def reason(finding: Finding, cause: Cause) -> Reason:
    """What a finding says of one cause."""
    [one] = [one for one in finding.reasons if one.cause is cause]
    return one


def test_an_lao_communes_are_short_by_exactly_the_online_dossiers() -> None:
    """11.191 received against 11.090 + 13: the 88 missing ones are the online column."""
    finding = found("an-lao-2020.csv", Code.PARTS_NOT_WHOLE, "Cấp xã", RECEIVED)
    assert finding.difference == -88
    assert reason(finding, Cause.SHORT_BY_COLUMN).params == {"columns": ("Trực tuyến",)}


def test_an_lao_late_dossiers_of_the_district_are_exactly_doubled() -> None:
    """36 in the offices' own lines, 72 in the block's line."""
    finding = found("an-lao-2020.csv", Code.SUM_OF_ROWS, "Cấp huyện", LATE)
    assert (finding.difference, causes(finding)) == (Decimal(-36), ["exactly_double"])


@pytest.mark.parametrize("row", ["Văn phòng Đăng ký QSDĐ", "Xã An Toàn"])
def test_two_an_lao_rates_divide_by_the_dossiers_on_time(row: str) -> None:
    """0,38 and 3,26 come out when divided by on time instead of received."""
    finding = found("an-lao-2020.csv", Code.RATE_WRONG_BASE, row)
    assert reason(finding, Cause.OTHER_BASE).params == {"columns": (IN_TIME,)}


def test_an_lao_prints_late_rates_cut_off_throughout() -> None:
    """All percentages that fit their figures fit when cut off; thirteen only then."""
    finding = found("an-lao-2020.csv", Code.TABLE_TRUNCATED, "")
    assert finding.severity is Severity.NOTE
    assert finding.params == {"cut": 13, "rounded": 0, "fitting": 35}


def test_an_lao_claim_is_told_with_both_blocks() -> None:
    """“Always under 2 %” is 2,18 for the district: 1,83 and 2,31 below it."""
    finding = found("an-lao-2020.csv", Code.CLAIM_FALSE, "Toàn huyện")
    assert finding.params["below"] == (
        ("Cấp huyện", Decimal("1.83")),
        ("Cấp xã", Decimal("2.31")),
    )


def test_tuy_phong_electronic_dispatches_count_the_sent_ones_twice() -> None:
    """14.622 of 5.202: the numerator is received plus sent, the denominator sent."""
    finding = found(
        "tuy-phong-2015-2020.csv", Code.NUMERATOR_OVER_DENOMINATOR, "Năm 2015", DISPATCHES
    )
    assert reason(finding, Cause.NUMERATOR_HOLDS_DENOMINATOR).params == {
        "columns": ("Số lượng văn bản nhận trên Trục liên thông văn bản quốc gia",)
    }


def test_tuy_phong_prints_its_last_share_reversed() -> None:
    """2717/2700 where every earlier year has returned/received."""
    finding = found("tuy-phong-2015-2020.csv", Code.NUMERATOR_OVER_DENOMINATOR, LAST, ON_TIME)
    assert causes(finding) == ["reversed"]


def test_tuy_phong_lost_a_digit_in_2019() -> None:
    """17,23 % among shares above 51 %: 12142 instead of 2142 would be 97,69 %."""
    finding = found("tuy-phong-2015-2020.csv", Code.SHARE_BREAKS, "Năm 2019")
    assert reason(finding, Cause.DIGIT_LOST).params == {
        "mended": Decimal(12142),
        "share": Decimal("97.69"),
    }


def test_tuy_phong_divides_by_the_returned_dossiers_once() -> None:
    """2700/2700: the header names the received ones, the figure is that of the returned."""
    finding = found("tuy-phong-2015-2020.csv", Code.DENOMINATOR_NOT_NAMED, LAST)
    assert reason(finding, Cause.DENOMINATOR_IS_OTHER).params == {"columns": ("Đã trả kết quả",)}


def test_dam_rong_total_is_the_sum_of_criterion_means_and_no_mean_of_its_blocks() -> None:
    """14,64 needs a weight of 0,4516 for thirteen of twenty-one units, or other figures."""
    finding = found("dam-rong-2020.csv", Code.MEANS_DIFFER, "Toàn huyện")
    assert finding.params == {"low": Decimal("14.739"), "high": Decimal("14.749")}
    assert causes(finding) == ["sum_of_criteria", "other_weights", "fewer_units", "misprinted_mean"]
    block = "Cơ quan chuyên môn thuộc UBND huyện"
    assert reason(finding, Cause.OTHER_WEIGHTS).params == {
        "first": block,
        "share": Decimal("0.4516"),
        "share_low": Decimal("0.4355"),
        "share_high": Decimal("0.4677"),
        "by_units": Decimal("0.6190"),
        "plain_mean": Decimal("14.67"),
    }
    assert reason(finding, Cause.FEWER_UNITS).params["counted"] == 7
    misprint = reason(finding, Cause.MISPRINTED_MEAN).params
    assert misprint["first_instead"] == Decimal("14.81")
    assert misprint["second_instead"] == Decimal("14.09")


def test_dam_rong_leaves_criterion_six_out_of_its_weak_ones() -> None:
    """Criteria 2 and 9 are named; 6 has as few points as 9."""
    finding = found("dam-rong-2020.csv", Code.WEAK_LEFT_OUT, "Toàn huyện")
    assert finding.params["left_out"] == (("6", Decimal(1)),)
