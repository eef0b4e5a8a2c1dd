"""From a channel's answer to what is written down: every error by its kind."""

import pytest

from bot.channels.base import CannotEdit, Rejected, SlowDown, TryLater, Unknown, Unreachable
from bot.delivery.outcome import arrived, failed, reason_text
from surveys.store.queues.claims import ClaimedMessage
from surveys.store.queues.delivery_results import Again
from surveys.store.queues.outbox import MessageKind, OutboxState
from tests.claimed import claimed_message


def _message(
    kind: MessageKind = MessageKind.REPLY,
    *,
    edits: str | None = None,
    slot: str = "",
    tries: int = 0,
    asked_again: bool = False,
) -> ClaimedMessage:
    return claimed_message(
        kind=kind,
        reference=edits,
        message={"text": "x", "slot": slot},
        tries=tries,
        asked_again=asked_again,
    )


def test_a_new_message_of_a_slot_leaves_its_reference() -> None:
    """Only a message with a slot is remembered for editing."""
    assert arrived(_message(slot="a"), "12").reference == "12"
    assert arrived(_message(), "12").reference is None


@pytest.mark.parametrize(
    ("error", "state", "again"),
    [
        (Unreachable("blocked"), OutboxState.UNREACHABLE, None),
        (Rejected("too long"), OutboxState.REJECTED, None),
        (CannotEdit("a bug: nothing was edited"), OutboxState.REJECTED, None),
        (TryLater("502"), OutboxState.DUE, Again.LATER),
        (SlowDown("429", seconds=2, whole_bot=True), OutboxState.DUE, Again.PAUSED),
        (Unknown("cut"), OutboxState.DUE, Again.ASKED_AGAIN),
        (KeyError("a bug"), OutboxState.DUE, Again.ASKED_AGAIN),
    ],
)
def test_each_error_has_its_end(error: Exception, state: OutboxState, again: Again | None) -> None:
    """What a reply becomes after each kind of failure."""
    end = failed(_message(), error, chance=0.0)
    assert (end.state, end.again) == (state, again)


@pytest.mark.parametrize("kind", [k for k in MessageKind if k is not MessageKind.REPLY])
def test_what_we_begin_is_never_repeated_on_a_doubt(kind: MessageKind) -> None:
    """An invitation, reminder or notice of unknown fate is uncertain at once."""
    assert failed(_message(kind), Unknown("cut"), chance=0.0).state is OutboxState.UNCERTAIN


def test_a_reply_is_repeated_on_a_doubt_only_once() -> None:
    """The second doubt about the same reply ends it."""
    end = failed(_message(asked_again=True), Unknown("cut"), chance=0.0)
    assert (end.state, end.again) == (OutboxState.UNCERTAIN, None)


def test_an_edit_that_is_out_of_reach_becomes_a_new_message() -> None:
    """At once, and not counted as a failure."""
    end = failed(_message(edits="5", slot="a"), CannotEdit("too old"), chance=0.0)
    assert (end.again, end.again_in_ms) == (Again.NEW_MESSAGE, 0)


def test_a_pause_holds_whom_it_names() -> None:
    """The seconds of a 429 hold the bot or the chat, to the millisecond."""
    bot = failed(_message(), SlowDown("429", seconds=2.5, whole_bot=True), chance=0.0)
    chat = failed(_message(), SlowDown("429", seconds=2.5, whole_bot=False), chance=0.0)
    assert (bot.bot_pause_ms, bot.chat_pause_ms, bot.again_in_ms) == (2_500, 0, 2_500)
    assert (chat.bot_pause_ms, chat.chat_pause_ms, chat.again_in_ms) == (0, 2_500, 2_500)


def test_later_means_later_each_time() -> None:
    """Each certain failure doubles the wait, a reply's to half a minute at most."""
    waits = [failed(_message(tries=n), TryLater("502"), chance=0.0).again_in_ms for n in range(8)]
    assert waits == [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]


def test_reasons_are_short_storable_and_quote_nobody() -> None:
    """The channel's own reason, cut; of any other error only the name."""
    assert reason_text(Rejected("x" * 1_000)) == "x" * 300
    assert reason_text(Rejected("a\0b\ud83d")) == "ab?"
    assert reason_text(KeyError("what the citizen wrote")) == "KeyError"
