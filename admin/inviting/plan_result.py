"""Who is asked when, by which way, and why not, as data. Reading only."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from admin.inviting.funnel_result import name_of
from bot.asking.context import AskingContext
from surveys.inviting import Way
from surveys.period import Period
from surveys.store.asking import funnel, quotas
from surveys.store.asking.quotas import DailyQuota
from surveys.store.base.connection import Connection

OPEN = ("planned", "queued", "left_out", "unplanned")
"""Outcomes of dossiers that were not asked about yet, by how they begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCount:
    """How many dossiers of a unit are asked about on a day (None: they are not) by one way."""

    unit: str
    name: str
    outcome: str
    way: str
    channel: str
    day: date | None
    count: int


async def read_plan(
    conn: Connection, context: AskingContext, period: Period, now: datetime, oldest: datetime
) -> Sequence[PlannedCount]:
    """Read the plan. A channel's daily quota moves what does not fit to the next day."""
    found = await funnel.list_outcomes(conn, period, context.form)
    known = {bot: await quotas.find(conn, *bot) for bot in context.channels.phone}
    quota = {bot[0]: one for bot, one in known.items() if one is not None}
    names = {one.unit: one.name for one in found}
    rooms: Counter[tuple[str, date]] = Counter()
    counts: Counter[tuple[str, str, str, str, date | None]] = Counter()
    today = context.times.local(now).date()
    for one in sorted(found, key=lambda one: (one.due_at is None, one.due_at, one.unit)):
        told = name_of(one, oldest)
        if not told.startswith(OPEN):
            continue
        day = None
        if one.state == "planned" and one.due_at is not None:
            day = max(context.times.local(one.due_at).date(), today)
            if one.way == Way.PHONE and (limit := quota.get(one.channel or "")):
                day = _with_room(rooms, limit, one.channel or "", day)
        counts[one.unit, told, one.way or "", one.channel or "", day] += 1
    return [
        PlannedCount(
            unit=unit,
            name=names[unit],
            outcome=told,
            way=way,
            channel=channel,
            day=day,
            count=count,
        )
        for (unit, told, way, channel, day), count in sorted(
            counts.items(), key=lambda item: (item[0][:4], item[0][4] or date.max)
        )
    ]


def _with_room(
    rooms: Counter[tuple[str, date]], quota: DailyQuota, channel: str, day: date
) -> date:
    """The first day from `day` on which the channel takes one more; it is taken."""
    while rooms[channel, day] >= quota.left_on(day) and quota.per_day > 0:
        day += timedelta(days=1)
    rooms[channel, day] += 1
    return day
