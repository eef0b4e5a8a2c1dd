"""What people type is compared without what does not matter, and stored without what harms."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.typed_words import TEXT_LIMIT, clean, fold, plain, shared_words, word_count

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=120)


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("  Rất   HÀI lòng!! ", "rất hài lòng"),
        (unicodedata.normalize("NFD", "Rất hài lòng"), "rất hài lòng"),
        ("１", "1"),
        ("1️⃣", "1"),
        ("②", "2"),
        ("٣", "3"),
        ("\u200b1\u202e\ufeff", "1"),
        ("hài lòngggg 👍👍", "hài lòng"),
        ("⭐️⭐️", "⭐⭐"),
        ("…", ""),
        ("a" * 201, ""),
    ],
)
def test_plain_keeps_only_what_matters(typed: str, wanted: str) -> None:
    """Case, signs, invisible marks and the way digits are drawn do not matter; accents do."""
    assert plain(typed) == wanted


def test_fold_drops_accents() -> None:
    """A text without accents is compared with one that has them."""
    assert fold("Đúng hẹn") == fold("dung hen") == "dung hen"


@given(ANY_TEXT)
def test_comparing_never_raises_and_is_stable(text: str) -> None:
    """Any text at all can be compared, and comparing twice changes nothing more."""
    assert plain(plain(text)) == plain(text)
    assert fold(plain(text)) == fold(text)


@given(ANY_TEXT)
def test_what_is_stored_can_be_stored(text: str) -> None:
    """Kept text is NFC, encodable, without control characters, and cleaning it again keeps it."""
    kept, _ = clean(text)
    kept.encode()
    assert kept == unicodedata.normalize("NFC", kept)
    assert not any(unicodedata.category(sign) == "Cc" and sign not in "\n\t" for sign in kept)
    assert clean(kept) == (kept, False)


def test_only_the_beginning_of_a_long_text_is_kept() -> None:
    """Up to the limit nothing is cut; beyond it the cut is told."""
    assert clean("ê" * TEXT_LIMIT) == ("ê" * TEXT_LIMIT, False)
    assert clean("ê" * (TEXT_LIMIT + 1)) == ("ê" * TEXT_LIMIT, True)
    assert clean(unicodedata.normalize("NFD", "ế" * 4001)) == ("ế" * TEXT_LIMIT, True)
    assert clean("x" * 1_000_000) == ("x" * TEXT_LIMIT, True)


def test_marks_that_turn_the_writing_are_not_kept() -> None:
    """A right-to-left override in a comment cannot turn the officer's page around."""
    assert clean("ab\u202ecd\u2066\x00ef\ud800") == ("abcdef", False)


def test_a_family_emoji_stays_whole() -> None:
    """The joiner inside an emoji is no harm and stays."""
    assert clean("👩‍👧 tốt") == ("👩‍👧 tốt", False)


@pytest.mark.parametrize(
    ("typed", "number"),
    [("2", 2), ("2.", 2), ("(2)", 2), ("số 2", 2), ("Em chọn 2 ạ", 2), ("5 sao", 5), ("5⭐", 5)],
)
def test_numbers_alone_or_with_their_company(typed: str, number: int) -> None:
    """A number is understood with the words people put next to it."""
    assert shared_words().number(typed) == number


@pytest.mark.parametrize("typed", ["1 2", "2 lần", "một", "", "12345", "1.5"])
def test_no_number(typed: str) -> None:
    """Anything else is no number."""
    assert shared_words().number(typed) is None


def test_shorthands_are_written_out() -> None:
    """Each language has its own, and none is mistaken for a boolean or a number."""
    words = shared_words()
    assert words.expand("Ko hl", "vi") == "không hài lòng"
    assert words.expand("N", "en") == "no"
    assert words.expand("k", "en") == "k"
    for language, short in words.shorthands.items():
        for typed, meant in short.items():
            assert words.expand(typed, language) == plain(meant)


def test_word_count_counts_words_with_letters() -> None:
    """Numbers and emoji are no words."""
    assert word_count("Cán bộ tốt 👍 100") == 3
