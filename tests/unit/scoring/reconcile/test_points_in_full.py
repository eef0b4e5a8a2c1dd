"""Points: what a finding tells, word for word."""

import pytest

from tests.unit.scoring.reconcile.sheets import check, in_full

CRITERIA = ";".join(f"TC{number}" for number in range(1, 10))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "Đơn vị;Tổng điểm;Xếp loại\nXã A;14,9;Xuất sắc",
            [
                "grade_not_score | /#1/C2/Xã A/Xếp loại | None for None | "
                "score=14.9, printed=Xuất sắc, expected=tot",
            ],
        ),
        (
            "Đơn vị;TC1;Tổng điểm\nXã A;2,5;18,5",
            [
                "over_maximum | /#1/B2/Xã A/TC1 | 2.5 for 2",
                "over_maximum | /#1/C2/Xã A/Tổng điểm | 18.5 for 18",
            ],
        ),
        (
            "Đơn vị;Xuất sắc;Tốt;Điểm bình quân\nKhối phòng;6;7;13,20",
            [
                "mean_outside_grades | /#1/D2/Khối phòng/Điểm bình quân | 13.20 for None | "
                "low=13.38, high=16.38",
            ],
        ),
        (
            "Đơn vị;Nhãn in;Điểm bình quân\nKhối phòng;bình quân cấp phòng;14,98\n"
            "Khối xã;Bình quân cấp phòng;14,36",
            [
                "label_twice | /#1/B3/Khối xã/Nhãn in | 14.36 for 14.98 | "
                "label=Bình quân cấp phòng, other_row=Khối phòng",
            ],
        ),
        (
            "Đơn vị;TC1;TC2;Tổng điểm\nXã A;1,25;1,1;2,35\nXã B;1;1;2",
            [
                "digits_beyond_rule | /#1/D2/Xã A/Tổng điểm | 2.35 for 2.4 | printed=2, rule=1",
            ],
        ),
        (
            "Đơn vị;TC1;TC7\nXã A;1,2;1,3\nXã B;2;2\nXã C;1;1,5",
            [
                "conduct_above_time | /#1/C2/Xã A/TC7 | 1.3 for 1.2 | rows=2",
            ],
        ),
        (
            "Đơn vị;TC1;TC2;TC3;Tiêu chí hạn chế\nXã A;1;0;0,5;1 và 2",
            [
                "weak_left_out | /#1/E2/Xã A/Tiêu chí hạn chế | None for None | "
                "named=1 và 2, left_out=[[3 0.5]]",
            ],
        ),
    ],
)
def test_points_and_grades(text: str, told: list[str]) -> None:
    """Grades, limits, labels and weak criteria are told with the points they rest on."""
    assert [in_full(finding) for finding in check(text).findings] == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            f"Đơn vị;{CRITERIA};Tổng điểm\nXã A;2;2;2;2;2;1;2;1;0;14,5",
            [
                "criteria_not_total | /#1/K2/Xã A/Tổng điểm | 14.5 for 14",
            ],
        ),
        (
            "Dòng;Đơn vị;Tổng điểm\nkhối;Cấp xã;13,3\nđơn vị;Xã A;14,1\nđơn vị;Xã B;12,2\n"
            "đơn vị;Xã C;",
            [
                "mean_of_rows | /#1/C2/Cấp xã/Tổng điểm | 13.3 for 13.2 | rows=2",
            ],
        ),
        (
            "Dòng;Đơn vị;TC1\nkhối;Cấp xã;1,5\nđơn vị;Xã A;1\nđơn vị;Xã B;1,2",
            [
                "mean_of_rows | /#1/C2/Cấp xã/TC1 | 1.5 for 1.1 | rows=2",
            ],
        ),
        (
            "Dòng;Đơn vị;Điểm bình quân\ntổng;Huyện;15,3\nkhối;Khối phòng;15,0\nkhối;Khối xã;12,0",
            [
                "mean_of_rows | /#1/C2/Huyện/Điểm bình quân | 15.3 for 13.5 | rows=2",
            ],
        ),
        (
            f"Dòng;Đơn vị;Số đơn vị;{CRITERIA};Tổng điểm\n"
            "tổng;Huyện;6;2;2;2;2;2;1;1;1;0;13,0\nkhối;Khối phòng;4;;;;;;;;;;15,0\n"
            "khối;Khối xã;2;;;;;;;;;;12,0",
            [
                "means_differ | /#1/M2/Huyện/Tổng điểm | 13.0 for 14.0 | "
                "low=13.95, high=14.05 | sum_of_criteria | "
                "other_weights first=Khối phòng, share=0.3333, share_low=0.3000, "
                "share_high=0.3667, by_units=0.6667, plain_mean=13.5 | "
                "fewer_units block=Khối phòng, counted=1, units=4 | "
                "misprinted_mean first=Khối phòng, first_instead=13.5, second=Khối xã, "
                "second_instead=9.0",
            ],
        ),
    ],
)
def test_totals_and_means(text: str, told: list[str]) -> None:
    """A total or mean is told with what it should be, and over how many units."""
    assert [in_full(finding) for finding in check(text).findings] == told
