"""Reminds once of invitations that nobody answered."""

from datetime import datetime, timedelta

from bot.asking import messages
from bot.asking.context import AskingContext
from bot.asking.messages import Asked
from bot.sealing import seal_message
from surveys.store.asking import settling, turns
from surveys.store.asking.settling import ToRemind
from surveys.store.base.connection import Connection
from surveys.store.queues import outbox
from surveys.store.queues.outbox import MessageKind


async def remind(conn: Connection, context: AskingContext, now: datetime, budget: int) -> int:
    """Queue at most `budget` reminders; returns how many. Chats only: a message by phone costs
    money and may annoy, so it is never repeated."""
    days = context.talk.settings.remind_days
    if not days or budget <= 0:
        return 0
    before = now - timedelta(days=days)
    windows = context.talk.windows(now)
    found = await settling.list_to_remind(conn, before, budget, windows=windows)
    open_now = [one for one in found if context.times.may_write(now, one.unit)]
    return sum([await _remind(conn, context, one, now) for one in open_now])


async def _remind(conn: Connection, context: AskingContext, one: ToRemind, now: datetime) -> bool:
    if not await settling.mark_reminded(conn, one.invitation_id, now):
        return False
    asked = Asked(dossier_id=one.dossier_id, code=one.code, unit_name="", returned_on="")
    message = messages.reminder(context.talk, one.recipient, asked, context.times.local(now).date())
    message = await messages.fit(conn, context.talk, one.recipient, message)
    await outbox.put(
        conn,
        channel=one.recipient.channel,
        bot=one.recipient.bot,
        contact_id=one.recipient.contact_id,
        kind=MessageKind.REMINDER,
        message=seal_message(context.talk.keyring, message),
        dedup_key=f"remind:{one.invitation_id}",
        invitation_id=one.invitation_id,
    )
    keys = {turns.of_contact(one.recipient.contact_id)}
    keys |= {turns.of_phone(one.phone_key)} if one.phone_key else set()
    await turns.note(conn, keys, now)
    return True
