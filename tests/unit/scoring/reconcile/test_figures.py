"""What one printed cell says."""

from decimal import Decimal

import pytest

from scoring.reconcile.figures import Figure, Kind, decimal, read_figure


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("15.121", 15121),
        ("15,121", 15121),
        ("1.234.567", 1234567),
        ("15 121", 15121),
        ("15\u00a0121", 15121),
        ("02", 2),
        ("850 phiếu", 850),
    ],
)
def test_counts_are_read_the_vietnamese_and_the_english_way(text: str, number: int) -> None:
    """A point, a comma or a space between thousands, and the word after it, change nothing."""
    assert read_figure(text, Kind.COUNT) == Figure(number=Decimal(number))


@pytest.mark.parametrize("text", ["1,5", "12.34", "0.123", "-5", "3 và 4", "1.23.456", "4% 5%"])
def test_what_is_no_count_is_refused(text: str) -> None:
    """A count with decimals, a sign or two numbers in one cell are no count."""
    with pytest.raises(ValueError, match=text):
        read_figure(text, Kind.COUNT)


@pytest.mark.parametrize(
    ("text", "percent"), [("4,37", "4.37"), ("4.37 %", "4.37"), ("1,0%", "1.0"), ("46%", "46")]
)
def test_percentages_keep_their_printed_digits(text: str, percent: str) -> None:
    """The digits tell to what the percentage was rounded."""
    assert read_figure(text, Kind.RATE) == Figure(percent=Decimal(percent))


def test_a_cell_may_hold_a_fraction_and_its_percentage() -> None:
    """As reports write it: 850 phiếu /5.658 hồ sơ, đạt 15,02%."""
    figure = read_figure("850 phiếu /5.658 hồ sơ tiếp nhận, đạt 15,02%", Kind.COUNT)
    assert figure == Figure(number=Decimal(850), base=Decimal(5658), percent=Decimal("15.02"))


def test_a_count_may_carry_its_percentage() -> None:
    """7 (0,84%) is a count with a percentage."""
    figure = read_figure("7 (0,84%)", Kind.COUNT)
    assert figure == Figure(number=Decimal(7), percent=Decimal("0.84"))


def test_points_have_decimals() -> None:
    """14,64 points are not 1.464."""
    assert read_figure("14,64 điểm", Kind.SCORE) == Figure(number=Decimal("14.64"))


def test_a_spreadsheets_own_number_is_taken_as_it_is() -> None:
    """A number cell has no thousands mark to misread; the tail of a formula is dropped."""
    assert read_figure(Decimal(2048), Kind.COUNT) == Figure(number=Decimal(2048))
    rate = read_figure(Decimal("4.371584699453552"), Kind.RATE)
    assert rate == Figure(percent=Decimal("4.371585"), typed=True)


def test_a_spreadsheets_number_may_have_any_size() -> None:
    """Twenty-three digits, as a long number becomes in a spreadsheet, are a number too."""
    long = Decimal(10**22)
    assert read_figure(long, Kind.FREE) == Figure(number=long)


@pytest.mark.parametrize("value", [Decimal("2.048"), Decimal(-1)])
def test_a_number_cell_that_is_no_count_is_refused(value: Decimal) -> None:
    """2.048 typed into a spreadsheet with English settings is two, not two thousand."""
    with pytest.raises(ValueError, match=r"\S"):
        read_figure(value, Kind.COUNT)


@pytest.mark.parametrize("text", ["nhiều", "-5", "3 4", "1.5.5 và 2"])
def test_what_are_no_points_is_refused(text: str) -> None:
    """Points are one number, without a sign."""
    with pytest.raises(ValueError, match=text):
        read_figure(text, Kind.SCORE)


@pytest.mark.parametrize(
    ("value", "kind"), [("2.5", Kind.COUNT), ("-1", Kind.SCORE), ("NaN", Kind.RATE)]
)
def test_a_refused_number_is_quoted(value: str, kind: Kind) -> None:
    """An impossible number is quoted as written."""
    with pytest.raises(ValueError, match=value):
        read_figure(Decimal(value), kind)


@pytest.mark.parametrize("value", ["0", "0.5", "0.123456", "12.5"])
def test_a_short_number_of_a_spreadsheet_keeps_its_digits(value: str) -> None:
    """Six decimals and fewer are as somebody typed them."""
    figure = read_figure(Decimal(value), Kind.RATE)
    assert str(figure.percent) == value


@pytest.mark.parametrize(("text", "number"), [("1.234,5", "1234.5"), ("1,234.5", "1234.5")])
def test_only_the_last_mark_of_a_number_is_the_decimal_one(text: str, number: str) -> None:
    """1.234,5 and 1,234.5 are the same points."""
    assert read_figure(text, Kind.SCORE) == Figure(number=Decimal(number))


def test_words_are_no_number() -> None:
    """What is no number is quoted; a count without a figure says that a count was asked for."""
    with pytest.raises(ValueError, match="mười"):
        decimal("mười")
    with pytest.raises(ValueError, match="count"):
        read_figure("mười", Kind.COUNT)
