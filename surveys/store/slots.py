"""Places in a chat that are edited instead of repeated: which message stands there now."""

from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from surveys.store.database import insert
from surveys.store.schema import slots

Place = tuple[int, str]
"""Contact and slot."""


async def references(conn: AsyncConnection, contacts: Iterable[int]) -> dict[Place, str]:
    """The channel's references of the messages that stand in these contacts' slots."""
    columns = slots.c
    rows = await conn.execute(
        select(columns.contact_id, columns.slot, columns.reference).where(
            columns.contact_id.in_(list(contacts))
        )
    )
    return {(contact_id, slot): reference for contact_id, slot, reference in rows}


async def fill(conn: AsyncConnection, contact_id: int, slot: str, reference: str) -> None:
    """A new message stands in the slot."""
    statement = insert(conn, slots).values(contact_id=contact_id, slot=slot, reference=reference)
    await conn.execute(
        statement.on_conflict_do_update(
            index_elements=["contact_id", "slot"], set_={"reference": reference}
        )
    )


async def clear(conn: AsyncConnection, contact_id: int, slot: str) -> None:
    """The next message of the slot is a new one, wherever the last one stands."""
    await conn.execute(delete(slots).where(slots.c.contact_id == contact_id, slots.c.slot == slot))
