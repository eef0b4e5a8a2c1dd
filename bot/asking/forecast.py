"""On which day how many messages leave through a channel with a daily quota."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.asking.context import AskingContext
from bot.asking.timetable import Timetable
from surveys.inviting import BotId
from surveys.store.asking import planning, quotas
from surveys.store.base.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """The number of messages through a channel on a day."""

    channel: str
    day: date
    count: int


async def forecast(conn: Connection, context: AskingContext, now: datetime) -> Sequence[DayCount]:
    """What was queued at `now` through channels that reach by phone, and the days of the rest.

    The rest of a channel that takes nothing at present has no day and is left out.
    """
    found: list[DayCount] = []
    for bot in context.channels.phone:
        found += await _of_bot(conn, context, bot, now)
    return found


async def _of_bot(
    conn: Connection, context: AskingContext, bot: BotId, now: datetime
) -> list[DayCount]:
    times = context.times
    today = times.local(times.next_moment(now)).date()
    queued = await planning.count_issued_by(conn, *bot, now)
    waiting = await quotas.count_waiting(conn, *bot)
    quota = await quotas.find(conn, *bot)
    later = spread(times, today, waiting, quota.per_day if quota else 0)
    counts = [(today, queued), *later] if queued else later
    return [DayCount(channel=bot[0], day=day, count=count) for day, count in counts]


def spread(times: Timetable, today: date, waiting: int, per_day: int) -> list[tuple[date, int]]:
    """Spread those who wait over the days after today on which the bot writes."""
    found: list[tuple[date, int]] = []
    day = today
    while waiting > 0 and per_day > 0:
        midnight = datetime.combine(day + timedelta(days=1), time.min, times.zone)
        day = times.local(times.next_moment(midnight)).date()
        found.append((day, min(waiting, per_day)))
        waiting -= per_day
    return found
