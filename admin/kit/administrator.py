"""Making an office's database: its schema, its sealed audit log, its first administrator.

Whoever makes or migrates the database owns its file or its password anyway. So the system user who
runs `db upgrade` becomes administrator, with every role, where nobody is one who could prove it:
in a new database, in one from before there were proofs, and in none that already has one.
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
    """What the schema was before, and who became administrator, if somebody did."""

    before: SchemaState
    administrator: Officer | None


async def upgrade(runtime: Runtime, database: Database) -> Upgraded:
    """Bring the schema up to date, seal the log, see that there is an administrator.

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
    """Make the system user of this process administrator, unless somebody can prove to be one."""
    if _provable(await staff.everyone(conn)):
        return None
    return await make_administrator(conn, runtime)


async def make_administrator(conn: Connection, runtime: Runtime) -> Officer:
    """Give the system user of this process every role, under the name that was claimed."""
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
    """The administrators who were given a proof; older rows have a name only."""
    admins = [one for one in known if Role.ADMIN in one.roles]
    return [one for one in admins if one.os_user is not None or one.key_hash is not None]


async def _is_untouched(conn: Connection) -> bool:
    """Whether only the tables were made, by something else than `upgrade`: no staff, no key, no
    log. A log that was emptied later leaves staff behind, and gets no new seal."""
    kept = [await meta.read(conn, key) for key in (meta.KEY_FINGERPRINT, audit.SEAL)]
    rows = await audit.count(conn) + await staff.count_ever(conn)
    return not any(kept) and rows == 0


async def _has_administrator(database: Database) -> bool:
    async with database.read() as conn:
        return bool(_provable(await staff.everyone(conn)))
