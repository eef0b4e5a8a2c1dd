"""The rate limit of each bot: one row, locked by every process that sends for the bot."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    select,
    tuple_,
    update,
)

from surveys.store.base.connection import Connection
from surveys.store.base.database import end_if_idle, insert, now_ms
from surveys.store.base.schema import outbox, rate_limits
from surveys.store.queues.outbox import DUE, Lane

BotId = tuple[str, str]
"""Channel and bot."""
MAX_REPLIES = 100
"""Beyond, it makes no difference how many replies are due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """A bot's rate limit, and the database's clock at that moment; milliseconds. `bot.limits`
    defines the two slots.
    """

    next_ms: int
    peak_ms: int
    paused_until_ms: int
    now_ms: int
    replies: int
    """Replies that are due, counted up to MAX_REPLIES."""


async def register(conn: Connection, bots: Iterable[BotId]) -> None:
    """Create the rows of these bots, unless they exist."""
    rows = [{"channel": channel, "bot": bot} for channel, bot in sorted(bots)]
    if rows:
        statement = insert(conn, rate_limits).values(next_ms=0, peak_ms=0, paused_until_ms=0)
        await conn.execute(statement.on_conflict_do_nothing(), rows)


async def lock(conn: Connection, channel: str, bot: str) -> RateLimit:
    """Lock and return the bot's rate limit: no other process sends for the bot until the
    transaction ends.

    PostgreSQL may wait for the row, so the time is read afterwards. The statement that locks it
    also ends the transaction if this process freezes.
    """
    its = {"of_channel": channel, "of_bot": bot}
    if conn.dialect.name == "sqlite":
        return RateLimit(**(await conn.execute(_HELD, its)).mappings().one())
    row = (await conn.execute(_HELD_OR_ENDED, its)).mappings().one()
    held = RateLimit(**{name: row[name] for name in RateLimit.__slots__})
    return replace(held, now_ms=await conn.scalar(select(now_ms())) or held.now_ms)


async def move(conn: Connection, channel: str, bot: str, *, next_ms: int, peak_ms: int) -> None:
    """Set the bot's next slots."""
    slots = {"next_ms": next_ms, "peak_ms": peak_ms}
    await conn.execute(_MOVE, {"of_channel": channel, "of_bot": bot, **slots})


async def pause(conn: Connection, channel: str, bot: str, for_ms: int) -> None:
    """Stop sending for the bot for this long from now; a longer pause is kept."""
    until = now_ms() + for_ms
    column = rate_limits.c.paused_until_ms
    longer = case((column > until, column), else_=until)
    await conn.execute(update(rate_limits).where(_of(channel, bot)).values(paused_until_ms=longer))


async def find_with_work(
    conn: Connection, bots: Iterable[BotId], lanes: Sequence[Lane]
) -> dict[BotId, set[Lane]]:
    """Those of `bots` that may send, with the lanes of due messages: one query for all."""
    found: dict[BotId, set[Lane]] = {}
    rows = await conn.execute(_work(tuple(lanes)), {"bots": list(bots)})
    for channel, bot, *waiting in rows:
        busy = {lane for lane, is_waiting in zip(lanes, waiting, strict=True) if is_waiting}
        if busy:
            found[channel, bot] = busy
    return found


@cache
def _work(lanes: tuple[Lane, ...]) -> Select[*tuple[Any, ...]]:
    waiting = [
        exists().where(
            DUE,
            outbox.c.channel == rate_limits.c.channel,
            outbox.c.bot == rate_limits.c.bot,
            outbox.c.lane == lane,
            outbox.c.due_ms <= now_ms(),
        )
        for lane in lanes
    ]
    return select(rate_limits.c.channel, rate_limits.c.bot, *waiting).where(
        tuple_(rate_limits.c.channel, rate_limits.c.bot).in_(bindparam("bots", expanding=True)),
        rate_limits.c.paused_until_ms <= now_ms(),
    )


def _of(channel: str | BindParameter[str], bot: str | BindParameter[str]) -> ColumnElement[bool]:
    return and_(rate_limits.c.channel == channel, rate_limits.c.bot == bot)


_ITS: ColumnElement[bool] = _of(bindparam("of_channel"), bindparam("of_bot"))
_DUE_REPLIES = (
    select(outbox.c.id)
    .where(
        DUE,
        outbox.c.channel == bindparam("of_channel"),
        outbox.c.bot == bindparam("of_bot"),
        outbox.c.lane == Lane.INTERACTIVE,
        outbox.c.due_ms <= now_ms(),
    )
    .limit(MAX_REPLIES)
)
_REPLIES = select(func.count()).select_from(_DUE_REPLIES.subquery()).scalar_subquery()
_HELD = (
    select(
        rate_limits.c.next_ms,
        rate_limits.c.peak_ms,
        rate_limits.c.paused_until_ms,
        now_ms().label("now_ms"),
        _REPLIES.label("replies"),
    )
    .where(_ITS)
    .with_for_update()
)
_HELD_OR_ENDED = _HELD.add_columns(end_if_idle().label("ends"))
_MOVE = update(rate_limits).where(_ITS)
