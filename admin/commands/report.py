"""`motcua report`: the report of a period, ready for a number and a signature."""

from pathlib import Path

import click

from admin.figures.live import live_figures
from admin.figures.model import Kind
from admin.kit.runtime import FILE, Runtime, leaf
from admin.rating.rulebooks import chosen


@leaf("report")
@click.argument("period")
@click.option("--out", type=FILE, metavar="DIR", required=True)
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]))
@click.option("--rulebook", metavar="ID")
@click.option("--provisional", is_flag=True)
@click.option("--force", is_flag=True)
async def command(
    runtime: Runtime,
    period: str,
    out: Path,
    kind: str | None,
    rulebook: str | None,
    provisional: bool,  # noqa: FBT001 - click calls by name
    force: bool,  # noqa: FBT001
) -> None:
    """Write the report of a period into a folder."""
    from admin.reporting.report_files import write_report

    wanted = runtime.period(period)
    book = chosen(runtime, rulebook, (), wanted)
    asked = Kind(kind) if kind else None
    figures = await live_figures(runtime, wanted, book, asked, provisional=provisional)
    write_report(figures, out, force=force)
    runtime.say("report.written", folder=out)
