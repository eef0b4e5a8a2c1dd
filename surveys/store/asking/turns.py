"""When each citizen was asked last: at most one message in some days, by one row per citizen.

A citizen is a chat, and a phone number: a person reached by both counts once. A row is moved only
by a statement that also checks it, so that two processes never both move it.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, delete, select

from surveys.store.base.connection import Connection
from surveys.store.base.database import insert
from surveys.store.base.schema import citizen_turns, dossiers, invitations


def of_contact(contact_id: int) -> str:
    """The key of a chat."""
    return f"contact:{contact_id}"


def of_phone(phone_key: str) -> str:
    """The key of a phone number, from its keyed hash."""
    return f"phone:{phone_key}"


async def list_since(
    conn: Connection, keys: Collection[str], since: datetime
) -> Mapping[str, datetime]:
    """Those of these that were asked after this moment, and when."""
    query = select(citizen_turns.c.citizen_key, citizen_turns.c.asked_at).where(
        citizen_turns.c.citizen_key.in_(list(keys)), citizen_turns.c.asked_at > since
    )
    return {row.citizen_key: row.asked_at for row in await conn.execute(query)}


async def take(
    conn: Connection, keys: Collection[str], now: datetime, before: datetime
) -> Collection[str]:
    """Those of these that may be asked now, because they were not asked after `before`; it is
    noted. Of a message to several of these all must be among them."""
    if not keys:
        return ()
    new = insert(conn, citizen_turns)
    taking = new.on_conflict_do_update(
        index_elements=["citizen_key"],
        set_={"asked_at": new.excluded.asked_at},
        where=citizen_turns.c.asked_at <= before,
    ).returning(citizen_turns.c.citizen_key)
    rows = [{"citizen_key": key, "asked_at": now} for key in sorted(keys)]
    return set((await conn.execute(taking, rows)).scalars())


async def give_back(conn: Connection, which: ColumnElement[bool]) -> None:
    """Give back the turns that the messages of these invitations (a condition) took: they were
    not delivered, so nobody was written to."""
    query = (
        select(invitations.c.contact_id, dossiers.c.phone_key, invitations.c.issued_at)
        .join(dossiers, dossiers.c.id == invitations.c.dossier_id)
        .where(which, invitations.c.issued_at.is_not(None))
    )
    taken: set[tuple[str, datetime]] = set()
    for contact_id, phone_key, at in await conn.execute(query):
        taken |= {(of_contact(contact_id), at)} if contact_id is not None else set()
        taken |= {(of_phone(phone_key), at)} if phone_key is not None else set()
    if taken:
        rows = [{"key": key, "taken_at": at} for key, at in sorted(taken)]
        await conn.execute(_GIVE_BACK, rows)


_GIVE_BACK = delete(citizen_turns).where(
    citizen_turns.c.citizen_key == bindparam("key"),
    citizen_turns.c.asked_at == bindparam("taken_at"),
)


async def forget(conn: Connection, before: datetime) -> None:
    """Forget who was asked before this moment: it does not count any more."""
    await conn.execute(delete(citizen_turns).where(citizen_turns.c.asked_at < before))


async def note(conn: Connection, keys: Collection[str], now: datetime) -> None:
    """Note that these were written to (a reminder), so that the days count from now."""
    new = insert(conn, citizen_turns)
    noting = new.on_conflict_do_update(
        index_elements=["citizen_key"], set_={"asked_at": new.excluded.asked_at}
    )
    if keys:
        await conn.execute(noting, [{"citizen_key": k, "asked_at": now} for k in sorted(keys)])
