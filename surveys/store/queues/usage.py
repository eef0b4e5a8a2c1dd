"""What was used of the limits that a channel sets for a month or a day."""

from sqlalchemy import func, select

from surveys.store.base.connection import Connection
from surveys.store.base.database import insert
from surveys.store.base.schema import channel_use, contacts


async def add(conn: Connection, channel: str, bot: str, what: str, span: str, count: int) -> None:
    """Count `count` more of `what` in this span, e.g. `2026-11`."""
    row = {"channel": channel, "bot": bot, "what": what, "span": span}
    more = insert(conn, channel_use).values(**row, used=count)
    await conn.execute(
        more.on_conflict_do_update(
            index_elements=list(row), set_={"used": channel_use.c.used + more.excluded.used}
        )
    )


async def read(conn: Connection, channel: str, bot: str, what: str, span: str) -> int:
    """How many of `what` were counted in this span."""
    its = channel_use.c
    query = select(its.used).where(
        its.channel == channel, its.bot == bot, its.what == what, its.span == span
    )
    return int(await conn.scalar(query) or 0)


async def count_people(conn: Connection, channel: str, bot: str) -> int:
    """How many people ever wrote to the bot; those who were forgotten since count too."""
    query = select(func.count()).where(contacts.c.channel == channel, contacts.c.bot == bot)
    return int(await conn.scalar(query) or 0)
