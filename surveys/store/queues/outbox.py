"""Outgoing messages: one row per message, committed with the change that caused it.

`due` and `sending` are on the way; every other state is final and is shown by `motcua delivery
status`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    bindparam,
    case,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningInsert

from surveys.store.base.connection import Connection
from surveys.store.base.database import insert_for, is_one_of, now_ms
from surveys.store.base.schema import outbox

if TYPE_CHECKING:
    from surveys.store.base.database import Insert

DAY_MS = 86_400_000


class MessageKind(StrEnum):
    """Why a message is sent; decides its lane and what happens if its result is unknown."""

    REPLY = "reply"
    """Answers something a citizen just did."""
    INVITATION = "invitation"
    REMINDER = "reminder"
    NOTICE = "notice"


class Lane(IntEnum):
    """The priority of messages: a lower lane is always sent first."""

    INTERACTIVE = 0
    BROADCAST = 1


class OutboxState(StrEnum):
    """The state of a message."""

    DUE = "due"
    """Waits for its time, its turn, or another try."""
    SENDING = "sending"
    """Committed before the request leaves: from here on it may have arrived."""
    SENT = "sent"
    REJECTED = "rejected"
    """The channel will never take it; the reason says why."""
    UNREACHABLE = "unreachable"
    """The citizen blocked the bot or left."""
    UNCERTAIN = "uncertain"
    """The request left and no answer came; not repeated, so that no citizen is asked twice."""
    EXPIRED = "expired"
    """Could not be delivered while it still made sense."""
    CANCELLED = "cancelled"
    """Not needed any more: answered meanwhile, or the citizen asked to be forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """The number of a bot's messages in one state for one reason."""

    channel: str
    bot: str
    state: OutboxState
    reason: str
    count: int


LIFETIMES_MS = {
    MessageKind.REPLY: DAY_MS,
    MessageKind.INVITATION: 7 * DAY_MS,
    MessageKind.REMINDER: 3 * DAY_MS,
    MessageKind.NOTICE: 7 * DAY_MS,
}
"""Milliseconds after its due time until a message makes no sense any more."""
NO_MESSAGE: Mapping[str, Any] = {"text": "", "buttons": [], "slot": ""}
"""What remains of a message in a final state: its text is no longer needed."""
DUE: ColumnElement[bool] = outbox.c.state == literal_column("'due'")
"""Written as a literal, so that both databases see that the partial indexes apply."""


def lane_of(kind: MessageKind) -> Lane:
    """The lane of a kind of message."""
    return Lane.INTERACTIVE if kind is MessageKind.REPLY else Lane.BROADCAST


