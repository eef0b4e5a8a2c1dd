"""Template messages to phone numbers: what was tried, sent, delivered and rated, once a dossier.

A row is committed before its request leaves. It is deleted only if the message certainly did not
arrive; so a row without `sent_at` means that the outcome is unknown, and nothing is sent again.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update

from surveys.store.base.connection import Connection
from surveys.store.base.database import insert
from surveys.store.base.schema import invitations, template_messages


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A bot of a channel."""

    channel: str
    bot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A message that was tried before. `sent_at`: the channel took it; None: nobody knows."""

    tracking_id: str
    dossier_id: int
    sent_at: datetime | None
    rated_at: datetime | None


async def begin(
    conn: Connection, place: Place, tracking_id: str, dossier_id: int, now: datetime
) -> bool:
    """Note that a message leaves now; False if one about this dossier was tried before."""
    row = {"tracking_id": tracking_id, "dossier_id": dossier_id, "tried_at": now}
    new = insert(conn, template_messages).values(channel=place.channel, bot=place.bot, **row)
    made = new.on_conflict_do_nothing().returning(template_messages.c.tracking_id)
    return await conn.scalar(made) is not None


async def forget(conn: Connection, tracking_id: str) -> None:
    """It certainly did not arrive: it may be tried again."""
    its = template_messages.c
    unsent = and_(its.tracking_id == tracking_id, its.sent_at.is_(None))
    await conn.execute(delete(template_messages).where(unsent))


async def note_sent(
    conn: Connection, tracking_id: str, message_id: str | None, now: datetime
) -> None:
    """The channel took it, under this id."""
    which = template_messages.c.tracking_id == tracking_id
    values = {"message_id": message_id, "sent_at": now}
    await conn.execute(update(template_messages).where(which).values(**values))


async def find_of_dossier(conn: Connection, place: Place, dossier_id: int) -> Tried | None:
    """The message about this dossier."""
    its = template_messages.c
    return await _find(conn, and_(its.channel == place.channel, its.dossier_id == dossier_id))


async def note_delivered(
    conn: Connection, place: Place, message_id: str, tracking_id: str, at: datetime
) -> Tried | None:
    """The citizen's phone has shown it; returns the message, if it is ours. The first receipt
    counts."""
    its = _known(place, message_id, tracking_id)
    values = {"delivered_at": func.coalesce(template_messages.c.delivered_at, at)}
    await conn.execute(update(template_messages).where(its).values(**values))
    return await _find(conn, its)


async def take_rating(
    conn: Connection, place: Place, message_id: str, tracking_id: str, now: datetime
) -> Tried | None:
    """Note that the message was rated and return it, once: a second rating finds nothing, since
    the first moved `rated_at`. None also for a message that is not ours."""
    its = _known(place, message_id, tracking_id)
    unrated = and_(its, template_messages.c.rated_at.is_(None))
    taking = update(template_messages).where(unrated).values(rated_at=now)
    row = (await conn.execute(taking.returning(template_messages))).mappings().first()
    return Tried(**{name: row[name] for name in Tried.__slots__}) if row else None


async def find_dossier(conn: Connection, invitation_id: int) -> int | None:
    """The dossier that an invitation is about."""
    query = select(invitations.c.dossier_id).where(invitations.c.id == invitation_id)
    found: int | None = await conn.scalar(query)
    return found


async def count_sent(conn: Connection, place: Place, since: datetime) -> int:
    """How many messages left since then; those whose outcome is unknown count too."""
    its = template_messages.c
    query = select(func.count()).where(
        its.channel == place.channel, its.bot == place.bot, its.tried_at >= since
    )
    return int(await conn.scalar(query) or 0)


def _known(place: Place, message_id: str, tracking_id: str) -> ColumnElement[bool]:
    """By the channel's id, or by ours: the answer with the channel's may never have come."""
    its = template_messages.c
    keys = [its.message_id == message_id] if message_id else []
    keys += [its.tracking_id == tracking_id] if tracking_id else []
    return and_(its.channel == place.channel, its.bot == place.bot, or_(*keys))


async def _find(conn: Connection, which: ColumnElement[bool]) -> Tried | None:
    row = (await conn.execute(select(template_messages).where(which))).mappings().first()
    return Tried(**{name: row[name] for name in Tried.__slots__}) if row else None
