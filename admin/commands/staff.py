"""`motcua staff`: who may verify, see the officials' part, appoint others."""

import click

from admin.kit.output import Format
from admin.kit.runtime import Runtime, format_option, group
from surveys.errors import Refusal
from surveys.store.base.connection import Connection
from surveys.store.system import audit, staff
from surveys.store.system.staff import Officer, Role

command = group("staff")


@command.command("add")
@click.argument("name")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([role.value for role in Role]),
    default=[Role.VERIFIER.value],
    show_default=True,
)
async def add_officer(runtime: Runtime, name: str, roles: tuple[str, ...]) -> None:
    """Give somebody rights; the first one also becomes an admin."""
    if not name.strip():
        raise Refusal("staff.no_name")
    wanted = {Role(role) for role in roles}
    database = await runtime.database()
    async with database.write() as conn:
        known = await staff.everyone(conn)
        if known:
            await staff.require(conn, runtime.actor, Role.ADMIN)
            _refuse_no_admin(known, name, wanted)
        officer = await staff.add(
            conn, name, wanted if known else wanted | {Role.ADMIN}, runtime.now
        )
        given = [role.value for role in officer.roles]
        await _tell(conn, runtime, "staff.add", name, {"roles": given})
    runtime.say("staff.added", name=name, roles=", ".join(given))
    if not known and Role.ADMIN not in wanted:
        runtime.say("staff.first", name=name)


@command.command("list")
@format_option
async def list_staff(runtime: Runtime, shown_as: Format) -> None:
    """Print the staff of today."""
    database = await runtime.database()
    async with database.read() as conn:
        known = await staff.everyone(conn)
    rows = [
        {"name": one.name, "roles": ", ".join(one.roles), "added_at": runtime.local(one.added_at)}
        for one in known
    ]
    runtime.show(rows, runtime.columns("staff.columns", "name roles added_at"), shown_as)


@command.command("remove")
@click.argument("name")
async def remove_officer(runtime: Runtime, name: str) -> None:
    """Take all rights from somebody."""
    database = await runtime.database()
    async with database.write() as conn:
        await staff.require(conn, runtime.actor, Role.ADMIN)
        _refuse_no_admin(await staff.everyone(conn), name, set())
        await staff.remove(conn, name, runtime.now)
        await _tell(conn, runtime, "staff.remove", name, {})
    runtime.say("staff.removed", name=name)


def _refuse_no_admin(known: list[Officer], name: str, wanted: set[Role]) -> None:
    """Raises Refusal `staff.last_admin` when others would be left without an admin."""
    others = [one for one in known if one.name != name]
    admins = [one for one in others if Role.ADMIN in one.roles]
    losing = any(one.name == name and Role.ADMIN in one.roles for one in known)
    if losing and others and not admins and Role.ADMIN not in wanted:
        raise Refusal("staff.last_admin", name=name)


async def _tell(
    conn: Connection, runtime: Runtime, action: str, name: str, details: dict[str, object]
) -> None:
    await audit.append(
        conn,
        at=runtime.now,
        actor=runtime.actor,
        action=action,
        subject=f"staff:{name}",
        details=details,
    )
