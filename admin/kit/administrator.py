"""Creates an office's database: its schema, its sealed audit log, its first administrator.

A person who creates or migrates the database owns its file or its password anyway. So the system
user who runs `db upgrade` becomes administrator, with every role, if no administrator can prove
their identity: in a new database, or in one older than staff keys and system users.
"""

from dataclasses import dataclass

import migrations
from admin.kit.runtime import Runtime
from migrations import SchemaState
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database
from surveys.store.system import audit, meta, staff
from surveys.store.system.audit import AuditEntry
from surveys.store.system.staff import Officer, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgraded:
    """The former state of the schema, and the new administrator, if there is one."""

    before: SchemaState
    administrator: Officer | None


async def upgrade(runtime: Runtime, database: Database) -> Upgraded:
    """Upgrade the schema, seal the audit log, and ensure that there is an administrator.

    All in one transaction. Raises Refusal `database.newer`, or as `Runtime.author`.
    """
    made: list[Officer | None] = []

    async def complete(conn: Connection, before: SchemaState) -> None:
        entry = AuditEntry(action="db.upgrade", subject="schema", details={"from": before.value})
        await audit.begin_or_append(conn, await runtime.author(conn), entry, at=runtime.now)
        made.append(await ensure_administrator(conn, runtime))

    before = await migrations.upgrade(database, complete)
    if before is SchemaState.CURRENT and not await _has_administrator(database):
        async with database.write() as conn:
            if await _is_untouched(conn):
                await complete(conn, before)
            else:
                made.append(await ensure_administrator(conn, runtime))
    return Upgraded(before=before, administrator=made[0] if made else None)


async def ensure_administrator(conn: Connection, runtime: Runtime) -> Officer | None:
    """Make the system user of this process administrator, unless one with a proof exists."""
    if _provable(await staff.list_all(conn)):
        return None
    return await make_administrator(conn, runtime)


async def make_administrator(conn: Connection, runtime: Runtime) -> Officer:
    """Give the system user of this process every role, under the claimed name."""
    officer = Officer(
        name=runtime.actor,
        roles=tuple(Role),
        added_at=runtime.now,
        os_user=runtime.claim.os_user,
    )
    await staff.save(conn, officer)
    details = {"roles": [role.value for role in Role], "os_user": officer.os_user}
    await runtime.audit(conn, "staff.first", f"staff:{officer.name}", details)
    return officer


def is_administrator(os_user: str, known: list[Officer]) -> bool:
    """Whether this system user may administer without a key."""
    return any(Role.ADMIN in one.roles and one.machine_user == os_user for one in known)


def _provable(known: list[Officer]) -> list[Officer]:
    """The administrators with a key or a system user; older rows have only a name."""
    admins = [one for one in known if Role.ADMIN in one.roles]
    return [one for one in admins if one.os_user is not None or one.key_hash is not None]


async def _is_untouched(conn: Connection) -> bool:
    """Whether the tables were created by something other than `upgrade`: no staff, key or log.
    A log that was emptied later leaves staff rows, and gets no new seal."""
    kept = [await meta.read(conn, key) for key in (meta.KEY_FINGERPRINT, audit.SEAL)]
    rows = await audit.count(conn) + await staff.count_ever(conn)
    return not any(kept) and rows == 0


async def _has_administrator(database: Database) -> bool:
    async with database.read() as conn:
        return bool(_provable(await staff.list_all(conn)))
