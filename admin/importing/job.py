"""Runs an import: accepts or rejects each row with a reason, and stores all files or none.

Each kind of file has an `Importer`; this module does what they share: the sheet, the chunks, the
file of rejected rows, the row in `imports`, the audit log, the report.

Rows are read outside any transaction. Large kinds of files plan their writes chunk by chunk; the
plan is staged in short transactions, committed to in one and applied in short ones again
(`surveys.store.importing`). Small kinds are written in one transaction. Imports run one at a time.
"""

import asyncio
import gc
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from admin.importing.desk import Desk
from admin.importing.importer import Importer, is_large
from admin.importing.report import Report
from admin.importing.source import Source
from admin.kit.runtime import Runtime
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database
from surveys.store.importing import applying, staging
from surveys.store.system import audit, imports

YOUNG_OBJECTS = 100_000
TURN_SECONDS = 0.3
"""The pause between two checks whether the running import has ended."""


async def run_import(runtime: Runtime, *jobs: tuple[Importer[Any], Source]) -> list[Report]:
    """Import files together, all of them or none; if one is a dry run, nothing is stored.

    Waits while another import runs. Raises OSError or Refusal for a file that cannot be read at
    all; then nothing is changed.
    """
    places = {file.resolve() for _, source in jobs for file in source.read}
    dry_run = any(source.dry_run for _, source in jobs)
    database = await runtime.database(whole=False)
    with ExitStack() as after_commit:
        after_commit.enter_context(_collecting_seldom())
        desks = [await Desk.open(runtime, database, places, *job) for job in jobs]
        if not dry_run:
            await _take_turn(runtime, database, desks)
        try:
            for desk in desks:
                await desk.work(after_commit)
            await _complete(runtime, database, desks, dry_run=dry_run)
        except BaseException:
            await _give_up(database, desks)
            raise
        if not dry_run:
            await apply_decided(runtime, database, "imports.applying")
    return [desk.report for desk in desks]


@contextmanager
def _collecting_seldom() -> Iterator[None]:
    """Let the garbage collector look at many more objects at once: the thousands of rows of a chunk
    are freed without it, and looking through them took a seventh of the time."""
    young, *older = gc.get_threshold()
    gc.set_threshold(max(young, YOUNG_OBJECTS), *older)
    try:
        yield
    finally:
        gc.set_threshold(young, *older)


async def _take_turn(runtime: Runtime, database: Database, desks: Sequence[Desk]) -> None:
    """Wait until no other import is running, and record that these begin. A crashed import that
    was already decided is completed first; one that was not is discarded."""
    told = False
    while True:
        async with database.write() as conn:
            await staging.lock_turn(conn)
            await staging.forget_dead(conn)
            other = await staging.find_running(conn)
            dead = other is None and bool(await staging.find_decided(conn))
            if other is None and not dead:
                for desk in desks:
                    desk.number = await _begin(conn, runtime, desk.report)
                return
        if dead:
            await applying.finish(database)
            continue
        if other is not None and not told:
            told = True
            who = {"file": other.file_name, "actor": other.actor}
            runtime.say("imports.waiting", id=str(other.id), **who)
        await asyncio.sleep(TURN_SECONDS)


async def _complete(
    runtime: Runtime, database: Database, desks: Sequence[Desk], *, dry_run: bool
) -> None:
    """Write small kinds, decide that the staged plan will be applied, and add to the audit log;
    the log comes last, since on PostgreSQL other writers wait for it until the commit."""
    async with database.write() as conn:
        for desk in desks:
            await desk.store(conn)
        if dry_run:
            await conn.rollback()
            return
        for desk in desks:
            if is_large(desk.importer):
                await staging.decide(conn, desk.number, desk.counts)
            else:
                await imports.settle(conn, desk.number, **desk.counts)
            await desk.remember_mapping(conn)
        entries = [entry for desk in desks for entry in desk.entries()]
        await audit.append(conn, await runtime.author(conn), *entries, at=runtime.now)


async def apply_decided(runtime: Runtime, database: Database, doing: str) -> None:
    """Apply the decided plan. If this is interrupted, the next process completes it.

    `doing`: the text key of what the progress is called.
    """
    try:
        with runtime.progress(doing) as told:
            await applying.finish(database, told)
    except BaseException:
        async with database.write() as conn:
            await staging.leave(conn)
        raise


async def _give_up(database: Database, desks: Sequence[Desk]) -> None:
    """Discard an import that was not decided; no trace is left."""
    async with database.write() as conn:
        await staging.forget(conn, [desk.number for desk in desks if desk.number])


async def _begin(conn: Connection, runtime: Runtime, report: Report) -> int:
    with report.file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return await imports.begin(
        conn,
        kind=report.kind,
        file_name=report.file.name,
        sha256=digest,
        at=runtime.now,
        actor=runtime.actor,
    )
