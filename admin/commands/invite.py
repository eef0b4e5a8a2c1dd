"""`motcua invite PERIOD`: invite each citizen whose dossier was returned, once per dossier."""

from collections.abc import Sequence
from decimal import Decimal

import click

from admin.inviting.context import asking_context_of
from admin.inviting.result import invite_result
from admin.inviting.view import InviteView
from admin.kit.channels import channel_title
from admin.kit.output import Format
from admin.kit.percent import PERCENT
from admin.kit.runtime import Runtime, format_option, leaf
from bot.asking.context import AskingContext
from bot.asking.forecast import DayCount, forecast
from bot.invitations import BATCH, Invited, Planned, plan_some, send_some
from surveys.period import Period
from surveys.store.asking import invitations, planner_state, returned
from surveys.store.asking.invitations import InvitationCounts
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database


@leaf("invite")
@click.argument("period")
@click.option("--sample", type=PERCENT, default=Decimal(100), metavar="PCT")
@click.option("--dry-run", is_flag=True)
@format_option
async def command(
    runtime: Runtime,
    period: str,
    sample: Decimal,
    dry_run: bool,  # noqa: FBT001 - click calls by name
    shown_as: Format,
) -> None:
    """Queue the period's invitations; with a dry run print what would be queued."""
    database = await runtime.database()
    context = await asking_context_of(runtime, database)
    asking = _Asking(runtime, context, runtime.period(period), sample)
    done, counts = await (asking.try_out(database) if dry_run else asking.work(database))
    for one in asking.days:
        channel = channel_title(runtime, one.channel)
        runtime.say("invite.on_day", day=f"{one.day:%d/%m/%Y}", channel=channel, count=one.count)
    result = invite_result(counts, runtime.settings.quota_percent)
    runtime.present(InviteView(runtime=runtime, result=result), shown_as)
    runtime.say(
        "invite.would" if dry_run else "invite.done",
        issued=done.issued,
        queued=done.queued,
        waiting=result.total("queued"),
        held=done.held,
        left_out=done.left_out,
    )


class _Asking:
    """One run of the command."""

    def __init__(
        self, runtime: Runtime, context: AskingContext, period: Period, sample: Decimal
    ) -> None:
        self.runtime = runtime
        self.context = context
        self.period = period
        self.percent = sample
        self.days: Sequence[DayCount] = ()

    async def work(self, database: Database) -> tuple[Invited, list[InvitationCounts]]:
        """Plan, then send batch by batch, each committed when it is done: a stop loses nothing."""
        async with database.read() as conn:
            total = await returned.count_of_period(
                conn, self.period, self.context.form, has_phones=self.context.has_phones
            )
        done, ready = await self._plan_all(database, total)
        for start in range(0, len(ready), BATCH):
            async with database.write() as conn:
                done += await self._send(conn, ready[start : start + BATCH])
        async with database.write() as conn:
            await self._note(conn, done)
            return done, await self._counts(conn)

    async def try_out(self, database: Database) -> tuple[Invited, list[InvitationCounts]]:
        """Do the same in one transaction that is rolled back."""
        async with database.write() as conn:
            done, ready, last = Invited(), list[int](), 0
            while more := await self._plan(conn, last):
                done, last = done + _counted(more), more.last_id
                ready += more.ready
            done += await self._send(conn, ready)
            counts = await self._counts(conn)
            self.days = await forecast(conn, self.context, self.runtime.now)
            await conn.rollback()
        return done, counts

    async def _plan_all(self, database: Database, total: int) -> tuple[Invited, list[int]]:
        done, ready, last = Invited(), list[int](), 0
        with self.runtime.progress("invite.progress", total) as show:
            while True:
                async with database.write() as conn:
                    more = await self._plan(conn, last)
                if more is None:
                    return done, ready
                done, last = done + _counted(more), more.last_id
                ready += more.ready
                show(done.queued + done.left_out + len(ready))

    async def _plan(self, conn: Connection, after: int) -> Planned | None:
        await planner_state.lock(conn)
        now = self.runtime.now
        return await plan_some(conn, self.context, self.period, self.percent, now, after=after)

    async def _send(self, conn: Connection, ready: Sequence[int]) -> Invited:
        await planner_state.lock(conn)
        return await send_some(conn, self.context, ready, self.runtime.now)

    async def _counts(self, conn: Connection) -> list[InvitationCounts]:
        return await invitations.count_by_unit(conn, self.period, self.context.form)

    async def _note(self, conn: Connection, done: Invited) -> None:
        counted = {"issued": done.issued, "queued": done.queued, "left_out": done.left_out}
        await self.runtime.audit(
            conn, "invite", f"period:{self.period.id}", {"sample": str(self.percent), **counted}
        )


def _counted(more: Planned) -> Invited:
    return Invited(queued=more.queued, left_out=more.left_out)
