"""Staged chunks of an import, kept in the database until the whole import is decided.

Each chunk is written and applied in a short transaction of its own, so that no other writer waits
for an import. It is decided by one transaction that marks it as `applying`; from then on any
process may finish it, so a kill leaves all of it or nothing.
"""

import json
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, delete, func, select, text, update

from surveys.errors import Refusal
from surveys.store.base.connection import Connection
from surveys.store.base.database import now_ms
from surveys.store.base.owners import is_gone, process_name
from surveys.store.base.schema import import_chunks, imports
from surveys.store.system import imports as import_store
from surveys.store.system.imports import Import, ImportState

LEASE_MS = 15_000
"""An import that gave no sign for so long has died; on this computer, it has died as soon as its
process is gone."""
PG_LOCK = 0x6D6F7464
DECIDED = (ImportState.APPLYING, ImportState.UNDOING)
UNDER_WAY = (ImportState.READING, *DECIDED)

Applier = Callable[[Connection, int, str], Awaitable[None]]


def _applier(one: Import) -> Applier:
    """What writes a chunk of this import, or removes one; few commands need it."""
    from surveys.store.importing import answer_writes, dossier_removal, dossier_writes, step_writes

    if one.state is ImportState.UNDOING:
        return {"dossiers": dossier_removal.remove, "answers": answer_writes.remove}[one.kind]
    appliers = {
        "dossiers": dossier_writes.apply,
        "steps": step_writes.apply,
        "answers": answer_writes.apply,
    }
    return appliers[one.kind]


def is_alive() -> ColumnElement[bool]:
    """Whether an import gave a sign within its lease, whatever became of its process.

    A sign from the future was given before the clock was set back, so it proves nothing.
    """
    return imports.c.alive_ms.between(now_ms() - LEASE_MS + 1, now_ms() + LEASE_MS)


async def find_running(conn: Connection) -> Import | None:
    """The running import with a recent heartbeat, if there is one."""
    running = await _running(conn, *UNDER_WAY)
    return await import_store.find(conn, min(running)) if running else None


async def _running(conn: Connection, *states: ImportState) -> list[int]:
    """The imports in these states that gave a sign and whose process has not ended."""
    query = select(imports.c.id, imports.c.owner).where(imports.c.state.in_(states), is_alive())
    mine = process_name()
    return [row.id for row in await conn.execute(query) if not is_gone(row.owner or "", mine)]


async def lock_turn(conn: Connection) -> None:
    """Two that want to begin an import come one after the other; SQLite has one writer anyway."""
    if conn.dialect.name == "postgresql":
        await conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": PG_LOCK})


async def require_idle(conn: Connection) -> None:
    """Raises Refusal `imports.running` while another import is under way."""
    if (other := await find_running(conn)) is not None:
        raise Refusal("imports.running", id=other.id, file=other.file_name, actor=other.actor)


async def forget_dead(conn: Connection) -> None:
    """Drop imports that died before they were decided; they have written nothing."""
    running = await _running(conn, ImportState.READING)
    dead = select(imports.c.id).where(
        imports.c.state == ImportState.READING, imports.c.id.not_in(running)
    )
    numbers = list((await conn.execute(dead)).scalars())
    await drop(conn, numbers)
    for number in numbers:
        await import_store.mark(conn, number, ImportState.FAILED)


async def drop(conn: Connection, numbers: Collection[int]) -> None:
    """Delete the staged chunks of these imports."""
    await conn.execute(delete(import_chunks).where(import_chunks.c.import_id.in_(list(numbers))))


async def forget(conn: Connection, numbers: Collection[int]) -> None:
    """Delete every trace of imports that ended before they were decided."""
    reading = select(imports.c.id).where(
        imports.c.id.in_(list(numbers)), imports.c.state == ImportState.READING
    )
    mine = list((await conn.execute(reading)).scalars())
    await drop(conn, mine)
    await conn.execute(delete(imports).where(imports.c.id.in_(mine)))


