"""A message that was claimed, for tests of what becomes of it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from surveys.store.citizens.contacts import ContactStatus
from surveys.store.queues.claims import ClaimedMessage
from surveys.store.queues.outbox import MessageKind

MESSAGE = ClaimedMessage(
    id=1,
    channel="fake",
    bot="main",
    owner="me",
    kind=MessageKind.REPLY,
    message={"text": "x", "slot": ""},
    tries=0,
    asked_again=False,
    invitation_id=None,
    contact_id=7,
    status=ContactStatus.ACTIVE,
    address_sealed=b"",
    not_before_ms=0,
    last_seen_at=datetime.now(UTC),
    due_ms=0,
    is_over=False,
    reference=None,
)


def claimed_message(**changes: Any) -> ClaimedMessage:  # noqa: ANN401
    """`MESSAGE`, but for these fields."""
    return replace(MESSAGE, **changes)
