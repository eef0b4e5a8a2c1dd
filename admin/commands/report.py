"""`motcua report`: the report of a period, ready for a number and a signature."""

from pathlib import Path

import click

from admin.closing.figures import Wish
from admin.closing.reports import show_report
from admin.figures.live import last_day, usual_kind
from admin.figures.model import Kind
from admin.kit.runtime import FILE, Runtime, leaf
from surveys.period import Period


@leaf("report")
@click.argument("period")
@click.option("--out", type=FILE, metavar="DIR", required=True)
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]))
@click.option("--rulebook", metavar="ID")
@click.option("--template", type=FILE, metavar="FILE.docx")
@click.option("--pdf", is_flag=True)
@click.option("--provisional", is_flag=True)
@click.option("--live", is_flag=True)
@click.option("--addendum", is_flag=True)
@click.option("--force", is_flag=True)
async def command(
    runtime: Runtime,
    period: str,
    out: Path,
    kind: str | None,
    rulebook: str | None,
    template: Path | None,
    pdf: bool,  # noqa: FBT001 - click calls by name
    provisional: bool,  # noqa: FBT001
    live: bool,  # noqa: FBT001
    addendum: bool,  # noqa: FBT001
    force: bool,  # noqa: FBT001
) -> None:
    """Write the report of a period into a folder."""
    from admin.reporting.document.office import Office
    from admin.reporting.document.template import shipped_template
    from admin.reporting.report_files import ReportFiles

    wanted = runtime.period(period)
    if addendum:
        await _write_addendum(runtime, wanted, out, force=force)
        return
    asked = Kind(kind) if kind else usual_kind(wanted)
    last_day(wanted, runtime.today, provisional=provisional)
    files = ReportFiles.prepare(
        out,
        Office(settings=runtime.settings, authority=runtime.settings.authority),
        template or shipped_template(asked.value),
        force=force,
        pdf=pdf,
    )
    wish = Wish(rulebook=rulebook, live=live)
    database = await runtime.database()
    async with database.read() as conn:
        shown = await show_report(conn, runtime, wanted, asked, wish, provisional=provisional)
    files.write(shown.figures, shown.mark)
    if shown.mark is not None:
        click.echo(shown.mark.line(runtime.texts), err=True)
    runtime.say("report.written", folder=out)


async def _write_addendum(runtime: Runtime, period: Period, out: Path, *, force: bool) -> None:
    """Write what changed since the period was closed."""
    from admin.closing.difference_view import DifferenceView
    from admin.closing.differences import read_differences
    from admin.reporting.addendum_files import write_addendum

    database = await runtime.database()
    async with database.read() as conn:
        view = DifferenceView(runtime=runtime, found=await read_differences(conn, runtime, period))
    write_addendum(view, out, office=runtime.settings.authority, force=force)
    runtime.say("report.written", folder=out)
