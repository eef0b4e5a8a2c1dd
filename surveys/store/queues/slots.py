"""Slots: places in a chat whose message is edited, not repeated; their current message."""

from collections.abc import Iterable, Mapping
from functools import cache

from sqlalchemy import Insert, bindparam, delete, select

from surveys.store.base.connection import Connection
from surveys.store.base.database import insert_for
from surveys.store.base.schema import slots

Place = tuple[int, str]
"""Contact and slot."""


async def find_references(conn: Connection, contacts: Iterable[int]) -> dict[Place, str]:
    """The channel's references of the current messages in these contacts' slots."""
    rows = await conn.execute(_REFERENCES, {"contacts": list(contacts)})
    return {(contact_id, slot): reference for contact_id, slot, reference in rows}


_REFERENCES = select(slots.c.contact_id, slots.c.slot, slots.c.reference).where(
    slots.c.contact_id.in_(bindparam("contacts", expanding=True))
)


async def fill(conn: Connection, references: Mapping[Place, str]) -> None:
    """Set the current messages of these slots."""
    rows = [
        {"contact_id": contact_id, "slot": slot, "reference": references[contact_id, slot]}
        for contact_id, slot in sorted(references)
    ]
    if rows:
        await conn.execute(_filling(conn.dialect.name), rows)


@cache
def _filling(dialect: str) -> Insert:
    new = insert_for(dialect, slots)
    reference = {"reference": new.excluded.reference}
    return new.on_conflict_do_update(index_elements=["contact_id", "slot"], set_=reference)


async def clear(conn: Connection, contact_id: int, slot: str) -> None:
    """Clear the slot: its next message is sent as a new one."""
    await conn.execute(_CLEAR, {"contact": contact_id, "place": slot})


_CLEAR = delete(slots).where(
    slots.c.contact_id == bindparam("contact"), slots.c.slot == bindparam("place")
)
