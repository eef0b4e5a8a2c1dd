"""`motcua invite PERIOD`: invite each citizen whose dossier was returned, once per dossier."""

from decimal import Decimal

import click

from admin.inviting.result import invite_result
from admin.inviting.view import InviteView
from admin.kit.output import Format
from admin.kit.percent import PERCENT
from admin.kit.runtime import Runtime, format_option, leaf
from admin.personal_data.subjects import conversation_context
from bot.conversation.context import ConversationContext
from bot.invitations import Invited, invite_some, tell_followers
from surveys.period import Period
from surveys.store.asking import invitations
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
    asking = _Asking(
        runtime, await conversation_context(runtime, database), runtime.period(period), sample
    )
    done, counts = await (asking.try_out(database) if dry_run else asking.work(database))
    result = invite_result(counts, runtime.settings.quota_percent)
    runtime.present(InviteView(runtime=runtime, result=result), shown_as)
    runtime.say(
        "invite.would" if dry_run else "invite.done",
        issued=done.issued,
        queued=done.queued,
        waiting=result.total("queued"),
        left_out=done.left_out,
    )


class _Asking:
    """One run of the command."""

    def __init__(
        self, runtime: Runtime, context: ConversationContext, period: Period, sample: Decimal
    ) -> None:
        self.runtime = runtime
        self.context = context
        self.period = period
        self.percent = sample

    async def work(self, database: Database) -> tuple[Invited, list[InvitationCounts]]:
        """Invite batch by batch, each committed when it is done, so that a stop loses nothing."""
        async with database.write() as conn:
            await self._prepare(conn)
            total = await invitations.count_candidates(
                conn,
                self.period,
                self.context.form_id,
                windows=self.context.windows(self.runtime.now),
            )
        done, seen = Invited(), 0
        with self.runtime.progress("invite.progress", total) as show:
            while True:
                async with database.write() as conn:
                    more = await self._batch(conn, done)
                if more is None:
                    break
                done += more
                seen += more.issued + more.queued + more.left_out
                show(seen)
        async with database.write() as conn:
            await self._note(conn, done)
            return done, await self._counts(conn)

    async def try_out(self, database: Database) -> tuple[Invited, list[InvitationCounts]]:
        """Do the same in one transaction that is rolled back."""
        async with database.write() as conn:
            await self._prepare(conn)
            done = Invited()
            while more := await self._batch(conn, done):
                done += more
            counts = await self._counts(conn)
            await conn.rollback()
        return done, counts

    async def _prepare(self, conn: Connection) -> None:
        await invitations.link_by_phone(conn, self.period, self.runtime.now)
        while await tell_followers(conn, self.context, self.runtime.now):
            pass

    async def _batch(self, conn: Connection, done: Invited) -> Invited | None:
        return await invite_some(
            conn, self.context, self.period, self.percent, self.runtime.now, after=done.last_id
        )

    async def _counts(self, conn: Connection) -> list[InvitationCounts]:
        return await invitations.count_by_unit(conn, self.period, self.context.form_id)

    async def _note(self, conn: Connection, done: Invited) -> None:
        counted = {"issued": done.issued, "queued": done.queued, "left_out": done.left_out}
        await self.runtime.audit(
            conn, "invite", f"period:{self.period.id}", {"sample": str(self.percent), **counted}
        )
