"""Contacts of phone numbers that never wrote to us, on channels that reach by phone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from surveys.store.base.connection import Connection
from surveys.store.base.database import insert
from surveys.store.base.schema import contacts
from surveys.store.citizens.contacts import ContactStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A phone number on a channel; `chat_key` is that of the number as the address."""

    channel: str
    bot: str
    chat_key: str
    address_sealed: bytes
    phone_key: str
    language: str
    simulated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """The contact of a number."""

    contact_id: int
    language: str


async def meet(conn: Connection, numbers: Sequence[Number], now: datetime) -> Mapping[str, Met]:
    """The contacts of these numbers, made when they are first written to, by `chat_key`.

    One row per number, however many dossiers carry it. A number that blocked us stays blocked: only
    a message of its own makes it active again. No number may come twice.
    """
    if not numbers:
        return {}
    new = insert(conn, contacts)
    meeting = new.on_conflict_do_update(
        index_elements=["channel", "bot", "chat_key"],
        set_={"phone_key": new.excluded.phone_key},
    ).returning(contacts.c.id, contacts.c.chat_key, contacts.c.language)
    more = {"status": ContactStatus.ACTIVE, "first_seen_at": now, "last_seen_at": now}
    rows = [{name: getattr(one, name) for name in Number.__slots__} | more for one in numbers]
    return {
        row.chat_key: Met(contact_id=row.id, language=row.language)
        for row in await conn.execute(meeting, rows)
    }
