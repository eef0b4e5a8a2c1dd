"""What a follower of a dossier is told, and when: one event per change of its status. Pure.

Sources: NĐ 118/2025/NĐ-CP Điều 19 (apology and a new date when late); the national list of states.
"""

from datetime import datetime
from enum import StrEnum

from surveys.dossier import ENDED, Stage, Status, stage_of


class Event(StrEnum):
    """A change of status that a follower is told."""

    RECEIVED = "received"
    SUPPLEMENT = "supplement"
    PAYMENT = "payment"
    LATE = "late"
    """With the apology and the new date, which is part of the event: another date is another."""
    READY = "ready"
    RETURNED = "returned"


_OF_STATUS = {
    Status.RECEIVED: Event.RECEIVED,
    Status.IN_PROGRESS: Event.RECEIVED,
    Status.SUPPLEMENT: Event.SUPPLEMENT,
    Status.PAYMENT: Event.PAYMENT,
}


def event_of(status: int, returned_at: datetime | None, rescheduled_to: datetime | None) -> str:
    """The event that the dossier's present state means (`late:2026-05-03` with its date); empty:
    nothing to tell. What the citizen has to do comes before a new date."""
    if status in ENDED:
        return ""
    stage = stage_of(status, returned_at)
    if stage is Stage.RETURNED:
        return Event.RETURNED
    if stage is Stage.FINISHED:
        return Event.READY
    event = _OF_STATUS.get(Status(status))
    if rescheduled_to is not None and event in {None, Event.RECEIVED}:
        return f"{Event.LATE}:{rescheduled_to:%Y-%m-%d}"
    return event or ""


def is_news(event: str, last: str | None) -> bool:
    """Whether to tell it after `last`, the latest event told or seen; None: there is none.

    Being in work again after something else is no news; without a latest event only a result is,
    since the follower saw the state when the following began.
    """
    if not event or event == last:
        return False
    if last is None:
        return event in {Event.READY, Event.RETURNED}
    return event != Event.RECEIVED or not last
