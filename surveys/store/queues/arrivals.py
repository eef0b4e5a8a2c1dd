"""Arrivals: updates are stored once, in their order, before they are acknowledged."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, Text, bindparam, cast, column, func, literal_column, select, true
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.dml import ReturningInsert

from surveys.store.base.connection import Connection
from surveys.store.base.database import end_if_idle, insert_for, now_ms
from surveys.store.base.schema import inbox
from surveys.store.queues.inbox import Event, EventId, Update

if TYPE_CHECKING:
    from sqlalchemy import Connection as SyncConnection

    from surveys.store.base.database import Insert

ARRIVALS = 0x6D6F7469
"""The transaction lock that serialises arrivals in PostgreSQL (the bytes of "moti")."""
FEW = 16
"""Updates that are handed on when they come together; beyond, looking for them is cheaper."""
GIVEN = Event._fields
"""The columns that an event fills."""
UNIQUE = GIVEN[:3]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The newly stored updates. `updates` is filled only if they are few: passing them on then
    costs less than reading them again.
    """

    ids: set[EventId]
    updates: Sequence[Update] = ()


async def put_many(conn: Connection, events: Sequence[Event]) -> Kept:
    """Store updates, in this order; returns those that are new.

    In PostgreSQL one transaction at a time does this, across processes: so a later id is never
    visible before an earlier one, and repeats in another order cannot deadlock. It is one
    statement: within `Database.write_at_once` no frozen process has the others wait. `events` must
    not contain the same update twice.
    """
    if conn.dialect.name == "postgresql":
        return await _put_at_once(conn, events)
    if len(events) > FEW:
        count = await conn.run_sync(_store_rows, events)
        return Kept(ids=await _newest(conn, events, count))
    body = {"body": _as_json(events)}
    numbers = sorted((await conn.execute(_keeping_few(), body)).scalars())
    ids = await _newest(conn, events, len(numbers))
    new = (event for event in events if event.id in ids)
    updates = [Update.of(event, number) for event, number in zip(new, numbers, strict=True)]
    return Kept(ids=ids, updates=updates)


async def _put_at_once(conn: Connection, events: Sequence[Event]) -> Kept:
    rows = await conn.execute(_arriving(), {"body": _as_json(events)})
    new = {(channel, bot, key): number for number, channel, bot, key in rows}
    few = events if len(events) <= FEW else ()
    updates = [Update.of(event, new[event.id]) for event in few if event.id in new]
    return Kept(ids=set(new), updates=updates)


def _store_rows(sync: "SyncConnection", events: Sequence[Event]) -> int:
    """Store rows that SQLAlchemy has not prepared one by one: preparing costs as much as storing.
    Returns how many were new.
    """
    return sync.exec_driver_sql(_keeping_one(), list(events)).rowcount


async def _newest(conn: Connection, events: Sequence[Event], count: int) -> set[EventId]:
    """Those of `events` that were just stored, `count` in all."""
    if count == len(events):
        return {event.id for event in events}
    newest = select(inbox.c.channel, inbox.c.bot, inbox.c.event_key).order_by(inbox.c.id.desc())
    return {(row[0], row[1], row[2]) for row in await conn.execute(newest.limit(count))}


def _as_json(events: Sequence[Event]) -> str:
    rows = [(place, *event) for place, event in enumerate(events)]
    return json.dumps(rows, ensure_ascii=False)


@cache
def _keeping_one() -> str:
    """The statement for one row of GIVEN, with a parameter per column in that order."""
    given: dict[str, Any] = {name: bindparam(name) for name in GIVEN}
    statement = (
        insert_for("sqlite", inbox)
        .values(**given, state=literal_column("'new'"), received_ms=now_ms())
        .on_conflict_do_nothing(index_elements=UNIQUE)
    )
    return str(statement.compile(dialect=sqlite.dialect()))


@cache
def _keeping_few() -> ReturningInsert[int]:
    return _keeping("sqlite").returning(inbox.c.id)


@cache
def _arriving() -> ReturningInsert[int, str, str, str]:
    its = inbox.c
    return _keeping("postgresql").returning(its.id, its.channel, its.bot, its.event_key)


@cache
def _keeping(dialect: str) -> "Insert":
    """One statement for all updates, with one parameter: a JSON array that the database unpacks.
    One parameter per column would cost more than the rest of a webhook. In PostgreSQL it gives
    numbers only while it holds the lock.
    """
    body = bindparam("body", type_=Text)
    is_sqlite = dialect == "sqlite"
    unpacked = func.json_each(body) if is_sqlite else func.json_array_elements(cast(body, JSON))
    row = unpacked.table_valued(column("value", JSON)).c.value
    texts = [row[place].as_string() for place, _ in enumerate(GIVEN, 1)]
    values = select(*texts, literal_column("'new'"), now_ms()).where(true())
    if not is_sqlite:
        lock = select(end_if_idle().label("ends"), func.pg_advisory_xact_lock(ARRIVALS))
        values = values.join_from(row.table, lock.cte("held"), true())
    return (
        insert_for(dialect, inbox)
        .from_select([*GIVEN, "state", "received_ms"], values.order_by(row[0].as_integer()))
        .on_conflict_do_nothing(index_elements=UNIQUE)
    )
