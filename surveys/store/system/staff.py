"""Who may do what: the officers, by the name that stands in the audit log."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, update

from surveys.errors import Refusal
from surveys.store.base.connection import Connection
from surveys.store.base.database import insert
from surveys.store.base.schema import staff


class Role(StrEnum):
    """A right. An admin appoints others; the rights of the work are given one by one."""

    VERIFIER = "verifier"
    """Confirms, changes or refuses what a dossier shows (thẩm định)."""
    REPORTER = "reporter"
    """Sees the officials' part of the rating and writes reports."""
    ADMIN = "admin"
    """Adds and removes staff; erases and purges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """One of the staff and their roles, in the order of `Role`."""

    name: str
    roles: tuple[Role, ...]
    added_at: datetime


async def add(conn: Connection, name: str, roles: Iterable[Role], now: datetime) -> Officer:
    """Add somebody, or give somebody who is there these roles instead of the former ones."""
    given = tuple(role for role in Role if role in set(roles))
    row = {"name": name, "roles": [role.value for role in given], "added_at": now}
    new = insert(conn, staff).values(**row, removed_at=None)
    changes = {"roles": row["roles"], "added_at": now, "removed_at": None}
    await conn.execute(new.on_conflict_do_update(index_elements=["name"], set_=changes))
    return Officer(name=name, roles=given, added_at=now)


async def remove(conn: Connection, name: str, now: datetime) -> None:
    """Take all rights from somebody. Raises Refusal `staff.unknown`."""
    here = (staff.c.name == name, staff.c.removed_at.is_(None))
    gone = await conn.execute(update(staff).where(*here).values(removed_at=now))
    if not gone.rowcount:
        raise Refusal("staff.unknown", name=name)


async def everyone(conn: Connection) -> list[Officer]:
    """The staff of today, by name."""
    here = select(staff).where(staff.c.removed_at.is_(None)).order_by(staff.c.name)
    return [
        Officer(name=row.name, roles=tuple(map(Role, row.roles)), added_at=row.added_at)
        for row in await conn.execute(here)
    ]


async def require(conn: Connection, name: str, role: Role) -> None:
    """Raises Refusal `staff.nobody` (no staff yet), `staff.unknown` or `staff.no_right`."""
    known = {officer.name: officer for officer in await everyone(conn)}
    if not known:
        raise Refusal("staff.nobody", name=name, role=role.value)
    if name not in known:
        raise Refusal("staff.unknown", name=name)
    if role not in known[name].roles:
        raise Refusal("staff.no_right", name=name, role=role.value)
