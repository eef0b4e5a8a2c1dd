"""Sends planned invitations when they are due: at a bounded rate, the units in turn.

A citizen gets one message about everything that is due. What is known of them is looked up again
just before, so that nobody is asked who refused, answered or was lost since the plan.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

from bot.asking import messages
from bot.asking.context import AskingContext
from bot.asking.messages import Asked
from bot.asking.planning import plan_at_once
from bot.asking.reach import phone_number
from bot.sealing import seal_message
from surveys.inviting import Choice, Reason, Way
from surveys.store.asking import planning, quotas, returned, turns
from surveys.store.asking.invitations import Recipient
from surveys.store.asking.planning import Due
from surveys.store.asking.returned import Returned
from surveys.store.base.connection import Connection
from surveys.store.citizens import contacts
from surveys.store.dossiers import links
from surveys.store.queues import outbox
from surveys.store.queues.outbox import MessageKind
from surveys.store.queues.rate_limits import BotId


@dataclass(slots=True)
class Released:
    """What one round sent: the invitations issued, and the messages that carry them."""

    issued: int = 0
    messages: int = 0
    seen: set[int] = field(default_factory=set)
    """Invitations that were looked at in this round."""
    left: dict[BotId, int | None] = field(default_factory=dict)
    """How many more messages each bot takes today; None: as many as its rate allows."""
    waiting: dict[str, list[int]] = field(default_factory=dict)
    """Unit → invitations that wait for a day on which the channel takes more."""

    def is_full(self, bot: BotId) -> bool:
        """Whether the bot is known to take no more today."""
        left = self.left.get(bot)
        return left is not None and left <= 0

    def wait(self, unit: str, numbers: Sequence[int]) -> None:
        """Let these invitations wait for another day."""
        self.seen.update(numbers)
        self.waiting.setdefault(unit, []).extend(numbers)


async def release_due(
    conn: Connection, context: AskingContext, now: datetime, budget: int
) -> Released:
    """Send what is due, at most `budget` messages."""
    for unit in await planning.list_due_units(conn, now):
        if not context.times.may_write(now, unit):
            later = context.times.next_moment(now, unit)
            later = later if later > now else now + timedelta(days=1)
            await planning.postpone_unit(conn, unit, now, later)
    done = Released()
    for one in await planning.list_due(conn, now, budget):
        if one.invitation_id in done.seen:
            continue
        if one.way == Way.PHONE and done.is_full((one.channel, one.bot)):
            done.wait(one.unit, [one.invitation_id])
        else:
            await _release(conn, context, one, now, done)
    await _postpone(conn, context, now, done)
    return done


async def release_some(
    conn: Connection, context: AskingContext, dossier_ids: Collection[int], now: datetime
) -> Released:
    """Send the planned invitations of these dossiers; they leave the outbox when the hours let
    them."""
    done = Released()
    for one in await planning.list_by_dossier(conn, dossier_ids, context.form):
        if one.invitation_id not in done.seen:
            await _release(conn, context, one, now, done)
    await _postpone(conn, context, now, done)
    return done


async def _release(
    conn: Connection, context: AskingContext, due: Due, now: datetime, done: Released
) -> None:
    """Send one message that asks about everything that is due to this citizen."""
    found, ways = await _with_ways(conn, context, due, now, done)
    choice = _way_of(found, ways, due)
    if choice.way is Way.PHONE and due.way != Way.PHONE:
        due = replace(due, way=Way.PHONE)
        found, ways = await _with_ways(conn, context, due, now, done)
        choice = _way_of(found, ways, due)
    if choice.way is Way.RECEIPT:
        return
    group = [one for one in found if _same(ways[one.dossier_id], choice, one, due)]
    if not await _has_room(conn, context, choice, now, done):
        done.wait(group[0].unit, _numbers(group))
        return
    if free := await _whose_turn(conn, context, choice, group, now):
        await _send(conn, context, choice, free, now)
        done.issued += len(free)
        done.messages += 1
        left = done.left.get((choice.channel, choice.bot))
        if left is not None:
            done.left[choice.channel, choice.bot] = left - 1


async def _with_ways(
    conn: Connection, context: AskingContext, due: Due, now: datetime, done: Released
) -> tuple[Sequence[Returned], Mapping[int, Choice]]:
    """The dossiers that are due to the same citizen, with the ways to ask chosen again."""
    numbers = await planning.list_with(conn, due, now) or [due.invitation_id]
    done.seen |= set(numbers)
    found = await returned.list_by_invitation(conn, numbers)
    return found, await plan_at_once(conn, context, found, now)


def _way_of(found: Sequence[Returned], ways: Mapping[int, Choice], due: Due) -> Choice:
    return next(ways[one.dossier_id] for one in found if one.invitation_id == due.invitation_id)


def _same(choice: Choice, lead: Choice, one: Returned, due: Due) -> bool:
    """Whether it goes to the same chat or number as the lead."""
    if choice.way is not lead.way or (choice.channel, choice.bot) != (lead.channel, lead.bot):
        return False
    if choice.contact is not None and lead.contact is not None:
        return choice.contact.contact_id == lead.contact.contact_id
    return one.phone_key == due.phone_key


async def _has_room(
    conn: Connection, context: AskingContext, choice: Choice, now: datetime, done: Released
) -> bool:
    """Whether the channel takes one more message today; it is looked up once a round."""
    bot = (choice.channel, choice.bot)
    if choice.way is Way.PHONE and bot not in done.left:
        done.left[bot] = await _left(conn, context, bot, now)
    return not done.is_full(bot)


async def _left(conn: Connection, context: AskingContext, bot: BotId, now: datetime) -> int | None:
    """How many more messages the bot takes today; None: it did not say."""
    quota = await quotas.find(conn, *bot)
    if quota is None:
        return None
    today = context.times.local(now).date()
    midnight = _midnight(context, now)
    since = quota.asked_at if quota.day == today else midnight
    return quota.left_on(today) - await planning.count_issued_by(conn, *bot, since)


def _midnight(context: AskingContext, now: datetime) -> datetime:
    return datetime.combine(context.times.local(now).date(), time.min, context.times.zone)


async def _postpone(
    conn: Connection, context: AskingContext, now: datetime, done: Released
) -> None:
    """Let those for which there was no room today wait for the next day of their unit."""
    for unit, numbers in done.waiting.items():
        tomorrow = context.times.next_moment(_midnight(context, now) + timedelta(days=1), unit)
        await planning.postpone(conn, numbers, tomorrow, Reason.QUOTA)


async def _whose_turn(
    conn: Connection,
    context: AskingContext,
    choice: Choice,
    group: Sequence[Returned],
    now: datetime,
) -> Sequence[Returned]:
    """Those of the group that may be asked about this week, their citizens' turns taken; each of
    the others waits until its own chat and number may be written to again, and holds back none."""
    chat = {turns.of_contact(choice.contact.contact_id)} if choice.contact is not None else set()
    keys = {one.dossier_id: chat | _phone_keys(one) for one in group}
    pause = timedelta(days=context.talk.settings.invite_every_days)
    busy = await turns.list_since(conn, set().union(*keys.values()), now - pause)
    waits: defaultdict[datetime, list[Returned]] = defaultdict(list)
    for one in group:
        if asked := [busy[key] for key in keys[one.dossier_id] if key in busy]:
            waits[context.times.next_moment(max(asked) + pause, one.unit)].append(one)
    for until, those in waits.items():
        await planning.postpone(conn, _numbers(those), until, Reason.WEEKLY)
    free = [one for one in group if busy.keys().isdisjoint(keys[one.dossier_id])]
    taken = set().union(*(keys[one.dossier_id] for one in free))
    return free if await turns.take(conn, taken, now, now - pause) else ()


def _phone_keys(one: Returned) -> set[str]:
    return {turns.of_phone(one.phone_key)} if one.phone_key else set()


async def _send(
    conn: Connection,
    context: AskingContext,
    choice: Choice,
    group: Sequence[Returned],
    now: datetime,
) -> None:
    claimed = await planning.claim(conn, _numbers(group), now)
    group = [one for one in group if one.invitation_id in claimed]
    if not group:
        return
    lead = min(claimed)
    recipient = await _recipient(conn, context, choice, group[0], now)
    asked = [_asked(one) for one in group]
    today = context.times.local(now).date()
    if choice.way is Way.PHONE:
        link = await _link(conn, context, group[0], now)
        message = messages.template(
            context.talk, recipient, asked, number=lead, link=link, today=today
        )
    else:
        message = messages.invitation(context.talk, recipient, asked, today)
        message = await messages.fit(conn, context.talk, recipient, message)
    due = context.times.next_moment(now, group[0].unit)
    await outbox.put(
        conn,
        channel=recipient.channel,
        bot=recipient.bot,
        contact_id=recipient.contact_id,
        kind=MessageKind.INVITATION,
        message=seal_message(context.talk.keyring, message),
        dedup_key=f"invite:{lead}",
        due_ms=int(due.timestamp() * 1_000),
        invitation_id=lead,
    )
    await planning.note_message(conn, claimed, recipient.contact_id)


async def _recipient(
    conn: Connection, context: AskingContext, choice: Choice, one: Returned, now: datetime
) -> Recipient:
    """The chat; or the contact of the phone number, made when it is first written to."""
    known = choice.contact
    if known is not None:
        names = ("contact_id", "channel", "bot", "language")
        return Recipient(**{name: getattr(known, name) for name in names})
    ring = context.talk.keyring
    number = phone_number(ring, one) or ""
    contact = await contacts.meet_by_phone(
        conn,
        channel=choice.channel,
        bot=choice.bot,
        chat_key=ring.chat_key(choice.channel, choice.bot, number),
        address_sealed=ring.seal(number),
        phone_key=one.phone_key or "",
        language=context.talk.settings.lang,
        now=now,
        simulated=one.simulated,
    )
    return Recipient(
        contact_id=contact.id,
        channel=contact.channel,
        bot=contact.bot,
        language=contact.language,
    )


async def _link(conn: Connection, context: AskingContext, one: Returned, now: datetime) -> str:
    """The page's link to the dossier; empty without a public address."""
    if context.link is None:
        return ""
    token = context.token()
    lasts = timedelta(days=context.talk.settings.link_days)
    await links.make(conn, one.dossier_id, token, now, lasts)
    return context.link(token)


def _asked(one: Returned) -> Asked:
    return Asked(
        dossier_id=one.dossier_id,
        code=one.code,
        unit_name=one.unit_name,
        returned_on=f"{one.returned_at:%d/%m/%Y}",
    )


def _numbers(group: Sequence[Returned]) -> list[int]:
    return [one.invitation_id for one in group if one.invitation_id is not None]
