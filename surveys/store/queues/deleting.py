"""Deletes updates from the inbox: those that are not answered, and those handled long ago."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Column, ColumnElement, delete, exists, func, or_, select, update

from surveys.store.base.connection import Connection
from surveys.store.base.schema import contact_dossiers, contacts, inbox
from surveys.store.queues.inbox import NEW, InboxState

Place = str | Column[str]


class Done(NamedTuple):
    """A handled update."""

    id: int
    channel: str
    bot: str
    received_ms: int


async def drop(conn: Connection, number: int) -> None:
    """Delete an update that is not answered. The latest one of all only loses its text: in SQLite
    its number would be given again, perhaps while another process still has it in hand.
    """
    mine = inbox.c.id == number
    not_latest = inbox.c.id < select(func.max(inbox.c.id)).scalar_subquery()
    done = inbox.c.state == InboxState.DONE
    await conn.execute(update(inbox).where(NEW, mine).values(state=InboxState.DONE, payload=""))
    await conn.execute(delete(inbox).where(mine, done, not_latest))


async def list_done(
    conn: Connection, *, before_ms: int, old_ms: int, after: int, limit: int
) -> Sequence[Done]:
    """At most `limit` updates with numbers above `after` that were handled and received before
    `before_ms`; of citizens with a dossier only those before `old_ms`. Never the latest of all: in
    SQLite its number would be given again.
    """
    place = {"channel": inbox.c.channel, "bot": inbox.c.bot, "chat_key": inbox.c.chat_key}
    is_done = (inbox.c.state == InboxState.DONE, inbox.c.received_ms < before_ms)
    not_latest = inbox.c.id < select(func.max(inbox.c.id)).scalar_subquery()
    goes = or_(inbox.c.received_ms < old_ms, ~_has_citizen(**place))
    columns = [inbox.c[name] for name in Done._fields]
    some = select(*columns).where(*is_done, not_latest, goes, inbox.c.id > after)
    rows = await conn.execute(some.order_by(inbox.c.id).limit(limit))
    return [Done(*row) for row in rows]


async def delete_all(conn: Connection, numbers: Sequence[int]) -> None:
    """Delete these updates."""
    await conn.execute(delete(inbox).where(inbox.c.id.in_(numbers)))


async def is_kept(conn: Connection, channel: str, bot: str, chat_key: str) -> bool:
    """Whether the updates of this chat are kept until they are old."""
    return bool(await conn.scalar(select(_has_citizen(channel, bot, chat_key))))


def _has_citizen(channel: Place, bot: Place, chat_key: Place) -> ColumnElement[bool]:
    its, follows = contacts.c, contact_dossiers.c.contact_id == contacts.c.id
    whose = (its.channel == channel, its.bot == bot, its.chat_key == chat_key)
    return exists().where(*whose, exists().where(follows))
