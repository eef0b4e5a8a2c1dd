"""`motcua invitations`: who is asked when and how, and what became of it."""

from datetime import timedelta
from pathlib import Path

import click

from admin.inviting.context import asking_context_of
from admin.inviting.funnel_result import read_status
from admin.inviting.funnel_view import PlanView, StatusView, titles_of
from admin.inviting.plan_result import read_plan
from admin.kit.output import Format
from admin.kit.runtime import Runtime, file_option, format_option, group
from bot.asking.context import AskingContext
from bot.asking.planner import SETTLES, is_held
from bot.asking.planning import oldest
from surveys.store.asking import planner_state
from surveys.store.asking.planner_state import PlannerState

command = group("invitations")


@command.command("plan")
@click.argument("period")
@format_option
async def plan(runtime: Runtime, period: str, shown_as: Format) -> None:
    """Print who is asked when and by which way, and who is not and why."""
    wanted = runtime.period(period)
    database = await runtime.database()
    context = await asking_context_of(runtime, database)
    async with database.read() as conn:
        since = oldest(context, runtime.now)
        rows = await read_plan(conn, context, wanted, runtime.now, since)
        state = await planner_state.read(conn)
    runtime.present(PlanView(runtime=runtime, rows=rows), shown_as)
    _warn(runtime, context)
    _tell_planner(runtime, state)
    if not rows and shown_as is Format.TABLE:
        runtime.say("common.nothing")


@command.command("status")
@click.argument("period")
@file_option
@format_option
async def status(
    runtime: Runtime,
    period: str,
    out: Path | None,
    force: bool,  # noqa: FBT001 - click calls by name
    shown_as: Format,
) -> None:
    """Print what became of the returned dossiers, the funnel, and where people stop."""
    wanted = runtime.period(period)
    database = await runtime.database()
    context = await asking_context_of(runtime, database)
    form = context.talk.form_for(context.form, wanted.end)
    async with database.read() as conn:
        found = await read_status(conn, wanted, form, oldest=oldest(context, runtime.now))
    titles = titles_of(form, runtime.texts.language)
    view = StatusView(runtime=runtime, status=found, titles=titles)
    if out is None:
        runtime.present(view, shown_as)
    else:
        _write(runtime, view, out, force=force)
    if found.funnel.differs:
        runtime.say("invitations.differs")


def _write(runtime: Runtime, view: StatusView, out: Path, *, force: bool) -> None:
    from admin.reporting.result_files import write_invitations

    write_invitations(view, out, office=runtime.settings.authority, force=force)
    runtime.say("invitations.written", file=out)


def _tell_planner(runtime: Runtime, state: PlannerState) -> None:
    """Say aloud why nothing is sent at present, if so."""
    if state.looked_at is None or state.steady_since is None:
        runtime.say("invitations.no_planner")
    elif runtime.now > state.looked_at + SETTLES:
        runtime.say("invitations.planner_gone", at=runtime.local(state.looked_at))
    elif is_held(state, runtime.now):
        runtime.say("invitations.held", until=runtime.local(state.steady_since + SETTLES))


def _warn(runtime: Runtime, context: AskingContext) -> None:
    """Say aloud which years have no holidays."""
    today = runtime.today
    until = today + timedelta(days=context.talk.settings.invite_days)
    for year in context.times.calendar.missing_years(today, until):
        policy = context.talk.settings.holidays_unknown
        runtime.say("invitations.no_holidays", year=year, policy=policy)
