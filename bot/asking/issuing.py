"""Queues the messages that ask, many at once: claims, addresses, writes and posts them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.asking import messages
from bot.asking.context import AskingContext
from bot.asking.messages import Asked
from bot.asking.reach import phone_number
from bot.messages import Outgoing
from bot.sealing import seal_message
from surveys.inviting import Choice, Way
from surveys.store.asking import planning
from surveys.store.asking.invitations import Recipient
from surveys.store.asking.returned import Returned
from surveys.store.base.connection import Connection
from surveys.store.citizens import by_phone
from surveys.store.citizens.by_phone import Number
from surveys.store.dossiers import links
from surveys.store.queues import outbox
from surveys.store.queues.outbox import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One message to one citizen, by this way, about these dossiers."""

    choice: Choice
    dossiers: Sequence[Returned]

    @property
    def numbers(self) -> list[int]:
        """Its invitations."""
        return [one.invitation_id for one in self.dossiers if one.invitation_id is not None]


async def issue(
    conn: Connection, context: AskingContext, calls: Sequence[Call], now: datetime
) -> None:
    """Queue these messages; each to another citizen. What was opened, answered or issued meanwhile
    is left out."""
    numbers = [number for call in calls for number in call.numbers]
    claimed = set(await planning.claim(conn, numbers, now)) if numbers else set()
    calls = [kept for call in calls if (kept := _claimed(call, claimed)).dossiers]
    recipients = await _recipients(conn, context, calls, now)
    tokens = await _links(conn, context, calls, now)
    posts = [
        await _post(conn, context, *pair, tokens, now)
        for pair in zip(calls, recipients, strict=True)
    ]
    await outbox.put_invitations(conn, posts)
    pairs = zip(calls, recipients, strict=True)
    await planning.note_messages(conn, [(to.contact_id, call.numbers) for call, to in pairs])


def _claimed(call: Call, claimed: set[int]) -> Call:
    mine = [one for one in call.dossiers if one.invitation_id in claimed]
    return Call(choice=call.choice, dossiers=mine)


async def _recipients(
    conn: Connection, context: AskingContext, calls: Sequence[Call], now: datetime
) -> Sequence[Recipient]:
    """The chats; and the contacts of phone numbers, made when they are first written to."""
    numbers = {
        place: _number(context, call.choice, call.dossiers[0])
        for place, call in enumerate(calls)
        if call.choice.contact is None
    }
    met = await by_phone.meet(conn, list(numbers.values()), now)
    found = []
    for place, call in enumerate(calls):
        choice, known = call.choice, call.choice.contact
        one = known if known is not None else met[numbers[place].chat_key]
        found.append(
            Recipient(
                contact_id=one.contact_id,
                channel=choice.channel,
                bot=choice.bot,
                language=one.language,
            )
        )
    return found


def _number(context: AskingContext, choice: Choice, one: Returned) -> Number:
    ring = context.talk.keyring
    number = phone_number(ring, one) or ""
    return Number(
        channel=choice.channel,
        bot=choice.bot,
        chat_key=ring.chat_key(choice.channel, choice.bot, number),
        address_sealed=ring.seal(number),
        phone_key=one.phone_key or "",
        language=context.talk.settings.lang,
        simulated=one.simulated,
    )


async def _links(
    conn: Connection, context: AskingContext, calls: Sequence[Call], now: datetime
) -> Mapping[int, str]:
    """Dossier id → the page's link to it, for messages by phone; none without a public address."""
    if context.link is None:
        return {}
    to_phones = [call for call in calls if call.choice.way is Way.PHONE]
    tokens = {context.token(): call.dossiers[0].dossier_id for call in to_phones}
    lasts = timedelta(days=context.talk.settings.link_days)
    await links.make_many(conn, tokens, now, lasts)
    return {dossier_id: context.link(token) for token, dossier_id in tokens.items()}


async def _post(
    conn: Connection,
    context: AskingContext,
    call: Call,
    recipient: Recipient,
    tokens: Mapping[int, str],
    now: datetime,
) -> Post:
    first, lead = call.dossiers[0], min(call.numbers)
    message = await _message(conn, context, call, recipient, tokens.get(first.dossier_id, ""), now)
    due = context.times.next_moment(now, first.unit)
    return Post(
        channel=recipient.channel,
        bot=recipient.bot,
        contact_id=recipient.contact_id,
        message=seal_message(context.talk.keyring, message),
        dedup_key=f"invite:{lead}",
        due_ms=int(due.timestamp() * 1_000),
        invitation_id=lead,
    )


async def _message(
    conn: Connection,
    context: AskingContext,
    call: Call,
    recipient: Recipient,
    link: str,
    now: datetime,
) -> Outgoing:
    asked = [_asked(one) for one in call.dossiers]
    today = context.times.local(now).date()
    if call.choice.way is Way.PHONE:
        lead = min(call.numbers)
        return messages.template(
            context.talk, recipient, asked, number=lead, link=link, today=today
        )
    message = messages.invitation(context.talk, recipient, asked, today)
    return await messages.fit(conn, context.talk, recipient, message)


def _asked(one: Returned) -> Asked:
    return Asked(
        dossier_id=one.dossier_id,
        code=one.code,
        unit_name=one.unit_name,
        returned_on=f"{one.returned_at:%d/%m/%Y}",
    )
