"""Wishes are understood however they are worded, and what only looks like one is not taken for it:
phrases of people who did not know the patterns."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.sentences import is_kind
from surveys.spelling import unaccented

PHRASES: dict[str, list[str]] = yaml.safe_load(
    Path(__file__).with_name("sentences.yaml").read_text("utf-8")
)
NO_MORE = ("no_more_said", "no_more_wished", "no_more_sighed", "no_more_weak")
KINDS = {"no_more": NO_MORE, "mistaken": ("mistaken",)}
ONLY_BY_ACCENT = {
    "đúng",
    "đúng thế",
    "tôi dùng nhắn tin được không",
    "Họ đòi tiền tôi, tôi bảo đừng nhắn nữa",
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_wish_is_understood(kind: str) -> None:
    """At least sixty ways to ask for no more messages; each also without accents."""
    assert len(PHRASES["no_more"]) >= 60
    missed = [
        one
        for written in PHRASES[kind]
        for one in (written, written.upper(), unaccented(written))
        if not is_kind(one, *KINDS[kind])
    ]
    assert missed == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_looks_like_it_is_something_else(kind: str) -> None:
    """Other people, other things, questions; also without accents, except where these decide."""
    taken = [
        one
        for written in PHRASES[f"not_{kind}"]
        for one in (written, unaccented(written))
        if written not in ONLY_BY_ACCENT or one == written
        if is_kind(one, *KINDS[kind])
    ]
    assert taken == []


@given(st.lists(st.sampled_from(["tôi", "không", "nhắn", "tin", "nhận", "nữa", "cho", "gì"])))
def test_any_words_are_compared_at_once(words: list[str]) -> None:
    """No sentence is too much for the patterns."""
    assert is_kind(" ".join(words), *NO_MORE) in {True, False}
