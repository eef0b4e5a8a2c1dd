"""The dossiers a contact is linked to, how that was proved, and which of them it follows."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import case, select, update

from surveys.store.base.connection import Connection
from surveys.store.base.database import insert
from surveys.store.base.schema import contact_dossiers, contacts


class Via(StrEnum):
    """How a contact got linked to a dossier."""

    CODE = "code"
    """Typed its code: proves nothing."""
    PHONE = "phone"
    """Shared the phone number the dossier was filed with."""
    LINK = "link"
    """Opened the link that was given out with the dossier."""
    PROOF = "proof"
    """Gave the last digits of the phone it was filed with, or the day of filing."""


PROOFS = (Via.PHONE, Via.LINK, Via.PROOF)
FULL_PROOFS = (Via.PHONE, Via.PROOF)
"""Enough to be told everything about the dossier; a link can be in another's hands."""


async def link(
    conn: Connection, contact_id: int, dossier_ids: Sequence[int], via: Via, now: datetime
) -> None:
    """Store how the contact is linked to these dossiers; a proof is never weakened."""
    if not dossier_ids:
        return
    new = insert(conn, contact_dossiers)
    column = contact_dossiers.c.via
    stronger = case(
        (column == Via.CODE, new.excluded.via),
        *((new.excluded.via == proof, new.excluded.via) for proof in FULL_PROOFS),
        else_=column,
    )
    rows = [
        {"contact_id": contact_id, "dossier_id": number, "via": via, "linked_at": now}
        for number in dossier_ids
    ]
    await conn.execute(
        new.on_conflict_do_update(
            index_elements=["contact_id", "dossier_id"], set_={"via": stronger}
        ),
        rows,
    )


async def follow(conn: Connection, contact_id: int, dossier_id: int, *, follows: bool) -> None:
    """Set whether the contact gets a notice when this (linked) dossier is returned."""
    await conn.execute(
        update(contact_dossiers)
        .where(
            contact_dossiers.c.contact_id == contact_id,
            contact_dossiers.c.dossier_id == dossier_id,
        )
        .values(follows=follows)
    )


async def follows(conn: Connection, contact_id: int, dossier_id: int) -> bool:
    """Whether the contact follows this dossier."""
    found = await conn.scalar(
        select(contact_dossiers.c.follows).where(
            contact_dossiers.c.contact_id == contact_id,
            contact_dossiers.c.dossier_id == dossier_id,
        )
    )
    return bool(found)


async def follows_any(conn: Connection, channel: str, bot: str, chat_key: str) -> bool:
    """Whether the contact of this chat follows a dossier."""
    whose = (contacts.c.channel == channel, contacts.c.bot == bot, contacts.c.chat_key == chat_key)
    query = select(contacts.c.id).join(contact_dossiers).where(*whose, contact_dossiers.c.follows)
    return await conn.scalar(query.limit(1)) is not None


async def unfollow_all(conn: Connection, contact_id: int) -> None:
    """Stop all notices to the contact."""
    await conn.execute(
        update(contact_dossiers)
        .where(contact_dossiers.c.contact_id == contact_id)
        .values(follows=False)
    )
