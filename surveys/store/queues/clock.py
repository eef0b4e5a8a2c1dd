"""Repairs the queues after the database's clock was set back: resets times that lie too far ahead.

Rate limits, waits, leases and retries are times of the database's clock. A clock that was ahead for
a while (a dead battery, then network time) leaves them in the future, and nothing would be sent
until the clock reaches them again.
"""

from sqlalchemy import ColumnElement, and_, case, or_, update

from surveys.store.base.connection import Connection
from surveys.store.base.database import now_ms
from surveys.store.base.schema import contacts, inbox, outbox, rate_limits
from surveys.store.queues.inbox import NEW
from surveys.store.queues.outbox import DUE, Lane, OutboxState


async def bring_back(conn: Connection, channel: str, bot: str, *, lease_ms: int) -> None:
    """Reset the times one bot waits for to now; messages planned for a day keep their day.

    Rows are locked in the same order as by a claim.
    """
    await _bring_limits_back(conn, channel, bot)
    await _bring_messages_back(conn, channel, bot, lease_ms)
    whose = and_(contacts.c.channel == channel, contacts.c.bot == bot)
    held = update(contacts).where(whose, contacts.c.not_before_ms > now_ms())
    await conn.execute(held.values(not_before_ms=now_ms()))
    waits = and_(NEW, inbox.c.channel == channel, inbox.c.bot == bot)
    retried = update(inbox).where(waits, inbox.c.not_before_ms > now_ms())
    await conn.execute(retried.values(not_before_ms=now_ms()))


async def _bring_limits_back(conn: Connection, channel: str, bot: str) -> None:
    columns = rate_limits.c
    whose = and_(columns.channel == channel, columns.bot == bot)
    moments = {
        "next_ms": _at_most_now(columns.next_ms),
        "peak_ms": _at_most_now(columns.peak_ms),
        "paused_until_ms": _at_most_now(columns.paused_until_ms),
    }
    await conn.execute(update(rate_limits).where(whose).values(**moments))


def _at_most_now(moment: ColumnElement[int]) -> ColumnElement[int]:
    return case((moment > now_ms(), now_ms()), else_=moment)


async def _bring_messages_back(conn: Connection, channel: str, bot: str, lease_ms: int) -> None:
    columns = outbox.c
    whose = and_(columns.channel == channel, columns.bot == bot)
    sending = columns.state == OutboxState.SENDING
    waits = or_(columns.lane == Lane.INTERACTIVE, columns.tries > 0)
    due = update(outbox).where(or_(DUE, sending), whose, waits, columns.due_ms > now_ms())
    await conn.execute(due.values(due_ms=now_ms()))
    lease = now_ms() + lease_ms
    leased = update(outbox).where(whose, sending, columns.leased_until_ms > lease)
    await conn.execute(leased.values(leased_until_ms=lease))
