"""Draws each unit's sample of a period, and tops it up near the end; all of it is audited."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from bot.asking.context import AskingContext
from bot.retention import SERVICE, system_user
from surveys.period import Period, previous, quarter_of
from surveys.sampling import Rule, Sampling, draw, share, topped_up
from surveys.store.asking import planning, sampling_plans
from surveys.store.asking.returned import Returned
from surveys.store.asking.sampling_plans import SamplingPlan
from surveys.store.base.connection import Connection
from surveys.store.system import audit
from surveys.store.system.audit import AuditEntry, Author


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """Who of the returned dossiers is asked. `seed` makes a new seed where none is set."""

    context: AskingContext
    seed: Callable[[], str]

    async def split(
        self, conn: Connection, found: Sequence[Returned], now: datetime
    ) -> Collection[int]:
        """The dossiers (their ids) that are asked about."""
        if self._sampling.rule is Rule.EVERYONE:
            return {one.dossier_id for one in found}
        drawn: set[int] = set()
        for (period_id, _), group in groupby(sorted(found, key=self._place), key=self._place):
            some = list(group)
            plan = await self._plan(conn, period_id, some[0], now)
            codes = {one.code: one.dossier_id for one in some}
            chosen = draw(plan.seed, codes, plan.share)
            drawn |= {codes[code] for code in chosen}
            counts = {"returned": len(some), "drawn": len(chosen), "codes": chosen}
            await self._note(conn, "invitations.draw", plan, counts, now)
        return drawn

    async def top_up(self, conn: Connection, now: datetime) -> int:
        """In the last days of the period, once a day, draw more where answers are short; returns
        how many dossiers were added: they are planned as if they had been left over."""
        today = self.context.times.local(now).date()
        period = self._period(today)
        days = timedelta(days=self.context.talk.settings.top_up_days)
        if self._sampling.rule is Rule.EVERYONE or today <= period.end - days:
            return 0
        plans = await sampling_plans.list_of_period(conn, period.id)
        counts = await sampling_plans.count_by_unit(conn, period, self.context.form)
        added = 0
        for unit_id, plan in sorted(plans.items()):
            if unit_id in counts and not self._is_done(plan, today):
                wider = topped_up(self._sampling, plan.share, counts[unit_id])
                added += await self._widen(conn, period, plan, wider, now)
        return added

    async def _widen(
        self, conn: Connection, period: Period, plan: SamplingPlan, wider: Decimal, now: datetime
    ) -> int:
        await sampling_plans.top_up(conn, plan, wider, now)
        if wider <= plan.share:
            return 0
        left = await sampling_plans.list_left_out(conn, plan.unit_id, period, self.context.form)
        chosen = draw(plan.seed, left, wider)
        await planning.forget(conn, [left[code] for code in chosen], self.context.form)
        more = {"from": str(plan.share), "share": str(wider), "codes": chosen}
        await self._note(conn, "invitations.top_up", plan, more, now)
        return len(chosen)

    async def _plan(
        self, conn: Connection, period_id: str, one: Returned, now: datetime
    ) -> SamplingPlan:
        """The unit's plan of the period, made at its first returned dossier."""
        if known := (await sampling_plans.list_of_period(conn, period_id)).get(one.unit_id):
            return known
        period = self._period(one.returned_at.date())
        before = previous(period, self.context.talk.settings.periods)
        size = await sampling_plans.count_returned(conn, one.unit_id, before) if before else 0
        plan = SamplingPlan(
            unit_id=one.unit_id,
            unit=one.unit,
            period=period.id,
            seed=self.context.talk.settings.sample_seed or self.seed(),
            rule=self._sampling.rule,
            share=share(self._sampling, size),
        )
        await sampling_plans.make(conn, plan, now)
        more = {"rule": plan.rule, "share": str(plan.share), "expected": size}
        await self._note(conn, "invitations.sample", plan, more, now)
        return plan

    async def _note(
        self,
        conn: Connection,
        action: str,
        plan: SamplingPlan,
        details: dict[str, Any],
        now: datetime,
    ) -> None:
        author = Author(name=SERVICE, os_user=system_user(), keyring=self.context.talk.keyring)
        told = {"period": plan.period, "seed": plan.seed, **details}
        entry = AuditEntry(action=action, subject=f"unit:{plan.unit}", details=told)
        await audit.append(conn, author, entry, at=now)

    def _place(self, one: Returned) -> tuple[str, int]:
        return self._period(one.returned_at.date()).id, one.unit_id

    def _period(self, day: date) -> Period:
        return quarter_of(day, self.context.talk.settings.periods)

    def _is_done(self, plan: SamplingPlan, today: date) -> bool:
        done = plan.topped_up_at
        return done is not None and self.context.times.local(done).date() == today

    @property
    def _sampling(self) -> Sampling:
        return self.context.talk.settings.sampling
