"""Tells followers each change of their dossier's status, once, in working hours."""

from datetime import date, datetime

from bot.asking.timetable import timetable
from bot.conversation.context import ConversationContext
from bot.messages import Outgoing
from bot.sealing import seal_message
from surveys.following import Event, event_of, is_news
from surveys.store.asking import followers
from surveys.store.asking.followers import Follower
from surveys.store.base.connection import Connection
from surveys.store.citizens import linked_dossiers
from surveys.store.queues import outbox
from surveys.store.queues.outbox import MessageKind

BATCH = 500
FIRST = (0, 0)


async def tell_followers(conn: Connection, context: ConversationContext, now: datetime) -> int:
    """Queue what followers are to be told; returns how many notices."""
    count, after = 0, FIRST
    while found := await followers.list_followers(conn, after, BATCH, windows=context.windows(now)):
        for one in found:
            count += await _tell(conn, context, one, now)
        after = found[-1].place
    return count


async def _tell(
    conn: Connection, context: ConversationContext, one: Follower, now: datetime
) -> bool:
    event = event_of(one.status, one.returned_at, one.rescheduled_to)
    contact_id = one.recipient.contact_id
    news = is_news(event, one.last_event)
    if one.last_event is None and not news:
        await followers.note(conn, contact_id, one.dossier_id, one.last_number + 1, event, now)
        return False
    number = one.last_number + 1
    if not news or not await followers.note(conn, contact_id, one.dossier_id, number, event, now):
        return False
    if event == Event.RETURNED:
        await linked_dossiers.follow(conn, contact_id, one.dossier_id, follows=False)
    due = timetable(context.settings).next_office_moment(now, one.unit)
    return await outbox.put(
        conn,
        channel=one.recipient.channel,
        bot=one.recipient.bot,
        contact_id=contact_id,
        kind=MessageKind.NOTICE,
        message=seal_message(context.keyring, _message(context, one, event)),
        dedup_key=f"status:{one.dossier_id}:{contact_id}:{number}",
        due_ms=int(due.timestamp() * 1_000),
    )


def _message(context: ConversationContext, one: Follower, event: str) -> Outgoing:
    name, _, day = event.partition(":")
    new_day = f"{date.fromisoformat(day):%d/%m/%Y}" if day else ""
    texts = context.catalog(one.recipient.language)
    said = {"code": one.code, "unit": one.unit_name, "day": new_day}
    key = f"conversation.follow.{name}"
    wanted = {word: value for word, value in said.items() if f"{{{word}}}" in texts.texts[key]}
    return Outgoing(text=texts.text(key, **wanted))
