"""Contacts that want a notice when the status of a dossier changes, and what they were told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, and_, exists, func, select, tuple_

from surveys.store.asking.invitations import (
    NO_WINDOWS,
    Recipient,
    Windows,
    is_open,
    latest_consent,
    recipient_of,
)
from surveys.store.base.connection import Connection
from surveys.store.base.database import insert
from surveys.store.base.schema import (
    contact_dossiers,
    contacts,
    dossiers,
    status_notices,
    units,
)
from surveys.store.citizens.consents import Purpose
from surveys.store.citizens.contacts import ContactStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """One contact that follows one dossier, the dossier's state, and the last event told: its
    number, and None if there was none. `unit` is the code of the dossier's unit."""

    dossier_id: int
    code: str
    unit: str
    unit_name: str
    status: int
    returned_at: datetime | None
    rescheduled_to: datetime | None
    last_number: int
    last_event: str | None
    recipient: Recipient

    @property
    def place(self) -> tuple[int, int]:
        """Its place in the order of followers."""
        return self.dossier_id, self.recipient.contact_id


async def list_followers(
    conn: Connection, after: tuple[int, int], limit: int, *, windows: Windows = NO_WINDOWS
) -> Sequence[Follower]:
    """Followers after this place who consented to notices and can be written to."""
    linked = contact_dossiers.c
    query = (
        select(
            linked.contact_id,
            linked.dossier_id,
            *(dossiers.c[name] for name in ("code", "status", "returned_at", "rescheduled_to")),
            units.c.code.label("unit"),
            units.c.name.label("unit_name"),
            func.coalesce(status_notices.c.number, 0).label("last_number"),
            status_notices.c.event.label("last_event"),
            *(contacts.c[name] for name in ("channel", "bot", "language")),
        )
        .join_from(contact_dossiers, dossiers, dossiers.c.id == linked.dossier_id)
        .join(units, units.c.id == dossiers.c.unit_id)
        .join(contacts, contacts.c.id == linked.contact_id)
        .outerjoin(status_notices, _latest())
        .where(
            linked.follows,
            tuple_(linked.dossier_id, linked.contact_id) > after,
            contacts.c.status == ContactStatus.ACTIVE,
            latest_consent(Purpose.STATUS),
            is_open(windows),
        )
        .order_by(linked.dossier_id, linked.contact_id)
        .limit(limit)
    )
    return [_follower(row) for row in (await conn.execute(query)).mappings()]


def _latest() -> ColumnElement[bool]:
    """SQL condition: the notice is the follower's last about the dossier."""
    linked, later = contact_dossiers.c, status_notices.alias("later")
    return and_(
        status_notices.c.contact_id == linked.contact_id,
        status_notices.c.dossier_id == linked.dossier_id,
        ~exists().where(
            later.c.contact_id == status_notices.c.contact_id,
            later.c.dossier_id == status_notices.c.dossier_id,
            later.c.number > status_notices.c.number,
        ),
    )


async def note(
    conn: Connection, contact_id: int, dossier_id: int, number: int, event: str, now: datetime
) -> bool:
    """Note the nth event told to (or seen by) this follower; False if it was noted before, by
    another process: then it is not ours to tell."""
    values = {"contact_id": contact_id, "dossier_id": dossier_id, "number": number}
    new = insert(conn, status_notices).values(**values, event=event, at=now)
    noted = new.on_conflict_do_nothing().returning(status_notices.c.number)
    return (await conn.execute(noted)).one_or_none() is not None


async def begin(
    conn: Connection, contact_id: int, dossier_id: int, event: str, now: datetime
) -> None:
    """Note what the follower sees when the following begins: only what changes then is told."""
    mine = and_(
        status_notices.c.contact_id == contact_id, status_notices.c.dossier_id == dossier_id
    )
    last = await conn.scalar(select(func.max(status_notices.c.number)).where(mine))
    await note(conn, contact_id, dossier_id, (last or 0) + 1, event, now)


def _follower(row: RowMapping) -> Follower:
    plain = {name: row[name] for name in Follower.__slots__ if name != "recipient"}
    return Follower(**plain, recipient=recipient_of(row))
