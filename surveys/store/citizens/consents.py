"""Proof of consent: who was told what, when, through which channel, and what they said.

Append-only (NĐ 356/2025/NĐ-CP Điều 6: consent must be provable); the last row of a purpose is the
current one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam, select

from surveys.store.base.connection import Connection
from surveys.store.base.database import insert
from surveys.store.base.schema import consents


class Purpose(StrEnum):
    """The purposes of consent, each asked for separately (Luật 91/2025/QH15 Điều 9)."""

    SURVEY = "survey"
    STATUS = "status"
    """Notices about a followed dossier."""
    COMPLAINT = "complaint"
    """Forwarding a complaint with the petitioner's name."""
    NEWS = "news"
    """Hearing once what changed because of the answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One proof of consent; `given` False: refused or withdrawn."""

    purpose: Purpose
    given: bool
    text_version: str
    language: str
    channel: str
    at: datetime


async def add(conn: Connection, contact_id: int, consent: Consent) -> None:
    """Store a proof."""
    values = {name: getattr(consent, name) for name in Consent.__slots__}
    await conn.execute(insert(conn, consents).values(contact_id=contact_id, **values))


async def list_history(conn: Connection, contact_id: int) -> list[Consent]:
    """Every proof of a contact, oldest first."""
    rows = await conn.execute(
        select(consents).where(consents.c.contact_id == contact_id).order_by(consents.c.id)
    )
    return [
        Consent(
            purpose=Purpose(row.purpose),
            given=row.given,
            text_version=row.text_version,
            language=row.language,
            channel=row.channel,
            at=row.at,
        )
        for row in rows
    ]


async def find_latest(conn: Connection, contact_id: int) -> Mapping[Purpose, Consent]:
    """The current consent for each purpose that was ever asked about."""
    return {consent.purpose: consent for consent in await list_history(conn, contact_id)}


async def is_given(conn: Connection, contact_id: int, purpose: Purpose) -> bool:
    """Whether consent for this purpose is currently given; without an answer it is not."""
    said = await conn.scalar(_SAID_LAST, {"contact": contact_id, "what_for": purpose})
    return bool(said)


_SAID_LAST = (
    select(consents.c.given)
    .where(
        consents.c.contact_id == bindparam("contact"), consents.c.purpose == bindparam("what_for")
    )
    .order_by(consents.c.id.desc())
    .limit(1)
)
