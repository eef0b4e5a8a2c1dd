"""Which messages leave next. Everything here happens in one short transaction, just before they do.

Who may leave, among the due messages of a bot:

* one message at a time per contact: while one is on its way, no other leaves;
* replies keep their order: a reply that waits for another try holds the later ones of its contact,
  because each shows what the ones before it led to;
* invitations, reminders and notices stand for themselves: one that waits (for its day, or for
  another try) holds nothing, and none of them ever holds a reply;
* nobody is written to before `contacts.not_before_ms`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from surveys.store.asking.invitations import InvitationState
from surveys.store.base.connection import Connection
from surveys.store.base.database import is_one_of, now_ms
from surveys.store.base.schema import contacts, invitations, outbox
from surveys.store.citizens.contacts import ContactStatus
from surveys.store.queues.outbox import DUE, NO_MESSAGE, Lane, MessageKind, OutboxState

OVER = (
    InvitationState.ANSWERED,
    InvitationState.DECLINED,
    InvitationState.UNREACHABLE,
    InvitationState.EXPIRED,
)
"""States of an invitation after which nobody is invited or reminded any more."""
UNOPENED = (InvitationState.QUEUED, InvitationState.ISSUED)
"""States of an invitation that has not reached anybody yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """A message whose turn it is, and the contact it goes to."""

    id: int
    kind: MessageKind
    message: Mapping[str, Any]
    tries: int
    asked_again: bool
    invitation_id: int | None
    contact_id: int
    status: ContactStatus
    address_sealed: bytes | None
    not_before_ms: int

    @property
    def lane(self) -> Lane:
        """The lane it travels in."""
        return Lane.INTERACTIVE if self.kind is MessageKind.REPLY else Lane.BROADCAST


async def next_up(
    conn: Connection, channel: str, bot: str, lane: Lane, limit: int
) -> Sequence[Departure]:
    """The messages of one lane that may leave now, longest due first; of two broadcasts to one
    contact only one may leave."""
    params = {"of_channel": channel, "of_bot": bot, "most": limit}
    return [_departure(row) for row in await conn.execute(_next_up(lane), params)]


@cache
def _next_up(lane: Lane) -> Select[*tuple[Any, ...]]:
    return (
        select(
            outbox.c.id,
            outbox.c.kind,
            outbox.c.message,
            outbox.c.tries,
            outbox.c.asked_again,
            outbox.c.invitation_id,
            outbox.c.contact_id,
            contacts.c.status,
            contacts.c.address_sealed,
            contacts.c.not_before_ms,
        )
        .join(contacts, contacts.c.id == outbox.c.contact_id)
        .where(
            DUE,
            outbox.c.channel == bindparam("of_channel"),
            outbox.c.bot == bindparam("of_bot"),
            outbox.c.lane == lane,
            outbox.c.due_ms <= now_ms(),
            or_(outbox.c.expires_ms.is_(None), outbox.c.expires_ms > now_ms()),
            contacts.c.not_before_ms <= now_ms(),
            ~_held(lane),
        )
        .order_by(outbox.c.due_ms)
        .limit(bindparam("most"))
    )


async def leave(
    conn: Connection, numbers: Collection[int], *, owner: str, lease_ms: int
) -> set[int]:
    """Mark messages `sending`, to be committed before their requests leave; returns those marked.

    A message whose invitation was answered meanwhile is cancelled in place of it.
    """
    if not numbers:
        return set()
    lease = {"numbers": list(numbers), "owner": owner, "lease_ms": lease_ms}
    left = set((await conn.execute(_leaving(), lease)).scalars())
    if len(left) < len(numbers):
        over = and_(DUE, outbox.c.id.in_(numbers), _over())
        await _end(conn, over, OutboxState.CANCELLED, "the invitation is over")
    return left


@cache
def _leaving() -> ReturningUpdate[int]:
    return (
        update(outbox)
        .where(DUE, outbox.c.id.in_(bindparam("numbers", expanding=True)), ~_over())
        .values(
            state=literal_column("'sending'"),
            leased_until_ms=now_ms() + bindparam("lease_ms", type_=BigInteger),
        )
        .returning(outbox.c.id)
    )


async def turn_back(
    conn: Connection, numbers: Collection[int], state: OutboxState, reason: str
) -> None:
    """End messages that need not be tried: their contact cannot be written to."""
    ended = await _end(conn, and_(DUE, outbox.c.id.in_(numbers)), state, reason)
    if state is OutboxState.UNREACHABLE:
        await unreached(conn, ended)


async def unreached(conn: Connection, numbers: Collection[int]) -> None:
    """Note that nobody could be reached with these invitations, unless they were opened."""
    if numbers:
        unsent = and_(invitations.c.id.in_(numbers), invitations.c.state.in_(UNOPENED))
        values = {"state": InvitationState.UNREACHABLE}
        await conn.execute(update(invitations).where(unsent).values(**values))


async def hold_chats(conn: Connection, not_before_ms: Mapping[int, int]) -> None:
    """Write to these contacts (by id) no sooner than these moments."""
    if not not_before_ms:
        return
    statement = (
        update(contacts)
        .where(contacts.c.id == bindparam("contact"))
        .values(not_before_ms=bindparam("moment"))
    )
    rows = [{"contact": one, "moment": not_before_ms[one]} for one in sorted(not_before_ms)]
    await conn.execute(statement, rows)


def _held(lane: Lane) -> ColumnElement[bool]:
    """Whether another message of the same contact has to be settled first."""
    other = outbox.alias("other")
    on_its_way: ColumnElement[bool] = other.c.state == literal_column("'sending'")
    earlier = and_(other.c.lane == Lane.INTERACTIVE, other.c.id < outbox.c.id)
    return exists().where(
        other.c.contact_id == outbox.c.contact_id,
        other.c.state.in_((literal_column("'due'"), literal_column("'sending'"))),
        or_(on_its_way, earlier) if lane is Lane.INTERACTIVE else on_its_way,
    )


def _over() -> ColumnElement[bool]:
    """Whether the message would invite to, or remind of, what is over."""
    return and_(
        is_one_of(outbox.c.kind, (MessageKind.INVITATION, MessageKind.REMINDER)),
        exists().where(
            invitations.c.id == outbox.c.invitation_id, is_one_of(invitations.c.state, OVER)
        ),
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


def _departure(row: Row[*tuple[Any, ...]]) -> Departure:
    return Departure(
        id=row.id,
        kind=MessageKind(row.kind),
        message=row.message,
        tries=row.tries,
        asked_again=row.asked_again,
        invitation_id=row.invitation_id,
        contact_id=row.contact_id,
        status=ContactStatus(row.status),
        address_sealed=row.address_sealed,
        not_before_ms=row.not_before_ms,
    )
