"""Chains of tokens: a pair of tokens of which each renewal makes the one before it useless.

One process at a time renews (a lease, by the database's clock). It writes its intent before it asks
for a new pair, and commits the new pair before anybody uses it. So after a crash at any moment
either the pair is as it was, or the intent says that the outcome is unknown.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, select, update

from surveys.store.base.connection import Connection
from surveys.store.base.database import insert, now_ms
from surveys.store.base.schema import token_chains

FIELDS = token_chains.c
FREE = {"intent_ms": 0, "owner": None, "leased_until_ms": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A chain as it is; moments are milliseconds of the database's clock, 0: none."""

    name: str
    sealed: bytes
    generation: int
    renewed_ms: int
    access_until_ms: int
    refresh_until_ms: int
    intent_ms: int
    lost_ms: int
    retry_ms: int
    failures: int
    reason: str | None
    owner: str | None
    leased_until_ms: int
    now_ms: int

    @property
    def is_lost(self) -> bool:
        """Whether only a person can authorise again."""
        return self.lost_ms > 0

    def is_leased(self, lease_ms: int) -> bool:
        """Whether a process renews now. A lease that ends later than any given now was given by a
        clock that was ahead, and is over."""
        return self.now_ms < self.leased_until_ms <= self.now_ms + 2 * lease_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPair:
    """A pair to store, and how long its tokens live from now, in milliseconds; `access_ms` 0: it
    has no access token yet."""

    sealed: bytes
    access_ms: int
    refresh_ms: int


async def find(conn: Connection, name: str) -> Chain | None:
    """The chain of this name."""
    return await _read(conn, name, lock=False)


async def begin(
    conn: Connection, name: str, owner: str, lease_ms: int, *, of: int | None = None
) -> Chain | None:
    """Take the lease and write the intent to renew; the chain as it was before, whose `intent_ms`
    tells whether the outcome of an earlier renewal is unknown.

    None: there is no chain, it is lost, another process renews, it is too soon after a failure, or
    `of` names a generation that is not the current one any more.
    """
    chain = await _read(conn, name, lock=True)
    if chain is None or chain.is_lost or chain.is_leased(lease_ms):
        return None
    if of is not None and chain.generation != of:
        return None
    if chain.now_ms < chain.retry_ms <= chain.now_ms + 24 * 3_600_000:
        return None
    values = {"owner": owner, "leased_until_ms": now_ms() + lease_ms, "intent_ms": now_ms()}
    await conn.execute(update(token_chains).where(FIELDS.name == name).values(**values))
    return chain


async def commit(conn: Connection, name: str, pair: NewPair, *, of: int) -> bool:
    """Store the pair that the tokens of generation `of` were exchanged for, and end the lease.

    False if there is a newer generation. The lease does not matter: the successor of the current
    pair is the only pair that works, even if it comes late.
    """
    stored = update(token_chains).where(FIELDS.name == name, FIELDS.generation == of)
    return (await conn.execute(stored.values(**_pair(pair), generation=of + 1))).rowcount == 1


async def put_off(
    conn: Connection, chain: Chain, owner: str, reason: str, *, retry_in_ms: int, is_unsent: bool
) -> None:
    """End the lease after a failure that may be over later. `chain` is what `begin` returned; only
    a request that certainly never left (`is_unsent`) takes the new intent back."""
    values: dict[str, Any] = {
        "owner": None,
        "leased_until_ms": 0,
        "failures": FIELDS.failures + 1,
        "retry_ms": now_ms() + retry_in_ms,
        "reason": reason,
    }
    values |= {"intent_ms": chain.intent_ms} if is_unsent else {}
    await conn.execute(update(token_chains).where(_ours(chain, owner)).values(**values))


async def lose(conn: Connection, chain: Chain, owner: str, reason: str) -> bool:
    """Record that the pair is of no use any more: a person has to authorise again."""
    values = {**FREE, "lost_ms": now_ms(), "reason": reason}
    done = await conn.execute(update(token_chains).where(_ours(chain, owner)).values(**values))
    return done.rowcount == 1


async def replace(conn: Connection, name: str, pair: NewPair) -> None:
    """Store a pair that a person brought, whatever was there; a process that renews meanwhile
    finds that its lease is gone."""
    new = insert(conn, token_chains).values(name=name, generation=1, **_pair(pair))
    values = {**_pair(pair), "generation": FIELDS.generation + 1}
    await conn.execute(new.on_conflict_do_update(index_elements=["name"], set_=values))


def _pair(pair: NewPair) -> dict[str, Any]:
    access: Any = now_ms() + pair.access_ms if pair.access_ms else 0
    return {
        **FREE,
        "sealed": pair.sealed,
        "renewed_ms": now_ms(),
        "access_until_ms": access,
        "refresh_until_ms": now_ms() + pair.refresh_ms,
        "lost_ms": 0,
        "retry_ms": 0,
        "failures": 0,
        "reason": None,
    }


def _ours(chain: Chain, owner: str) -> ColumnElement[bool]:
    same = and_(FIELDS.name == chain.name, FIELDS.generation == chain.generation)
    return and_(same, FIELDS.owner == owner)


async def _read(conn: Connection, name: str, *, lock: bool) -> Chain | None:
    query = select(token_chains, now_ms().label("now_ms")).where(FIELDS.name == name)
    row = (await conn.execute(query.with_for_update() if lock else query)).mappings().one_or_none()
    return None if row is None else Chain(**row)
