"""Claims the messages to send next, in one short transaction just before sending.

Which of a bot's due messages may be sent:

* one message at a time per contact: while one is on its way, no other is claimed;
* replies keep their order: a reply that waits for a retry holds the later ones of its contact,
  because each depends on the ones before it;
* invitations, reminders and notices are independent: one that waits (for its day, or for a retry)
  holds nothing, and none of them ever holds a reply;
* no contact is written to before `contacts.not_before_ms`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    RowMapping,
    Select,
    String,
    and_,
    bindparam,
    cast,
    exists,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from surveys.inviting import Reason
from surveys.store.asking import turns
from surveys.store.asking.invitations import InvitationState
from surveys.store.base.connection import Connection
from surveys.store.base.database import is_one_of, now_ms
from surveys.store.base.schema import contacts, invitations, outbox, slots
from surveys.store.citizens.contacts import ContactStatus
from surveys.store.queues.outbox import DUE, NO_MESSAGE, Lane, MessageKind, OutboxState, lane_of

OVER = (
    InvitationState.ANSWERED,
    InvitationState.DECLINED,
    InvitationState.UNREACHABLE,
    InvitationState.EXPIRED,
)
"""States of an invitation after which no invitation or reminder is sent."""
UNOPENED = (InvitationState.PLANNED, InvitationState.QUEUED, InvitationState.ISSUED)
"""States of an invitation that has not reached anybody yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedMessage:
    """A message that this process sends now, and the contact it goes to."""

    id: int
    channel: str
    bot: str
    owner: str
    kind: MessageKind
    message: Mapping[str, Any]
    tries: int
    asked_again: bool
    invitation_id: int | None
    contact_id: int
    status: ContactStatus
    address_sealed: bytes | None
    not_before_ms: int
    last_seen_at: datetime
    """When the contact last wrote."""
    due_ms: int
    is_over: bool
    """Whether the invitation that it is for, or reminds of, was settled meanwhile."""
    reference: str | None
    """The channel's reference of the message in its slot; None: a new message."""

    @property
    def lane(self) -> Lane:
        """The lane it travels in."""
        return lane_of(self.kind)

    @property
    def slot(self) -> str:
        """The slot in the chat that it is for; empty: no slot."""
        return str(self.message["slot"])


async def claim(
    conn: Connection, channel: str, bot: str, lane: Lane, limit: int, *, owner: str, lease_ms: int
) -> list[ClaimedMessage]:
    """Mark due messages of one lane `sending`, longest due first; commit before sending them.

    Pass messages that cannot be sent to `turn_back`, and those that have to wait to `release`.
    """
    params = {
        "of_channel": channel,
        "of_bot": bot,
        "limit": limit,
        "owner": owner,
        "lease_ms": lease_ms,
    }
    rows = (await conn.execute(_claiming(lane), params)).mappings()
    return sorted((_claimed(row) for row in rows), key=lambda one: (one.due_ms, one.id))


@cache
def _claiming(lane: Lane) -> ReturningUpdate[*tuple[Any, ...]]:
    """One statement: the messages that may be sent, and everything needed to send them."""
    whose = ("id", "channel", "bot", "owner", "contact_id", "invitation_id")
    what = ("kind", "message", "tries", "asked_again", "due_ms")
    about = ("status", "address_sealed", "not_before_ms", "last_seen_at")
    return (
        update(outbox)
        .where(DUE, outbox.c.id.in_(_next_up(lane)))
        .values(
            state=literal_column("'sending'"),
            leased_until_ms=now_ms() + bindparam("lease_ms", type_=BigInteger),
        )
        .returning(
            *(outbox.c[name] for name in (*whose, *what)),
            *(_of_contact(name) for name in about),
            _over().label("is_over"),
            _REFERENCE.label("reference"),
        )
    )


def _of_contact(name: str) -> ColumnElement[Any]:
    whose = contacts.c.id == outbox.c.contact_id
    return select(contacts.c[name]).where(whose).scalar_subquery().label(name)


_SHOWN = select(
    slots.c.contact_id.label("whose"), slots.c.slot.label("place"), slots.c.reference.label("shown")
).subquery()
"""Slots by other names: what SQLite returns of an update names no table, so that `contact_id` of
both would be the same column, and another contact's message would be edited."""
_REFERENCE = (
    select(_SHOWN.c.shown)
    .where(
        _SHOWN.c.whose == outbox.c.contact_id,
        _SHOWN.c.place == outbox.c.message["slot"].as_string(),
    )
    .scalar_subquery()
)


def _next_up(lane: Lane) -> Select[int]:
    """The ids of the messages of one lane that may be sent now."""
    due = outbox.alias("waiting")
    return (
        select(due.c.id)
        .join(contacts, contacts.c.id == due.c.contact_id)
        .where(
            due.c.state == literal_column("'due'"),
            due.c.channel == bindparam("of_channel"),
            due.c.bot == bindparam("of_bot"),
            due.c.lane == lane,
            due.c.due_ms <= now_ms(),
            or_(due.c.expires_ms.is_(None), due.c.expires_ms > now_ms()),
            contacts.c.not_before_ms <= now_ms(),
            ~_held(due, lane),
        )
        .order_by(due.c.due_ms)
        .limit(bindparam("limit"))
    )


