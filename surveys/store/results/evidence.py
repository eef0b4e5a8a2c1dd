"""The wide evidence rows: one per dossier, derived in the transaction that changes the dossier.

The rows can be deleted and rebuilt from dossiers, steps, answers, complaints and verifications;
`find_disagreements` finds rows that differ from their sources.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Insert, func, select

from surveys.store.base.bulk import Columns, add_rows
from surveys.store.base.connection import Connection
from surveys.store.base.database import insert_for
from surveys.store.base.schema import dossier_evidence, dossiers
from surveys.store.results import dossier_records
from surveys.store.results.dossier_records import EvidenceRow, Known, Which

BATCH = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A dossier whose stored evidence differs from what its records give; None: no row at all."""

    dossier: str
    stored: EvidenceRow | None
    derived: EvidenceRow


async def refresh(conn: Connection, dossier_ids: Iterable[int]) -> None:
    """Derive these dossiers' rows again; a few statements per 2,000 dossiers."""
    wanted = sorted(set(dossier_ids))
    for start in range(0, len(wanted), BATCH):
        ids = wanted[start : start + BATCH]
        await _lock(conn, dossier_records.among(ids))
        await _store(conn, await dossier_records.find_by_ids(conn, ids))


async def add(conn: Connection, numbers: Sequence[int], rows: Columns) -> None:
    """Add the rows of dossiers that were created in this transaction: they have no other data, so
    nothing is read.
    """
    if numbers:
        await add_rows(conn, dossier_evidence, dossier_records.derive_new_rows(numbers, rows))


async def rebuild(conn: Connection) -> int:
    """Derive every row again; returns the number of rows."""
    count = 0
    async for first, last in _ranges(conn):
        await _lock(conn, dossier_records.within(first, last))
        batch = await dossier_records.find_between(conn, first, last)
        await _store(conn, batch)
        count += len(batch)
    return count


async def find_disagreements(conn: Connection) -> list[Disagreement]:
    """Every dossier whose stored row is missing or differs from the derived one."""
    found: list[Disagreement] = []
    async for first, last in _ranges(conn):
        stored = await _stored(conn, first, last)
        for one in await dossier_records.find_between(conn, first, last):
            row, was = one.row(), stored.get(one.dossier_id)
            if was != row:
                found.append(Disagreement(dossier=one.code, stored=was, derived=row))
    return found


async def _ranges(conn: Connection) -> AsyncIterator[tuple[int, int]]:
    last = await conn.scalar(select(func.max(dossiers.c.id))) or 0
    for first in range(0, last + 1, BATCH):
        yield first, first + BATCH - 1


async def _lock(conn: Connection, which: Which) -> None:
    """Serialise transactions that derive the same row, so that the second sees the changes of the
    first. A SQLite database has one writer anyway.
    """
    if conn.dialect.name == "postgresql":
        mine = select(dossiers.c.id).where(which(dossiers.c.id)).order_by(dossiers.c.id)
        await conn.execute(mine.with_for_update(key_share=True))


async def _store(conn: Connection, batch: list[Known]) -> None:
    if not batch:
        return
    await conn.execute(_storing(conn.dialect.name), [one.row() for one in batch])


@cache
def _storing(dialect: str) -> Insert:
    new = insert_for(dialect, dossier_evidence)
    changing = (column.name for column in dossier_evidence.c if not column.primary_key)
    changes = {name: new.excluded[name] for name in changing}
    return new.on_conflict_do_update(index_elements=["dossier_id"], set_=changes)


async def _stored(conn: Connection, first: int, last: int) -> dict[int, EvidenceRow]:
    within = dossier_records.within(first, last)(dossier_evidence.c.dossier_id)
    rows = (await conn.execute(select(dossier_evidence).where(within))).mappings()
    return {row["dossier_id"]: dict(row) for row in rows}
