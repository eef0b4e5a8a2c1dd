"""How long what is due waits already, for each bot: it tells whether citizens are answered."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from surveys.store.base.connection import Connection
from surveys.store.base.database import now_ms
from surveys.store.base.schema import inbox, outbox
from surveys.store.queues.inbox import NEW
from surveys.store.queues.outbox import DUE, Lane
from surveys.store.queues.rate_limits import BotId

Ages = Mapping[BotId, float]
"""(channel, bot) → seconds."""


async def untouched(conn: Connection) -> Ages:
    """How long the oldest message of each bot waits that could be handled at once."""
    ready = inbox.c.not_before_ms <= now_ms()
    return await _ages(conn, _oldest(inbox, inbox.c.received_ms).where(NEW, ready))


async def unsent(conn: Connection) -> Ages:
    """How long the oldest reply of each bot waits that could be sent at once."""
    which = (DUE, outbox.c.lane == Lane.INTERACTIVE, outbox.c.due_ms <= now_ms())
    return await _ages(conn, _oldest(outbox, outbox.c.due_ms).where(*which))


def _oldest(table: Any, moment: ColumnElement[int]) -> Select[Any]:  # noqa: ANN401
    group = (table.c.channel, table.c.bot)
    return select(*group, now_ms() - func.min(moment)).group_by(*group)


async def _ages(conn: Connection, query: Select[Any]) -> Ages:
    rows = await conn.execute(query)
    return {(channel, bot): age_ms / 1_000 for channel, bot, age_ms in rows}