async def release(conn: Connection, numbers: Collection[int]) -> None:
    """Return claimed messages to the queue: their contact gets another one first."""
    if numbers:
        values = {"state": OutboxState.DUE, "owner": None}
        await conn.execute(update(outbox).where(outbox.c.id.in_(numbers)).values(**values))


async def turn_back(
    conn: Connection, numbers: Collection[int], state: OutboxState, reason: str
) -> None:
    """End claimed messages without sending, e.g. because their contact cannot be written to."""
    if not numbers:
        return
    ended = await _end(conn, outbox.c.id.in_(numbers), state, reason)
    if state is OutboxState.UNREACHABLE:
        await mark_undelivered(conn, ended)


async def put_off(conn: Connection, numbers: Collection[int], reason: str, *, for_ms: int) -> None:
    """Return claimed messages to the queue for later; they end when their lifetime is over."""
    if numbers:
        values = {"state": OutboxState.DUE, "owner": None, "reason": reason}
        later = update(outbox).where(outbox.c.id.in_(numbers))
        await conn.execute(later.values(**values, due_ms=now_ms() + for_ms))


async def withdraw(conn: Connection, numbers: Collection[int], reason: str) -> None:
    """End claimed messages that may not be sent on this channel now, so that they can be sent
    another way: their invitations wait again, and their keys can be queued again."""
    if not numbers:
        return
    ended = await _end(conn, outbox.c.id.in_(numbers), OutboxState.EXPIRED, reason)
    await release_invitations(conn, numbers, ended)


async def release_invitations(
    conn: Connection, numbers: Collection[int], invitation_ids: Collection[int]
) -> None:
    """Let these invitations wait for another way, with their citizens' turns given back, and their
    messages (by number) be queued again."""
    key = outbox.c.dedup_key + "#" + cast(outbox.c.id, String)
    which = and_(outbox.c.id.in_(numbers), outbox.c.invitation_id.is_not(None))
    await conn.execute(update(outbox).where(which).values(dedup_key=key))
    if invitation_ids:
        which = and_(carried_by(invitation_ids), invitations.c.state.in_(UNOPENED))
        await turns.give_back(conn, which)
        nothing = {"issued_at": None, "contact_id": None, "lead_id": None}
        values = {"state": InvitationState.QUEUED, **nothing}
        await conn.execute(update(invitations).where(which).values(**values))


async def mark_undelivered(
    conn: Connection, numbers: Collection[int], reason: Reason = Reason.BLOCKED
) -> None:
    """Mark what these invitations' messages carried as undelivered, unless it was opened."""
    if numbers:
        unsent = and_(carried_by(numbers), invitations.c.state.in_(UNOPENED))
        values = {"state": InvitationState.UNREACHABLE, "reason": reason}
        await conn.execute(update(invitations).where(unsent).values(**values))


def carried_by(numbers: Collection[int]) -> ColumnElement[bool]:
    """SQL condition: these invitations, or those that their message asks about too."""
    listed = list(numbers)
    return or_(invitations.c.id.in_(listed), invitations.c.lead_id.in_(listed))


async def hold_chats(conn: Connection, not_before_ms: Mapping[int, int]) -> None:
    """Set the earliest moment of the next message for these contacts (by id)."""
    if not not_before_ms:
        return
    statement = (
        update(contacts)
        .where(contacts.c.id == bindparam("contact"))
        .values(not_before_ms=bindparam("moment"))
    )
    rows = [{"contact": one, "moment": not_before_ms[one]} for one in sorted(not_before_ms)]
    await conn.execute(statement, rows)


def _held(due: FromClause, lane: Lane) -> ColumnElement[bool]:
    """SQL condition: another message of the same contact must reach its result first.

    The first of them by the index, not EXISTS: PostgreSQL would make a join of that, and compare
    each of ten thousand replies of one contact with each other.
    """
    other = outbox.alias("other")
    on_its_way: ColumnElement[bool] = other.c.state == literal_column("'sending'")
    earlier = and_(other.c.lane == Lane.INTERACTIVE, other.c.id < due.c.id)
    before = select(other.c.id).where(
        other.c.contact_id == due.c.contact_id,
        other.c.state.in_((literal_column("'due'"), literal_column("'sending'"))),
        or_(on_its_way, earlier) if lane is Lane.INTERACTIVE else on_its_way,
    )
    return before.order_by(other.c.id).limit(1).scalar_subquery().is_not(None)


def _over() -> ColumnElement[bool]:
    """SQL condition: all that the message invites to, or reminds of, is over."""
    over = is_one_of(invitations.c.state, OVER)
    return and_(
        is_one_of(outbox.c.kind, (MessageKind.INVITATION, MessageKind.REMINDER)),
        exists().where(invitations.c.id == outbox.c.invitation_id, over),
        ~exists().where(invitations.c.lead_id == outbox.c.invitation_id, ~over),
    )


async def _end(
    conn: Connection, which: ColumnElement[bool], state: OutboxState, reason: str
) -> Collection[int]:
    """End messages unsent; returns the invitations they were for."""
    result = await conn.execute(
        update(outbox)
        .where(which)
        .values(state=state, reason=reason, settled_ms=now_ms(), message=dict(NO_MESSAGE))
        .returning(outbox.c.invitation_id)
    )
    return [number for number in result.scalars() if number is not None]


def _claimed(row: RowMapping) -> ClaimedMessage:
    kinds = {"kind": MessageKind(row["kind"]), "status": ContactStatus(row["status"])}
    return ClaimedMessage(**{**row, **kinds})
