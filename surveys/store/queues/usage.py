"""What was used of the limits that a channel sets for a month or a day."""

from sqlalchemy import delete, func, select

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


async def read_all(conn: Connection, what: str, span: str) -> dict[tuple[str, str], int]:
    """How many of `what` were counted in this span, for each (channel, bot)."""
    its = channel_use.c
    query = select(its.channel, its.bot, its.used).where(its.what == what, its.span == span)
    return {(channel, bot): used for channel, bot, used in await conn.execute(query)}


async def read_spans(conn: Connection, what: str) -> list[tuple[str, int]]:
    """Every span of `what` with what was counted over all bots, the latest first."""
    its = channel_use.c
    query = select(its.span, func.sum(its.used)).where(its.what == what).group_by(its.span)
    rows = await conn.execute(query.order_by(its.span.desc()))
    return [(span, int(used)) for span, used in rows]


async def forget(conn: Connection, what: str, before: str) -> None:
    """Delete the counts of spans before this one."""
    its = channel_use.c
    await conn.execute(delete(channel_use).where(its.what == what, its.span < before))


async def count_people(conn: Connection, channel: str, bot: str) -> int:
    """How many people ever wrote to the bot; those who were forgotten since count too."""
    query = select(func.count()).where(contacts.c.channel == channel, contacts.c.bot == bot)
    return int(await conn.scalar(query) or 0)
