"""Returned dossiers that may be asked about, and the contacts and phones they can be reached by."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    or_,
    select,
)

from surveys.dossier import ENDED
from surveys.inviting import BotId, Reachable
from surveys.period import Period
from surveys.store.asking.invitations import (
    InvitationState,
    Windows,
    is_open,
    latest_consent,
)
from surveys.store.base.connection import Connection
from surveys.store.base.database import insert
from surveys.store.base.schema import (
    contact_dossiers,
    contacts,
    dossiers,
    invitations,
    responses,
    settled_dossiers,
    units,
)
from surveys.store.citizens.consents import Purpose
from surveys.store.citizens.contacts import ContactStatus
from surveys.store.citizens.linked_dossiers import PROOFS, Via
from surveys.store.dossiers.in_period import dossier_returned_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A returned dossier: what the citizen reads about it, and how its applicant may be reached.

    `returned_at` is a civil time of the authority. `invitation_id`: its invitation, if planned.
    """

    dossier_id: int
    code: str
    unit: str
    unit_id: int
    unit_name: str
    returned_at: datetime
    phone_sealed: bytes | None
    phone_key: str | None
    simulated: bool
    invitation_id: int | None
    state: str | None
    planned_at: datetime | None
    """When it was planned first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPhones:
    """Of some phone keys: those whose owner wants no more messages, and those that blocked us."""

    opted_out: Collection[str] = ()
    blocked: Collection[str] = ()


async def list_unplanned(
    conn: Connection, form: str, since: datetime, limit: int
) -> list[Returned]:
    """Dossiers returned since this civil time with no invitation and no response."""
    query = _returned(form).where(
        dossiers.c.returned_at >= since,
        dossiers.c.status.not_in(ENDED),
        invitations.c.id.is_(None),
        ~answered(form),
    )
    return await _list(conn, query.order_by(dossiers.c.returned_at, dossiers.c.id).limit(limit))


async def list_of_period(
    conn: Connection, period: Period, form: str, after: int, limit: int, *, has_phones: bool
) -> list[Returned]:
    """Returned dossiers of the period that can be asked about now, by id, after the id `after`:
    not planned yet or planned for later, or waiting on the receipt with a way known by now.
    `has_phones`: a channel reaches by phone.
    """
    query = _of_period(period, form, has_phones=has_phones).where(dossiers.c.id > after)
    return await _list(conn, query.order_by(dossiers.c.id).limit(limit))


async def count_of_period(conn: Connection, period: Period, form: str, *, has_phones: bool) -> int:
    """How many dossiers `list_of_period` lists."""
    query = _of_period(period, form, has_phones=has_phones).subquery()
    return int(await conn.scalar(select(func.count()).select_from(query)) or 0)


def _of_period(period: Period, form: str, *, has_phones: bool) -> Select[Any]:
    state = invitations.c.state
    early = state.in_((InvitationState.PLANNED, InvitationState.LEFT_OUT))
    waits = and_(state == InvitationState.QUEUED, now_reachable(has_phones=has_phones))
    return _returned(form).where(
        dossier_returned_in(period),
        ~answered(form),
        or_(invitations.c.id.is_(None), early, waits),
    )


async def list_queued(
    conn: Connection, form: str, since: datetime, limit: int, *, has_phones: bool
) -> list[Returned]:
    """Dossiers whose invitation waits on the receipt since then, for which a way is known now."""
    query = _returned(form).where(
        invitations.c.state == InvitationState.QUEUED,
        invitations.c.made_at >= since,
        dossiers.c.returned_at.is_not(None),
        dossiers.c.status.not_in(ENDED),
        now_reachable(has_phones=has_phones),
    )
    return await _list(conn, query.order_by(dossiers.c.id).limit(limit))


async def list_by_invitation(conn: Connection, numbers: Collection[int]) -> list[Returned]:
    """The dossiers of these invitations, by invitation."""
    query = _COLUMNS_OF.join(invitations, invitations.c.dossier_id == dossiers.c.id).where(
        invitations.c.id.in_(list(numbers))
    )
    return await _list(conn, query.order_by(invitations.c.id))


async def link_by_phone(
    conn: Connection, dossier_ids: Collection[int], now: datetime, by_phone: Sequence[BotId]
) -> None:
    """Link these dossiers to the chats that shared the phone number on them; not to the contacts
    that are known only as a number (of the bots `by_phone`)."""
    matched = (
        select(contacts.c.id.label("contact_id"), dossiers.c.id.label("dossier_id"))
        .join(dossiers, dossiers.c.phone_key == contacts.c.phone_key)
        .where(
            dossiers.c.id.in_(list(dossier_ids)),
            contacts.c.status == ContactStatus.ACTIVE,
            is_chat(by_phone),
        )
    )
    rows = [dict(row) for row in (await conn.execute(matched)).mappings()]
    if rows:
        statement = insert(conn, contact_dossiers).on_conflict_do_nothing()
        more = {"via": Via.PHONE, "linked_at": now}
        await conn.execute(statement, [row | more for row in rows])


async def find_chats(
    conn: Connection, dossier_ids: Collection[int], *, windows: Windows
) -> Mapping[int, Sequence[Reachable]]:
    """Dossier id → the contacts with a proved link to it."""
    query = (
        select(
            contact_dossiers.c.dossier_id,
            contacts.c.id.label("contact_id"),
            *(contacts.c[name] for name in ("channel", "bot", "language", "last_seen_at")),
            case((contacts.c.status == ContactStatus.ACTIVE, 1), else_=0).label("is_active"),
            case((is_open(windows), 1), else_=0).label("is_open"),
            latest_consent(Purpose.SURVEY).label("survey"),
            latest_consent(Purpose.STATUS).label("status"),
        )
        .join_from(contact_dossiers, contacts, contacts.c.id == contact_dossiers.c.contact_id)
        .where(
            contact_dossiers.c.dossier_id.in_(list(dossier_ids)),
            contact_dossiers.c.via.in_(PROOFS),
        )
    )
    found: defaultdict[int, list[Reachable]] = defaultdict(list)
    for row in (await conn.execute(query)).mappings():
        found[row["dossier_id"]].append(_reachable(row))
    return found


async def find_phones(
    conn: Connection, phone_keys: Collection[str], by_phone: Sequence[BotId]
) -> KnownPhones:
    """What is known of these numbers: from every contact that shared one or was sent to it."""
    if not phone_keys:
        return KnownPhones()
    refused = latest_consent(Purpose.SURVEY) == false()
    query = select(
        contacts.c.phone_key,
        case((refused, 1), else_=0).label("refused"),
        case((and_(contacts.c.status != ContactStatus.ACTIVE, ~is_chat(by_phone)), 1), else_=0),
    ).where(contacts.c.phone_key.in_(list(phone_keys)))
    rows = (await conn.execute(query)).all()
    return KnownPhones(
        opted_out=frozenset(key for key, refused, _ in rows if refused),
        blocked=frozenset(key for key, _, blocked in rows if blocked),
    )


def is_chat(by_phone: Sequence[BotId]) -> ColumnElement[bool]:
    """SQL condition over contacts: the contact wrote to us; it is not only a number."""
    return contacts.c.channel.not_in([channel for channel, _ in by_phone])


def answered(form: str) -> ColumnElement[bool]:
    """SQL condition over dossiers: there is a response, by whatever channel, or the answers were
    cut off from their dossier."""
    given = exists().where(responses.c.dossier_id == dossiers.c.id, responses.c.form == form)
    return or_(given, exists().where(settled_dossiers.c.dossier_id == dossiers.c.id))


def now_reachable(*, has_phones: bool) -> ColumnElement[bool]:
    """SQL condition over dossiers: a contact that may be asked, or a number to write to."""
    linked = (
        select(contact_dossiers.c.dossier_id)
        .join(contacts, contacts.c.id == contact_dossiers.c.contact_id)
        .where(
            contact_dossiers.c.dossier_id == dossiers.c.id,
            contact_dossiers.c.via.in_(PROOFS),
            contacts.c.status == ContactStatus.ACTIVE,
            or_(latest_consent(Purpose.SURVEY), latest_consent(Purpose.SURVEY).is_(None)),
        )
    )
    by_phone = dossiers.c.phone_sealed.is_not(None)
    return or_(linked.exists(), by_phone) if has_phones else linked.exists()


_COLUMNS_OF: Select[Any] = select(
    dossiers.c.id.label("dossier_id"),
    *(dossiers.c[name] for name in ("code", "unit_id", "returned_at", "phone_sealed")),
    *(dossiers.c[name] for name in ("phone_key", "simulated")),
    units.c.code.label("unit"),
    units.c.name.label("unit_name"),
    invitations.c.id.label("invitation_id"),
    invitations.c.state,
    invitations.c.made_at.label("planned_at"),
).join_from(dossiers, units, units.c.id == dossiers.c.unit_id)


def _returned(form: str) -> Select[Any]:
    own = and_(invitations.c.dossier_id == dossiers.c.id, invitations.c.form == form)
    return _COLUMNS_OF.outerjoin(invitations, own)


async def _list(conn: Connection, query: Select[Any]) -> list[Returned]:
    return [Returned(**row) for row in (await conn.execute(query)).mappings()]


def _reachable(row: RowMapping) -> Reachable:
    plain = {name: row[name] for name in Reachable.__slots__}
    return Reachable(
        **{**plain, "is_active": bool(row["is_active"]), "is_open": bool(row["is_open"])}
    )
