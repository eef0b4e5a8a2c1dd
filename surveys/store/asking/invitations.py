"""Invitations: who was asked about which dossier, and the state; one per dossier and form."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    RowMapping,
    ScalarSelect,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    true,
    update,
)

from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.base.database import insert
from surveys.store.base.schema import (
    consents,
    contacts,
    dossiers,
    invitations,
    responses,
    settled_dossiers,
    units,
)
from surveys.store.citizens.consents import Purpose
from surveys.store.dossiers.in_period import dossier_returned_in


class InvitationState(StrEnum):
    """The state of an invitation."""

    PLANNED = "planned"
    """Will be sent when it is due."""
    LEFT_OUT = "left_out"
    """Not drawn in the unit's sample."""
    QUEUED = "queued"
    """No way to send it yet: the link on the receipt."""
    ISSUED = "issued"
    """Handed to the outbox."""
    DELIVERED = "delivered"
    OPENED = "opened"
    ANSWERED = "answered"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    EXPIRED = "expired"


SETTLED = (InvitationState.ANSWERED,)
UNSENT = (InvitationState.PLANNED, InvitationState.LEFT_OUT, InvitationState.QUEUED)
"""Nothing was sent: the plan can still change, or be dropped."""
ASKED = (InvitationState.ISSUED, InvitationState.DELIVERED, InvitationState.OPENED)
"""The citizen was asked, and may still answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """One request to one citizen to answer about one dossier."""

    id: int
    dossier_id: int
    form: str
    state: InvitationState
    contact_id: int | None
    simulated: bool


Windows = Mapping[str, datetime]
"""Channel → the citizen's last message must be later than this; other channels may always be
written to."""
NO_WINDOWS: Windows = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A contact to write to."""

    contact_id: int
    channel: str
    bot: str
    language: str


async def open_by(
    conn: Connection,
    *,
    dossier_id: int,
    form: str,
    contact_id: int,
    now: datetime,
    simulated: bool,
) -> Invitation:
    """The dossier's invitation, created if there is none; the citizen opened the link.

    Opening counts as issued and delivered; an answered invitation stays answered.
    """
    new = insert(conn, invitations).values(
        dossier_id=dossier_id,
        form=form,
        state=InvitationState.QUEUED,
        contact_id=contact_id,
        made_at=now,
        simulated=simulated,
    )
    await conn.execute(new.on_conflict_do_nothing(index_elements=["dossier_id", "form"]))
    which = and_(invitations.c.dossier_id == dossier_id, invitations.c.form == form)
    opened = {
        "state": InvitationState.OPENED,
        "issued_at": func.coalesce(invitations.c.issued_at, now),
        "delivered_at": func.coalesce(invitations.c.delivered_at, now),
        "opened_at": func.coalesce(invitations.c.opened_at, now),
        "reason": None,
        "settled_at": None,
    }
    waiting = invitations.c.state.not_in(SETTLED)
    await conn.execute(update(invitations).where(which, waiting).values(**opened))
    return _invitation((await conn.execute(select(invitations).where(which))).one())


async def find(conn: Connection, invitation_id: int) -> Invitation | None:
    """The invitation with this number."""
    query = select(invitations).where(invitations.c.id == invitation_id)
    row = (await conn.execute(query)).one_or_none()
    return _invitation(row) if row else None


async def find_of(conn: Connection, dossier_id: int, form: str) -> Invitation | None:
    """The invitation to this form about this dossier."""
    which = (invitations.c.dossier_id == dossier_id, invitations.c.form == form)
    row = (await conn.execute(select(invitations).where(*which))).one_or_none()
    return _invitation(row) if row else None


async def reopen(conn: Connection, invitation_id: int) -> None:
    """Its answer was set aside, so that it can be answered again."""
    mine = update(invitations).where(invitations.c.id == invitation_id)
    await conn.execute(mine.values(state=InvitationState.ISSUED, contact_id=None))


async def find_and_lock(conn: Connection, invitation_id: int) -> Invitation | None:
    """The invitation with this number; others who want the lock wait for this transaction."""
    query = select(invitations).where(invitations.c.id == invitation_id).with_for_update()
    row = (await conn.execute(query)).one_or_none()
    return _invitation(row) if row else None


async def set_state(
    conn: Connection, invitation_id: int, state: InvitationState, contact_id: int
) -> None:
    """Set what the citizen did with it; an answered invitation stays answered."""
    values = {"number": invitation_id, "state": state, "contact_id": contact_id}
    await conn.execute(_SET_STATE, values)


_SET_STATE = update(invitations).where(
    invitations.c.id == bindparam("number"), invitations.c.state.not_in(SETTLED)
)


async def is_answered(conn: Connection, dossier_id: int, form: str) -> bool:
    """Whether there is a response already, from any contact, through any channel."""
    found = exists().where(responses.c.dossier_id == dossier_id, responses.c.form == form)
    cut_off = exists().where(settled_dossiers.c.dossier_id == dossier_id)
    return bool(await conn.scalar(select(or_(found, cut_off))))


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationCounts:
    """Counts of one unit's dossiers returned in a period: all, invited, and so on."""

    unit: str
    name: str
    returned: int
    issued: int
    queued: int
    answered: int


async def count_by_unit(conn: Connection, period: Period, form: str) -> list[InvitationCounts]:
    """The period's invitation counts per unit, ordered by unit code."""
    issued = func.count(invitations.c.issued_at)
    queued = func.count().filter(invitations.c.state == InvitationState.QUEUED)
    own = and_(invitations.c.dossier_id == dossiers.c.id, invitations.c.form == form)
    given = and_(responses.c.dossier_id == dossiers.c.id, responses.c.form == form)
    query = (
        select(
            units.c.code,
            units.c.name,
            func.count().label("returned"),
            issued.label("issued"),
            queued.label("queued"),
            func.count(responses.c.id).label("answered"),
        )
        .join_from(dossiers, units, units.c.id == dossiers.c.unit_id)
        .outerjoin(invitations, own)
        .outerjoin(responses, given)
        .where(dossier_returned_in(period))
        .group_by(units.c.code, units.c.name)
        .order_by(units.c.code)
    )
    return [
        InvitationCounts(
            unit=row.code,
            name=row.name,
            returned=row.returned,
            issued=row.issued,
            queued=row.queued,
            answered=row.answered,
        )
        for row in await conn.execute(query)
    ]


def is_open(windows: Windows) -> ColumnElement[bool]:
    """SQL condition in a query over contacts: whether the contact may be written to now."""
    return and_(
        true(),
        *(
            or_(contacts.c.channel != channel, contacts.c.last_seen_at > since)
            for channel, since in windows.items()
        ),
    )


def latest_consent(purpose: Purpose) -> ScalarSelect[bool]:
    """SQL subquery in a query over contacts: the current consent for this purpose, null if never
    asked.
    """
    return (
        select(consents.c.given)
        .where(consents.c.contact_id == contacts.c.id, consents.c.purpose == purpose)
        .order_by(consents.c.id.desc())
        .limit(1)
        .correlate(contacts)
        .scalar_subquery()
    )


def _invitation(row: Row[Any]) -> Invitation:
    return Invitation(
        id=row.id,
        dossier_id=row.dossier_id,
        form=row.form,
        state=InvitationState(row.state),
        contact_id=row.contact_id,
        simulated=row.simulated,
    )


def recipient_of(row: RowMapping) -> Recipient:
    """The contact from a row that has its columns."""
    return Recipient(**{name: row[name] for name in Recipient.__slots__})
