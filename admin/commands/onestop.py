"""`motcua onestop`: how many dossiers came, were resolved in time or late, and are pending."""

from pathlib import Path

import click

from admin.closing.reports import show_intake
from admin.figures.live import last_day
from admin.figures.model import Span
from admin.figures.onestop_view import OnestopView
from admin.kit.output import Format
from admin.kit.runtime import Runtime, file_option, format_option, leaf
from surveys.store.results.intake import Window
from surveys.unit_kinds import block_name


@leaf("onestop")
@click.argument("period")
@file_option
@click.option("--apart", is_flag=True)
@click.option("--live", is_flag=True)
@format_option
async def command(
    runtime: Runtime,
    period: str,
    out: Path | None,
    force: bool,  # noqa: FBT001 - click calls by name
    apart: bool,  # noqa: FBT001
    live: bool,  # noqa: FBT001
    shown_as: Format,
) -> None:
    """Count the flow of dossiers through the one-stop desks of a period."""
    wanted = runtime.period(period)
    as_of = last_day(wanted, runtime.today, provisional=True)
    near_days = runtime.settings.near_due_days
    window = Window(period=wanted, as_of=as_of, near_days=near_days)
    database = await runtime.database()
    async with database.read() as conn:
        intake, mark = await show_intake(conn, runtime, window, summed=not apart, live=live)
    blocks = {unit.block for unit in intake.units}
    names = {one: block_name(one, runtime.texts.language, wanted.end) for one in blocks}
    view = OnestopView(
        texts=runtime.texts,
        span=Span.of(wanted),
        intake=intake,
        block_names=names,
        mark=mark,
    )
    if as_of < wanted.end:
        runtime.say("onestop.not_over", day=as_of, last=wanted.end)
    if out is None:
        runtime.present(view, shown_as)
        return
    from admin.reporting.onestop_files import write_onestop

    write_onestop(view, out, office=runtime.settings.authority, force=force)
    runtime.say("onestop.written", file=out)
