"""Converts the answer of a channel into the result to record: pure."""

from collections.abc import Mapping
from typing import Any

from bot.channels.base import (
    CannotEdit,
    DeliveryError,
    OutsideWindow,
    Rejected,
    SlowDown,
    TryLater,
    Unreachable,
)
from bot.limits import backoff_ms, pause_ms
from surveys.spelling import storable
from surveys.store.citizens.contacts import ContactStatus
from surveys.store.queues.claims import ClaimedMessage
from surveys.store.queues.delivery_results import Again, DeliveryResult
from surveys.store.queues.outbox import Lane, OutboxState

LONGEST_REASON = 300
"""The most characters stored of a reason."""


def arrived(message: ClaimedMessage, reference: str | None) -> DeliveryResult:
    """The result of an accepted message; `reference` is that of a new one."""
    kept = reference if message.slot else None
    return DeliveryResult(message=message, state=OutboxState.SENT, reference=kept)


def failed(message: ClaimedMessage, error: Exception, chance: float) -> DeliveryResult:
    """The result of a failed or unknown delivery. `chance` (0 to 1) spreads the next tries."""
    values = _consequence(message, error, chance)
    return DeliveryResult(message=message, reason=reason_text(error), **values)


def reason_text(error: Exception) -> str:
    """The reason for staff: the channel's, or the name of another error."""
    text = error.reason if isinstance(error, DeliveryError) else type(error).__name__
    return storable(text)[:LONGEST_REASON]


def _consequence(message: ClaimedMessage, error: Exception, chance: float) -> Mapping[str, Any]:
    match error:
        case Unreachable():
            status = _status(error.reason)
            return {"state": OutboxState.UNREACHABLE, "contact_status": status}
        case SlowDown():
            return _slowed(error)
        case TryLater():
            return _later(message, chance)
        case CannotEdit() if message.reference is not None:
            return {"again": Again.NEW_MESSAGE}
        case OutsideWindow():
            return {"state": OutboxState.EXPIRED, "is_outside_window": True}
        case Rejected() | CannotEdit():
            return {"state": OutboxState.REJECTED}
        case _:
            return _unknown(message, chance)


def _status(reason: str) -> ContactStatus:
    gone = "deactivated" in reason.casefold()
    return ContactStatus.DEACTIVATED if gone else ContactStatus.BLOCKED


def _slowed(error: SlowDown) -> Mapping[str, Any]:
    wait = pause_ms(error.seconds)
    whom = "bot_pause_ms" if error.whole_bot else "chat_pause_ms"
    return {"again": Again.PAUSED, "again_in_ms": wait, whom: wait}


def _later(message: ClaimedMessage, chance: float) -> Mapping[str, Any]:
    interactive = message.lane is Lane.INTERACTIVE
    wait = backoff_ms(message.tries + 1, interactive=interactive, chance=chance)
    return {"again": Again.LATER, "again_in_ms": wait}


def _unknown(message: ClaimedMessage, chance: float) -> Mapping[str, Any]:
    """A reply may be sent again, once; broadcasts are not repeated, since the first may have
    arrived.
    """
    if message.lane is not Lane.INTERACTIVE or message.asked_again:
        return {"state": OutboxState.UNCERTAIN}
    wait = backoff_ms(1, interactive=True, chance=chance)
    return {"again": Again.ASKED_AGAIN, "again_in_ms": wait}
