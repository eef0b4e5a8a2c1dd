"""Requests of citizens about their own data, and carrying them out.

Erasing deletes everything that identifies the citizen and keeps the answers, de-identified (Luật
91/2025/QH15 Điều 14: de-identified data is not personal data). It is done at once, except for the
encrypted address, which is kept until the last message has been delivered.
"""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import delete, exists, or_, select, update

from surveys.inviting import Reason
from surveys.rights import RequestKind
from surveys.store.asking.invitations import UNSENT, InvitationState
from surveys.store.base.connection import Connection
from surveys.store.base.database import insert, leave_no_trace
from surveys.store.base.schema import (
    contact_dossiers,
    contacts,
    dossiers,
    inbox,
    interviews,
    invitations,
    outbox,
    responses,
    rights_requests,
    slots,
    status_notices,
)
from surveys.store.citizens import web_messages
from surveys.store.citizens.contacts import ContactStatus
from surveys.store.citizens.linked_dossiers import FULL_PROOFS, PROOFS
from surveys.store.queues.outbox import NO_MESSAGE, Lane, OutboxState
from surveys.store.results import news, petitions
from surveys.store.system import import_changes

ON_THE_WAY = (OutboxState.DUE, OutboxState.SENDING)


async def log(
    conn: Connection,
    contact_id: int,
    kind: RequestKind,
    *,
    now: datetime,
    due_on: date,
    done: bool,
) -> None:
    """Store a request and its due date."""
    done_at = now if done else None
    values = {"contact_id": contact_id, "kind": kind, "received_at": now, "due_on": due_on}
    await conn.execute(insert(conn, rights_requests).values(**values, done_at=done_at))


async def cancel_unsent(conn: Connection, contact_id: int, *, broadcasts_only: bool) -> None:
    """Cancel the contact's pending messages and clear their text."""
    which = [outbox.c.contact_id == contact_id, outbox.c.state == OutboxState.DUE]
    which += [outbox.c.lane == Lane.BROADCAST] if broadcasts_only else []
    values = {"state": OutboxState.CANCELLED, "message": dict(NO_MESSAGE)}
    await conn.execute(update(outbox).where(*which).values(**values))


async def forget(conn: Connection, contact_id: int) -> None:
    """Erase what identifies the contact, and what links answers to it.

    The encrypted address is kept under the status `erasing`, for one last message; a new message
    from the same chat creates a new contact.
    """
    await leave_no_trace(conn)
    chat_key = await conn.scalar(select(contacts.c.chat_key).where(contacts.c.id == contact_id))
    await cancel_unsent(conn, contact_id, broadcasts_only=False)
    await _untie(conn, contact_id)
    if chat_key:
        await _forget_chat(conn, chat_key)
    nothing = {"chat_key": None, "phone_key": None, "focus": None}
    await conn.execute(
        update(contacts)
        .where(contacts.c.id == contact_id)
        .values(**nothing, status=ContactStatus.ERASING)
    )


async def forget_by_phone(conn: Connection, contact_id: int, channels: Collection[str]) -> None:
    """Erase also the contacts that these channels made of the same person's number: of the one that
    was shared, or that a fully proved dossier was filed with. Comes before `forget`.

    A number that blocked us keeps its keyed hash: without it, it would be written to again.
    """
    own, linked = contacts.alias(), contact_dossiers.c
    shared = select(own.c.phone_key).where(own.c.id == contact_id, own.c.phone_key.is_not(None))
    filed = (
        select(dossiers.c.phone_key)
        .join(contact_dossiers, linked.dossier_id == dossiers.c.id)
        .where(linked.contact_id == contact_id, linked.via.in_(FULL_PROOFS))
    )
    same = or_(contacts.c.phone_key.in_(shared), contacts.c.phone_key.in_(filed))
    query = select(contacts.c.id).where(
        same,
        contacts.c.channel.in_(list(channels)),
        contacts.c.status != ContactStatus.BLOCKED,
        contacts.c.id != contact_id,
    )
    for other in list((await conn.execute(query)).scalars()):
        await forget(conn, other)


