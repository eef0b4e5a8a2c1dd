"""Backup and restore, for either kind of database."""

import asyncio
import errno
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL

from admin.backups import pg_tools
from admin.backups.log_check import find_faults_in_file
from admin.backups.restore_log import LogEnd, Told, end_of, write_row
from admin.backups.schema_check import require_own_dump, require_own_schema
from admin.kit.runtime import Runtime
from migrations import SchemaState, state_of_revision
from surveys.errors import Refusal
from surveys.store.base.database import Database, parse_url
from surveys.store.system import copying, health


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a restore will do."""

    file: Path
    url: URL
    aside: Path | None
    """Where the present database is moved (next to itself; PostgreSQL's next to the backup);
    None if there is none."""
    faults: tuple[str, ...] = ()
    """The faults of the backup's audit log."""
    is_log_checked: bool = True
    """Whether the log could be verified; a PostgreSQL dump and an older version only later."""

    @property
    def kind(self) -> str:
        """`replace` if the target database exists already, else `fresh`."""
        return "fresh" if self.aside is None else "replace"


async def backup(runtime: Runtime, file: Path, *, force: bool) -> None:
    """Write a consistent copy of the database to `file`.

    Raises OSError, or Refusal `database.backup_exists` (without `force`), `.same_file`,
    `.no_pg_tool`, `.pg_tool`.
    """
    url = parse_url(runtime.settings.database_url)
    _require_other_file(url, file)
    if file.exists() and not file.is_file():  # noqa: ASYNC240 - one look
        raise FileExistsError(errno.EEXIST, "", str(file))
    if not force and file.exists():  # noqa: ASYNC240 - one look
        raise Refusal("database.backup_exists", file=file)
    if _is_file(url):
        await asyncio.to_thread(copying.copy, _path(url), file)
    else:
        await pg_tools.dump(url, file)


async def plan(runtime: Runtime, file: Path, *, force: bool) -> Plan:
    """Inspect the backup and the target database; change nothing.

    Raises OSError, or Refusal `database.no_copy`, `.copy_broken`, `.newer`, `.foreign_schema`,
    or (without `force`)
    `.not_empty`.
    """
    url = parse_url(runtime.settings.database_url)
    is_current = await _require_copy(url, file)
    aside = await _find_aside(runtime, url, file, force=force)
    return Plan(
        file=file,
        url=url,
        aside=aside,
        faults=await find_faults_in_file(runtime, file) if is_current else (),
        is_log_checked=is_current,
    )


async def _find_aside(runtime: Runtime, url: URL, file: Path, *, force: bool) -> Path | None:
    if await _is_empty(runtime, url):
        return None
    if not force:
        raise Refusal("database.not_empty", target=url.database)
    stamp = runtime.now.astimezone(runtime.settings.zone).strftime("%Y%m%d-%H%M%S")
    kept = f"{url.database}.before-{stamp}"
    aside = Path(kept) if _is_file(url) else file.with_name(f"{kept}.dump")
    if aside.exists():
        raise Refusal("database.backup_exists", file=aside)
    return aside


async def restore(runtime: Runtime, plan: Plan) -> Told:
    """Move the present database aside, restore the backup, and record it in its audit log."""
    replaced = None if plan.aside is None else await _end_of_log(plan.url)
    await runtime.close_database()
    if _is_file(plan.url):
        return await _restore_file(runtime, plan, replaced)
    if plan.aside is not None:
        await pg_tools.dump(plan.url, plan.aside)
    await pg_tools.restore(plan.url, plan.file)
    return await _tell(runtime, plan, plan.url, replaced)


async def _restore_file(runtime: Runtime, plan: Plan, replaced: LogEnd | None) -> Told:
    target = _path(plan.url)
    target.parent.mkdir(parents=True, exist_ok=True)
    incoming = target.with_name(f"{target.name}.incoming")
    try:
        await asyncio.to_thread(copying.copy, plan.file, incoming)
        told = await _tell(runtime, plan, plan.url.set(database=str(incoming)), replaced)
        await asyncio.to_thread(copying.close_journal, incoming)
        await asyncio.to_thread(copying.put_in_place, incoming, target, plan.aside)
    finally:
        copying.remove(incoming)
    return told


async def _tell(runtime: Runtime, plan: Plan, url: URL, replaced: LogEnd | None) -> Told:
    database = Database.open(url.render_as_string(hide_password=False))
    try:
        fresh = plan.aside is None
        return await write_row(runtime, database, plan.file.name, replaced, is_fresh=fresh)
    finally:
        await database.close()


async def _end_of_log(url: URL) -> LogEnd | None:
    database = Database.open(url.render_as_string(hide_password=False))
    try:
        return await end_of(database)
    finally:
        await database.close()


async def _require_copy(url: URL, file: Path) -> bool:
    """Check the backup; whether it is a SQLite file of the current version."""
    if not _is_file(url):
        pg_tools.require_dump(file)
        await require_own_dump(file)
        return False
    _require_other_file(url, file)
    revision = copying.revision_of(file)
    state = state_of_revision(revision)
    if revision is None or state is SchemaState.EMPTY:
        raise Refusal("database.no_copy", file=file)
    if state is SchemaState.NEWER:
        raise Refusal("database.newer")
    await asyncio.to_thread(require_own_schema, file, revision)
    return state is SchemaState.CURRENT


def _require_other_file(url: URL, file: Path) -> None:
    if _is_file(url) and file.resolve() == _path(url).resolve():
        raise Refusal("database.same_file", file=file)


async def _is_empty(runtime: Runtime, url: URL) -> bool:
    if _is_file(url):
        return await asyncio.to_thread(copying.is_empty, _path(url))
    database = await runtime.any_database()
    async with database.read() as conn:
        return not await health.has_tables(conn)


def _is_file(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _path(url: URL) -> Path:
    if not url.database or url.database == ":memory:":
        raise Refusal("database.url", url=url.render_as_string())
    return Path(url.database)
