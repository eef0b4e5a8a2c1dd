"""Incoming updates, stored before they are acknowledged and until their effect is committed.

An update's id gives the order within its chat: only the lowest id that is still `new`, the head of
the chat, may be handled; the others wait for it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Select,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from surveys.store.base.connection import Connection
from surveys.store.base.database import now_ms
from surveys.store.base.schema import inbox
from surveys.store.base.schema.queues import chat_start, stretch


def _waits(table: FromClause) -> ColumnElement[bool]:
    """Written as a literal, so that both databases see that the partial index applies."""
    waits: ColumnElement[bool] = table.c.state == literal_column("'new'")
    return waits


NEW = _waits(inbox)
"""An update that is not handled yet."""

WINDOW = 10_000
"""How many of the oldest waiting updates are looked through for heads: keeps a backlog cheap."""
LOOK_UPS = 10_000
"""How many chats are looked for beyond: one that waits in several stretches counts in each. Enough
for 120 chats with 80,000 updates."""
Updates = Select[int, str, str, str, str, int]
EventId = tuple[str, str, str]
"""Channel, bot and event key: what makes an update the same update."""


class InboxState(StrEnum):
    """The state of an update."""

    NEW = "new"
    DONE = "done"
    SET_ASIDE = "set_aside"
    """Failed too often; kept with its payload until an officer looks at it."""


class Event(NamedTuple):
    """One raw update as a channel delivered it; `payload` is its JSON text. It is a row as well:
    the fields are columns, first those of its id.
    """

    channel: str
    bot: str
    event_key: str
    chat_key: str
    payload: str

    @property
    def id(self) -> EventId:
        """The identity of the update, the same when it is delivered again."""
        return self[:3]


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """An update to handle; `tries` have failed before."""

    id: int
    channel: str
    bot: str
    chat_key: str
    payload: str
    tries: int = 0

    @classmethod
    def of(cls, event: Event, number: int) -> "Update":
        """The update stored for an event."""
        return cls(
            id=number,
            channel=event.channel,
            bot=event.bot,
            chat_key=event.chat_key,
            payload=event.payload,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """An update that could not be handled, for staff: without the citizen's text."""

    id: int
    channel: str
    bot: str
    received_ms: int
    tries: int
    reason: str


async def find_heads(
    conn: Connection, bots: Collection[tuple[str, str]], limit: int
) -> Sequence[Update]:
    """The head of each chat of these (channel, bot) pairs that may be handled now, oldest first.

    Where more wait than the window shows, and it shows less than `limit`, chats are also looked for
    one by one: a flood of a few chats hides no other.
    """
    waiting = (await conn.execute(_first_of_chats())).all()
    numbers = [first for first, _ in waiting]
    found = await _read(conn, _ready(), numbers, bots, limit)
    if len(found) < limit and sum(count for _, count in waiting) == WINDOW:
        others = set((await conn.execute(_first_of_each_chat())).scalars())
        newer = sorted(others.difference(numbers))
        found += await _read(conn, _ready_heads(), newer, bots, limit - len(found))
    return found


async def _read(
    conn: Connection,
    statement: Updates,
    numbers: Sequence[int],
    bots: Collection[tuple[str, str]],
    limit: int,
) -> list[Update]:
    """The first `limit` of these updates that may be handled now.

    Apart from finding the numbers: in one statement PostgreSQL, with stale statistics, begins with
    all rows of the channel.
    """
    found: list[Update] = []
    for start in range(0, len(numbers), limit):
        some = {"numbers": numbers[start : start + limit]}
        rows = (await conn.execute(statement, some)).mappings()
        found += [Update(**row) for row in rows if (row["channel"], row["bot"]) in bots]
        if len(found) >= limit:
            break
    return found[:limit]


@cache
def _first_of_chats() -> Select[int, int]:
    oldest = select(inbox.c.id, inbox.c.chat_key).where(NEW).order_by(inbox.c.id).limit(WINDOW)
    waiting = oldest.subquery()
    first = func.min(waiting.c.id).label("first")
    return select(first, func.count()).group_by(waiting.c.chat_key).order_by(first)


@cache
def _first_of_each_chat() -> Select[int]:
    """Go from chat to chat by the index, stretch by stretch, past any number of updates of one
    chat."""
    mine, after, stretches = inbox.alias("mine"), inbox.alias("after"), _stretches()
    here = stretches.c.number
    lowest = select(func.min(chat_start(mine))).where(_waits(mine), stretch(mine) == here)
    begin = select(here, lowest.scalar_subquery().label("chat")).where(here.is_not(None))
    chats = begin.cte("chats", recursive=True)
    following = select(func.min(chat_start(after))).where(
        _waits(after), stretch(after) == chats.c.number, chat_start(after) > chats.c.chat
    )
    chats = chats.union_all(
        select(chats.c.number, following.scalar_subquery()).where(chats.c.chat.is_not(None))
    )
    first = select(func.min(mine.c.id)).where(
        _waits(mine), stretch(mine) == chats.c.number, chat_start(mine) == chats.c.chat
    )
    some = select(chats.c.chat, first.scalar_subquery().label("first"))
    seen = some.where(chats.c.chat.is_not(None)).limit(LOOK_UPS).subquery()
    return select(func.min(seen.c.first)).group_by(seen.c.chat)


