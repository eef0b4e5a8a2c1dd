"""What a chat remembers between two messages, and the buttons it was given."""

import json

from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.buttons import ButtonPress, Verb, data_of, read_data
from bot.conversation.focus import REMEMBERED, Asked, Focus, Said, focus_from
from surveys.privacy import Keyring

KEYS = Keyring(bytes(range(32)))
NUMBERS = st.integers(min_value=1, max_value=10**12)
SAID = st.builds(Said, message_ref=st.text(), interview=NUMBERS, question=st.text(), text=st.text())
FOCUS = st.builds(
    Focus,
    interview=st.none() | NUMBERS,
    asked=st.none() | st.builds(Asked, verb=st.sampled_from(Verb), subject=NUMBERS),
    petition=st.none() | NUMBERS,
    said=st.lists(SAID, max_size=3).map(tuple),
    group_told_at=NUMBERS | st.just(0),
)


@given(FOCUS)
def test_a_focus_is_read_as_it_was_written(focus: Focus) -> None:
    """Through JSON, without loss."""
    assert focus_from(json.loads(json.dumps(focus.to_json()))) == focus


def test_only_the_last_texts_can_be_edited() -> None:
    """A few; a text said again under the same message replaces the former."""
    focus = Focus()
    for number in range(10):
        focus = focus.remember(_said(str(number), "a"))
    focus = focus.remember(_said("9", "b"))
    assert [one.message_ref for one in focus.said] == ["7", "8", "9"]
    assert len(focus.said) == REMEMBERED
    assert focus.said[-1].text == "b"


@given(st.sampled_from(Verb), NUMBERS, NUMBERS)
def test_a_button_belongs_to_the_contact_it_was_given_to(
    verb: Verb, subject: int, contact: int
) -> None:
    """It fits Telegram's 64 bytes, and nobody can make one up or use another's."""
    press = ButtonPress(verb=verb, subject=subject, answer="yes")
    data = data_of(KEYS, contact, press)
    assert data.isascii()
    assert len(data) <= 64
    assert read_data(KEYS, contact, data) == press
    assert read_data(KEYS, contact + 1, data) is None
    assert read_data(KEYS, contact, data.replace("yes", "no")) is None
    assert read_data(Keyring(bytes(range(1, 33))), contact, data) is None


@given(st.text())
def test_other_data_is_no_button(data: str) -> None:
    """Whatever a page sends."""
    assert read_data(KEYS, 1, data) is None


def _said(ref: str, text: str) -> Said:
    return Said(message_ref=ref, interview=1, question="comment", text=text)
