"""Blocks are named as the law names their units on a day."""

from datetime import date

import pytest

from surveys.unit_kinds import block_name


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2025, 6, 30), "Khối xã, thị trấn"),
        (date(2025, 7, 1), "Khối xã, phường, đặc khu"),
    ],
)
def test_a_blocks_name_follows_the_day(day: date, name: str) -> None:
    """Towns ended with the districts; wards and special zones are of the same level since."""
    assert block_name("xa", "vi", day) == name


def test_a_block_of_the_offices_own_is_shown_as_written() -> None:
    """Whatever the day."""
    assert block_name("Cụm 1", "vi", date(2026, 1, 1)) == "Cụm 1"