def _follows_another(one: FromClause) -> ColumnElement[bool]:
    """Whether an earlier update of its chat waits. Looked for stretch by stretch: as a join, SQLite
    would rather read all that wait."""
    earlier, stretches = inbox.alias("earlier"), _stretches()
    here = exists().where(
        _waits(earlier),
        stretch(earlier) == stretches.c.number,
        chat_start(earlier) == chat_start(one),
        earlier.c.chat_key == one.c.chat_key,
        earlier.c.id < one.c.id,
    )
    up_to = stretches.c.number <= stretch(one)
    return select(stretches.c.number).where(up_to, here.correlate(stretches, one)).exists()


def _stretches() -> CTE:
    """The stretches in which updates wait, found by the index one after the other; then None."""
    some, after = inbox.alias("some"), inbox.alias("later")
    first = select(func.min(stretch(some)).label("number")).where(_waits(some))
    found = first.cte("stretches", recursive=True).prefix_with("MATERIALIZED")
    following = select(func.min(stretch(after))).where(
        _waits(after), stretch(after) > found.c.number
    )
    return found.union_all(select(following.scalar_subquery()).where(found.c.number.is_not(None)))


@cache
def _ready() -> Updates:
    among = inbox.c.id.in_(bindparam("numbers", expanding=True))
    return _updates().where(NEW, among, inbox.c.not_before_ms <= now_ms()).order_by(inbox.c.id)


@cache
def _ready_heads() -> Updates:
    return _ready().where(~_follows_another(inbox))


async def take(conn: Connection, numbers: Sequence[int]) -> set[int]:
    """Mark those of `numbers` that are still the heads of their chats as done, and return them.

    The caller handles them in the same transaction: if that fails, they are new again. An update
    locked by another process is skipped. The rows stay, so that a repeated delivery is recognised;
    their text is deleted.
    """
    return set((await conn.execute(_taking(), {"numbers": list(numbers)})).scalars())


@cache
def _taking() -> ReturningUpdate[int]:
    head = inbox.alias("head")
    heads = select(head.c.id).where(
        _waits(head),
        head.c.id.in_(bindparam("numbers", expanding=True)),
        head.c.not_before_ms <= now_ms(),
        ~_follows_another(head),
    )
    return (
        update(inbox)
        .where(NEW, inbox.c.id.in_(heads.with_for_update(skip_locked=True)))
        .values(state=InboxState.DONE, payload="", reason=None)
        .returning(inbox.c.id)
    )


async def record_failure(
    conn: Connection, number: int, *, reason: str, retry_in_ms: int, max_tries: int
) -> InboxState | None:
    """Record a failed attempt; returns the new state of the update, None if it was handled
    meanwhile.

    `reason` is for staff and must hold nothing a citizen wrote.
    """
    last = inbox.c.tries + 1 >= max_tries
    statement = (
        update(inbox)
        .where(NEW, inbox.c.id == number)
        .values(
            state=case((last, InboxState.SET_ASIDE), else_=InboxState.NEW),
            tries=inbox.c.tries + 1,
            not_before_ms=now_ms() + retry_in_ms,
            reason=reason,
        )
        .returning(inbox.c.state)
    )
    state = (await conn.execute(statement)).scalar_one_or_none()
    return InboxState(state) if state else None


async def list_set_aside(conn: Connection, limit: int = 100) -> Sequence[SetAside]:
    """The updates that could not be handled, newest first."""
    columns = inbox.c
    rows = await conn.execute(
        select(
            columns.id,
            columns.channel,
            columns.bot,
            columns.received_ms,
            columns.tries,
            func.coalesce(columns.reason, "").label("reason"),
        )
        .where(columns.state == literal_column("'set_aside'"))
        .order_by(columns.id.desc())
        .limit(limit)
    )
    return [SetAside(**row) for row in rows.mappings()]


async def retry(conn: Connection, number: int) -> bool:
    """Requeue an update that was set aside; False if there is no such update."""
    result = await conn.execute(
        update(inbox)
        .where(inbox.c.id == number, inbox.c.state == InboxState.SET_ASIDE)
        .values(state=InboxState.NEW, tries=0, not_before_ms=0)
    )
    return result.rowcount == 1


async def count_by_state(conn: Connection) -> dict[tuple[str, str, InboxState], int]:
    """How many updates per channel, bot and state."""
    group = (inbox.c.channel, inbox.c.bot, inbox.c.state)
    rows = await conn.execute(select(*group, func.count()).group_by(*group))
    return {(channel, bot, InboxState(state)): number for channel, bot, state, number in rows}


async def count_waiting(conn: Connection) -> dict[InboxState, int]:
    """How many updates are not done, by state; the query reads only these rows."""
    states = (InboxState.NEW, InboxState.SET_ASIDE)
    return {
        state: await conn.scalar(
            select(func.count()).where(inbox.c.state == literal_column(f"'{state}'"))
        )
        or 0
        for state in states
    }


def _updates() -> Updates:
    columns = inbox.c
    return select(
        columns.id,
        columns.channel,
        columns.bot,
        columns.chat_key,
        columns.payload,
        columns.tries,
    )
