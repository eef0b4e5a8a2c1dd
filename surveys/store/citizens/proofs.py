"""Which chats have proved that they may hear of a dossier."""

from sqlalchemy import func, select

from surveys.store.base.connection import Connection
from surveys.store.base.schema import contact_dossiers, contacts
from surveys.store.citizens.linked_dossiers import PROOFS, Via


async def find_proof(conn: Connection, contact_id: int, dossier_id: int) -> Via | None:
    """How the contact's link to the dossier was proved; None if it was not."""
    via = await conn.scalar(
        select(contact_dossiers.c.via).where(
            contact_dossiers.c.contact_id == contact_id,
            contact_dossiers.c.dossier_id == dossier_id,
            contact_dossiers.c.via.in_(PROOFS),
        )
    )
    return Via(via) if via else None


async def has_proof(conn: Connection, contact_id: int) -> bool:
    """Whether the contact's link to any dossier was proved."""
    proved = contact_dossiers.c.via.in_(PROOFS)
    query = select(contact_dossiers.c.via).where(
        contact_dossiers.c.contact_id == contact_id, proved
    )
    return await conn.scalar(query.limit(1)) is not None


async def count_proved(conn: Connection, dossier_id: int) -> int:
    """In how many chats a proof of this dossier was given."""
    its = contact_dossiers.c
    query = select(func.count()).where(its.dossier_id == dossier_id, its.via.in_(PROOFS))
    return await conn.scalar(query) or 0


async def is_proved(
    conn: Connection, channel: str, bot: str, chat_key: str, most_chats: int
) -> bool:
    """Whether this chat gave a proof of a dossier that was opened in at most `most_chats` chats."""
    mine, others = contact_dossiers.c, contact_dossiers.alias()
    place = (contacts.c.channel == channel, contacts.c.bot == bot, contacts.c.chat_key == chat_key)
    crowd = select(func.count()).where(
        others.c.dossier_id == mine.dossier_id, others.c.via.in_(PROOFS)
    )
    query = select(contacts.c.id).join(contact_dossiers).where(*place, mine.via.in_(PROOFS))
    few = query.where(crowd.scalar_subquery() <= most_chats)
    return await conn.scalar(few.limit(1)) is not None
