"""`motcua tally`: what was answered, option by option, and by how many."""

from pathlib import Path

import click

from admin.kit import output
from admin.kit.output import Format
from admin.kit.runtime import FILE, Runtime, format_option, leaf
from admin.tallying import files, view
from admin.tallying.result import Tally, parse_by, read_tally
from surveys.store.results.tallies import Dimension


@leaf("tally")
@click.argument("period")
@click.option("--by", metavar="unit,question,…")
@click.option("--out", type=FILE, metavar="FILE")
@click.option("--public", is_flag=True)
@click.option("--below", type=click.IntRange(2, 100), default=5, show_default=True)
@format_option
async def command(
    runtime: Runtime,
    period: str,
    by: str | None,
    out: Path | None,
    public: bool,  # noqa: FBT001 - click calls by name
    below: int,
    shown_as: Format,
) -> None:
    """Tally the answers about the dossiers returned in a period."""
    wanted = runtime.period(period)
    summary = out is None and shown_as is Format.TABLE
    split = parse_by(by) if by else () if summary else (Dimension.UNIT,)
    database = await runtime.database()
    async with database.read() as conn:
        tally = await read_tally(conn, wanted, split, runtime.settings.form)
    if public:
        tally = tally.published(below)
    if out is None:
        _print(runtime, tally, shown_as)
    else:
        rows = files.write(tally, out)
        runtime.say("tally.written", rows=rows, file=out)
        if out.suffix.lower() == ".csv":
            runtime.say("tally.without_response")


def _print(runtime: Runtime, tally: Tally, shown_as: Format) -> None:
    if shown_as is Format.TABLE:
        view.show(runtime, tally)
    elif shown_as is Format.JSON:
        output.show_json(tally.as_json())
    else:
        rows = tally.rows()
        output.show_csv(rows, list(rows[0]) if rows else [])