async def leave(conn: Connection) -> None:
    """Let the next process finish the decided import at once, without waiting for the heartbeat to
    expire.
    """
    decided = imports.c.state.in_(DECIDED)
    await conn.execute(update(imports).where(decided).values(alive_ms=0))


async def stage(conn: Connection, number: int, chunks: Mapping[int, str]) -> None:
    """Store chunks by their position, and record a heartbeat.

    Raises Refusal `imports.taken_over` if the import was considered dead meanwhile.
    """
    mine = update(imports).where(imports.c.id == number, imports.c.state == ImportState.READING)
    if not (await conn.execute(mine.values(alive_ms=now_ms()))).rowcount:
        raise Refusal("imports.taken_over", id=number)
    rows = [{"import_id": number, "position": at, "body": body} for at, body in chunks.items()]
    if rows:
        await conn.execute(import_chunks.insert(), rows)


async def decide(conn: Connection, number: int, counts: Mapping[str, int]) -> None:
    """Decide the import: from here on it is written entirely, with these final counts."""
    await stage(conn, number, {LAST: json.dumps(counts)})
    await import_store.mark(conn, number, ImportState.APPLYING)


async def decide_undo(conn: Connection, number: int, bodies: Sequence[str]) -> None:
    """Decide that the import is undone: from here on, what these chunks name is removed."""
    rows = [
        {"import_id": number, "position": position, "body": body}
        for position, body in (*enumerate(bodies), (LAST, ""))
    ]
    await conn.execute(import_chunks.insert(), rows)
    signed = {"alive_ms": now_ms(), "owner": process_name(), "state": ImportState.UNDOING}
    await conn.execute(update(imports).where(imports.c.id == number).values(signed))


async def find_decided(conn: Connection) -> list[Import]:
    """The imports that are decided and not yet fully written, or not yet fully undone."""
    query = select(imports.c.id).where(imports.c.state.in_(DECIDED))
    return await import_store.find_many(conn, list((await conn.execute(query)).scalars()))


async def is_dead(conn: Connection) -> bool:
    """Whether no process is writing, or undoing, the decided import."""
    decided = select(func.count()).where(imports.c.state.in_(DECIDED))
    if not await conn.scalar(decided.select_from(imports)):
        return False
    return not await _running(conn, *DECIDED)


async def apply_next(conn: Connection, decided: Sequence[Import]) -> bool:
    """Write the next chunk of these imports; False once they are fully written."""
    for one in decided:
        chunk = await _first(conn, one.id)
        if chunk is not None and chunk[0] != LAST:
            await _applier(one)(conn, one.id, chunk[1])
            await _done(conn, one.id, chunk[0])
            return True
    for one in decided:
        await _end(conn, one)
    return False


LAST = 2**31 - 1


async def _first(conn: Connection, number: int) -> tuple[int, str] | None:
    """Locked, so that two who finish the same import do not write a chunk twice."""
    query = (
        select(import_chunks.c.position, import_chunks.c.body)
        .where(import_chunks.c.import_id == number)
        .order_by(import_chunks.c.position)
        .limit(1)
        .with_for_update()
    )
    row = (await conn.execute(query)).one_or_none()
    return None if row is None else (row.position, row.body)


async def _done(conn: Connection, number: int, position: int) -> None:
    which = (import_chunks.c.import_id == number, import_chunks.c.position == position)
    await conn.execute(delete(import_chunks).where(*which))
    signed = {"alive_ms": now_ms(), "owner": process_name()}
    await conn.execute(update(imports).where(imports.c.id == number).values(signed))


async def _end(conn: Connection, one: Import) -> None:
    chunk = await _first(conn, one.id)
    if chunk is not None:
        await _done(conn, one.id, LAST)
        if one.state is ImportState.UNDOING:
            await import_store.mark(conn, one.id, ImportState.UNDONE)
        else:
            await import_store.settle(conn, one.id, **json.loads(chunk[1]))
