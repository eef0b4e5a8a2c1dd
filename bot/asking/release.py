"""Sends planned invitations when they are due: at a bounded rate, the units in turn.

A citizen gets one message about everything that is due. What is known of them is looked up again
just before, so that nobody is asked who refused, answered or was lost since the plan. Citizens who
share no chat and no number are read, decided and written together.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

from bot.asking import citizens
from bot.asking.citizens import Citizen
from bot.asking.context import AskingContext
from bot.asking.issuing import Call, issue
from bot.asking.planning import plans_now
from surveys.inviting import Reason, Way
from surveys.store.asking import planning, quotas, turns
from surveys.store.asking.planning import Due, Plan
from surveys.store.asking.returned import Returned
from surveys.store.base.connection import Connection
from surveys.store.queues.rate_limits import BotId

TOGETHER = 50
"""Citizens that are read at once."""
Turns = Mapping[str, datetime]
"""Key of a turn → when this citizen was asked, within the week."""


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

    def use(self, bot: BotId) -> None:
        """One message less is left of the bot's day."""
        left = self.left.get(bot)
        if left is not None:
            self.left[bot] = left - 1


@dataclass(slots=True)
class Decisions:
    """What is written for some citizens together: plans, messages, and `pauses`, the moment until
    which invitations wait because their citizens were asked this week."""

    now: datetime
    plans: list[Plan] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    pauses: defaultdict[datetime, list[int]] = field(default_factory=lambda: defaultdict(list))


async def release_due(
    conn: Connection, context: AskingContext, now: datetime, budget: int
) -> Released:
    """Send what is due, at most `budget` messages."""
    for unit in await planning.list_due_units(conn, now):
        if not context.times.may_write(now, unit):
            later = context.times.next_moment(now, unit)
            later = later if later > now else now + timedelta(days=1)
            await planning.postpone_unit(conn, unit, now, later)
    done, due = Released(), await planning.list_due(conn, now, budget)
    while rest := _unseen(due, done):
        full = [one for one in rest if one.way == Way.PHONE and done.is_full(_bot(one))]
        for one in full:
            done.wait(one.unit, [one.invitation_id])
        if not full:
            await _release(conn, context, rest, now, done)
    await _postpone(conn, context, now, done)
    return done


async def release_some(
    conn: Connection, context: AskingContext, dossier_ids: Collection[int], now: datetime
) -> Released:
    """Send the planned invitations of these dossiers; they leave the outbox when the hours let
    them."""
    done, due = Released(), await planning.list_by_dossier(conn, dossier_ids, context.form)
    while rest := _unseen(due, done):
        await _release(conn, context, rest, now, done)
    await _postpone(conn, context, now, done)
    return done


def _unseen(due: Sequence[Due], done: Released) -> list[Due]:
    return [one for one in due if one.invitation_id not in done.seen]


def _bot(one: Due) -> BotId:
    return (one.channel, one.bot)


async def _release(
    conn: Connection, context: AskingContext, due: Sequence[Due], now: datetime, done: Released
) -> None:
    """Send one message each to the first of these citizens, and to those after who have nothing to
    do with each other."""
    read = await citizens.read(conn, context, _one_each(due[:TOGETHER]), now)
    some: Sequence[Citizen] = citizens.independent(read)
    if some[0].changes_to_phone:
        await _save(conn, context, some, now)
        done.seen.update(some[0].numbers)
        some = await citizens.read(conn, context, [replace(some[0].lead, way=Way.PHONE)], now)
    await _decide_and_write(conn, context, some, now, done)


def _one_each(due: Sequence[Due]) -> Sequence[Due]:
    """The first invitation of each citizen."""
    first: dict[planning.Addressee, Due] = {}
    for one in due:
        first.setdefault(one.addressee, one)
    return list(first.values())


async def _save(
    conn: Connection, context: AskingContext, some: Sequence[Citizen], now: datetime
) -> None:
    plans = [plan for one in some for plan in plans_now(one.dossiers, one.ways, now)]
    await planning.save(conn, plans, context.form, now)


async def _decide_and_write(
    conn: Connection, context: AskingContext, some: Sequence[Citizen], now: datetime, done: Released
) -> None:
    """Decide for each of these in their order, then write for all."""
    since = now - timedelta(days=context.talk.settings.invite_every_days)
    keys = {key for one in some for key in one.reachable}
    asked = await turns.list_since(conn, keys, since)
    made = Decisions(now=now)
    for one in some:
        bot = (one.choice.channel, one.choice.bot)
        if one.choice.way is Way.PHONE and bot not in done.left:
            done.left[bot] = await _left(conn, context, bot, now)
        _decide(context, one, asked, done, made)
    await planning.save(conn, made.plans, context.form, now)
    for until, numbers in made.pauses.items():
        await planning.postpone(conn, numbers, until, Reason.WEEKLY)
    calls = await _take_turns(conn, made.calls, now, since)
    await issue(conn, context, calls, now)
    done.issued += sum(len(one.dossiers) for one in calls)
    done.messages += len(calls)


def _decide(
    context: AskingContext,
    one: Citizen,
    asked: Turns,
    done: Released,
    made: Decisions,
) -> None:
    """Decide what becomes of all that is due to this citizen."""
    lead, choice = one.lead, one.choice
    if lead.way == Way.PHONE and done.is_full(_bot(lead)):
        done.wait(lead.unit, [lead.invitation_id])
        return
    made.plans += plans_now(one.dossiers, one.ways, made.now)
    done.seen.update(one.numbers)
    if choice.way is Way.RECEIPT:
        return
    call = Call(choice=choice, dossiers=one.group())
    bot = (choice.channel, choice.bot)
    if done.is_full(bot):
        done.wait(call.dossiers[0].unit, call.numbers)
    elif free := _whose_turn(context, call, asked, made):
        made.calls.append(Call(choice=choice, dossiers=free))
        done.use(bot)


def _whose_turn(
    context: AskingContext, call: Call, asked: Turns, made: Decisions
) -> Sequence[Returned]:
    """Those of the message that may be asked about this week; each of the others waits until its
    own chat and number may be written to again, and holds back none."""
    pause = timedelta(days=context.talk.settings.invite_every_days)
    free = []
    for one in call.dossiers:
        if busy := [asked[key] for key in _keys(call, one) if key in asked]:
            until = context.times.next_moment(max(busy) + pause, one.unit)
            made.pauses[until] += _numbers([one])
        else:
            free.append(one)
    return free


async def _take_turns(
    conn: Connection, calls: Sequence[Call], now: datetime, since: datetime
) -> Sequence[Call]:
    """Take the turns of these citizens; those whose turn somebody else took meanwhile are left."""
    keys = [{key for one in call.dossiers for key in _keys(call, one)} for call in calls]
    taken = set(await turns.take(conn, set().union(*keys), now, since))
    return [call for call, mine in zip(calls, keys, strict=True) if mine <= taken]


def _keys(call: Call, one: Returned) -> set[str]:
    """The keys of the turns that asking about this dossier takes."""
    chat = call.choice.contact
    found = {turns.of_contact(chat.contact_id)} if chat is not None else set()
    return found | ({turns.of_phone(one.phone_key)} if one.phone_key else set())


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


def _numbers(group: Sequence[Returned]) -> list[int]:
    return [one.invitation_id for one in group if one.invitation_id is not None]
