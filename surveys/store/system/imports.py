"""The imported files: by whom, when, and their state."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select, update

from surveys.store.base.connection import Connection
from surveys.store.base.database import now_ms
from surveys.store.base.owners import process_name
from surveys.store.base.schema import imports


class ImportState(StrEnum):
    """The state of an import."""

    READING = "reading"
    """Nothing of it is written yet."""
    APPLYING = "applying"
    """It will be written whole, whatever happens: what is left waits in chunks."""
    DONE = "done"
    UNDOING = "undoing"
    """It will be undone, whatever happens: what is left to remove waits in chunks."""
    UNDONE = "undone"
    FAILED = "failed"
    """It ended before anything was written."""
    OLD = "old"
    """Done by a version that did not keep what it changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One imported file."""

    id: int
    kind: str
    file_name: str
    sha256: str
    accepted: int
    rejected: int
    new: int
    changed: int
    imported_at: datetime
    actor: str
    state: ImportState


async def begin(
    conn: Connection, *, kind: str, file_name: str, sha256: str, at: datetime, actor: str
) -> int:
    """Register a running import; returns its id, for the rows that come from it."""
    new = imports.insert().values(
        kind=kind,
        file_name=file_name,
        sha256=sha256,
        accepted=0,
        rejected=0,
        imported_at=at,
        actor=actor,
        state=ImportState.READING,
        alive_ms=now_ms(),
        owner=process_name(),
    )
    result = await conn.execute(new)
    (number,) = result.inserted_primary_key or (0,)
    return int(number)


async def settle(
    conn: Connection, import_id: int, *, accepted: int, rejected: int, new: int, changed: int
) -> None:
    """Store how the import ended."""
    counts = {"accepted": accepted, "rejected": rejected, "new": new, "changed": changed}
    which = imports.c.id == import_id
    await conn.execute(update(imports).where(which).values(**counts, state=ImportState.DONE))


async def mark(conn: Connection, import_id: int, state: ImportState) -> None:
    """Store the state of an import."""
    await conn.execute(update(imports).where(imports.c.id == import_id).values(state=state))


async def find(conn: Connection, import_id: int) -> Import | None:
    """The import with this id."""
    found = await _select(conn, {import_id})
    return found[0] if found else None


async def find_by_file(conn: Connection, kind: str, file_name: str) -> Import | None:
    """The latest import of a file with this name that did not fail."""
    which = (imports.c.kind == kind, imports.c.file_name == file_name)
    query = select(imports).where(*which, imports.c.state != ImportState.FAILED)
    row = (await conn.execute(query.order_by(imports.c.id.desc()).limit(1))).mappings().first()
    return _import(dict(row)) if row else None


async def list_last(conn: Connection, *, limit: int, kind: str | None = None) -> list[Import]:
    """The last imports, newest first."""
    chosen = select(imports).order_by(imports.c.id.desc()).limit(limit)
    if kind is not None:
        chosen = chosen.where(imports.c.kind == kind)
    rows = (await conn.execute(chosen)).mappings()
    return [_import(dict(row)) for row in rows]


async def find_last_id(conn: Connection) -> int:
    """The highest number of an import; 0 if there is none."""
    return int(await conn.scalar(select(func.max(imports.c.id))) or 0)


async def find_many(conn: Connection, numbers: Collection[int]) -> list[Import]:
    """The imports with these ids, in the order of the ids."""
    return await _select(conn, numbers)


async def _select(conn: Connection, numbers: Collection[int]) -> list[Import]:
    chosen = select(imports).where(imports.c.id.in_(list(numbers))).order_by(imports.c.id)
    return [_import(dict(row)) for row in (await conn.execute(chosen)).mappings()]


def _import(row: dict[str, object]) -> Import:
    known = {name: row[name] for name in Import.__dataclass_fields__}
    return Import(**known | {"state": ImportState(str(row["state"]))})  # type: ignore[arg-type]
