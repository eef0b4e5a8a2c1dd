"""Results of sent messages; recorded only by the dispatcher that sent them.

A dispatcher that was considered dead may still record a result for a message marked uncertain
meanwhile, but never for one that another dispatcher has claimed.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, func, literal_column, select, update

from surveys.inviting import Reason
from surveys.store.asking.invitations import InvitationState
from surveys.store.base.connection import Connection
from surveys.store.base.database import is_one_of, now_ms
from surveys.store.base.schema import contacts, invitations, outbox
from surveys.store.citizens.contacts import ContactStatus, close_window
from surveys.store.queues import rate_limits, slots
from surveys.store.queues.claims import (
    UNOPENED,
    ClaimedMessage,
    carried_by,
    mark_undelivered,
    release_invitations,
)
from surveys.store.queues.outbox import DUE, NO_MESSAGE, MessageKind, OutboxState

INTERRUPTED = "interrupted: the sender stopped before the answer came"
SENDING: ColumnElement[bool] = outbox.c.state == literal_column("'sending'")
OURS = (OutboxState.SENDING, OutboxState.UNCERTAIN)
"""States in which a message still belongs to its sender."""
LONGEST_WINDOW = timedelta(days=31)
"""Longer than any channel lets a bot write after the citizen did."""
TOO_LATE = "could not be delivered in time"


class Again(StrEnum):
    """Why a message is due again."""

    LATER = "later"
    """It certainly did not arrive: one more failed try."""
    PAUSED = "paused"
    """The channel asked to wait: no failure."""
    ASKED_AGAIN = "asked_again"
    """It may have arrived; it is asked once more, and then never again."""
    NEW_MESSAGE = "new_message"
    """The message it was to take the place of is out of reach."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryResult:
    """The result of one attempt. Either `state` is final or `again` says why the message is due
    again, `again_in_ms` from now; `reason` is for staff.
    """

    message: ClaimedMessage
    state: OutboxState = OutboxState.DUE
    reason: str | None = None
    again: Again | None = None
    again_in_ms: int = 0
    reference: str | None = None
    """The message that is in the slot now; None when the slot is as it was."""
    contact_status: ContactStatus | None = None
    """What the far end said of the contact, when it cannot be reached."""
    is_outside_window: bool = False
    """The channel says that the citizen has not written recently enough."""
    chat_pause_ms: int = 0
    bot_pause_ms: int = 0

    @property
    def is_plain(self) -> bool:
        """Whether it is the plain success: sent, without further details."""
        return self.state is OutboxState.SENT and self.again is None and self.reason is None


async def record_results(
    conn: Connection, results: Sequence[DeliveryResult], now: datetime
) -> None:
    """Record the results of these messages, with all consequences.

    Rows are locked in the same order as by a claim: rate limits, messages, contacts.
    """
    for one in sorted(results, key=lambda one: (one.message.channel, one.message.bot)):
        if one.bot_pause_ms:
            whose = one.message
            await rate_limits.pause(conn, whose.channel, whose.bot, one.bot_pause_ms)
    plain = [one for one in results if one.is_plain]
    others = [one for one in results if not one.is_plain]
    sent = await _record_sent(conn, [one.message for one in plain])
    mine = [one for one in plain if one.message.id in sent]
    mine += [one for one in others if await _record(conn, one)]
    await _fill_slots(conn, mine)
    for one in sorted(mine, key=lambda one: one.message.contact_id):
        await _follow(conn, one, now)


async def find_owners(conn: Connection) -> Collection[str]:
    """The senders that hold messages on their way."""
    rows = await conn.execute(select(outbox.c.owner).where(SENDING).distinct())
    return [name for name in rows.scalars() if name]


async def sweep(conn: Connection, gone: Collection[str] = ()) -> int:
    """Take over messages whose sender died: its lease is over, or it is in `gone`. A reply is due
    once more, the others become uncertain. Returns how many there were.
    """
    repeat = and_(outbox.c.kind == MessageKind.REPLY, ~outbox.c.asked_again)
    over = outbox.c.owner.in_(gone) if gone else outbox.c.leased_until_ms < now_ms()
    dead = and_(SENDING, over)
    again = await conn.execute(
        update(outbox)
        .where(dead, repeat)
        .values(state=OutboxState.DUE, asked_again=True, owner=None, reason=INTERRUPTED)
    )
    ended = await conn.execute(
        update(outbox)
        .where(dead)
        .values(state=OutboxState.UNCERTAIN, settled_ms=now_ms(), reason=INTERRUPTED)
        .returning(outbox.c.invitation_id)
    )
    unknown = list(ended.scalars())
    for number in unknown:
        if number is not None:
            await _failed(conn, number, OutboxState.UNCERTAIN)
    return again.rowcount + len(unknown)


async def expire(conn: Connection) -> int:
    """Expire messages not delivered within their lifetime; returns how many."""
    ended = await conn.execute(
        update(outbox)
        .where(DUE, outbox.c.expires_ms <= now_ms())
        .values(
            state=OutboxState.EXPIRED,
            settled_ms=now_ms(),
            reason=func.coalesce(outbox.c.reason, TOO_LATE),
            message=dict(NO_MESSAGE),
        )
        .returning(outbox.c.invitation_id)
    )
    rows = list(ended.scalars())
    numbers = [number for number in rows if number is not None]
    if numbers:
        unsent = and_(carried_by(numbers), invitations.c.state.in_(UNOPENED))
        values = {"state": InvitationState.EXPIRED, "reason": Reason.UNSENT}
        await conn.execute(update(invitations).where(unsent).values(**values))
    return len(rows)


