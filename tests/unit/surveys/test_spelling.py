"""Words as they are compared."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.spelling import fold, storable, tidy


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Ngày hẹn trả", "ngay hen tra"),
        ("  NGÀY  HẸN\ntrả (*) ", "ngay hen tra"),
        ("Đơn vị tiếp nhận:", "don vi tiep nhan"),
        ("received_at", "received at"),
        ("Mã  hồ\u00a0sơ", "ma ho so"),
        ("", ""),
    ],
)
def test_headers_fold_to_their_bare_words(written: str, folded: str) -> None:
    """Accents, đ, case, signs, line breaks and hard spaces make no difference."""
    assert fold(written) == folded
    assert fold(unicodedata.normalize("NFD", written)) == folded


@given(st.text(max_size=40))
def test_folding_twice_is_folding_once(text: str) -> None:
    """What is folded stays as it is, composed or decomposed, in capitals or not."""
    once = fold(text)
    assert fold(once) == once
    assert fold(unicodedata.normalize("NFD", text)) == once


def test_tidy_text_keeps_its_accents() -> None:
    """NFC, one space between words, nothing invisible; letters stay as they were written."""
    assert tidy(" Xã\u200b  An\tHòa\n") == "Xã An Hòa"
    assert tidy(unicodedata.normalize("NFD", "Xã An Hòa")) == "Xã An Hòa"


def test_every_text_can_be_stored() -> None:
    """A zero byte goes, half of a surrogate pair becomes a question mark; the rest stays."""
    assert storable("Xã\0 An \ud800Hòa 🙂") == "Xã An ?Hòa 🙂"
