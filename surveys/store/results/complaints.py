"""Complaints that an answer opened: to be verified, and possibly a formal petition.

A complaint is `pending` until an officer decides; it counts until it is refuted or withdrawn
(TT 01/2018/TT-VPCP Điều 13, chỉ số 7). Sent with a name it is a petition, too: `petitions`.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Insert, Row, Select, bindparam, select, update

from surveys.outcomes import ComplaintState
from surveys.privacy import REFERENCE_BYTES, reference_of
from surveys.store.base.connection import Connection
from surveys.store.base.database import insert_for
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
    row = {"response_id": response_id, "kind": kind, "reference": reference}
    await conn.execute(_opening(conn.dialect.name), {**row, "opened_at": now, "due_on": due_on})
    which = (complaints.c.response_id == response_id, complaints.c.kind == kind)
    opened = _complaint((await conn.execute(_query().where(*which))).one())
    await evidence.refresh(conn, [opened.dossier_id])
    return opened


async def open_many(
    conn: Connection, about: Collection[tuple[int, str]], *, now: datetime, due_on: date
) -> None:
    """Open complaints, each by its response and kind, as `open_` does, with references drawn at
    random: any process may finish an import, with or without the key that derives references.

    The caller refreshes the evidence.
    """
    drawn = await _draw(conn, len(about))
    rows = [
        {"response_id": number, "kind": kind, "reference": one, "opened_at": now, "due_on": due_on}
        for (number, kind), one in zip(about, drawn, strict=True)
    ]
    if rows:
        await conn.execute(_opening(conn.dialect.name), rows)


async def withdraw_many(conn: Connection, about: Collection[tuple[int, str]]) -> None:
    """Withdraw those of the complaints, each by its response and kind, that are not decided yet.

    The caller refreshes the evidence.
    """
    if about:
        rows = [{"of_response": number, "of_kind": kind} for number, kind in about]
        await conn.execute(_WITHDRAW, rows)


async def withdraw(conn: Connection, *, response_id: int, kind: str) -> None:
    """Withdraw a complaint that is not decided yet."""
    await withdraw_many(conn, [(response_id, kind)])
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


async def _draw(conn: Connection, count: int) -> Collection[str]:
    """References that no complaint has."""
    found: set[str] = set()
    while missing := count - len(found):
        drawn = {reference_of(secrets.token_bytes(REFERENCE_BYTES)) for _ in range(missing)}
        found |= drawn
        for table in (complaints, loose_complaints):
            taken = select(table.c.reference).where(table.c.reference.in_(drawn))
            found -= set((await conn.execute(taken)).scalars())
    return found


_WITHDRAW = (
    update(complaints)
    .where(
        complaints.c.response_id == bindparam("of_response"),
        complaints.c.kind == bindparam("of_kind"),
        complaints.c.state == ComplaintState.PENDING,
    )
    .values(state=ComplaintState.WITHDRAWN, formal_at=None)
)


@cache
def _opening(dialect: str) -> Insert:
    new = insert_for(dialect, complaints).values(state=ComplaintState.PENDING)
    moments = {name: new.excluded[name] for name in ("opened_at", "due_on")}
    return new.on_conflict_do_update(
        index_elements=["response_id", "kind"],
        set_={"state": ComplaintState.PENDING, **moments},
        where=complaints.c.state == ComplaintState.WITHDRAWN,
    )


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
