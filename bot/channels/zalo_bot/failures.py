"""Translates errors of requests to the Zalo Bot API into delivery errors.

Zalo documents no list of codes but 408. They follow HTTP; what is unknown is refused in Zalo's own
words.
"""

from bot.channels.base import (
    DeliveryError,
    Rejected,
    SlowDown,
    TryLater,
    Unknown,
    Unreachable,
)
from bot.channels.zalo_bot.api import TIMED_OUT, ApiError
from bot.json_requests import NeverSent, RequestFailed

UNAUTHORIZED, FORBIDDEN, NOT_FOUND, TOO_MANY = 401, 403, 404, 429
SERVER_ERRORS = range(500, 600)
WAIT_SECONDS = 5.0
NOBODY_THERE = ("chat not found", "user not found", "invalid chat_id", "blocked", "deactivated")


def outcome(error: ApiError | RequestFailed) -> DeliveryError:
    """The delivery error of a message."""
    if isinstance(error, RequestFailed):
        is_free = isinstance(error, NeverSent)
        return TryLater(error.reason) if is_free else Unknown(error.reason)
    return _refused(error)


def _refused(error: ApiError) -> DeliveryError:
    """A wrong token is no fault of the message: it waits until the token is put right."""
    if error.code == TOO_MANY:
        return SlowDown(error.reason, seconds=error.seconds or WAIT_SECONDS, whole_bot=True)
    if error.code == TIMED_OUT:
        return Unknown(error.reason)
    if error.code in {UNAUTHORIZED, NOT_FOUND} or error.code in SERVER_ERRORS:
        return _later(error)
    if error.code == FORBIDDEN or _is_nobody(error):
        return Unreachable(error.reason)
    return Rejected(error.reason)


def _later(error: ApiError) -> DeliveryError:
    return Unreachable(error.reason) if _is_nobody(error) else TryLater(error.reason)


def _is_nobody(error: ApiError) -> bool:
    return any(sign in error.reason.casefold() for sign in NOBODY_THERE)
