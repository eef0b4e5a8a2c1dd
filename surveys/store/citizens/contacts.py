"""Contacts: one row per chat, and its current subject.

Without the deployment's key a row identifies nobody. An erased contact remains as an empty row, so
that answers and proofs keep their reference.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    and_,
    bindparam,
    case,
    exists,
    literal,
    literal_column,
    select,
    update,
)

from surveys.store.base.connection import Connection
from surveys.store.base.database import insert
from surveys.store.base.schema import UtcDateTime, contact_dossiers, contacts, outbox
from surveys.store.citizens.linked_dossiers import PROOFS


class ContactStatus(StrEnum):
    """Whether, and how, a contact can be written to."""

    ACTIVE = "active"
    BLOCKED = "blocked"
    DEACTIVATED = "deactivated"
    ERASING = "erasing"
    """Asked for erasure; only the last message is still to be delivered."""
    ERASED = "erased"


JUST_NOW = timedelta(minutes=1)
"""When a contact was last seen is known to the minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One chat. `focus` is what the conversation stores between two messages."""

    id: int
    channel: str
    bot: str
    chat_key: str | None
    address_sealed: bytes | None
    phone_key: str | None
    language: str
    status: ContactStatus
    simulated: bool
    first_seen_at: datetime
    last_seen_at: datetime
    focus: Mapping[str, Any]


async def meet(
    conn: Connection,
    *,
    channel: str,
    bot: str,
    chat_key: str,
    address_sealed: bytes,
    language: str,
    now: datetime,
    seen_at: datetime | None = None,
    simulated: bool = False,
) -> Contact:
    """The contact of this chat, created at its first message; a message makes a contact active
    again. `seen_at`: when the citizen wrote it, if it came later than that.
    """
    seen = min(seen_at or now, now)
    values = {"channel": channel, "bot": bot, "chat_key": chat_key, "status": ContactStatus.ACTIVE}
    statement = (
        insert(conn, contacts)
        .values(
            **values,
            address_sealed=address_sealed,
            language=language,
            simulated=simulated,
            first_seen_at=now,
            last_seen_at=seen,
        )
        .on_conflict_do_update(
            index_elements=["channel", "bot", "chat_key"],
            set_={"last_seen_at": _later(seen), "status": ContactStatus.ACTIVE},
        )
        .returning(contacts)
    )
    return _contact((await conn.execute(statement)).one())


def _later(seen: datetime) -> ColumnElement[datetime]:
    """When the contact was last seen, now that it was seen at this moment too."""
    column = contacts.c.last_seen_at
    return case((column > seen, column), else_=literal(seen, UtcDateTime))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A contact that sent a message, and facts about its outbox."""

    contact: Contact
    is_answered: bool
    """Whether this very message was answered before."""
    has_waiting: bool
    """Whether earlier replies wait to be sent."""
    is_proved: bool
    """Whether the contact's link to any dossier was proved."""


async def find_seen(
    conn: Connection, *, channel: str, bot: str, chat_key: str, now: datetime, reply_key: str
) -> Seen | None:
    """The contact of this chat if nothing has to be updated: active, and seen just now.

    `reply_key` is the dedup key of the first reply to the message.
    """
    place = {"of_channel": channel, "of_bot": bot, "chat": chat_key, "since": now - JUST_NOW}
    row = (await conn.execute(_SEEN, place | {"reply_key": reply_key})).one_or_none()
    if row is None:
        return None
    return _seen(row)


async def see(
    conn: Connection,
    *,
    channel: str,
    bot: str,
    chat_key: str,
    now: datetime,
    seen_at: datetime,
    reply_key: str,
) -> Seen | None:
    """The contact of this chat, who did something at `seen_at` and is active again; None for a
    chat that is not known. For channels that say when: `last_seen_at` is the latest such moment.
    """
    place = {"of_channel": channel, "of_bot": bot, "chat": chat_key}
    params = place | {"seen": min(seen_at, now), "reply_key": reply_key}
    row = (await conn.execute(_SEE, params)).one_or_none()
    if row is None:
        return None
    return _seen(row)


def _seen(row: Row[*tuple[Any, ...]]) -> Seen:
    said = {name: getattr(row, name) for name in ("is_answered", "has_waiting", "is_proved")}
    return Seen(contact=_contact(row), **said)


