"""Contacts that want a notice when a dossier is done."""

from dataclasses import dataclass

from sqlalchemy import RowMapping, or_, select

from surveys.dossier import DONE_STATUSES, ENDED
from surveys.store.asking.invitations import (
    NO_WINDOWS,
    Recipient,
    Windows,
    is_open,
    latest_consent,
    recipient_of,
)
from surveys.store.base.connection import Connection
from surveys.store.base.schema import contact_dossiers, contacts, dossiers
from surveys.store.citizens.consents import Purpose
from surveys.store.citizens.contacts import ContactStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """One contact that follows one dossier."""

    dossier_id: int
    code: str
    simulated: bool
    recipient: Recipient


async def list_to_tell(
    conn: Connection, limit: int, *, windows: Windows = NO_WINDOWS
) -> list[Follower]:
    """Followers of finished dossiers who consented to notices and can be written to."""
    linked = contact_dossiers.c
    columns = (contacts.c.channel, contacts.c.bot, contacts.c.language)
    query = (
        select(
            linked.contact_id,
            linked.dossier_id,
            dossiers.c.code,
            dossiers.c.simulated,
            *columns,
        )
        .join_from(contact_dossiers, dossiers, dossiers.c.id == linked.dossier_id)
        .join(contacts, contacts.c.id == linked.contact_id)
        .where(
            linked.follows,
            or_(dossiers.c.returned_at.is_not(None), dossiers.c.status.in_(DONE_STATUSES)),
            dossiers.c.status.not_in(ENDED),
            contacts.c.status == ContactStatus.ACTIVE,
            latest_consent(Purpose.STATUS),
            is_open(windows),
        )
        .order_by(linked.dossier_id, linked.contact_id)
        .limit(limit)
    )
    return [_follower(row) for row in (await conn.execute(query)).mappings()]


def _follower(row: RowMapping) -> Follower:
    return Follower(
        dossier_id=row["dossier_id"],
        code=row["code"],
        simulated=row["simulated"],
        recipient=recipient_of(row),
    )
