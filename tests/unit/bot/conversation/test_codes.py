"""Codes in what people type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.codes import (
    official_code,
    possible_code,
    possible_reference,
    token_in_link,
)
from surveys.dossier import has_known_form

CODE = "000.17.22.H56-210531-0001"
SPACES = st.sampled_from(["", " ", "  ", "\u00a0"])


@given(
    dashes=st.lists(st.sampled_from("-–—‑−‐"), min_size=2, max_size=2),
    spaces=st.lists(SPACES, min_size=4, max_size=4),
    lower=st.booleans(),
    before=st.sampled_from(["", "mã ", "hồ sơ: ", "tra cứu "]),
)
def test_any_writing_of_a_code_is_that_code(
    dashes: list[str], spaces: list[str], lower: bool, before: str
) -> None:
    """Dashes of every kind, spaces around them, small letters, words before it."""
    head, day, tail = CODE.split("-")
    written = f"{head}{spaces[0]}{dashes[0]}{spaces[1]}{day}{spaces[2]}{dashes[1]}{spaces[3]}{tail}"
    text = before + (written.lower() if lower else written)
    assert official_code(text, 4) == CODE


@pytest.mark.parametrize(
    "text",
    [
        "H56-210531-0001",
        "H21.17-210531-00012",
        "h21.17.5 210531 0001",
        "000.17.22.H56.1-210531-0001",
    ],
)
def test_shorter_and_longer_builds(text: str) -> None:
    """The short prefix, the five-digit tail, further levels."""
    assert official_code(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "210531",
        "H56-2105-0001",
        "XH56-210531-0001",
        "H56-210531-0001234567890",
        "0912 345678 0001",
    ],
)
def test_what_is_no_code(text: str) -> None:
    """Parts of codes and other numbers."""
    assert official_code(text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("hồ sơ 000.17.H56-250731-25AB12 xong chưa", "000.17.H56-250731-25AB12"),
        ("cho hỏi h56.a1 – 250731 – 25ab9z ạ", "H56.A1-250731-25AB9Z"),
        ("G01.12.3-260131-07K9XW2 đến đâu rồi", "G01.12.3-260131-07K9XW2"),
        ("H56-250731-25AB", None),
        ("H56 250731 12NGAYROI", None),
        ("h56-250731-0001 không ạ", "H56-250731-0001"),
    ],
)
def test_letters_in_the_tail_and_in_the_levels(text: str, code: str | None) -> None:
    """Codes of central systems inside a sentence: two digits, then four letters and digits or more,
    after a dash."""
    assert official_code(text) == code
    assert code is None or has_known_form(code)


def test_a_sentence_is_told_from_a_code() -> None:
    """By the number of words around it."""
    text = f"hôm qua tôi nộp hồ sơ {CODE} mà chưa thấy gì"
    assert official_code(text, 4) is None
    assert official_code(text) == CODE


@pytest.mark.parametrize(
    ("text", "code"),
    [("hs-0001", "HS-0001"), ("mã hồ sơ AL 1", None), ("DEMO2021", "DEMO2021"), ("abc", None)],
)
def test_codes_of_other_builds(text: str, code: str | None) -> None:
    """One word of letters and at least three digits."""
    assert possible_code(text) == code


@pytest.mark.parametrize("text", ["0912345678", "+84 912 345 678", "500.000", "2021-05-12", "a1"])
def test_phones_and_sums_are_no_codes(text: str) -> None:
    """They have no letters, or too few digits."""
    assert possible_code(text) is None


def test_references_and_links() -> None:
    """Eight signs of base32; 22 signs after # or start=."""
    assert possible_reference("goph dvow") == "GOPHDVOW"
    assert possible_reference("Mã theo dõi: goph-dvow") == "GOPHDVOW"
    assert possible_reference("GOPHDVO1") is None
    token = "Ab_-" * 5 + "xy"
    assert token_in_link(f"https://mot.cua/#{token}") == token
    assert token_in_link(f"t.me/bot?start={token}") == token
    assert token_in_link(token) is None


@given(st.text())
def test_no_text_raises(text: str) -> None:
    """Whatever is typed."""
    official_code(text)
    possible_code(text)
    possible_reference(text)
    token_in_link(text)
