"""Printed percentages."""

from decimal import Decimal
from fractions import Fraction

import pytest

from scoring.reconcile import RateRounding
from scoring.reconcile.arithmetic import Fit, as_decimal, fit
from tests.unit.scoring.reconcile.sheets import causes, check, told

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
    assert [f.code for f in check(f"{HEADER}\n{CUT}").findings] == ["rate_truncated"]
    assert check(f"{HEADER}\n{CUT}", RateRounding.TRUNCATE).findings == ()
    assert check(f"{HEADER}\n{CUT}", RateRounding.EITHER).findings == ()


def test_a_rounded_percentage_is_named_where_cutting_is_right() -> None:
    """53,85 for 53,846 where the rest is to be cut off."""
    [finding] = check(f"{HEADER}\n{UP}", RateRounding.TRUNCATE).findings
    assert told(finding)[0] == "rate_rounded"


def test_a_table_that_does_both_is_told() -> None:
    """One percentage only right when cut off, one only when rounded."""
    codes = {finding.code.value for finding in check(f"{HEADER}\n{CUT}\n{UP}").findings}
    assert codes == {"rate_truncated", "table_mixes_rounding"}


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
    """“Tỷ lệ (%)” behind units is their share of all units."""
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
