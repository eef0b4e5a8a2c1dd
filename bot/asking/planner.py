"""The task of `motcua serve` that invites by itself: plans, sends, reminds, ends.

Every step is a transaction that holds the planner's lock, so that of several processes one works at
a time, and a stop at any moment leaves either the step or nothing.
"""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import monotonic

from bot.asking.context import AskingContext
from bot.asking.draw import Draw
from bot.asking.planning import plan_new, replan_queued
from bot.asking.release import release_due
from bot.asking.reminders import remind
from bot.channels.base import Channel, ChannelUnavailable
from bot.repeating import repeat
from surveys.store.asking import planner_state, planning, quotas, settling, turns
from surveys.store.asking.planner_state import PlannerState
from surveys.store.asking.quotas import DailyQuota
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database

POLL_SECONDS = 20.0
QUOTA_SECONDS = 300.0
AT_ONCE = 50
"""Messages a transaction: other processes, and on SQLite every citizen, wait for its end."""
JUMP = timedelta(days=1)
"""A clock that goes on by more between two looks jumped, or the service was stopped."""
BACK = timedelta(minutes=1)
"""A clock that is earlier than the last look by more was set back."""
SETTLES = timedelta(minutes=10)
"""After a jump nothing is sent or ended for so long: a wrong clock is usually corrected by then."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one look at the database did, in numbers of invitations; `is_held`: the clock jumped,
    and nothing is sent yet."""

    planned: int = 0
    issued: int = 0
    reminded: int = 0
    ended: int = 0
    seen: int = 0
    """Due invitations that were looked at, whether they could be sent or have to wait."""
    is_held: bool = False

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do at this moment."""
        return not (self.planned or self.seen or self.reminded)

    def after(self, before: "Round") -> "Round":
        """This step and those before it."""
        counts = ("planned", "issued", "reminded", "ended", "seen")
        return replace(
            self, **{name: getattr(self, name) + getattr(before, name) for name in counts}
        )


class Planner:
    """Invites by itself. `told` is called after messages were queued (`Dispatcher.wake`)."""

    def __init__(
        self,
        database: Database,
        context: AskingContext,
        draw: Draw,
        *,
        clock: Callable[[], datetime],
        told: Callable[[], None],
        by_phone: Collection[Channel] = (),
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self._database = database
        self._context = context
        self._draw = draw
        self._clock = clock
        self._told = told
        self._by_phone = by_phone
        self._poll_seconds = poll_seconds
        self._quota_due = 0.0

    async def run(self) -> None:
        """Run until cancelled; a failure is retried after the pause."""
        self._warn()
        trouble = "cannot plan invitations"
        await repeat(self._look_and_ask, every=self._poll_seconds, log=log, trouble=trouble)

    async def _look_and_ask(self) -> None:
        """One round; now and then the channels are asked for their quotas before it."""
        at = monotonic()
        if at >= self._quota_due:
            self._quota_due = at + QUOTA_SECONDS
            await self.ask_quotas()
        await self.look()

    async def look(self) -> Round:
        """One round: end what is over, plan what is new, send what is due. A batch is a transaction
        of its own, so that nobody waits long for the database."""
        now, done = self._clock(), Round()
        while True:
            async with self._database.write() as conn:
                step = await self._work(conn, now)
            done = step.after(done)
            if step.is_over:
                break
        if done.issued or done.reminded:
            self._told()
        return done

    async def ask_quotas(self) -> None:
        """Ask the channels that reach by phone how much they take, and store their answers."""
        for channel in self._by_phone:
            try:
                capacity = await channel.daily_capacity()
            except ChannelUnavailable as error:
                log.warning("%s does not say how much it takes: %s", channel.name, error.reason)
                continue
            if capacity is None:
                continue
            now = self._clock()
            quota = DailyQuota(
                channel=channel.name,
                bot=channel.bot,
                per_day=capacity.per_day,
                left_today=capacity.left_today,
                day=self._context.times.local(now).date(),
                asked_at=now,
            )
            async with self._database.write() as conn:
                await quotas.save(conn, quota)

    async def _work(self, conn: Connection, now: datetime) -> Round:
        """Plan a batch; if there is nothing to plan, send what is due."""
        is_held = await self._hold(conn, now)
        ended = await self._settle(conn, now, is_held=is_held)
        planned = await self._plan(conn, now)
        done = Round(planned=planned, ended=ended, is_held=is_held)
        return done if planned or is_held else await self._send(conn, done, now)

    async def _hold(self, conn: Connection, now: datetime) -> bool:
        """Note this look; whether the clock jumped, so that nothing is sent or ended yet."""
        state = await planner_state.lock(conn)
        new = after_look(state, now)
        await planner_state.write(conn, new)
        if new.steady_since != state.steady_since and state.looked_at is not None:
            log.warning(
                "the clock went from %s to %s: nothing is sent for a while", state.looked_at, now
            )
        return is_held(new, now)

    async def _settle(self, conn: Connection, now: datetime, *, is_held: bool) -> int:
        count = await settling.settle_answered(conn, now) + await settling.settle_refused(conn, now)
        count += await planning.drop_reopened(conn)
        if is_held:
            return count
        chosen = self._context.talk.settings
        days = timedelta(days=chosen.invite_days)
        await turns.forget(conn, now - timedelta(days=2 * chosen.invite_every_days))
        return count + await settling.expire(conn, now, now - days)

    async def _plan(self, conn: Connection, now: datetime) -> int:
        """Plan a batch; 0 when there is nothing left to plan."""
        if count := await plan_new(conn, self._context, self._draw, now):
            return count
        if await self._draw.top_up(conn, now):
            return await plan_new(conn, self._context, self._draw, now)
        return await replan_queued(conn, self._context, now)

    async def _send(self, conn: Connection, done: Round, now: datetime) -> Round:
        per_minute = self._context.talk.settings.invite_per_minute
        budget = per_minute - await planning.count_started(conn, now)
        if budget <= 0:
            return done
        sent = await release_due(conn, self._context, now, min(budget, AT_ONCE))
        if sent.seen:
            return replace(done, issued=sent.issued, seen=len(sent.seen))
        reminded = await remind(conn, self._context, now, min(budget, AT_ONCE))
        return replace(done, reminded=reminded)

    def _warn(self) -> None:
        """Say at the start when the holidays of the coming year are not known."""
        today = self._context.times.local(self._clock()).date()
        for year in self._context.times.calendar.missing_years(today, today + timedelta(days=60)):
            policy = self._context.talk.settings.holidays_unknown
            log.warning(
                "the public holidays of %s are not known (MOTCUA_HOLIDAYS_FILE): policy %s",
                year,
                policy,
            )


def after_look(state: PlannerState, now: datetime) -> PlannerState:
    """The state after a look at `now`: steady since the last jump of the clock."""
    last, steady = state.looked_at, state.steady_since
    if last is None or steady is None:
        return PlannerState(looked_at=now, steady_since=now - SETTLES)
    jumped = now < last - BACK or now > last + JUMP
    return PlannerState(looked_at=now, steady_since=now if jumped else steady)


def is_held(state: PlannerState, now: datetime) -> bool:
    """Whether the clock jumped so lately that nothing is sent or ended."""
    return state.steady_since is not None and now < state.steady_since + SETTLES