async def put(
    conn: Connection,
    *,
    channel: str,
    bot: str,
    contact_id: int,
    kind: MessageKind,
    message: Mapping[str, Any],
    dedup_key: str,
    due_ms: int | None = None,
    expires_ms: int | None = None,
    invitation_id: int | None = None,
) -> bool:
    """Queue a message in the caller's transaction; False when `dedup_key` was queued before.

    `message` is `bot.messages.Outgoing.as_json()`. Times are milliseconds of the database's clock:
    due at once unless `due_ms` says later, given up after `expires_ms` or the kind's lifetime.
    """
    row = {
        "channel": channel,
        "bot": bot,
        "contact_id": contact_id,
        "kind": kind,
        "lane": lane_of(kind),
        "message": dict(message),
        "dedup_key": dedup_key,
        "invitation_id": invitation_id,
    }
    times = {"earliest": due_ms or 0, "latest": expires_ms, "lifetime": LIFETIMES_MS[kind]}
    return (await conn.execute(_putting(conn.dialect.name), row | times)).one_or_none() is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A message of an invitation, due at `due_ms`; as the parameters of `put`."""

    channel: str
    bot: str
    contact_id: int
    message: Mapping[str, Any]
    dedup_key: str
    due_ms: int
    invitation_id: int


async def put_invitations(conn: Connection, posts: Sequence[Post]) -> None:
    """Queue these in the caller's transaction, in their order; what was queued before is not
    queued again."""
    kind = MessageKind.INVITATION
    same = {"kind": kind, "lane": lane_of(kind), "latest": None, "lifetime": LIFETIMES_MS[kind]}
    rows = [
        {name: getattr(one, name) for name in Post.__slots__ if name != "due_ms"}
        | {"message": dict(one.message), "earliest": one.due_ms}
        | same
        for one in posts
    ]
    if rows:
        await conn.execute(_new(conn.dialect.name), rows)


async def is_queued(conn: Connection, dedup_key: str) -> bool:
    """Whether a message with this key was ever queued."""
    return await conn.scalar(_WITH_KEY, {"key": dedup_key}) is not None


async def supersede(conn: Connection, contact_id: int, slot: str) -> None:
    """Cancel waiting messages for this slot of the chat: a newer one is about to be queued."""
    await conn.execute(_SUPERSEDE, {"contact": contact_id, "place": slot})


_SUPERSEDE = (
    update(outbox)
    .where(
        DUE,
        outbox.c.contact_id == bindparam("contact"),
        outbox.c.lane == Lane.INTERACTIVE,
        outbox.c.message["slot"].as_string() == bindparam("place"),
    )
    .values(state=OutboxState.CANCELLED, settled_ms=now_ms(), message=dict(NO_MESSAGE))
)
_WITH_KEY = select(outbox.c.id).where(outbox.c.dedup_key == bindparam("key"))


async def cancel(conn: Connection, *, invitation_id: int) -> int:
    """Cancel waiting invitations and reminders; returns how many messages."""
    result = await conn.execute(
        update(outbox)
        .where(
            DUE,
            outbox.c.invitation_id == invitation_id,
            outbox.c.kind.in_((MessageKind.INVITATION, MessageKind.REMINDER)),
        )
        .values(state=OutboxState.CANCELLED, settled_ms=now_ms(), message=dict(NO_MESSAGE))
    )
    return result.rowcount


async def count_by_state(conn: Connection) -> dict[tuple[str, str, MessageKind, OutboxState], int]:
    """How many messages per channel, bot, kind and state."""
    group = (outbox.c.channel, outbox.c.bot, outbox.c.kind, outbox.c.state)
    rows = await conn.execute(select(*group, func.count()).group_by(*group))
    return {
        (channel, bot, MessageKind(kind), OutboxState(state)): number
        for channel, bot, kind, state, number in rows
    }


async def count_waiting(conn: Connection) -> dict[OutboxState, int]:
    """How many messages are on the way, by state; the query reads only these rows."""
    states = (OutboxState.DUE, OutboxState.SENDING)
    query = select(outbox.c.state, func.count()).where(is_one_of(outbox.c.state, states))
    rows = await conn.execute(query.group_by(outbox.c.state))
    return dict.fromkeys(states, 0) | {OutboxState(state): count for state, count in rows}


async def count_open(conn: Connection, channel: str, bot: str) -> int:
    """How many messages of a bot are on the way."""
    states = (OutboxState.DUE, OutboxState.SENDING)
    query = select(func.count()).where(
        outbox.c.channel == channel, outbox.c.bot == bot, is_one_of(outbox.c.state, states)
    )
    return int(await conn.scalar(query) or 0)


async def list_troubles(conn: Connection, limit: int = 20) -> Sequence[Trouble]:
    """The reasons why messages wait or did not arrive, the most frequent first."""
    group = (outbox.c.channel, outbox.c.bot, outbox.c.state, outbox.c.reason)
    rows = await conn.execute(
        select(*group, func.count().label("count"))
        .where(outbox.c.reason.is_not(None), outbox.c.state != OutboxState.SENT)
        .group_by(*group)
        .order_by(func.count().desc(), *group)
        .limit(limit)
    )
    return [Trouble(**row) for row in rows.mappings()]


@cache
def _putting(dialect: str) -> ReturningInsert[int]:
    """The statement that queues a message and tells whether it is new."""
    return _new(dialect).returning(outbox.c.id)


@cache
def _new(dialect: str) -> "Insert":
    """The statement that queues a message: due at once, unless a later time is given."""
    earliest = bindparam("earliest", type_=BigInteger)
    due = case((earliest > now_ms(), earliest), else_=now_ms())
    latest, lifetime = (bindparam(name, type_=BigInteger) for name in ("latest", "lifetime"))
    expires = func.coalesce(latest, due + lifetime)
    new = insert_for(dialect, outbox).values(
        state=literal_column("'due'"), due_ms=due, expires_ms=expires, made_ms=now_ms()
    )
    return new.on_conflict_do_nothing(index_elements=["dedup_key"])