async def end_session(conn: Connection, channel: str, bot: str, chat_key: str) -> None:
    """Let nobody continue this chat: its address and what was shown go, the answers stay with
    their (now unreachable) contact."""
    await leave_no_trace(conn)
    whose = (contacts.c.channel == channel, contacts.c.bot == bot, contacts.c.chat_key == chat_key)
    contact_id = await conn.scalar(select(contacts.c.id).where(*whose))
    await _forget_chat(conn, chat_key)
    if contact_id is None:
        return
    await cancel_unsent(conn, contact_id, broadcasts_only=False)
    nothing = {"chat_key": None, "address_sealed": None, "phone_key": None, "focus": None}
    gone = update(contacts).where(contacts.c.id == contact_id)
    await conn.execute(gone.values(**nothing, status=ContactStatus.DEACTIVATED))
    mine = contact_dossiers.c.contact_id == contact_id
    await conn.execute(update(contact_dossiers).where(mine).values(follows=False))


async def finish_erasures(conn: Connection, now: datetime) -> int:
    """Delete the addresses of erased contacts whose last message is no longer on its way; returns
    how many.
    """
    waiting = exists().where(outbox.c.contact_id == contacts.c.id, outbox.c.state.in_(ON_THE_WAY))
    query = select(contacts.c.id).where(contacts.c.status == ContactStatus.ERASING, ~waiting)
    ids = list((await conn.execute(query)).scalars())
    if ids:
        await _finish(conn, ids, now)
    return len(ids)


async def forget_applicant(conn: Connection, dossier_ids: Collection[int]) -> None:
    """Delete the stored copy of who filed these dossiers; the one-stop software keeps its own."""
    await leave_no_trace(conn)
    nothing = {"applicant_sealed": None, "phone_sealed": None, "phone_key": None}
    which = dossiers.c.id.in_(list(dossier_ids))
    await conn.execute(update(dossiers).where(which).values(**nothing))
    await import_changes.forget_sealed(conn, select(dossiers.c.code).where(which))


async def _untie(conn: Connection, contact_id: int) -> None:
    await petitions.forget(conn, contact_id)
    await news.forget_wishes(conn, contact_id)
    await _ask_no_more(conn, contact_id)
    await conn.execute(delete(status_notices).where(status_notices.c.contact_id == contact_id))
    await conn.execute(delete(interviews).where(interviews.c.contact_id == contact_id))
    await conn.execute(delete(contact_dossiers).where(contact_dossiers.c.contact_id == contact_id))
    await conn.execute(delete(slots).where(slots.c.contact_id == contact_id))
    for table in (responses, invitations):
        mine = update(table).where(table.c.contact_id == contact_id)
        await conn.execute(mine.values(contact_id=None))
    settled = (outbox.c.contact_id == contact_id, outbox.c.state.not_in(ON_THE_WAY))
    await conn.execute(update(outbox).where(*settled).values(message=dict(NO_MESSAGE)))


async def _ask_no_more(conn: Connection, contact_id: int) -> None:
    """Drop what was planned about the contact's own dossiers: a phone must not ask either."""
    linked = contact_dossiers.c
    own = select(linked.dossier_id).where(linked.contact_id == contact_id, linked.via.in_(PROOFS))
    planned = (invitations.c.dossier_id.in_(own), invitations.c.state.in_(UNSENT))
    values = {"state": InvitationState.DECLINED, "reason": Reason.OPTED_OUT}
    await conn.execute(update(invitations).where(*planned).values(**values))


async def _forget_chat(conn: Connection, chat_key: str) -> None:
    await web_messages.forget(conn, chat_key)
    handled = (inbox.c.chat_key == chat_key, inbox.c.state != "new")
    await conn.execute(update(inbox).where(*handled).values(payload="", chat_key=""))


async def _finish(conn: Connection, ids: list[int], now: datetime) -> None:
    await leave_no_trace(conn)
    gone = {"address_sealed": None, "status": ContactStatus.ERASED}
    await conn.execute(update(contacts).where(contacts.c.id.in_(ids)).values(**gone))
    theirs = update(outbox).where(outbox.c.contact_id.in_(ids))
    await conn.execute(theirs.values(message=dict(NO_MESSAGE)))
    asked = (
        rights_requests.c.contact_id.in_(ids),
        rights_requests.c.kind == RequestKind.ERASE,
        rights_requests.c.done_at.is_(None),
    )
    await conn.execute(update(rights_requests).where(*asked).values(done_at=now))
    await conn.execute(delete(slots).where(slots.c.contact_id.in_(ids)))