async def _record_sent(conn: Connection, messages: Sequence[ClaimedMessage]) -> set[int]:
    """Record plain successes in bulk; returns the ids of the messages this sender still held."""
    recorded: set[int] = set()
    for owner in {one.owner for one in messages}:
        numbers = [one.id for one in messages if one.owner == owner]
        sent = {"numbers": numbers, "sender": owner, "message": dict(NO_MESSAGE)}
        recorded.update((await conn.execute(_SENT, sent)).scalars())
    return recorded


_SENT = (
    update(outbox)
    .where(
        outbox.c.id.in_(bindparam("numbers", expanding=True)),
        outbox.c.owner == bindparam("sender"),
        is_one_of(outbox.c.state, OURS),
    )
    .values(state=OutboxState.SENT, settled_ms=now_ms(), reason=None)
    .returning(outbox.c.id)
)


async def _fill_slots(conn: Connection, mine: Sequence[DeliveryResult]) -> None:
    """Store which messages the slots show now."""
    filled = {
        (one.message.contact_id, one.message.slot): one.reference for one in mine if one.reference
    }
    await slots.fill(conn, filled)


async def _record(conn: Connection, one: DeliveryResult) -> bool:
    """Record the result; False if this sender no longer holds the message."""
    mine = and_(
        outbox.c.id == one.message.id,
        outbox.c.owner == one.message.owner,
        is_one_of(outbox.c.state, OURS),
    )
    values = _due_again(one) if one.again else _final(one)
    result = await conn.execute(update(outbox).where(mine).values(**values, reason=one.reason))
    return result.rowcount == 1


def _final(one: DeliveryResult) -> dict[str, Any]:
    return {"state": one.state, "settled_ms": now_ms(), "message": dict(NO_MESSAGE)}


def _due_again(one: DeliveryResult) -> dict[str, Any]:
    values: dict[str, Any] = {
        "state": OutboxState.DUE,
        "owner": None,
        "due_ms": now_ms() + one.again_in_ms,
    }
    if one.again is Again.LATER:
        values["tries"] = outbox.c.tries + 1
    if one.again is Again.ASKED_AGAIN:
        values["asked_again"] = True
    return values


async def _follow(conn: Connection, one: DeliveryResult, now: datetime) -> None:
    """Update the message's slot, contact and invitation after the result."""
    message = one.message
    if one.again is Again.NEW_MESSAGE:
        await slots.clear(conn, message.contact_id, message.slot)
    if one.is_outside_window:
        await _outside_window(conn, message, now)
    if one.contact_status is not None:
        await _lost(conn, message.contact_id, one.contact_status)
    if one.chat_pause_ms:
        await _hold(conn, message.contact_id, one.chat_pause_ms)
    if message.invitation_id is not None and one.state is OutboxState.SENT:
        await _delivered(conn, message.invitation_id, now)
    if message.invitation_id is not None and one.state is OutboxState.UNREACHABLE:
        await mark_undelivered(conn, [message.invitation_id])
    if message.invitation_id is not None and message.kind is MessageKind.INVITATION:
        await _failed(conn, message.invitation_id, one.state)


async def _failed(conn: Connection, invitation_id: int, state: OutboxState) -> None:
    """Name why an invitation did not, or may not have, arrived."""
    if state is OutboxState.REJECTED:
        await mark_undelivered(conn, [invitation_id], Reason.REJECTED)
    if state is OutboxState.UNCERTAIN:
        waiting = and_(carried_by([invitation_id]), invitations.c.state.in_(UNOPENED))
        unknown = update(invitations).where(waiting).values(reason=Reason.UNCERTAIN)
        await conn.execute(unknown)


async def _outside_window(conn: Connection, message: ClaimedMessage, now: datetime) -> None:
    """Nothing more is tried until the citizen writes; the invitation may go another way."""
    ids = [] if message.invitation_id is None else [message.invitation_id]
    await release_invitations(conn, [message.id], ids)
    await close_window(conn, message.contact_id, now - LONGEST_WINDOW)


async def _lost(conn: Connection, contact_id: int, status: ContactStatus) -> None:
    which = and_(contacts.c.id == contact_id, contacts.c.status == ContactStatus.ACTIVE)
    await conn.execute(update(contacts).where(which).values(status=status))


async def _hold(conn: Connection, contact_id: int, for_ms: int) -> None:
    until = now_ms() + for_ms
    column = contacts.c.not_before_ms
    longer = case((column > until, column), else_=until)
    held = update(contacts).where(contacts.c.id == contact_id).values(not_before_ms=longer)
    await conn.execute(held)


async def _delivered(conn: Connection, invitation_id: int, now: datetime) -> None:
    waiting = and_(carried_by([invitation_id]), invitations.c.state.in_(UNOPENED))
    values = {"state": InvitationState.DELIVERED, "delivered_at": now, "reason": None}
    await conn.execute(update(invitations).where(waiting).values(**values))
