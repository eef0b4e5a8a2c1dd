"""Deletes updates from the inbox: those that are not answered, and those handled long ago."""

from sqlalchemy import delete, func, select, update

from surveys.store.base.connection import Connection
from surveys.store.base.schema import inbox
from surveys.store.queues.inbox import NEW, InboxState


async def drop(conn: Connection, number: int) -> None:
    """Delete an update that is not answered. The latest one of all only loses its text: in SQLite
    its number would be given again, perhaps while another process still has it in hand.
    """
    mine = inbox.c.id == number
    not_latest = inbox.c.id < select(func.max(inbox.c.id)).scalar_subquery()
    done = inbox.c.state == InboxState.DONE
    await conn.execute(update(inbox).where(NEW, mine).values(state=InboxState.DONE, payload=""))
    await conn.execute(delete(inbox).where(mine, done, not_latest))


async def delete_done(conn: Connection, before_ms: int, limit: int) -> int:
    """Delete at most `limit` updates that were handled and received before this moment; returns how
    many. Never the latest of all: in SQLite its number would be given again.
    """
    is_old = (inbox.c.state == InboxState.DONE, inbox.c.received_ms < before_ms)
    not_latest = inbox.c.id < select(func.max(inbox.c.id)).scalar_subquery()
    some = select(inbox.c.id).where(*is_old, not_latest).order_by(inbox.c.id).limit(limit)
    return (await conn.execute(delete(inbox).where(inbox.c.id.in_(some)))).rowcount
