"""Who may do what: the officers, by the name in the audit log."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select, update

from surveys.errors import Refusal
from surveys.store.base.connection import Connection
from surveys.store.base.database import insert
from surveys.store.base.schema import staff


class Role(StrEnum):
    """A role. No role implies another: an officer may have several, in a small office all."""

    CLERK = "clerk"
    """Brings data in and asks citizens: imports, links, invitations."""
    VERIFIER = "verifier"
    """Confirms, changes or refuses what a dossier shows (thẩm định)."""
    REPORTER = "reporter"
    """Sees the officials' part of the rating and writes reports."""
    ADMIN = "admin"
    """Adds and removes staff; looks after the database, citizens' requests and the audit log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """One of the staff and their roles, in the order of `Role`."""

    name: str
    roles: tuple[Role, ...]
    added_at: datetime
    os_user: str | None = None
    """The user of the operating system who is this officer; None: never said (older rows)."""
    key_hash: str | None = field(default=None, repr=False)
    """SHA-256 of the staff key, with which the name is proved on any machine."""
    unit: str | None = None
    """Code of the unit: the officer works on it and those below it only."""

    @property
    def machine_user(self) -> str:
        """The system user who needs no key to be this officer."""
        return self.os_user or self.name


async def save(conn: Connection, officer: Officer) -> None:
    """Add an officer, or replace an officer's entry; a staff key is kept."""
    row = {
        "name": officer.name,
        "roles": [role.value for role in in_order(officer.roles)],
        "added_at": officer.added_at,
        "removed_at": None,
        "os_user": officer.os_user,
        "unit": officer.unit,
    }
    new = insert(conn, staff).values(**row)
    changes = {name: value for name, value in row.items() if name != "name"}
    await conn.execute(new.on_conflict_do_update(index_elements=["name"], set_=changes))


async def give_key(conn: Connection, name: str, key_hash: str | None) -> None:
    """Give the officer a staff key; an older key becomes invalid.

    Raises Refusal `staff.not_listed`.
    """
    await _change(conn, name, key_hash=key_hash)


async def remove(conn: Connection, name: str, now: datetime) -> None:
    """Remove all roles and the key of an officer. Raises Refusal `staff.not_listed`."""
    await _change(conn, name, removed_at=now, key_hash=None)


async def list_all(conn: Connection) -> list[Officer]:
    """The current staff, by name."""
    here = select(staff).where(staff.c.removed_at.is_(None)).order_by(staff.c.name)
    return [
        Officer(
            name=row.name,
            roles=tuple(map(Role, row.roles)),
            added_at=row.added_at,
            os_user=row.os_user,
            key_hash=row.key_hash,
            unit=row.unit,
        )
        for row in await conn.execute(here)
    ]


async def count_ever(conn: Connection) -> int:
    """The number of officers ever added, removed ones included."""
    return int(await conn.scalar(select(func.count()).select_from(staff)) or 0)


def in_order(roles: Iterable[Role]) -> tuple[Role, ...]:
    """Each role once, in the order of `Role`."""
    given = set(roles)
    return tuple(role for role in Role if role in given)


async def _change(conn: Connection, name: str, **values: object) -> None:
    here = (staff.c.name == name, staff.c.removed_at.is_(None))
    changed = await conn.execute(update(staff).where(*here).values(**values))
    if not changed.rowcount:
        raise Refusal("staff.not_listed", name=name)