_DUE = outbox.c.state == literal_column("'due'")
_WAITING = select(outbox.c.contact_id.label("whose")).where(_DUE).subquery()  # SQLite: see claims
_OUTBOX = (
    exists().where(outbox.c.dedup_key == bindparam("reply_key")).label("is_answered"),
    exists().where(_WAITING.c.whose == contacts.c.id).label("has_waiting"),
    exists()
    .where(
        contact_dossiers.c.contact_id == contacts.c.id,
        contact_dossiers.c.via.in_([literal_column(f"'{via}'") for via in PROOFS]),
    )
    .label("is_proved"),
)
_CHAT = (
    contacts.c.channel == bindparam("of_channel"),
    contacts.c.bot == bindparam("of_bot"),
    contacts.c.chat_key == bindparam("chat"),
)
_SEEN = select(contacts, *_OUTBOX).where(
    *_CHAT,
    contacts.c.status == literal_column("'active'"),
    contacts.c.last_seen_at > bindparam("since"),
)
_SEE = (
    update(contacts)
    .where(*_CHAT)
    .values(
        last_seen_at=case(
            (contacts.c.last_seen_at > bindparam("seen"), contacts.c.last_seen_at),
            else_=bindparam("seen", type_=UtcDateTime),
        ),
        status=literal_column("'active'"),
    )
    .returning(*contacts.c, *_OUTBOX)
)


async def find(conn: Connection, contact_id: int) -> Contact | None:
    """The contact with this id."""
    row = (await conn.execute(select(contacts).where(contacts.c.id == contact_id))).one_or_none()
    return _contact(row) if row else None


async def find_id(conn: Connection, channel: str, bot: str, chat_key: str) -> int | None:
    """The id of the contact of this chat."""
    whose = (contacts.c.channel == channel, contacts.c.bot == bot, contacts.c.chat_key == chat_key)
    found: int | None = await conn.scalar(select(contacts.c.id).where(*whose))
    return found


async def close_window(conn: Connection, contact_id: int, before: datetime) -> None:
    """Forget that the contact wrote later than this: the channel says that it did not."""
    which = and_(contacts.c.id == contact_id, contacts.c.last_seen_at > before)
    await conn.execute(update(contacts).where(which).values(last_seen_at=before))


async def find_by_phone(conn: Connection, phone_key: str) -> list[Contact]:
    """Every contact that shared this number."""
    rows = await conn.execute(select(contacts).where(contacts.c.phone_key == phone_key))
    return [_contact(row) for row in rows]


async def find_by_dossier(conn: Connection, dossier_id: int) -> list[Contact]:
    """Every contact with a proved link to this dossier."""
    linked = contact_dossiers.c
    rows = await conn.execute(
        select(contacts)
        .join(contact_dossiers, linked.contact_id == contacts.c.id)
        .where(linked.dossier_id == dossier_id, linked.via.in_(PROOFS))
        .order_by(contacts.c.id)
    )
    return [_contact(row) for row in rows]


async def set_focus(conn: Connection, contact_id: int, focus: Mapping[str, Any]) -> None:
    """Store the current subject of the chat."""
    await conn.execute(_FOCUS, {"contact": contact_id, "focus": dict(focus)})


_FOCUS = update(contacts).where(contacts.c.id == bindparam("contact"))


async def set_language(conn: Connection, contact_id: int, language: str) -> None:
    """Set the language of the chat."""
    await _change(conn, contact_id, language=language)


async def set_status(conn: Connection, contact_id: int, status: ContactStatus) -> None:
    """Set whether the contact can be written to."""
    await _change(conn, contact_id, status=status)


async def set_phone(conn: Connection, contact_id: int, phone_key: str) -> None:
    """Store the keyed hash of a number that the channel verified."""
    await _change(conn, contact_id, phone_key=phone_key)


async def _change(conn: Connection, contact_id: int, **values: object) -> None:
    await conn.execute(update(contacts).where(contacts.c.id == contact_id).values(**values))


def _contact(row: Row[*tuple[Any, ...]]) -> Contact:
    return Contact(
        id=row.id,
        channel=row.channel,
        bot=row.bot,
        chat_key=row.chat_key,
        address_sealed=row.address_sealed,
        phone_key=row.phone_key,
        language=row.language,
        status=ContactStatus(row.status),
        simulated=row.simulated,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        focus=MappingProxyType(dict(row.focus or {})),
    )
