"""Deletes data past its retention period; each function returns the number of rows changed."""

from datetime import datetime

from sqlalchemy import and_, delete, exists, func, or_, select, update

from surveys.store.base.connection import Connection
from surveys.store.base.schema import (
    contact_dossiers,
    contacts,
    dossiers,
    imports,
    inbox,
    interviews,
    invitations,
    links,
    news_wishes,
    outbox,
    responses,
    status_notices,
    web_messages,
)
from surveys.store.citizens.contacts import ContactStatus
from surveys.store.personal_data import requests
from surveys.store.queues.outbox import NO_MESSAGE
from surveys.store.results import petitions

AT_ONCE = 1_000
PERSON = ("applicant_sealed", "phone_sealed", "phone_key")
"""The columns of a dossier that identify who filed it."""


async def unlink_answers(conn: Connection, returned_before: datetime) -> int:
    """Unlink answers about dossiers returned before this civil time from the contacts that gave
    them.
    """
    closed = select(dossiers.c.id).where(dossiers.c.returned_at < returned_before)
    asked = select(invitations.c.id).where(invitations.c.dossier_id.in_(closed))
    await conn.execute(delete(interviews).where(interviews.c.invitation_id.in_(asked)))
    linked = contact_dossiers.c.dossier_id.in_(closed)
    await conn.execute(delete(contact_dossiers).where(linked))
    await conn.execute(delete(status_notices).where(status_notices.c.dossier_id.in_(closed)))
    done = 0
    for table in (invitations, responses):
        which = (table.c.dossier_id.in_(closed), table.c.contact_id.is_not(None))
        done = (await conn.execute(update(table).where(*which).values(contact_id=None))).rowcount
    return done


async def drop_petitioners(conn: Connection, *, begun: datetime, decided: datetime) -> int:
    """Delete the words of petitions never sent and begun before, or answered before, these."""
    return await petitions.drop_words(conn, begun=begun, answered=decided)


async def drop_applicants(conn: Connection, before: datetime, imported: datetime) -> int:
    """Delete names and phones of dossiers over since before this civil time; of those without any
    date, if they were imported before the moment `imported`, or nobody knows when.
    """
    columns = dossiers.c
    over = func.coalesce(
        columns.returned_at, columns.finished_at, columns.received_at, columns.due_at
    )
    older = select(imports.c.id).where(imports.c.imported_at < imported)
    named = [columns[name].is_not(None) for name in PERSON]
    is_old = or_(columns.import_id.is_(None), columns.import_id.in_(older))
    is_over = or_(over < before, and_(over.is_(None), is_old))
    query = select(columns.id).where(is_over, or_(*named))
    numbers = list((await conn.execute(query)).scalars())
    for start in range(0, len(numbers), AT_ONCE):
        await requests.forget_applicant(conn, numbers[start : start + AT_ONCE])
    return len(numbers)


async def empty_inbox(conn: Connection, before_ms: int) -> int:
    """Clear the text and the chat of updates handled or set aside before this moment."""
    which = and_(
        inbox.c.state != "new",
        inbox.c.received_ms < before_ms,
        or_(inbox.c.payload != "", inbox.c.chat_key != ""),
    )
    return (
        await conn.execute(update(inbox).where(which).values({"payload": "", "chat_key": ""}))
    ).rowcount


async def empty_outbox(conn: Connection, before_ms: int) -> int:
    """Clear the text of messages with a final state since before this moment."""
    words = outbox.c.message["text"].as_string() != ""
    sealed = outbox.c.message["sealed"].as_string().is_not(None)
    which = and_(outbox.c.settled_ms < before_ms, or_(words, sealed))
    return (
        await conn.execute(update(outbox).where(which).values({"message": dict(NO_MESSAGE)}))
    ).rowcount


async def delete_pages(conn: Connection, before: datetime) -> int:
    """Delete messages of the web page from before this moment."""
    return (await conn.execute(delete(web_messages).where(web_messages.c.at < before))).rowcount


async def delete_links(conn: Connection, before: datetime) -> int:
    """Delete links that expired before this moment."""
    return (await conn.execute(delete(links).where(links.c.expires_at < before))).rowcount


async def forget_idle(conn: Connection, before: datetime, now: datetime) -> int:
    """Erase contacts not seen since this moment, linked to no dossier and waiting for no news."""
    tied = exists().where(contact_dossiers.c.contact_id == contacts.c.id)
    asked = exists().where(interviews.c.contact_id == contacts.c.id)
    waits = exists().where(news_wishes.c.contact_id == contacts.c.id)
    here = contacts.c.status.not_in((ContactStatus.ERASING, ContactStatus.ERASED))
    query = select(contacts.c.id).where(
        contacts.c.last_seen_at < before, here, ~tied, ~asked, ~waits
    )
    idle = list((await conn.execute(query)).scalars())
    for contact_id in idle:
        await requests.forget(conn, contact_id)
    await requests.finish_erasures(conn, now)
    return len(idle)
