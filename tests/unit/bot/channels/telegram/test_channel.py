"""Buttons become what Telegram takes, and failures what the delivery acts on."""

import pytest
from telegram import InlineKeyboardMarkup, ReplyKeyboardMarkup
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
    TimedOut,
)

from bot.channels.base import (
    CannotEdit,
    DeliveryError,
    Rejected,
    SlowDown,
    TryLater,
    Unknown,
    Unreachable,
)
from bot.channels.telegram.channel import bot_number, markup_of
from bot.channels.telegram.failures import edit_outcome, is_unchanged, outcome
from bot.channels.telegram.transport import (
    AnswerTimedOut,
    ConnectTimedOut,
    NeverLeft,
    NoAnswer,
    ServerError,
    TooManyRequests,
)
from bot.messages import Button


def test_inline_buttons() -> None:
    """Data and links become inline buttons, row by row; empty rows are left out."""
    rows = ((Button(label="Có", data="y"), Button(label="Không", data="n")), ())
    markup = markup_of((*rows, (Button(label="Xem", url="https://motcua.example/"),)))
    assert isinstance(markup, InlineKeyboardMarkup)
    shown = [
        [(one.text, one.callback_data or one.url) for one in row] for row in markup.inline_keyboard
    ]
    assert shown == [[("Có", "y"), ("Không", "n")], [("Xem", "https://motcua.example/")]]


def test_contact_button() -> None:
    """A message that asks for the phone number has its buttons in place of the keyboard."""
    ask = Button(label="Gửi số điện thoại", asks_contact=True)
    markup = markup_of(((ask,), (Button(label="Bỏ qua", data="skip"),)))
    assert isinstance(markup, ReplyKeyboardMarkup)
    shown = [[(one.text, one.request_contact) for one in row] for row in markup.keyboard]
    assert shown == [[("Gửi số điện thoại", True)], [("Bỏ qua", None)]]


def test_no_buttons() -> None:
    """No buttons, no markup."""
    assert markup_of(()) is None
    assert markup_of(((),)) is None


@pytest.mark.parametrize("data", ["", "x" * 65, "ệ"])
def test_bad_data_is_rejected(data: str) -> None:
    """Data that is empty, above 64 bytes or not ASCII never leaves."""
    with pytest.raises(Rejected):
        markup_of(((Button(label="Có", data=data),),))
    assert markup_of(((Button(label="Có", data="x" * 64),),)) is not None


def test_bot_number() -> None:
    """The bot's id is the part of its token before the colon."""
    assert bot_number("1234567890:AA-secret") == "1234567890"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (NeverLeft("refused"), TryLater),
        (ConnectTimedOut("slow"), TryLater),
        (ServerError("502"), TryLater),
        (InvalidToken("Unauthorized"), TryLater),
        (NoAnswer("cut"), Unknown),
        (AnswerTimedOut("silent"), Unknown),
        (TimedOut(), Unknown),
        (NetworkError("?"), Unknown),
        (Forbidden("Forbidden: bot was blocked by the user"), Unreachable),
        (Forbidden("Forbidden: user is deactivated"), Unreachable),
        (BadRequest("Bad Request: chat not found"), Unreachable),
        (ChatMigrated(-100), Unreachable),
        (BadRequest("Bad Request: message is too long"), Rejected),
        (TelegramError("?"), Rejected),
    ],
)
def test_outcome(error: TelegramError, expected: type[DeliveryError]) -> None:
    """Only what certainly has not arrived may be tried again."""
    assert type(outcome(error)) is expected
    assert outcome(error).reason


def test_too_many_requests() -> None:
    """A 429 stops the bot for exactly its seconds; a group's stops only the group."""
    found = outcome(TooManyRequests(7))
    assert isinstance(found, SlowDown)
    assert (found.seconds, found.whole_bot) == (7, True)
    found = outcome(TooManyRequests(7), to_group=True)
    assert isinstance(found, SlowDown)
    assert found.whole_bot is False


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (BadRequest("Bad Request: message to edit not found"), CannotEdit),
        (BadRequest("Bad Request: message can't be edited"), CannotEdit),
        (BadRequest("Bad Request: MESSAGE_ID_INVALID"), CannotEdit),
        (BadRequest("Bad Request: BUTTON_DATA_INVALID"), Rejected),
        (AnswerTimedOut("silent"), TryLater),
        (NoAnswer("cut"), TryLater),
        (Forbidden("Forbidden: bot was blocked by the user"), Unreachable),
    ],
)
def test_edit_outcome(error: TelegramError, expected: type[DeliveryError]) -> None:
    """An edit can be done twice; one that can no longer be done calls for a new message."""
    assert type(edit_outcome(error)) is expected


def test_not_modified() -> None:
    """Only “not modified” is an edit that had been done already."""
    assert is_unchanged(BadRequest("Bad Request: message is not modified: specified new …"))
    assert not is_unchanged(BadRequest("Bad Request: message to edit not found"))
