"""Counts of dossier codes looked up without proof in the last hour, to limit guessing.

The rows belong to no contact, so that an erasure, a new cookie or a new chat resets no limit.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, insert, select

from surveys.store.base.connection import Connection
from surveys.store.base.schema import look_ups

HOUR_SECONDS = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks: bot, chat and network (empty: unknown) by keyed hashes."""

    channel: str
    bot: str
    chat: str
    network: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """How many codes were looked up in the last hour, in each scope that has a limit, and the
    oldest time (seconds since 1970) for the chat and the network.
    """

    chat: int
    network: int
    bot: int
    total: int
    oldest_s: int


async def count_used(conn: Connection, asker: Asker, now_s: int) -> Used:
    """Count the last hour for each scope; rows from a clock that was ahead do not count."""
    row = (await conn.execute(_USED, _params(asker) | _span(now_s))).mappings().one()
    return Used(**{name: row[name] or 0 for name in Used.__slots__})


async def count_all(conn: Connection, now_s: int) -> int:
    """Count all look-ups of the last hour."""
    return await conn.scalar(select(_count(None)), _span(now_s)) or 0


async def add(conn: Connection, asker: Asker, now_s: int) -> None:
    """Store one look-up."""
    await conn.execute(_NOTE, _params(asker) | {"at": now_s})


async def forget(conn: Connection, now_s: int) -> int:
    """Delete rows that no limit counts any more; returns how many."""
    over = ~look_ups.c.at_s.between(now_s - HOUR_SECONDS, now_s)
    return (await conn.execute(delete(look_ups).where(over))).rowcount


def _params(asker: Asker) -> dict[str, Any]:
    return {f"of_{name}": getattr(asker, name) for name in Asker.__slots__}


def _span(now_s: int) -> dict[str, int]:
    return {"since": now_s - HOUR_SECONDS, "until": now_s}


_RECENT = and_(look_ups.c.at_s > bindparam("since"), look_ups.c.at_s <= bindparam("until"))
_CHAT = look_ups.c.chat == bindparam("of_chat")
_NETWORK = and_(look_ups.c.network == bindparam("of_network"), look_ups.c.network != "")
_BOT = and_(look_ups.c.channel == bindparam("of_channel"), look_ups.c.bot == bindparam("of_bot"))


def _count(which: ColumnElement[bool] | None) -> ColumnElement[int]:
    counted = select(func.count()).select_from(look_ups).where(_RECENT)
    return (counted if which is None else counted.where(which)).scalar_subquery()


def _oldest() -> ColumnElement[int]:
    return select(func.min(look_ups.c.at_s)).where(_RECENT, _CHAT | _NETWORK).scalar_subquery()


_USED = select(
    _count(_CHAT).label("chat"),
    _count(_NETWORK).label("network"),
    _count(_BOT).label("bot"),
    _count(None).label("total"),
    _oldest().label("oldest_s"),
)
_NOTE = insert(look_ups).values(
    at_s=bindparam("at"), **{name: bindparam(f"of_{name}") for name in Asker.__slots__}
)
