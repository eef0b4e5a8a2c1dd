"""Printed percentages."""

from decimal import Decimal
from fractions import Fraction

import pytest

from scoring.reconcile import RateRounding
from scoring.reconcile.arithmetic import Fit, as_decimal, fit
from tests.unit.scoring.reconcile.sheets import causes, check, check_cells, codes, told

HEADER = "Đơn vị;Tiếp nhận;Đúng và trước hạn;Trễ hạn;Đang giải quyết;Tỷ lệ trễ (%)"
CUT = "Xã A;69;68;1;0;1,44"
ROUNDED = "Xã B;163;160;3;0;1,84"
UP = "Xã C;13;6;7;0;53,85"


@pytest.mark.parametrize(
    ("stated", "expected"),
    [("1.45", Fit.ROUNDED), ("1.44", Fit.TRUNCATED), ("1", Fit.EITHER), ("1.46", Fit.NEITHER)],
)
def test_a_percentage_fits_by_rounding_by_cutting_by_either_or_not(
    stated: str, expected: Fit
) -> None:
    """1/69 is 1,4493 %."""
    assert fit(Fraction(100, 69), Decimal(stated)) is expected


def test_halves_go_up() -> None:
    """1/800 is 0,125 %: 0,13, never 0,12."""
    assert as_decimal(Fraction(1, 8), 2) == Decimal("0.13")


def test_a_cut_off_percentage_is_named_unless_cutting_is_right() -> None:
    """Which of the two ways is right is a choice."""
    assert codes(f"{HEADER}\n{CUT}") == ["rate_truncated"]
    assert check(f"{HEADER}\n{CUT}", RateRounding.TRUNCATE).findings == ()
    assert check(f"{HEADER}\n{CUT}", RateRounding.EITHER).findings == ()


def test_a_rounded_percentage_is_named_where_cutting_is_right() -> None:
    """53,85 for 53,846 where the rest is to be cut off."""
    [finding] = check(f"{HEADER}\n{UP}", RateRounding.TRUNCATE).findings
    assert told(finding)[0] == "rate_rounded"


def test_a_table_that_does_both_is_told() -> None:
    """One percentage only right when cut off, one only when rounded."""
    assert codes(f"{HEADER}\n{CUT}\n{UP}") == ["rate_truncated", "table_mixes_rounding"]


def test_a_percentage_of_something_else_names_it() -> None:
    """3/777 where the others divide by received: 0,38 instead of 0,37."""
    text = f"{HEADER}\n{ROUNDED}\nXã E;200;100;10;90;5\nXã D;807;777;3;27;0,38"
    [finding] = check(text).findings
    assert told(finding)[0] == "rate_wrong_base"
    assert finding.reasons[0].params == {"columns": ("Đúng và trước hạn",)}


def test_a_column_that_divides_by_the_resolved_throughout_is_right() -> None:
    """Late of resolved is as usual as late of received."""
    text = f"{HEADER}\nXã A;100;60;20;20;25\nXã B;50;30;10;10;25"
    assert check(text).findings == ()


def test_a_named_denominator_is_binding() -> None:
    """“Trễ hạn / tiếp nhận” cannot be divided by the resolved."""
    header = HEADER.replace("Tỷ lệ trễ", "Tỷ lệ trễ / tiếp nhận")
    wrong = check(f"{header}\nXã A;100;60;20;20;25\nXã B;50;30;10;10;25").findings
    assert [told(finding)[3:] for finding in wrong] == [("25", "20"), ("25", "20")]


def test_a_decimal_point_in_the_wrong_place_is_recognised() -> None:
    """18,4 for 1,84."""
    [finding] = check(f"{HEADER}\n{ROUNDED.replace('1,84', '18,4')}").findings
    assert causes(finding) == ["decimal_slip"]


