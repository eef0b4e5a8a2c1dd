"""The audit log entry of a restore, written into the restored database.

The backup's log continues with this entry: it names the last row of the backup's log and of the
log it replaced, so that a head kept elsewhere can be explained.
"""

from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError

import migrations
from admin.backups.log_check import find_faults
from admin.kit.administrator import is_administrator
from admin.kit.runtime import Runtime
from bot.keys import existing_keyring
from migrations import SchemaState
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database
from surveys.store.system import audit, meta, staff
from surveys.store.system.audit import AuditEntry, Author
from surveys.store.system.audit_check import RESTORE
from surveys.store.system.staff import Officer, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEnd:
    """The number of rows of a log, and the hash of the last one."""

    count: int
    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The outcome of writing the entry."""

    is_sealed: bool
    """Whether the database's key was present to seal the entry."""
    administrator: str | None
    """Who became administrator, if there was no database before."""
    faults: tuple[str, ...] = ()
    """The faults of the log that was restored."""


async def end_of(database: Database) -> LogEnd | None:
    """The end of a database's log; None if it cannot be read."""
    try:
        async with database.read() as conn:
            return LogEnd(count=await audit.count(conn), head=await audit.find_head(conn))
    except DBAPIError:
        return None


async def write_row(
    runtime: Runtime,
    database: Database,
    backup: str,
    replaced: LogEnd | None,
    *,
    is_fresh: bool,
) -> Told:
    """Add the entry to the database just restored from the file `backup`.

    If there was no database before (`is_fresh`), the system user becomes administrator:
    otherwise a backup restored on a new machine would have no administrator there.
    """
    is_current = await migrations.state_of(database) is SchemaState.CURRENT
    async with database.write() as conn:
        author = await _author(runtime, conn, sealing=is_current)
        faults = await find_faults(runtime, conn) if is_current else ()
        details: dict[str, object] = {
            "file": backup,
            "system_user": author.os_user,
            "backup_count": await audit.count(conn),
            "backup_head": await audit.find_head(conn),
            "replaced_count": None if replaced is None else replaced.count,
            "replaced_head": None if replaced is None else replaced.head,
            "backup_faults": list(faults),
        }
        new = await _administrator(runtime, conn) if is_current and is_fresh else None
        entry = AuditEntry(
            action=RESTORE, subject="database", details=details | {"administrator": new}
        )
        await audit.append(conn, author, entry, at=runtime.now)
    return Told(is_sealed=author.keyring is not None, administrator=new, faults=faults)


async def _author(runtime: Runtime, conn: Connection, *, sealing: bool) -> Author:
    """The author, with the key only if it is the one that sealed this database's log."""
    ring = existing_keyring(runtime.settings) if sealing else None
    known = await meta.read(conn, meta.KEY_FINGERPRINT)
    fits = ring is not None and known in {None, ring.fingerprint()}
    return runtime.author_with(ring if fits else None)


async def _administrator(runtime: Runtime, conn: Connection) -> str | None:
    user = runtime.claim.os_user
    if is_administrator(user, await staff.list_all(conn)):
        return None
    officer = Officer(name=runtime.actor, roles=tuple(Role), added_at=runtime.now, os_user=user)
    await staff.save(conn, officer)
    return officer.name
