"""`motcua tally`: the number of answers per option."""

from pathlib import Path

import click

from admin.closing.tallies import show_tally
from admin.kit.output import Format
from admin.kit.runtime import Runtime, file_option, format_option, leaf
from admin.tallying.result import parse_by
from admin.tallying.view import Show, TallyView
from surveys.errors import Refusal
from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.dossiers import units
from surveys.store.results import free_texts
from surveys.store.results.free_texts import FreeText
from surveys.store.results.tallies import Dimension


@leaf("tally")
@click.argument("period")
@click.option("--by", metavar="unit,question,…")
@file_option
@click.option("--show", type=click.Choice([one.value for one in Show]))
@click.option("--comments", is_flag=True)
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
    show: str | None,
    comments: bool,  # noqa: FBT001
    public: bool,  # noqa: FBT001
    live: bool,  # noqa: FBT001
    below: int,
    shown_as: Format,
) -> None:
    """Tally the answers about the dossiers returned in a period."""
    wanted = runtime.period(period)
    if comments and (public or out is None or out.suffix.lower() != ".xlsx"):
        raise Refusal("tally.comments")
    summary = out is None and shown_as is Format.TABLE
    split = parse_by(by) if by else () if summary else (Dimension.UNIT,)
    database = await runtime.database()
    async with database.read() as conn:
        tally = await show_tally(conn, runtime, wanted, split, live=live)
        known = {} if out is None else await units.list_all(conn)
        said = await _comments(conn, runtime, wanted) if comments else None
    if public:
        tally = tally.published(below)
    view = TallyView(texts=runtime.texts, tally=tally)
    if out is None:
        runtime.present(view, shown_as)
        return
    names = {code: unit.name for code, (_, unit) in known.items()}
    from admin.reporting.result_files import write_tally

    wanted_show = None if show is None else Show(show)
    office = runtime.settings.authority
    rows = write_tally(
        view, out, office=office, unit_names=names, show=wanted_show, comments=said, force=force
    )
    runtime.say("tally.written", rows=rows, file=out)
    if out.suffix.lower() == ".csv":
        runtime.say("tally.without_response")


async def _comments(conn: Connection, runtime: Runtime, period: Period) -> list[FreeText]:
    found = await free_texts.list_by_period(conn, period, runtime.keyring())
    return [one for one in found if runtime.scope.covers(one.unit)]