def test_early_and_on_time_together_are_a_usual_percentage() -> None:
    """“Tỷ lệ đúng hạn” may count the early ones too."""
    header = "Đơn vị;Tiếp nhận;Trước hạn;Đúng hạn;Trễ hạn;Tỷ lệ đúng hạn (%)"
    assert check(f"{header}\nXã A;100;60;30;10;90\nXã B;200;100;60;40;80").findings == ()


def test_a_share_of_the_total_above_is_a_usual_percentage() -> None:
    """“Tỷ lệ (%)” after units is their share of all units."""
    text = "Đơn vị;Số đơn vị;Tỷ lệ (%)\nTổng cộng;21;100\nKhối phòng;13;61,9\nKhối xã;8;38,1"
    assert check(text).findings == ()


def test_a_column_of_percentages_nothing_explains_is_set_aside() -> None:
    """Three percentages and not one that fits: we misread the column, so it is only told."""
    text = f"{HEADER}\nXã A;100;60;20;20;77\nXã B;50;30;10;10;66\nXã C;10;5;1;4;55"
    report = check(text)
    assert report.findings == ()
    assert report.unread == (("#1", "Tỷ lệ trễ (%)"),)


def test_nothing_is_divided_by_nought() -> None:
    """A unit without dossiers may print any percentage."""
    assert check(f"{HEADER}\nXã A;0;0;0;0;0").findings == ()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("Xã A;200;100;10;90;100", []),
        ("Xã A;200;15;20;165;133", []),
        ("Xã A;200;10;10;180;100", ["other_base"]),
        ("Xã A;200;1;1;198;100", ["other_base"]),
        ("Xã A;200;0;0;200;7", []),
        ("Xã A;200;180;20;0;0", []),
        ("Xã A;200;180;20;0;110", []),
    ],
)
def test_another_base_is_a_count_at_least_as_large_and_no_nought(row: str, said: list[str]) -> None:
    """Nothing is divided by itself, by less than it or by nought; by an equal count it is 100 %."""
    [finding] = check(f"{HEADER}\n{row}").findings
    assert causes(finding) == said


def test_a_percentage_of_nought_is_told_as_nought() -> None:
    """0 % printed for 20 of 200."""
    [finding] = check(f"{HEADER}\nXã A;200;180;20;0;0").findings
    assert told(finding) == ("rate_wrong", "Xã A", "Tỷ lệ trễ (%)", "0", "10")
    assert finding.params["exact"] == Decimal("10.00")


def test_a_cell_with_a_fraction_and_a_percentage_is_its_own_base() -> None:
    """“7/200 (100%)”: its own numerator is no other base; the header names the denominator."""
    [finding] = check("Đơn vị;Tiếp nhận;Trả qua bưu chính\nXã A;300;7/200 (100%)").findings
    assert causes(finding) == []
    assert finding.params["base_name"] == "Trả qua bưu chính"


@pytest.mark.parametrize(("times", "notes"), [(1, []), (2, ["table_truncated"])])
def test_two_cut_off_percentages_are_a_habit(times: int, notes: list[str]) -> None:
    """One may be a slip."""
    rows = "\n".join(CUT.replace("Xã A", f"Xã {n}") for n in range(times))
    assert codes(f"{HEADER}\n{rows}") == ["rate_truncated"] * times + notes
    assert check(f"{HEADER}\n{rows}", RateRounding.TRUNCATE).findings == ()


def test_a_column_that_only_fits_cut_off_is_understood() -> None:
    """Three percentages, all cut off, are still percentages of something."""
    rows = "\n".join(CUT.replace("Xã A", f"Xã {n}") for n in range(3))
    assert check(f"{HEADER}\n{rows}").unread == ()


def test_where_no_percentage_is_printed_none_fits() -> None:
    """A share without a percentage is neither rounded nor cut off."""
    assert fit(Fraction(1), None) is Fit.NEITHER


LATE = (Decimal(0), Decimal(3), Decimal(20), Decimal(50))


