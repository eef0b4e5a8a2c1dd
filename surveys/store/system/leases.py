"""Leases: work that only one of several processes does at a time, until its lease ends."""

from sqlalchemy import or_, select

from surveys.store.base.connection import Connection
from surveys.store.base.database import insert, now_ms
from surveys.store.base.schema import meta

DIGITS = 15
"""Moments are padded, so that they compare as texts do."""


async def take(conn: Connection, name: str, lasts_ms: int) -> bool:
    """Whether the lease is ours from the commit on; by the database's clock. One that ends later
    than any given now was given by a clock that was ahead, and is over."""
    now = await conn.scalar(select(now_ms())) or 0
    until = _padded(now + lasts_ms)
    new = insert(conn, meta).values(key=f"lease {name}", value=until)
    over = or_(meta.c.value < _padded(now), meta.c.value > _padded(now + 2 * lasts_ms))
    taking = new.on_conflict_do_update(index_elements=["key"], set_={"value": until}, where=over)
    return (await conn.execute(taking.returning(meta.c.key))).one_or_none() is not None


def _padded(moment_ms: int) -> str:
    return f"{moment_ms:0{DIGITS}}"
