"""Translates errors of requests to Telegram into delivery errors."""

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
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
from bot.channels.telegram.transport import NeverLeft, NoAnswer, ServerError, TooManyRequests

NOT_MODIFIED = "message is not modified"
CANNOT_EDIT = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "message identifier is not specified",
)
NOBODY_THERE = ("chat not found", "peer_id_invalid", "user not found", "user_id_invalid")


def is_unchanged(error: TelegramError) -> bool:
    """Whether an edit failed only because the message already has this content."""
    return isinstance(error, BadRequest) and NOT_MODIFIED in error.message.lower()


def outcome(error: TelegramError, *, to_group: bool = False) -> DeliveryError:
    """The delivery error of a message. Telegram does not say whether a 429 is about the chat or the
    whole bot, so the whole bot waits; in groups it is the group's own limit."""
    match error:
        case TooManyRequests():
            return SlowDown(error.message, seconds=error.seconds, whole_bot=not to_group)
        case NeverLeft() | ServerError() | InvalidToken():
            return TryLater(error.message)
        case Forbidden():
            return Unreachable(error.message)
        case BadRequest():
            return _refused(error)
        case NoAnswer() | NetworkError():
            return Unknown(error.message)
        case ChatMigrated():
            return Unreachable(error.message)
        case _:
            return Rejected(error.message)


def edit_outcome(error: TelegramError) -> DeliveryError:
    """The delivery error of an edit: one that may have been done can be repeated safely."""
    found = outcome(error)
    if isinstance(found, Unknown):
        return TryLater(found.reason)
    if isinstance(error, BadRequest) and any(sign in error.message.lower() for sign in CANNOT_EDIT):
        return CannotEdit(error.message)
    return found


def _refused(error: BadRequest) -> DeliveryError:
    text = error.message.lower()
    if any(sign in text for sign in NOBODY_THERE):
        return Unreachable(error.message)
    return Rejected(error.message)
