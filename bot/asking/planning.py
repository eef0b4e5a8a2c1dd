"""Plans the invitation of each returned dossier: by which way, and not before when."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.asking.context import AskingContext
from bot.asking.draw import Draw
from bot.asking.reach import Known, look_up, ways_of
from surveys.inviting import Choice, Way
from surveys.store.asking import planning, returned
from surveys.store.asking.invitations import InvitationState
from surveys.store.asking.planning import Plan
from surveys.store.asking.returned import Returned
from surveys.store.base.connection import Connection

BATCH = 500


async def plan_new(conn: Connection, context: AskingContext, draw: Draw, now: datetime) -> int:
    """Plan some dossiers that were returned lately; returns how many, 0 when there are none."""
    since = oldest(context, now)
    found = await returned.list_unplanned(conn, context.form, since, BATCH)
    drawn = await draw.split(conn, found, now)
    plans = await _plans(conn, context, [one for one in found if one.dossier_id in drawn], now)
    plans += [_left_out(one) for one in found if one.dossier_id not in drawn]
    return await planning.save(conn, plans, context.form, now)


async def replan_queued(conn: Connection, context: AskingContext, now: datetime) -> int:
    """Plan those that waited on the receipt and for which a way is known now; returns how many."""
    since = now - timedelta(days=context.talk.settings.invite_days)
    found = await returned.list_queued(
        conn, context.form, since, BATCH, has_phones=context.has_phones
    )
    plans = await _plans(conn, context, found, now)
    return await planning.save(
        conn, [one for one in plans if one.due_at is not None], context.form, now
    )


async def plan_at_once(
    conn: Connection, context: AskingContext, found: Sequence[Returned], now: datetime
) -> Mapping[int, Choice]:
    """Plan these dossiers without the delay after the return; dossier id → the chosen way."""
    ways = await link_and_choose(conn, context, found, now)
    await planning.save(conn, plans_now(found, ways, now), context.form, now)
    return ways


def plans_now(
    found: Sequence[Returned], ways: Mapping[int, Choice], now: datetime
) -> Sequence[Plan]:
    """Plans to ask about these dossiers at once, by these ways."""
    return [_plan(one, ways[one.dossier_id], now, now) for one in found]


async def link_and_choose(
    conn: Connection, context: AskingContext, found: Sequence[Returned], now: datetime
) -> Mapping[int, Choice]:
    """Link the dossiers to chats that shared their number, and choose the way of each."""
    return ways_of(context, found, await link_and_look_up(conn, context, found, now))


async def link_and_look_up(
    conn: Connection, context: AskingContext, found: Sequence[Returned], now: datetime
) -> Known:
    """Link the dossiers to chats that shared their number, and read what their ways depend on."""
    numbers = [one.dossier_id for one in found]
    await returned.link_by_phone(conn, numbers, now, context.channels.phone)
    return await look_up(conn, context, found, now)


def oldest(context: AskingContext, now: datetime) -> datetime:
    """The civil time since when returned dossiers are asked about by themselves."""
    days = timedelta(days=context.talk.settings.invite_days)
    return context.times.local(now - days).replace(tzinfo=None)


async def _plans(
    conn: Connection, context: AskingContext, found: Sequence[Returned], now: datetime
) -> list[Plan]:
    ways = await link_and_choose(conn, context, found, now)
    return [_plan(one, ways[one.dossier_id], now, _due(context, one, now)) for one in found]


def _due(context: AskingContext, one: Returned, now: datetime) -> datetime:
    """After the delay, counted from the return, or from now if that is a mistaken later day."""
    handed = min(context.times.civil(one.returned_at), now)
    wanted = max(handed + context.talk.settings.invite_delay, now)
    return context.times.next_moment(wanted, one.unit)


def _plan(one: Returned, choice: Choice, now: datetime, due: datetime) -> Plan:
    waits = choice.way is Way.RECEIPT
    return Plan(
        dossier_id=one.dossier_id,
        simulated=one.simulated,
        state=_state(choice),
        choice=choice,
        due_at=None if waits else max(due, now),
    )


def _state(choice: Choice) -> InvitationState:
    if choice.is_refused:
        return InvitationState.DECLINED
    return InvitationState.QUEUED if choice.way is Way.RECEIPT else InvitationState.PLANNED


def _left_out(one: Returned) -> Plan:
    return Plan(
        dossier_id=one.dossier_id,
        simulated=one.simulated,
        state=InvitationState.LEFT_OUT,
        choice=Choice(way=Way.RECEIPT),
    )
