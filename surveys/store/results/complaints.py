"""Complaints that an answer opened: to be verified, and possibly a formal petition.

A complaint is `pending` until an officer decides; it counts until it is refuted or withdrawn
(TT 01/2018/TT-VPCP Điều 13, chỉ số 7). Sent with a name it is a petition, too: `petitions`.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, select, update

from surveys.outcomes import ComplaintState
from surveys.store.base.connection import Connection
from surveys.store.base.database import insert
from surveys.store.base.schema import complaints, loose_complaints, responses
from surveys.store.results import evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One complaint; part of a petition from `formal_at` on. `reason` is the decision's."""

    id: int
    response_id: int
    dossier_id: int
    contact_id: int | None
    kind: str
    state: ComplaintState
    reference: str
    opened_at: datetime
    due_on: date
    formal_at: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastComplaint:
    """A decided complaint about which nothing but its state is known any more."""

    reference: str
    kind: str
    state: str
    due_on: date


async def open_(
    conn: Connection,
    *,
    response_id: int,
    kind: str,
    reference: str,
    now: datetime,
    due_on: date,
) -> Complaint:
    """Open the complaint, or reopen a withdrawn one; a decided one stays decided."""
    new = insert(conn, complaints).values(
        response_id=response_id,
        kind=kind,
        state=ComplaintState.PENDING,
        reference=reference,
        opened_at=now,
        due_on=due_on,
    )
    again = new.on_conflict_do_update(
        index_elements=["response_id", "kind"],
        set_={"state": ComplaintState.PENDING, "opened_at": now, "due_on": due_on},
        where=complaints.c.state == ComplaintState.WITHDRAWN,
    )
    await conn.execute(again)
    which = (complaints.c.response_id == response_id, complaints.c.kind == kind)
    opened = _complaint((await conn.execute(_query().where(*which))).one())
    await evidence.refresh(conn, [opened.dossier_id])
    return opened


async def withdraw(conn: Connection, *, response_id: int, kind: str) -> None:
    """Withdraw a complaint that is not decided yet."""
    which = (complaints.c.response_id == response_id, complaints.c.kind == kind)
    pending = complaints.c.state == ComplaintState.PENDING
    values = {"state": ComplaintState.WITHDRAWN, "formal_at": None}
    await conn.execute(update(complaints).where(*which, pending).values(**values))
    dossier = select(responses.c.dossier_id).where(responses.c.id == response_id)
    await evidence.refresh(conn, (await conn.execute(dossier)).scalars())


async def find_by_reference(conn: Connection, reference: str) -> Complaint | None:
    """The complaint with this code."""
    row = (await conn.execute(_query().where(complaints.c.reference == reference))).one_or_none()
    return _complaint(row) if row else None


async def find_past(conn: Connection, reference: str) -> PastComplaint | None:
    """The decided complaint with this code whose answer was cut off from its dossier."""
    names = PastComplaint.__slots__
    query = select(*(loose_complaints.c[name] for name in names))
    row = (await conn.execute(query.where(loose_complaints.c.reference == reference))).one_or_none()
    return PastComplaint(**dict(zip(names, row, strict=True))) if row else None


async def list_by_response(conn: Connection, response_id: int) -> list[Complaint]:
    """The complaints of one response, in the order they were opened."""
    query = _query().where(complaints.c.response_id == response_id).order_by(complaints.c.id)
    return [_complaint(row) for row in await conn.execute(query)]


async def list_by_contact(conn: Connection, contact_id: int) -> list[Complaint]:
    """The complaints of all responses of this contact."""
    query = _query().where(responses.c.contact_id == contact_id).order_by(complaints.c.id)
    return [_complaint(row) for row in await conn.execute(query)]


async def find_response_id(conn: Connection, dossier_id: int, form: str) -> int | None:
    """The id of the response to this form about this dossier."""
    query = select(responses.c.id).where(
        responses.c.dossier_id == dossier_id, responses.c.form == form
    )
    number: int | None = await conn.scalar(query)
    return number


async def make_formal(conn: Connection, response_id: int, formal_at: datetime | None) -> None:
    """Mark the pending complaints of the response as part of a petition, or as not any more."""
    which = complaints.c.response_id == response_id
    pending = complaints.c.state == ComplaintState.PENDING
    await conn.execute(update(complaints).where(which, pending).values(formal_at=formal_at))


def _query() -> Select[Any]:
    return select(complaints, responses.c.dossier_id, responses.c.contact_id).join_from(
        complaints, responses, responses.c.id == complaints.c.response_id
    )


def _complaint(row: Row[Any]) -> Complaint:
    return Complaint(
        id=row.id,
        response_id=row.response_id,
        dossier_id=row.dossier_id,
        contact_id=row.contact_id,
        kind=row.kind,
        state=ComplaintState(row.state),
        reference=row.reference,
        opened_at=row.opened_at,
        due_on=row.due_on,
        formal_at=row.formal_at,
        reason=row.reason,
    )
