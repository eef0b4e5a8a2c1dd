"""Invitations: who was asked about which dossier, and the state; one per dossier and form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    RowMapping,
    ScalarSelect,
    Select,
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
    contact_dossiers,
    contacts,
    dossiers,
    invitations,
    responses,
    settled_dossiers,
    units,
)
from surveys.store.citizens.consents import Purpose
from surveys.store.citizens.contacts import PROOFS, ContactStatus
from surveys.store.dossiers.in_period import dossier_returned_in


class InvitationState(StrEnum):
    """The state of an invitation."""

    QUEUED = "queued"
    """No contact to send it to yet."""
    ISSUED = "issued"
    """Handed to the outbox."""
    DELIVERED = "delivered"
    OPENED = "opened"
    ANSWERED = "answered"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    EXPIRED = "expired"


SETTLED = (InvitationState.ANSWERED,)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A returned dossier that may be asked about, and the contact to ask (None: unknown)."""

    dossier_id: int
    code: str
    simulated: bool
    recipient: Recipient | None


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
    }
    waiting = invitations.c.state.not_in(SETTLED)
    await conn.execute(update(invitations).where(which, waiting).values(**opened))
    return _invitation((await conn.execute(select(invitations).where(which))).one())


async def find(conn: Connection, invitation_id: int) -> Invitation | None:
    """The invitation with this number."""
    query = select(invitations).where(invitations.c.id == invitation_id)
    row = (await conn.execute(query)).one_or_none()
    return _invitation(row) if row else None


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


async def link_by_phone(conn: Connection, period: Period, now: datetime) -> None:
    """Link the period's returned dossiers to the contacts that shared the phone number on them."""
    matched = (
        select(contacts.c.id.label("contact_id"), dossiers.c.id.label("dossier_id"))
        .join(dossiers, dossiers.c.phone_key == contacts.c.phone_key)
        .where(dossier_returned_in(period), contacts.c.status == ContactStatus.ACTIVE)
    )
    rows = [
        {"contact_id": row.contact_id, "dossier_id": row.dossier_id, "via": "phone"}
        for row in await conn.execute(matched)
    ]
    if rows:
        statement = insert(conn, contact_dossiers).on_conflict_do_nothing()
        await conn.execute(statement, [row | {"linked_at": now} for row in rows])


async def list_candidates(
    conn: Connection,
    period: Period,
    form: str,
    after: int,
    limit: int,
    *,
    windows: Windows = NO_WINDOWS,
) -> list[Candidate]:
    """Returned dossiers of the period without an invitation, by id, after the id `after`."""
    query = _candidates(period, form, windows).where(dossiers.c.id > after)
    rows = await conn.execute(query.order_by(dossiers.c.id).limit(limit))
    return [_candidate(row) for row in rows.mappings()]


async def count_candidates(
    conn: Connection, period: Period, form: str, *, windows: Windows = NO_WINDOWS
) -> int:
    """The number of candidates in the period."""
    query = _candidates(period, form, windows).order_by(None).subquery()
    return int(await conn.scalar(select(func.count()).select_from(query)) or 0)


async def issue(
    conn: Connection,
    candidates: Sequence[Candidate],
    form: str,
    now: datetime,
) -> dict[int, int]:
    """Create the invitations of these dossiers: issued if there is a contact, else queued.

    Returns dossier id → invitation id; a dossier whose link was opened meanwhile is left out.
    """
    new = insert(conn, invitations)
    kept = new.on_conflict_do_update(
        index_elements=["dossier_id", "form"],
        set_={name: new.excluded[name] for name in ("state", "contact_id", "issued_at")},
        where=invitations.c.state == InvitationState.QUEUED,
    ).returning(invitations.c.dossier_id, invitations.c.id)
    rows = [_row(one, form, now) for one in candidates]
    if not rows:
        return {}
    found = await conn.execute(kept, rows)
    return {row.dossier_id: row.id for row in found}


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


def _candidates(period: Period, form: str, windows: Windows) -> Select[Any]:
    own = and_(invitations.c.dossier_id == dossiers.c.id, invitations.c.form == form)
    given = exists().where(responses.c.dossier_id == dossiers.c.id, responses.c.form == form)
    reachable = _reachable().where(is_open(windows)).subquery()
    return (
        select(
            dossiers.c.id,
            dossiers.c.code,
            dossiers.c.simulated,
            contacts.c.id.label("contact_id"),
            contacts.c.channel,
            contacts.c.bot,
            contacts.c.language,
        )
        .join_from(dossiers, invitations, own, isouter=True)
        .outerjoin(reachable, reachable.c.dossier_id == dossiers.c.id)
        .outerjoin(contacts, contacts.c.id == reachable.c.contact_id)
        .where(dossier_returned_in(period), ~given, ~_is_settled())
        .where(or_(invitations.c.id.is_(None), _now_reachable()))
    )


def _is_settled() -> ColumnElement[bool]:
    """Its answers were cut off from it, so it is asked no more."""
    return exists().where(settled_dossiers.c.dossier_id == dossiers.c.id)


def _now_reachable() -> ColumnElement[bool]:
    """Invitations that were queued without a contact and have one now."""
    return and_(invitations.c.state == InvitationState.QUEUED, contacts.c.id.is_not(None))


def _reachable() -> Select[Any]:
    """The contact to ask for each dossier: proved, active, and not refusing; the latest one."""
    linked = contact_dossiers.c
    survey, status = latest_consent(Purpose.SURVEY), latest_consent(Purpose.STATUS)
    willing = or_(survey, and_(survey.is_(None), func.coalesce(status, True)))
    return (
        select(linked.dossier_id, func.max(linked.contact_id).label("contact_id"))
        .join(contacts, contacts.c.id == linked.contact_id)
        .where(linked.via.in_(PROOFS), contacts.c.status == ContactStatus.ACTIVE, willing)
        .group_by(linked.dossier_id)
    )


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


def _row(one: Candidate, form: str, now: datetime) -> dict[str, object]:
    known = one.recipient
    return {
        "dossier_id": one.dossier_id,
        "form": form,
        "state": InvitationState.ISSUED if known else InvitationState.QUEUED,
        "contact_id": known.contact_id if known else None,
        "made_at": now,
        "issued_at": now if known else None,
        "simulated": one.simulated,
    }


def _invitation(row: Row[Any]) -> Invitation:
    return Invitation(
        id=row.id,
        dossier_id=row.dossier_id,
        form=row.form,
        state=InvitationState(row.state),
        contact_id=row.contact_id,
        simulated=row.simulated,
    )


def _candidate(row: RowMapping) -> Candidate:
    return Candidate(
        dossier_id=row["id"],
        code=row["code"],
        simulated=row["simulated"],
        recipient=recipient_of(row) if row["contact_id"] is not None else None,
    )


def recipient_of(row: RowMapping) -> Recipient:
    """The contact from a row that has its columns."""
    return Recipient(**{name: row[name] for name in Recipient.__slots__})
