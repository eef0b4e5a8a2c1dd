"""Long texts are cut into pieces that a channel takes, where it hurts least."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.splitting import split_text, utf16_length

LETTERS = st.text(alphabet="ab ệẹ̣́😀👩‍🚀\n.\ufe0f", max_size=200)


def squeezed(text: str) -> str:
    """The text without its white space."""
    return "".join(text.split())


@pytest.mark.parametrize(("text", "units"), [("", 0), ("ệ", 1), ("😀", 2), ("a😀b", 4)])
def test_length_counts_utf16(text: str, units: int) -> None:
    """A letter is one code unit, an emoji outside the basic plane two."""
    assert utf16_length(text) == units


def test_short_text_stays_whole() -> None:
    """As many code units as the limit are one message."""
    assert split_text("ệ" * 40, 40) == ["ệ" * 40]
    assert split_text("😀" * 20, 40) == ["😀" * 20]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("một hai ba\n\nbốn năm", ["một hai ba", "bốn năm"]),
        ("một hai ba\nbốn năm", ["một hai ba", "bốn năm"]),
        ("một hai. ba bốn", ["một hai.", "ba bốn"]),
        ("một hai ba bốn", ["một hai ba", "bốn"]),
        ("a" * 15, ["a" * 12, "a" * 3]),
    ],
)
def test_cut_behind_the_largest_unit(text: str, pieces: list[str]) -> None:
    """A paragraph's end is better than a line's, that better than a sentence's, then a word's."""
    assert split_text(text, 12) == pieces


def test_decomposed_letters_are_composed_first() -> None:
    """Vietnamese from a Mac (NFD) counts by its composed letters."""
    assert split_text(unicodedata.normalize("NFD", "ệ" * 12), 12) == ["ệ" * 12]


def test_half_a_pair_can_be_sent() -> None:
    """Half a surrogate pair becomes a question mark."""
    assert split_text("a\ud83d", 40) == ["a?"]


@given(text=LETTERS, limit=st.integers(8, 40))
@settings(max_examples=200, deadline=None)
def test_nothing_is_lost(text: str, limit: int) -> None:
    """Every piece fits, and together they say the same."""
    pieces = split_text(text, limit)
    assert all(utf16_length(piece) <= limit for piece in pieces)
    assert squeezed("".join(pieces)) == squeezed(unicodedata.normalize("NFC", text))
    assert all(pieces) or pieces == [""]


def test_no_character_is_torn() -> None:
    """A cut never parts an emoji from what is joined to it, nor a letter from its accents."""
    astronaut = "👩\u200d🚀"
    assert split_text(f"{'a' * 9}{astronaut}", 12) == ["a" * 9, astronaut]
    accented = "x\u0323\u0301"
    assert split_text(f"{'a' * 10}{accented}", 12) == ["a" * 10, accented]
