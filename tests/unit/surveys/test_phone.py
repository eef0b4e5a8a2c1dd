"""Phone numbers in one writing."""

import phonenumbers
import pytest

from surveys.privacy import MOBILE, normal_phone


@pytest.mark.parametrize(
    "written",
    ["0912345678", "091 234 5678", "+84 912 345 678", "84912345678", "912345678", "091.234.5678"],
)
def test_one_number_in_its_writings(written: str) -> None:
    """With or without the zero, the country, and signs between."""
    assert normal_phone(written) == "+84912345678"


@pytest.mark.parametrize(
    "wrong", ["", "không có", "0912", "091234567890123", "0000000000", "0601234567"]
)
def test_what_is_no_number(wrong: str) -> None:
    """None, and nothing guessed."""
    assert normal_phone(wrong) is None


def test_an_old_number_of_eleven_digits_is_the_one_of_today() -> None:
    """0169… became 039… on 15/9/2018."""
    assert normal_phone("01691234567") == normal_phone("0391234567") == "+84391234567"


def test_the_quick_way_tells_no_other_numbers_than_the_library() -> None:
    """For every beginning of four digits: what the shape takes, phonenumbers takes too."""
    for head in range(1000):
        text = f"0{head:03d}123456"
        if MOBILE.fullmatch(text):
            number = phonenumbers.parse(text, "VN")
            assert phonenumbers.is_valid_number(number), text
            assert normal_phone(text) == phonenumbers.format_number(number, 0)
