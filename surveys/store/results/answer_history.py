"""The answers about one dossier in chronological order, changed ones included."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, select

from surveys.store.base.connection import Connection
from surveys.store.base.schema import answers, complaints, responses


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One answer as it was given, without who gave it; `latest` False: changed later."""

    form: str
    form_version: str
    channel: str
    simulated: bool
    question: str
    option: str | None
    text: str | None
    answered_at: datetime
    latest: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Complained:
    """One complaint and its state."""

    kind: str
    state: str
    reference: str
    opened_at: datetime
    due_on: date
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None


async def list_answers(conn: Connection, dossier_id: int) -> list[Said]:
    """Every answer of every form, oldest first."""
    query = (
        select(*(_column(name) for name in Said.__slots__))
        .join_from(answers, responses, responses.c.id == answers.c.response_id)
        .where(responses.c.dossier_id == dossier_id)
        .order_by(answers.c.id)
    )
    return [Said(**dict(row)) for row in (await conn.execute(query)).mappings()]


async def list_complaints(conn: Connection, dossier_id: int) -> list[Complained]:
    """Every complaint about the dossier, oldest first."""
    query = (
        select(*(complaints.c[name] for name in Complained.__slots__))
        .join_from(complaints, responses, responses.c.id == complaints.c.response_id)
        .where(responses.c.dossier_id == dossier_id)
        .order_by(complaints.c.id)
    )
    return [Complained(**dict(row)) for row in (await conn.execute(query)).mappings()]


def _column(name: str) -> Column[Any]:
    return answers.c[name] if name in answers.c else responses.c[name]
