"""`motcua tally`: the number of answers per option."""

from pathlib import Path

import click

from admin.closing.tallies import show_tally
from admin.kit.output import Format
from admin.kit.runtime import FILE, Runtime, format_option, leaf
from admin.tallying.result import parse_by
from admin.tallying.view import TallyView
from surveys.store.dossiers import units
from surveys.store.results.tallies import Dimension


@leaf("tally")
@click.argument("period")
@click.option("--by", metavar="unit,question,…")
@click.option("--out", type=FILE, metavar="FILE")
@click.option("--force", is_flag=True)
@click.option("--public", is_flag=True)
@click.option("--live", is_flag=True)
@click.option("--below", type=click.IntRange(2, 100), default=5, show_default=True)
@format_option
async def command(
    runtime: Runtime,
    period: str,
    by: str | None,
    out: Path | None,
    force: bool,  # noqa: FBT001 - click calls by name
    public: bool,  # noqa: FBT001
    live: bool,  # noqa: FBT001
    below: int,
    shown_as: Format,
) -> None:
    """Tally the answers about the dossiers returned in a period."""
    wanted = runtime.period(period)
    summary = out is None and shown_as is Format.TABLE
    split = parse_by(by) if by else () if summary else (Dimension.UNIT,)
    database = await runtime.database()
    async with database.read() as conn:
        tally = await show_tally(conn, runtime, wanted, split, live=live)
        known = {} if out is None else await units.list_all(conn)
    if public:
        tally = tally.published(below)
    view = TallyView(texts=runtime.texts, tally=tally)
    if out is None:
        runtime.present(view, shown_as)
        return
    names = {code: unit.name for code, (_, unit) in known.items()}
    from admin.reporting.result_files import write_tally

    rows = write_tally(view, out, office=runtime.settings.authority, unit_names=names, force=force)
    runtime.say("tally.written", rows=rows, file=out)
    if out.suffix.lower() == ".csv":
        runtime.say("tally.without_response")
