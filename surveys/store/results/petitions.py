"""Petitions (phản ánh, kiến nghị): what a citizen sent in, by name, to be answered by a day.

NĐ 20/2008/NĐ-CP: content, name, and an address or phone to answer to. A petition may grow out of an
answer, concern any dossier, or none. What was written is sealed by the caller.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping, Select, delete, func, or_, select, update

from surveys.outcomes import ComplaintState
from surveys.store.asking.invitations import NO_WINDOWS, Recipient, Windows, is_open, recipient_of
from surveys.store.base.connection import Connection
from surveys.store.base.database import insert, leave_no_trace
from surveys.store.base.schema import contacts, dossiers, petitions, units
from surveys.store.citizens.contacts import ContactStatus
from surveys.store.results import complaints


class PetitionState(StrEnum):
    """How far a petition is."""

    DRAFT = "draft"
    SENT = "sent"
    FORWARDED = "forwarded"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Petition:
    """One petition, with the code of its dossier and of that dossier's unit where it has one.

    `found` and `answer` are the decision and what the citizen is told; `officer` gave the answer
    or forwarded it.
    """

    id: int
    reference: str
    state: PetitionState
    contact_id: int | None
    response_id: int | None
    dossier_id: int | None
    dossier: str | None
    unit: str | None
    words_sealed: bytes | None
    begun_at: datetime
    sent_at: datetime | None
    due_on: date | None
    forwarded_to: str | None
    found: ComplaintState | None
    answer: str | None
    officer: str | None
    changed_at: datetime | None
    told_at: datetime | None
    disputed_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.state in OPEN


OPEN = (PetitionState.SENT, PetitionState.FORWARDED)


async def begin(
    conn: Connection,
    *,
    reference: str,
    contact_id: int,
    dossier_id: int | None,
    response_id: int | None,
    now: datetime,
) -> Petition:
    """The petition with this reference, begun if there was none or if it was withdrawn."""
    values = {
        "contact_id": contact_id,
        "dossier_id": dossier_id,
        "response_id": response_id,
        "begun_at": now,
        "state": PetitionState.DRAFT,
    }
    new = insert(conn, petitions).values(reference=reference, **values)
    again = new.on_conflict_do_update(
        index_elements=["reference"],
        set_=values,
        where=petitions.c.state == PetitionState.WITHDRAWN,
    )
    await conn.execute(again)
    begun = await find_by_reference(conn, reference)
    assert begun is not None  # noqa: S101 - it was made above
    return begun


async def find(conn: Connection, petition_id: int) -> Petition | None:
    """The petition with this number."""
    return await _one(conn, _query().where(petitions.c.id == petition_id))


async def find_by_reference(conn: Connection, reference: str) -> Petition | None:
    """The petition with this code."""
    return await _one(conn, _query().where(petitions.c.reference == reference))


async def list_by_contact(conn: Connection, contact_id: int) -> list[Petition]:
    """The contact's petitions, in the order they were begun."""
    query = _query().where(petitions.c.contact_id == contact_id).order_by(petitions.c.id)
    return [_petition(row) for row in (await conn.execute(query)).mappings()]


async def find_by_response(conn: Connection, response_id: int) -> Petition | None:
    """The petition that was sent out of a response and not withdrawn."""
    sent = petitions.c.state.in_((*OPEN, PetitionState.ANSWERED))
    query = _query().where(petitions.c.response_id == response_id, sent)
    return await _one(conn, query.order_by(petitions.c.id).limit(1))


async def list_sent(conn: Connection) -> list[Petition]:
    """Every petition that was sent, what is due first on top."""
    query = _query().where(petitions.c.sent_at.is_not(None))
    query = query.order_by(petitions.c.due_on, petitions.c.id)
    return [_petition(row) for row in (await conn.execute(query)).mappings()]


async def write(conn: Connection, petition_id: int, sealed: bytes, dossier_id: int | None) -> None:
    """Keep what was written so far, and which dossier it is about."""
    values = {"words_sealed": sealed, "dossier_id": dossier_id}
    await _change(conn, petition_id, values)


async def send(conn: Connection, petition: Petition, now: datetime, due_on: date) -> None:
    """From now on it is in the officers' list, to be answered by `due_on`."""
    values = {"state": PetitionState.SENT, "sent_at": now, "due_on": due_on}
    await _change(conn, petition.id, values)
    if petition.response_id is not None:
        await complaints.make_formal(conn, petition.response_id, now)


