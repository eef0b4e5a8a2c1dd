"""Tests of `scoring.rounding`."""

from decimal import Decimal

import pytest

from scoring.rounding import Rounding, added, plain, rounded


@pytest.mark.parametrize(
    ("value", "digits", "rounding", "expected"),
    [
        ("1.25", 1, Rounding.HALF_UP, "1.3"),
        ("1.35", 1, Rounding.HALF_UP, "1.4"),
        ("1.249", 1, Rounding.HALF_UP, "1.2"),
        ("1.25", 1, Rounding.HALF_EVEN, "1.2"),
        ("1.35", 1, Rounding.HALF_EVEN, "1.4"),
        ("1.29", 1, Rounding.TRUNCATE, "1.2"),
        ("46.15", 0, Rounding.HALF_UP, "46"),
        ("2", 2, Rounding.HALF_UP, "2.00"),
    ],
)
def test_rounded(value: str, digits: int, rounding: Rounding, expected: str) -> None:
    """A number is brought to exactly its digits, half up unless another way is named."""
    assert str(rounded(Decimal(value), digits, rounding)) == expected
    if rounding is Rounding.HALF_UP:
        assert str(rounded(Decimal(value), digits)) == expected


def test_added() -> None:
    """A sum of decimals is a decimal, even of nothing."""
    assert added([Decimal("1.1"), Decimal("2.2")]) == Decimal("3.3")
    assert isinstance(added([]), Decimal)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("16", "16"), ("10", "10"), ("100.00", "100"), ("14.70", "14.7"), ("1E+1", "10"), ("0", "0")],
)
def test_plain(value: str, expected: str) -> None:
    """A number is written without exponent and without trailing zeros after the point."""
    assert plain(Decimal(value)) == expected
