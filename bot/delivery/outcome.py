"""From the answer of a channel to what is written down: pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.base import (
    CannotEdit,
    DeliveryError,
    Rejected,
    SlowDown,
    TryLater,
    Unreachable,
)
from bot.limits import backoff_ms, pause_ms
from surveys.spelling import storable
from surveys.store.citizens.contacts import ContactStatus
from surveys.store.queues.claims import Departure
from surveys.store.queues.delivery_results import Again, Settlement
from surveys.store.queues.outbox import Lane, OutboxState

LONGEST_REASON = 300
"""Characters of a reason that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to send one message: who makes it, and what it edits (None: a new message)."""

    departure: Departure
    channel: str
    bot: str
    owner: str
    edits: str | None

    @property
    def slot(self) -> str:
        """The place in the chat that the message is for."""
        return str(self.departure.message["slot"])


def arrived(attempt: Attempt, reference: str | None) -> Settlement:
    """The channel took the message; `reference` is that of a new one."""
    return _settlement(
        attempt, state=OutboxState.SENT, reference=reference if attempt.slot else None
    )


def failed(attempt: Attempt, error: Exception, chance: float) -> Settlement:
    """The channel did not take it, or did not say. `chance` (0 to 1) spreads the next tries."""
    values = _consequence(attempt, error, chance)
    return _settlement(attempt, reason=reason_text(error), **values)


def reason_text(error: Exception) -> str:
    """What staff read: the channel's reason, or the name of what else went wrong."""
    text = error.reason if isinstance(error, DeliveryError) else type(error).__name__
    return storable(text)[:LONGEST_REASON]


def _consequence(attempt: Attempt, error: Exception, chance: float) -> Mapping[str, Any]:
    match error:
        case Unreachable():
            status = _status(error.reason)
            return {"state": OutboxState.UNREACHABLE, "contact_status": status}
        case SlowDown():
            return _slowed(error)
        case TryLater():
            return _later(attempt.departure, chance)
        case CannotEdit() if attempt.edits is not None:
            return {"again": Again.NEW_MESSAGE}
        case Rejected() | CannotEdit():
            return {"state": OutboxState.REJECTED}
        case _:
            return _unknown(attempt.departure, chance)


def _status(reason: str) -> ContactStatus:
    gone = "deactivated" in reason.casefold()
    return ContactStatus.DEACTIVATED if gone else ContactStatus.BLOCKED


def _slowed(error: SlowDown) -> Mapping[str, Any]:
    wait = pause_ms(error.seconds)
    whom = "bot_pause_ms" if error.whole_bot else "chat_pause_ms"
    return {"again": Again.PAUSED, "again_in_ms": wait, whom: wait}


def _later(departure: Departure, chance: float) -> Mapping[str, Any]:
    interactive = departure.lane is Lane.INTERACTIVE
    wait = backoff_ms(departure.tries + 1, interactive=interactive, chance=chance)
    return {"again": Again.LATER, "again_in_ms": wait}


def _unknown(departure: Departure, chance: float) -> Mapping[str, Any]:
    """A question may be asked again, once; whoever we began to write to is not written twice."""
    if departure.lane is not Lane.INTERACTIVE or departure.asked_again:
        return {"state": OutboxState.UNCERTAIN}
    wait = backoff_ms(1, interactive=True, chance=chance)
    return {"again": Again.ASKED_AGAIN, "again_in_ms": wait}


def _settlement(attempt: Attempt, **values: Any) -> Settlement:  # noqa: ANN401
    departure = attempt.departure
    return Settlement(
        id=departure.id,
        owner=attempt.owner,
        channel=attempt.channel,
        bot=attempt.bot,
        contact_id=departure.contact_id,
        invitation_id=departure.invitation_id,
        slot=attempt.slot,
        **values,
    )
