"""Counters with a poster, and the ratings given there without a dossier's code."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import String, and_, cast, func, select, update

from surveys.privacy import token_hash
from surveys.store.base.connection import Connection
from surveys.store.base.database import insert
from surveys.store.base.schema import counter_ratings, counters, units

HOUR_SECONDS = 3_600
FLOOD = 10
"""How many times what counts of a counter within the hour is kept: it shows that there was a flood,
and fills no disk."""
HASH = 64
"""Letters of a keyed hash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """A counter whose poster has a code."""

    id: int
    unit: str
    unit_name: str
    name: str
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None

    def is_open(self, now: datetime) -> bool:
        """Whether its code still works."""
        return self.revoked_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """One tap at a counter's page. `visitor` and `network` are keyed hashes."""

    counter_id: int
    form: str
    form_version: str
    question: str
    option: str
    day: date
    at_s: int
    visitor: str
    network: str


async def make(
    conn: Connection, token: str, unit_id: int, name: str, now: datetime, lasts: timedelta
) -> int:
    """Let `token` open a counter of the unit until `now + lasts`; returns the counter's number."""
    new = counters.insert().values(
        unit_id=unit_id,
        name=name,
        token_hash=token_hash(token),
        made_at=now,
        expires_at=now + lasts,
    )
    (number,) = (await conn.execute(new)).inserted_primary_key or (0,)
    return int(number)


async def find(conn: Connection, token: str) -> Counter | None:
    """The counter of this token, expired and revoked ones included; None for an unknown token."""
    found = await _list(conn, token_hash(token))
    return found[0] if found else None


async def list_all(conn: Connection) -> list[Counter]:
    """Every counter that ever had a poster, latest first."""
    return await _list(conn, None)


async def revoke(
    conn: Connection, counter_id: int, now: datetime, units_in: Collection[int] | None
) -> int:
    """Let the poster's code work no more; 0 if there is no such counter of these units."""
    mine = and_(counters.c.id == counter_id, counters.c.revoked_at.is_(None))
    if units_in is not None:
        mine = and_(mine, counters.c.unit_id.in_(list(units_in)))
    return (await conn.execute(update(counters).where(mine).values(revoked_at=now))).rowcount


async def rate(
    conn: Connection, rating: Rating, *, most_of_counter: int, most_of_network: int
) -> bool:
    """Keep a rating; False if its network has given too many at this counter within the hour, or
    all together have given FLOOD times what counts.

    One visitor counts once a day. A rating beyond `most_of_counter` within the hour is marked as
    part of a flood: it is kept, and not counted.
    """
    since = rating.at_s - HOUR_SECONDS
    recent = and_(counter_ratings.c.counter_id == rating.counter_id, counter_ratings.c.at_s > since)
    from_here = func.count().filter(counter_ratings.c.network == rating.network)
    counted = select(func.count(), from_here).where(recent)
    everybody, network = (await conn.execute(counted)).one()
    if rating.network and network >= most_of_network:
        return False
    if everybody >= FLOOD * most_of_counter:
        return False
    values = {name: getattr(rating, name) for name in Rating.__slots__}
    new = insert(conn, counter_ratings).values(**values, suspect=everybody >= most_of_counter)
    once = ["counter_id", "visitor", "day", "question"]
    await conn.execute(new.on_conflict_do_nothing(index_elements=once))
    return True


async def forget_visitors(conn: Connection, before: date) -> int:
    """Drop the hashes of sessions and networks from before this day; the ratings stay."""
    old = and_(counter_ratings.c.day < before, func.length(counter_ratings.c.visitor) == HASH)
    values = {"network": "", "visitor": cast(counter_ratings.c.id, String)}
    return (await conn.execute(update(counter_ratings).where(old).values(**values))).rowcount


async def _list(conn: Connection, hashed: str | None) -> list[Counter]:
    names = ("id", "name", "made_at", "expires_at", "revoked_at")
    told = (units.c.code.label("unit"), units.c.name.label("unit_name"))
    query = select(*(counters.c[name] for name in names), *told).join_from(
        counters, units, units.c.id == counters.c.unit_id
    )
    if hashed is not None:
        query = query.where(counters.c.token_hash == hashed)
    rows = await conn.execute(query.order_by(counters.c.id.desc()))
    return [Counter(**row) for row in rows.mappings()]