@pytest.mark.parametrize("scale", [1, 100])
def test_a_spreadsheets_percentages_may_be_shares(scale: int) -> None:
    """0.03 in a cell shown as 3 %, or 3 itself: the column is read the way that fits."""
    grid: list[list[str | Decimal]] = [["Đơn vị", "Tiếp nhận", "Trễ hạn", "Tỷ lệ trễ (%)"]]
    grid += [[f"Xã {n}", Decimal(100), n, n / scale] for n in LATE]
    report = check_cells(grid)
    assert (report.findings, report.unread) == ((), ())
    grid[2][3] = Decimal(4) / scale
    [finding] = check_cells(grid, "Tờ 1").findings
    assert (finding.sheet, finding.difference) == ("Tờ 1", Decimal(-1))
    grid[1][3] = Decimal(1) / scale
    wrong = check_cells(grid, "Tờ 1").findings
    assert [str(one.recomputed)[0] for one in wrong] == ["0", "3"]
    assert [one.difference for one in wrong] == [-1, -1]


def test_a_wrong_share_of_the_total_above_is_named() -> None:
    """13 of 21 units are 61,9 %, not 60."""
    text = "Đơn vị;Số đơn vị;Tỷ lệ (%)\nTổng cộng;21;100\nKhối phòng;13;60\nKhối xã;8;38,1"
    found = check(f"{text}\nKhối khác;0;0").findings
    assert [told(finding) for finding in found] == [
        ("rate_wrong", "Khối phòng", "Tỷ lệ (%)", "60", "62")
    ]


def test_a_percentage_of_parts_needs_all_of_them() -> None:
    """Resolved are those in time and those late: with one blank nobody knows how many."""
    header = "Đơn vị;Tiếp nhận;Đúng và trước hạn;Trễ hạn;Tỷ lệ trễ hạn / đã giải quyết (%)"
    rows = "Xã A;200;90;10;{}\nXã B;200;;10;50"
    assert check(f"{header}\n{rows.format(10)}").findings == ()
    [finding] = check(f"{header}\n{rows.format(20)}").findings
    assert (finding.row, finding.params["base_name"]) == ("Xã A", "Đúng và trước hạn + Trễ hạn")


def test_a_percentage_may_stand_beside_its_own_number() -> None:
    """“7 (3,5%)” in a column of percentages: seven of the two hundred received."""
    text = "Đơn vị;Tiếp nhận;Tỷ lệ trễ hạn\nXã A;200;7 ({}%)"
    assert check(text.format("3,5")).findings == ()
    [finding] = check(text.format("4,5")).findings
    assert told(finding)[3:] == ("4.5", "3.5")


def test_a_share_of_the_row_above_must_fit_more_than_half_of_its_column() -> None:
    """One of two percentages may fit by chance: the column is read as nothing."""
    text = "Đơn vị;Số đơn vị;Tỷ lệ (%)\nTổng cộng;20;\nKhối phòng;10;50\nKhối xã;10;70"
    assert check(text).findings == ()


def test_a_percentage_of_late_ones_is_never_that_of_those_in_time() -> None:
    """90 % under “trễ” is wrong, though 90 of 100 were in time."""
    [finding] = check(f"{HEADER}\nXã A;100;90;10;0;90").findings
    assert told(finding)[3:] == ("90", "10")


def test_a_percentage_in_words_among_a_spreadsheets_shares_stays_as_it_is() -> None:
    """0.03 and 0.2 are shares; “50%” typed as text is 50 % all the same."""
    grid: list[list[str | Decimal]] = [["Đơn vị", "Tiếp nhận", "Trễ hạn", "Tỷ lệ trễ (%)"]]
    grid += [[f"Xã {n}", Decimal(100), n, n / 100] for n in LATE[:3]]
    grid += [["Xã A", Decimal(100), Decimal(50), "50%"]]
    assert check_cells(grid).findings == ()
