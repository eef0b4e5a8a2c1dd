"""`motcua rate`: the units of a period, from evidence to grade."""

from pathlib import Path

import click

from admin.kit.output import Format
from admin.kit.runtime import FILE, Runtime, format_option, leaf
from admin.rating import weights
from admin.rating.lists import missing_rows, official_rows
from admin.rating.rating_phrases import RatingPhrases
from admin.rating.result import RatingResult, read_rating, with_past
from admin.rating.rulebooks import chosen
from admin.rating.view import RatingView
from scoring.officials import officials_of
from surveys.errors import Refusal
from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.results import ratings


@leaf("rate")
@click.argument("period")
@click.option("--rulebook", metavar="ID")
@click.option("--policy", "policies", metavar="NAME=CHOICE", multiple=True)
@click.option("--weights", "wanted_weights", metavar="WEIGHTS")
@click.option("--compare", "compares", is_flag=True)
@click.option("--missing", is_flag=True)
@click.option("--officials", is_flag=True)
@click.option("--out", type=FILE, metavar="FILE")
@click.option("--force", is_flag=True)
@format_option
async def command(
    runtime: Runtime,
    period: str,
    rulebook: str | None,
    policies: tuple[str, ...],
    wanted_weights: str | None,
    compares: bool,  # noqa: FBT001 - click calls by name
    missing: bool,  # noqa: FBT001
    officials: bool,  # noqa: FBT001
    out: Path | None,
    force: bool,  # noqa: FBT001
    shown_as: Format,
) -> None:
    """Rate a period; or list the units without scores, or rate the officials."""
    if out is not None and (missing or officials):
        raise Refusal("rate.out_of_a_list")
    wanted = runtime.period(period)
    book = chosen(runtime, rulebook, policies, wanted)
    if not book.valid_on(wanted.end) and not book.outlives_basis(wanted.end):
        runtime.say("rate.not_in_force", id=book.id, day=wanted.end)
    weighing = None if wanted_weights is None else weights.parse(wanted_weights)
    phrases = RatingPhrases(texts=runtime.texts, rulebook=book)
    database = await runtime.database()
    async with database.read() as conn:
        if officials:
            await _officials(runtime, conn, phrases, wanted, shown_as)
            return
        result = (await read_rating(conn, book, wanted)).weighted_by(weighing)
        if compares:
            result = await with_past(conn, result, runtime.settings.periods)
    view = RatingView(result=result, phrases=phrases)
    if missing:
        _remind(runtime, phrases, result, shown_as)
    elif out is None:
        runtime.present(view, shown_as)
    else:
        from admin.reporting.result_files import write_rating

        write_rating(view, out, office=runtime.settings.authority, force=force)
        runtime.say("rate.written", file=out)


def _remind(
    runtime: Runtime, phrases: RatingPhrases, result: RatingResult, shown_as: Format
) -> None:
    """List the units without scores and what is missing, to send as a reminder."""
    keys = "code name state received dossiers responses missing"
    columns = runtime.columns("rate.missing_columns", keys, codes="code")
    rows = missing_rows(phrases, result, as_table=shown_as is Format.TABLE)
    title = phrases.text("missing_title", id=result.period.id)
    runtime.show(rows, columns, shown_as, title)


async def _officials(
    runtime: Runtime,
    conn: Connection,
    phrases: RatingPhrases,
    period: Period,
    shown_as: Format,
) -> None:
    """Rate the officials; only for those who may see it."""
    counted = await ratings.count_by_officer(conn, period)
    rows = official_rows(phrases, counted, as_table=shown_as is Format.TABLE)
    criteria = " ".join(f"cs{number}" for number in officials_of(phrases.rulebook).criteria)
    keys = f"unit official {criteria} n total reachable band"
    columns = runtime.columns("rate.official_columns", keys, codes="unit")
    runtime.show(rows, columns, shown_as, phrases.text("officials_title", id=period.id))
