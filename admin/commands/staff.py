"""`motcua staff`: officers, their roles, their unit scopes and their keys."""

import secrets
from dataclasses import replace

import click

from admin.importing import UnitIndex
from admin.kit.output import Format
from admin.kit.runtime import Runtime, format_option, group
from surveys.errors import Refusal
from surveys.privacy import token_hash
from surveys.store.base.connection import Connection
from surveys.store.system import staff
from surveys.store.system.staff import Officer, Role

COLUMNS = "name roles unit os_user has_key added_at"
KEY_BYTES = 32
LIMITABLE = frozenset({Role.CLERK, Role.VERIFIER})
"""Roles whose work can be limited to a unit."""

command = group("staff")


@command.command("add")
@click.argument("name")
@click.option("--role", "roles", multiple=True, type=click.Choice([role.value for role in Role]))
@click.option("--unit", metavar="CODE")
@click.option("--system-user", "os_user", metavar="USER")
async def add_officer(
    runtime: Runtime, name: str, roles: tuple[str, ...], unit: str | None, os_user: str | None
) -> None:
    """Add an officer, or change one; what is not given stays as it is."""
    if not name.strip():
        raise Refusal("staff.no_name")
    database = await runtime.database()
    async with database.write() as conn:
        known = await staff.list_all(conn)
        before = next((one for one in known if one.name == name), None)
        wanted = _roles(runtime, before, name, {Role(role) for role in roles})
        _require_admin_left(known, name, wanted)
        officer = replace(
            before or Officer(name=name, roles=(), added_at=runtime.now, os_user=name),
            roles=staff.in_order(wanted),
            added_at=runtime.now,
        )
        officer = replace(officer, os_user=os_user or officer.machine_user)
        officer = await _with_scope(conn, officer, unit)
        await staff.save(conn, officer)
        await runtime.audit(conn, "staff.add", f"staff:{name}", _told(officer))
    runtime.say("staff.added", name=name, roles=", ".join(officer.roles))
    runtime.say("staff.proof", name=name, user=officer.os_user)


@command.command("list")
@format_option
async def list_staff(runtime: Runtime, shown_as: Format) -> None:
    """Print the present staff."""
    database = await runtime.database()
    async with database.read() as conn:
        known = await staff.list_all(conn)
    rows = [
        {
            "name": one.name,
            "roles": ", ".join(one.roles),
            "unit": one.unit,
            "os_user": one.machine_user,
            "has_key": one.key_hash is not None,
            "added_at": runtime.local(one.added_at),
        }
        for one in known
    ]
    runtime.show(rows, runtime.columns("staff.columns", COLUMNS), shown_as)


@command.command("remove")
@click.argument("name")
async def remove_officer(runtime: Runtime, name: str) -> None:
    """Revoke all roles and the key of an officer."""
    database = await runtime.database()
    async with database.write() as conn:
        _require_admin_left(await staff.list_all(conn), name, set())
        await staff.remove(conn, name, runtime.now)
        await runtime.audit(conn, "staff.remove", f"staff:{name}", {})
    runtime.say("staff.removed", name=name)


@command.command("key")
@click.argument("name")
@click.option("--revoke", is_flag=True)
async def make_key(
    runtime: Runtime,
    name: str,
    revoke: bool,  # noqa: FBT001 - click calls by name
) -> None:
    """Issue a staff key and print it once; it replaces the former key."""
    key = None if revoke else secrets.token_urlsafe(KEY_BYTES)
    database = await runtime.database()
    async with database.write() as conn:
        await staff.give_key(conn, name, None if key is None else token_hash(key))
        await runtime.audit(conn, "staff.key", f"staff:{name}", {"revoked": revoke})
    if key is None:
        runtime.say("staff.key_revoked", name=name)
        return
    click.echo(key)
    runtime.say("staff.key_made", name=name)


def _roles(runtime: Runtime, before: Officer | None, name: str, wanted: set[Role]) -> set[Role]:
    """The resulting roles. Named roles replace the former ones; but officers who change their
    own roles only add to them, so that they cannot lock themselves out by mistake."""
    former = set(before.roles) if before else set()
    if not wanted:
        return former | {Role.VERIFIER}
    return wanted | former if name == runtime.actor else wanted


async def _with_scope(conn: Connection, officer: Officer, unit: str | None) -> Officer:
    """The officer with this unit scope; None keeps the former one, empty removes it.

    Raises Refusal `staff.unit_roles`, `units.unknown` or `units.ambiguous`.
    """
    if unit is not None:
        code = (await UnitIndex.load(conn)).code_of(unit) if unit.strip() else None
        officer = replace(officer, unit=code)
    if officer.unit is not None and not LIMITABLE.issuperset(officer.roles):
        raise Refusal("staff.unit_roles", unit=officer.unit, roles=", ".join(sorted(LIMITABLE)))
    return officer


def _told(officer: Officer) -> dict[str, object]:
    roles = [role.value for role in officer.roles]
    return {"roles": roles, "unit": officer.unit, "os_user": officer.os_user}


def _require_admin_left(known: list[Officer], name: str, wanted: set[Role]) -> None:
    """Raises Refusal `staff.last_admin` if no administrator would be left."""
    losing = any(one.name == name and Role.ADMIN in one.roles for one in known)
    others = any(one.name != name and Role.ADMIN in one.roles for one in known)
    if losing and not others and Role.ADMIN not in wanted:
        raise Refusal("staff.last_admin", name=name)
