"""Links to dossiers: a random token per link, of which only the hash is stored.

Links that were made together, for one printing or one list, share a `batch` and can be revoked
together.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select, update

from surveys.privacy import token_hash
from surveys.store.base.connection import Connection
from surveys.store.base.schema import dossiers, links, units

AT_ONCE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The dossier that a token opens, and until when. `unit_name`: where it was filed."""

    dossier_id: int
    expires_at: datetime
    revoked_at: datetime | None
    unit_name: str

    def is_open(self, now: datetime) -> bool:
        """Whether the token still opens the dossier for a person who was not there before."""
        return self.revoked_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Links that were made together: how many, and how many of them are revoked."""

    batch: str | None
    links: int
    revoked: int
    made_at: datetime
    expires_at: datetime


async def make(
    conn: Connection, dossier_id: int, token: str, now: datetime, lasts: timedelta
) -> None:
    """Let `token` open the dossier until `now + lasts`."""
    await make_many(conn, {token: dossier_id}, now, lasts)


async def make_many(
    conn: Connection,
    tokens: Mapping[str, int],
    now: datetime,
    lasts: timedelta,
    batch: str | None = None,
) -> None:
    """Let each token open its dossier (by number) until `now + lasts`."""
    rows: Iterator[dict[str, object]] = (
        {
            "token_hash": token_hash(token),
            "dossier_id": dossier_id,
            "made_at": now,
            "expires_at": now + lasts,
            "batch": batch,
        }
        for token, dossier_id in tokens.items()
    )
    for some in _batched(rows):
        await conn.execute(links.insert(), some)


def _batched(rows: Iterable[dict[str, object]]) -> Iterator[list[dict[str, object]]]:
    some: list[dict[str, object]] = []
    for row in rows:
        some.append(row)
        if len(some) == AT_ONCE:
            yield some
            some = []
    if some:
        yield some


async def find(conn: Connection, token: str) -> Link | None:
    """The link of this token, expired and revoked ones included; None for an unknown token."""
    columns = (links.c.dossier_id, links.c.expires_at, links.c.revoked_at)
    query = (
        select(*columns, units.c.name.label("unit_name"))
        .select_from(links)
        .join(dossiers, dossiers.c.id == links.c.dossier_id)
        .join(units, units.c.id == dossiers.c.unit_id)
    )
    found = await conn.execute(query.where(links.c.token_hash == token_hash(token)))
    row = found.mappings().one_or_none()
    return Link(**row) if row else None


async def list_batches(conn: Connection, dossier_id: int | None = None) -> list[Batch]:
    """The batches, latest first; with a dossier only its links."""
    query = select(
        links.c.batch,
        func.count().label("links"),
        func.count(links.c.revoked_at).label("revoked"),
        func.min(links.c.made_at).label("made_at"),
        func.max(links.c.expires_at).label("expires_at"),
    )
    if dossier_id is not None:
        query = query.where(links.c.dossier_id == dossier_id)
    grouped = query.group_by(links.c.batch).order_by(func.min(links.c.made_at).desc())
    return [Batch(**row) for row in (await conn.execute(grouped)).mappings()]


async def revoke(
    conn: Connection,
    now: datetime,
    *,
    batch: str | None = None,
    dossier_id: int | None = None,
    units_in: Collection[int] | None = None,
) -> int:
    """Let the links of a batch or of a dossier open nothing more; returns their number.

    `units_in`: only links to dossiers of these units; None: of all.
    """
    which: list[ColumnElement[bool]] = [links.c.revoked_at.is_(None)]
    if batch is not None:
        which.append(links.c.batch == batch)
    if dossier_id is not None:
        which.append(links.c.dossier_id == dossier_id)
    if units_in is not None:
        own = select(dossiers.c.id).where(dossiers.c.unit_id.in_(list(units_in)))
        which.append(links.c.dossier_id.in_(own))
    done = await conn.execute(update(links).where(and_(*which)).values(revoked_at=now))
    return done.rowcount