async def withdraw(conn: Connection, petition: Petition) -> None:
    """Delete what was written; a petition that was sent stays as a line without a name."""
    await leave_no_trace(conn)
    if petition.response_id is not None:
        await complaints.make_formal(conn, petition.response_id, None)
    if petition.state is PetitionState.DRAFT:
        await conn.execute(delete(petitions).where(petitions.c.id == petition.id))
        return
    values: dict[str, object] = {"words_sealed": None}
    if petition.is_open:
        values["state"] = PetitionState.WITHDRAWN
    await _change(conn, petition.id, values)


async def answer(
    conn: Connection,
    petition: Petition,
    *,
    found: ComplaintState,
    text: str,
    officer: str,
    now: datetime,
) -> None:
    """Answer it; the citizen is told afterwards. A later answer takes the place of an earlier."""
    values = {
        "state": PetitionState.ANSWERED,
        "found": found,
        "answer": text,
        "officer": officer,
        "changed_at": now,
        "disputed_at": None,
    }
    await _change(conn, petition.id, values)


async def forward(
    conn: Connection, petition: Petition, *, to: str, officer: str, now: datetime
) -> None:
    """Hand it to whom it concerns; the citizen is told afterwards."""
    values = {
        "state": PetitionState.FORWARDED,
        "forwarded_to": to,
        "officer": officer,
        "changed_at": now,
    }
    await _change(conn, petition.id, values)


async def dispute(conn: Connection, petition_id: int, now: datetime) -> None:
    """The citizen does not agree with the answer."""
    await _change(conn, petition_id, {"disputed_at": now})


async def list_to_tell(
    conn: Connection, limit: int, *, windows: Windows = NO_WINDOWS
) -> list[tuple[Petition, Recipient]]:
    """Petitions with something to tell, and whom."""
    untold = or_(petitions.c.told_at.is_(None), petitions.c.told_at < petitions.c.changed_at)
    query = (
        _query()
        .add_columns(contacts.c.channel, contacts.c.bot, contacts.c.language)
        .join(contacts, contacts.c.id == petitions.c.contact_id)
        .where(petitions.c.changed_at.is_not(None), untold, is_open(windows))
        .where(contacts.c.status == ContactStatus.ACTIVE, petitions.c.words_sealed.is_not(None))
        .order_by(petitions.c.id)
        .limit(limit)
    )
    rows = (await conn.execute(query)).mappings()
    return [(_petition(row), recipient_of(row)) for row in rows]


async def note_told(conn: Connection, petition_id: int, at: datetime) -> None:
    """The citizen was told what there was to tell by then."""
    await _change(conn, petition_id, {"told_at": at})


async def forget(conn: Connection, contact_id: int) -> None:
    """Delete what the contact wrote; nothing tells any more whose it was."""
    for one in await list_by_contact(conn, contact_id):
        await withdraw(conn, one)
    mine = update(petitions).where(petitions.c.contact_id == contact_id)
    await conn.execute(mine.values(contact_id=None))


async def drop_words(conn: Connection, *, begun: datetime, answered: datetime) -> int:
    """Delete drafts begun before, and the words of petitions answered before, these."""
    draft = petitions.c.state == PetitionState.DRAFT
    old = (draft, petitions.c.begun_at < begun)
    dropped = (await conn.execute(delete(petitions).where(*old))).rowcount
    over = petitions.c.state.in_((PetitionState.ANSWERED, PetitionState.WITHDRAWN))
    since = func.coalesce(petitions.c.changed_at, petitions.c.sent_at)
    which = (over, since < answered, petitions.c.words_sealed.is_not(None))
    nobody = {"words_sealed": None, "contact_id": None}
    gone = await conn.execute(update(petitions).where(*which).values(**nobody))
    return dropped + gone.rowcount


async def _change(conn: Connection, petition_id: int, values: Mapping[str, object]) -> None:
    await conn.execute(update(petitions).where(petitions.c.id == petition_id).values(**values))


def _query() -> Select[Any]:
    return (
        select(petitions, dossiers.c.code.label("dossier"), units.c.code.label("unit"))
        .join_from(petitions, dossiers, dossiers.c.id == petitions.c.dossier_id, isouter=True)
        .outerjoin(units, units.c.id == dossiers.c.unit_id)
    )


async def _one(conn: Connection, query: Select[Any]) -> Petition | None:
    row = (await conn.execute(query)).mappings().one_or_none()
    return _petition(row) if row else None


def _petition(row: RowMapping) -> Petition:
    plain = {name: row[name] for name in Petition.__slots__}
    plain["state"] = PetitionState(row["state"])
    plain["found"] = ComplaintState(row["found"]) if row["found"] else None
    return Petition(**plain)
