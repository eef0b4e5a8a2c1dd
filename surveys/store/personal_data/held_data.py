"""Everything stored about one contact: what a citizen may see (Luật 91/2025/QH15 Điều 4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from surveys.privacy import Keyring
from surveys.store.base.connection import Connection
from surveys.store.base.schema import (
    answers,
    contact_dossiers,
    dossiers,
    invitations,
    procedures,
    responses,
    rights_requests,
)
from surveys.store.citizens import consents, contacts
from surveys.store.citizens.consents import Consent
from surveys.store.citizens.contacts import Contact
from surveys.store.results import asides, complaints, news, petitions
from surveys.store.results.complaints import Complaint
from surveys.store.results.petitions import Petition


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldDossier:
    """A dossier linked to the contact, and how it got linked."""

    code: str
    procedure: str | None
    via: str
    follows: bool
    linked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldAnswer:
    """The current answer to one question."""

    dossier: str
    form: str
    form_version: str
    question: str
    option: str | None
    text: str | None
    answered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldInvitation:
    """One invitation and its state."""

    dossier: str
    form: str
    state: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRequest:
    """A request about the contact's own data."""

    kind: str
    received_at: datetime
    due_on: date
    done_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Everything stored about one contact."""

    contact: Contact
    dossiers: Sequence[HeldDossier]
    consents: Sequence[Consent]
    invitations: Sequence[HeldInvitation]
    answers: Sequence[HeldAnswer]
    complaints: Sequence[Complaint]
    petitions: Sequence[Petition]
    requests: Sequence[HeldRequest]
    news: Sequence[str]
    """Units about which the contact wants to hear what changed."""


async def collect(conn: Connection, ring: Keyring, contact_id: int) -> Held | None:
    """Everything stored about this contact; None if there is no such contact."""
    contact = await contacts.find(conn, contact_id)
    if contact is None:
        return None
    return Held(
        contact=contact,
        dossiers=await _dossiers(conn, contact_id),
        consents=await consents.list_history(conn, contact_id),
        invitations=await _invitations(conn, contact_id),
        answers=await _answers(conn, contact_id, ring),
        complaints=await complaints.list_by_contact(conn, contact_id),
        petitions=await petitions.list_by_contact(conn, contact_id),
        requests=await _requests(conn, contact_id),
        news=await news.list_wishes(conn, contact_id),
    )


async def _dossiers(conn: Connection, contact_id: int) -> list[HeldDossier]:
    linked = contact_dossiers.c
    query = (
        select(
            dossiers.c.code,
            procedures.c.name.label("procedure"),
            linked.via,
            linked.follows,
            linked.linked_at,
        )
        .join_from(contact_dossiers, dossiers, dossiers.c.id == linked.dossier_id)
        .outerjoin(procedures, procedures.c.id == dossiers.c.procedure_id)
        .where(linked.contact_id == contact_id)
        .order_by(dossiers.c.code)
    )
    return [HeldDossier(**row) for row in (await conn.execute(query)).mappings()]


async def _invitations(conn: Connection, contact_id: int) -> list[HeldInvitation]:
    columns = (invitations.c.form, invitations.c.state, invitations.c.made_at)
    query = (
        select(dossiers.c.code.label("dossier"), *columns)
        .join_from(invitations, dossiers, dossiers.c.id == invitations.c.dossier_id)
        .where(invitations.c.contact_id == contact_id)
        .order_by(invitations.c.id)
    )
    return [HeldInvitation(**row) for row in (await conn.execute(query)).mappings()]


async def _answers(conn: Connection, contact_id: int, ring: Keyring) -> list[HeldAnswer]:
    said = (answers.c.question, answers.c.option, answers.c.text, answers.c.answered_at)
    of_form = (responses.c.form, responses.c.form_version)
    query = (
        select(dossiers.c.code.label("dossier"), *of_form, *said)
        .join_from(answers, responses, responses.c.id == answers.c.response_id)
        .join(dossiers, dossiers.c.id == responses.c.dossier_id)
        .where(responses.c.contact_id == contact_id, answers.c.latest)
        .order_by(responses.c.id, answers.c.id)
    )
    rows = (await conn.execute(query)).mappings()
    return [
        HeldAnswer(
            **{
                **row,
                "form": asides.form_of(row["form"]),
                "text": None if row["text"] is None else ring.open_words(row["text"]),
            }
        )
        for row in rows
    ]


async def _requests(conn: Connection, contact_id: int) -> list[HeldRequest]:
    asked = rights_requests.c
    query = (
        select(asked.kind, asked.received_at, asked.due_on, asked.done_at)
        .where(asked.contact_id == contact_id)
        .order_by(asked.id)
    )
    return [HeldRequest(**row) for row in (await conn.execute(query)).mappings()]
