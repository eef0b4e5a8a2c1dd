"""Rows for the tests of the queues: a contact, a message to it, an update from it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select, update

from bot.messages import Outgoing
from surveys.privacy import Keyring
from surveys.store.asking.invitations import InvitationState
from surveys.store.base import schema
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database
from surveys.store.queues import outbox
from surveys.store.queues.inbox import Event
from surveys.store.queues.outbox import MessageKind
from tests.integration.rows import add_dossier, add_unit

KEYS = Keyring(bytes(range(32)))
MET = datetime(2021, 6, 1, 3, 0, tzinfo=UTC)
CHANNEL = "fake"
BOT = "main"


@asynccontextmanager
async def migrated(url: str) -> AsyncIterator[Database]:
    """One more process's view of a migrated database."""
    database = Database.open(url)
    try:
        yield database
    finally:
        await database.close()


async def add_contact(conn: Connection, address: str, **columns: object) -> int:
    """A contact on the fake channel; returns its id."""
    row = {
        "channel": CHANNEL,
        "bot": BOT,
        "chat_key": KEYS.chat_key(CHANNEL, BOT, address),
        "address_sealed": KEYS.seal(address),
        "language": "vi",
        "status": "active",
        "first_seen_at": MET,
        "last_seen_at": MET,
    }
    made = insert(schema.contacts).values(**(row | columns)).returning(schema.contacts.c.id)
    return int((await conn.execute(made)).scalar_one())


async def add_invitation(
    conn: Connection, contact_id: int, state: InvitationState = InvitationState.ISSUED
) -> int:
    """An invitation of the contact, about a dossier of its own; returns its id."""
    code = f"XA{contact_id:02}"
    dossier = await add_dossier(conn, await add_unit(conn, code), code)
    row = {"dossier_id": dossier, "form": "phieu5", "state": state, "contact_id": contact_id}
    made = insert(schema.invitations).values(**row, made_at=MET).returning(schema.invitations.c.id)
    return int((await conn.execute(made)).scalar_one())


async def queue(
    conn: Connection,
    contact_id: int,
    key: str,
    kind: MessageKind = MessageKind.REPLY,
    *,
    slot: str = "",
    text: str = "",
    asked_again: bool = False,
    **more: Any,  # noqa: ANN401
) -> bool:
    """Queue a message whose text is its key, unless `text` says otherwise."""
    message = Outgoing(text=text or key, slot=slot).as_json()
    where: dict[str, Any] = {"channel": CHANNEL, "bot": BOT, "contact_id": contact_id} | more
    is_new = await outbox.put(conn, kind=kind, message=message, dedup_key=key, **where)
    if asked_again:
        which = schema.outbox.c.dedup_key == key
        await conn.execute(update(schema.outbox).where(which).values(asked_again=True))
    return is_new


def update_from(key: str, chat: str = "chat", payload: str = "{}") -> Event:
    """An update of a chat of the fake channel."""
    return Event(channel=CHANNEL, bot=BOT, event_key=key, chat_key=chat, payload=payload)


async def rows_of(database: Database, table: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    """Every row of a table, by its number."""
    async with database.read() as conn:
        found = await conn.execute(select(table).order_by(table.c.id))
        return [dict(row) for row in found.mappings()]


async def states_of(database: Database) -> dict[str, str]:
    """The state of every message, by its key."""
    return {row["dedup_key"]: row["state"] for row in await rows_of(database, schema.outbox)}
