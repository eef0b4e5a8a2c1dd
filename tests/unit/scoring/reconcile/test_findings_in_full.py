"""Counts and percentages: what a finding tells, word for word."""

import pytest

from tests.unit.scoring.reconcile.sheets import check, check_cells, in_full

HEADER = "Đơn vị;Tiếp nhận;Đúng và trước hạn;Trễ hạn;Đang giải quyết"
RATES = f"{HEADER};Tỷ lệ trễ (%)"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            f"{HEADER}\nXã A;100;90;5;0",
            [
                "parts_not_whole | /#1/B2/Xã A/Tiếp nhận | 100 for 95 | "
                "parts=Đúng và trước hạn + Trễ hạn + Đang giải quyết",
            ],
        ),
        (
            f"{HEADER}\nXã A;100;90;15;",
            [
                "parts_over_whole | /#1/B2/Xã A/Tiếp nhận | 100 for 105 | "
                "parts=Đúng và trước hạn + Trễ hạn",
            ],
        ),
        (
            f"{HEADER}\nXã A;100;90;7;10",
            [
                "parts_not_whole | /#1/B2/Xã A/Tiếp nhận | 100 for 107 | "
                "parts=Đúng và trước hạn + Trễ hạn + Đang giải quyết | "
                "counted_twice columns=[Trễ hạn]",
            ],
        ),
        (
            "Đơn vị;Tiếp nhận;Trực tuyến;Đúng và trước hạn;Trễ hạn;Đang giải quyết\n"
            "Xã A;100;7;90;3;0",
            [
                "parts_not_whole | /#1/B2/Xã A/Tiếp nhận | 100 for 93 | "
                "parts=Đúng và trước hạn + Trễ hạn + Đang giải quyết | "
                "short_by_column columns=[Trực tuyến]",
            ],
        ),
        (
            f"{HEADER}\nXã A;1234;1200;4;120",
            [
                "parts_not_whole | /#1/B2/Xã A/Tiếp nhận | 1234 for 1324 | "
                "parts=Đúng và trước hạn + Trễ hạn + Đang giải quyết | digits_swapped",
            ],
        ),
        (
            f"{HEADER}\nXã A;200;90;7;3",
            [
                "parts_not_whole | /#1/B2/Xã A/Tiếp nhận | 200 for 100 | "
                "parts=Đúng và trước hạn + Trễ hạn + Đang giải quyết | exactly_double",
            ],
        ),
        (
            f"{HEADER}\nXã A;50;90;7;3",
            [
                "parts_not_whole | /#1/B2/Xã A/Tiếp nhận | 50 for 100 | "
                "parts=Đúng và trước hạn + Trễ hạn + Đang giải quyết | exactly_half",
            ],
        ),
        (
            "Đơn vị;Tiếp nhận;Trực tuyến mức độ 3;Trực tuyến mức độ 4\nPhòng A;69;66/66;3/9",
            [
                "bases_over_whole | /#1/C2/Phòng A/Trực tuyến mức độ 3 | 69 for 75 | "
                "whole=Tiếp nhận, parts=Trực tuyến mức độ 3 + Trực tuyến mức độ 4",
            ],
        ),
    ],
)
def test_a_whole_beside_its_parts(text: str, told: list[str]) -> None:
    """A whole that is not its parts names them, and what would explain the difference."""
    assert [in_full(finding) for finding in check(text).findings] == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "Dòng;Đơn vị;Tiếp nhận\ntổng;Huyện;30\nđơn vị;Xã A;10\nđơn vị;Xã B;20\nđơn vị;Xã C;7",
            [
                "sum_of_rows | /#1/C2/Huyện/Tiếp nhận | 30 for 37 | row_left_out rows=[Xã C]",
            ],
        ),
        (
            "Dòng;Đơn vị;Tiếp nhận\ntổng;Huyện;40\nđơn vị;Xã A;10\nđơn vị;Xã B;20",
            [
                "sum_of_rows | /#1/C2/Huyện/Tiếp nhận | 40 for 30 | row_twice rows=[Xã A]",
            ],
        ),
        (
            "Dòng;Đơn vị;Tiếp nhận\ntổng;Huyện;37\nđơn vị;Xã A;10\nđơn vị;Xã B;20",
            [
                "sum_of_rows | /#1/C2/Huyện/Tiếp nhận | 37 for 30",
            ],
        ),
        (
            "Dòng;Đơn vị;Tiếp nhận\ntổng;Huyện;60\nđơn vị;Xã A;10\nđơn vị;Xã B;20",
            [
                "sum_of_rows | /#1/C2/Huyện/Tiếp nhận | 60 for 30 | exactly_double",
            ],
        ),
        (
            "Dòng;Đơn vị;Tiếp nhận\ntổng;Huyện;321\nđơn vị;Xã A;110\nđơn vị;Xã B;202",
            [
                "sum_of_rows | /#1/C2/Huyện/Tiếp nhận | 321 for 312 | digits_swapped",
            ],
        ),
        (
            "Dòng;Đơn vị;Chứng thực bản sao điện tử\ntổng;Huyện;8/480\nđơn vị;Xã A;5/635\n"
            "đơn vị;Xã B;3/325",
            [
                "bases_of_rows | /#1/C2/Huyện/Chứng thực bản sao điện tử | 480 for 960 | "
                "exactly_half",
            ],
        ),
        (
            "Dòng;Đơn vị;Chứng thực bản sao điện tử\ntổng;Huyện;8/906\nđơn vị;Xã A;5/635\n"
            "đơn vị;Xã B;3/325",
            [
                "bases_of_rows | /#1/C2/Huyện/Chứng thực bản sao điện tử | 906 for 960 | "
                "digits_swapped",
            ],
        ),
    ],
)
def test_a_block_above_its_rows(text: str, told: list[str]) -> None:
    """A block that is not the sum of its rows tells both figures and the likely slip."""
    assert [in_full(finding) for finding in check(text).findings] == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "Đơn vị;Tiếp nhận;Chứng thực bản sao điện tử\nXã A;99;12/10",
            [
                "numerator_over_denominator | /#1/C2/Xã A/Chứng thực bản sao điện tử | 12 for 10",
            ],
        ),
        (
            "Đơn vị;Tiếp nhận;Văn bản đến;Văn bản đi;Văn bản điện tử/Văn bản đi\n"
            "Xã A;3;4;10;14/10\nXã B;3;5;10;9/10",
            [
                "numerator_over_denominator | /#1/E2/Xã A/Văn bản điện tử/Văn bản đi | "
                "14 for 10 | numerator_holds_denominator columns=[Văn bản đến]",
            ],
        ),
        (
            "Đơn vị;Tiếp nhận;Đã trả;Trả / Tiếp nhận\nXã A;10;12;12/10\nXã B;9;8;8/9",
            [
                "parts_over_whole | /#1/B2/Xã A/Tiếp nhận | 10 for 12 | parts=Đã trả",
                "numerator_over_denominator | /#1/D2/Xã A/Trả / Tiếp nhận | 12 for 10 | reversed",
            ],
        ),
        (
            "Đơn vị;Tiếp nhận;Đã trả;Qua hệ thống/Tiếp nhận\nXã A;12;10;9/10\nXã B;5;5;5/5",
            [
                "denominator_not_named | /#1/D2/Xã A/Qua hệ thống/Tiếp nhận | 10 for 12 | "
                "named=Tiếp nhận | denominator_is_other columns=[Đã trả]",
            ],
        ),
        (
            "Đơn vị;Tiếp nhận;Đã trả;Qua hệ thống/Tiếp nhận\nXã A;12;10;9/11\nXã B;5;5;5/5",
            [
                "denominator_not_named | /#1/D2/Xã A/Qua hệ thống/Tiếp nhận | 11 for 12 | "
                "named=Tiếp nhận",
            ],
        ),
        (
            "Kỳ;Qua hệ thống/Tổng số hồ sơ\nNăm 2015;3650/5658\nNăm 2016;3162/6174\n"
            "Năm 2017;4953/8955\nNăm 2019;2142/12429",
            [
                "share_breaks | /#1/B5/Năm 2019/Qua hệ thống/Tổng số hồ sơ | "
                "17.23 for None | lowest=51.21, number=2142, base=12429 | "
                "digit_lost mended=12142, share=97.69",
            ],
        ),
    ],
)
def test_a_share_over_its_whole(text: str, told: list[str]) -> None:
    """A numerator over its denominator tells both, and how that may have come about."""
    assert [in_full(finding) for finding in check(text).findings] == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            f"{RATES}\nXã A;200;100;10;90;7",
            [
                "rate_wrong | /#1/F2/Xã A/Tỷ lệ trễ (%) | 7 for 5 | "
                "exact=5.00, number=10, base=200, base_name=Tiếp nhận",
            ],
        ),
        (
            f"{RATES}\nXã A;200;100;10;90;10",
            [
                "rate_wrong_base | /#1/F2/Xã A/Tỷ lệ trễ (%) | 10 for 5 | "
                "exact=5.00, number=10, base=200, base_name=Tiếp nhận | "
                "other_base columns=[Đúng và trước hạn]",
            ],
        ),
        (
            f"{RATES}\nXã A;200;150;10;40;50",
            [
                "rate_wrong | /#1/F2/Xã A/Tỷ lệ trễ (%) | 50 for 5 | "
                "exact=5.00, number=10, base=200, base_name=Tiếp nhận | "
                "decimal_slip factor=0.1",
            ],
        ),
        (
            f"{RATES}\nXã A;200;150;10;40;0,5",
            [
                "rate_wrong | /#1/F2/Xã A/Tỷ lệ trễ (%) | 0.5 for 5.0 | "
                "exact=5.000, number=10, base=200, base_name=Tiếp nhận | "
                "decimal_slip factor=10",
            ],
        ),
        (
            f"{RATES}\nXã A;69;68;1;0;1,44\nXã B;163;160;3;0;1,84\nXã C;163;160;3;0;1,84",
            [
                "rate_truncated | /#1/F2/Xã A/Tỷ lệ trễ (%) | 1.44 for 1.45 | "
                "exact=1.4493, number=1, base=69, base_name=Tiếp nhận",
            ],
        ),
        (
            f"{RATES}\nXã A;69;68;1;0;1,44\nXã C;13;6;7;0;53,85",
            [
                "rate_truncated | /#1/F2/Xã A/Tỷ lệ trễ (%) | 1.44 for 1.45 | "
                "exact=1.4493, number=1, base=69, base_name=Tiếp nhận",
                "table_mixes_rounding | /#1/// | None for None | cut=1, rounded=1, fitting=2",
            ],
        ),
    ],
)
def test_a_printed_percentage(text: str, told: list[str]) -> None:
    """A percentage tells what it is made of, and to more digits what it should be."""
    assert [in_full(finding) for finding in check(text).findings] == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "Bảng;Một\nĐơn vị;Tiếp nhận;Trễ hạn\nXã A;6.184;2\nXã B;7;1\n\nBảng;Hai\n"
            "Đơn vị;Tổng tiếp nhận\nXã A;6.814\nXã B;7",
            [
                "two_values | /Hai/B8/Xã A/Tổng tiếp nhận | 6814 for 6184 | "
                "other_table=Một, other_cell=B3, other_column=Tiếp nhận | digits_swapped",
            ],
        ),
        (
            "Nhận định;Tỷ lệ trễ hạn luôn dưới 3%\nDòng;Đơn vị;Tiếp nhận;Trễ hạn\n"
            "tổng;Huyện;300;9\nkhối;Cấp xã;100;5\nkhối;Cấp huyện;200;4\nkhối;Khác;;",
            [
                "claim_false | /#1/D3/Huyện/Trễ hạn | 3 for 3.00 | "
                "claim=Tỷ lệ trễ hạn luôn dưới 3%, number=9, base=300, below=[[Cấp xã 5.00] "
                "[Cấp huyện 2.00]]",
            ],
        ),
        (
            "Tỷ lệ khảo sát tối thiểu;10%\nKỳ;Số phiếu;Hồ sơ làm mẫu số\nQuý IV/2019;202;2.024",
            [
                "under_quota | /#1/B3/Quý IV/2019/Số phiếu | 202 for 203 | "
                "quota=10, dossiers=2024, share=9.98",
            ],
        ),
        (
            "Kỳ;Số phiếu;Hồ sơ làm mẫu số;Mẫu số là\nNăm 2016;9;61;hồ sơ tiếp nhận\n"
            "Năm 2017;9;61;hồ sơ tiếp nhận\nNăm 2018;9;61;đã trả\nNăm 2019;9;61;",
            [
                "denominators_mixed | /#1/// | None for None | kinds=hồ sơ tiếp nhận; đã trả",
            ],
        ),
        (
            "Đơn vị;Tiếp nhận;Đã trả;Trễ hạn\nXã A;10;8;2\nXã B;10;7;3\nXã C;10;8;2",
            [
                "late_is_unreturned | /#1/// | None for None | rows=3",
            ],
        ),
    ],
)
def test_a_figure_beside_another_table_or_a_promise(text: str, told: list[str]) -> None:
    """The other place, the claim or the quota is told with the figures it rests on."""
    assert [in_full(finding) for finding in check(text).findings] == told


def test_the_sheet_is_named_too() -> None:
    """A finding at a cell and one about a whole table say in which sheet of the file they are."""
    lines = ["Kỳ;Phiếu;Hồ sơ làm mẫu số;Mẫu số là", "Năm 2016;9;8;tiếp nhận", "Năm 2017;9;61;trả"]
    found = check_cells([line.split(";") for line in lines], "Tờ 1")
    assert [in_full(finding) for finding in found.findings] == [
        "parts_over_whole | Tờ 1/#1/C2/Năm 2016/Hồ sơ làm mẫu số | 8 for 9 | parts=Phiếu",
        "denominators_mixed | Tờ 1/#1/// | None for None | kinds=tiếp nhận; trả",
    ]
