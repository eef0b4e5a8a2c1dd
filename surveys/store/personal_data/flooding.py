"""Deletes what people who follow no dossier have said, where it is more than is kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, select

from surveys.store.base.connection import Connection
from surveys.store.base.schema import (
    consents,
    contact_dossiers,
    contacts,
    interviews,
    news_wishes,
    outbox,
    petitions,
    rights_requests,
    web_messages,
)
from surveys.store.citizens.contacts import JUST_NOW
from surveys.store.personal_data import requests
from surveys.store.queues.outbox import MessageKind


async def list_strangers(conn: Connection) -> Sequence[int]:
    """The contacts with a chat, but without a dossier, an interview or a wish."""
    query = select(contacts.c.id).where(*_STRANGE).order_by(contacts.c.id)
    return (await conn.execute(query)).scalars().all()


async def forget_before(conn: Connection, some: Sequence[int], before: datetime) -> int:
    """Delete what was said with those of `some` that are strangers still; returns how many were not
    seen since and are erased. Who has a petition or a request about own data is not, nor who said
    no, nor whose number is known: without the row they would be written to again.
    """
    columns = (contacts.c.id, contacts.c.chat_key, contacts.c.last_seen_at, _IS_FREE)
    found = (await conn.execute(select(*columns).where(contacts.c.id.in_(some), *_STRANGE))).all()
    old = (web_messages.c.chat_key.in_([one.chat_key for one in found]), web_messages.c.at < before)
    await conn.execute(delete(web_messages).where(*old))
    seen = before - JUST_NOW
    idle = [one.id for one in found if one.is_free and one.last_seen_at < seen]
    for number in idle:
        await requests.forget(conn, number)
    over = outbox.c.settled_ms < int(before.timestamp() * 1_000)
    whose = outbox.c.contact_id.in_([one.id for one in found])
    await conn.execute(delete(outbox).where(whose, over, outbox.c.kind == MessageKind.REPLY))
    return len(idle)


def _has(table: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a table with a contact
    return exists().where(table.c.contact_id == contacts.c.id)


_STRANGE = (
    contacts.c.chat_key.is_not(None),
    *(~_has(table) for table in (contact_dossiers, interviews, news_wishes)),
)
_IS_FREE = and_(
    contacts.c.phone_key.is_(None),
    *(~_has(table) for table in (petitions, rights_requests, consents)),
).label("is_free")
