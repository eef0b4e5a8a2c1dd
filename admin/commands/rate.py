"""`motcua rate`: the units of a period, from evidence to grade."""

from pathlib import Path

import click

from admin.closing import figures
from admin.closing.figures import Wish
from admin.kit.output import Format
from admin.kit.runtime import Runtime, file_option, format_option, leaf
from admin.rating import weights
from admin.rating.lists import missing_rows, official_rows
from admin.rating.rating_phrases import RatingPhrases
from admin.rating.result import RatingResult
from admin.rating.rulebooks import chosen
from admin.rating.view import RatingView
from scoring.law import Rulebook
from scoring.officials import officials_of
from surveys.errors import Refusal
from surveys.period import Period
from surveys.store.base.connection import Connection


@leaf("rate")
@click.argument("period")
@click.option("--rulebook", metavar="ID")
@click.option("--policy", "policies", metavar="NAME=CHOICE", multiple=True)
@click.option("--weights", "wanted_weights", metavar="WEIGHTS")
@click.option("--compare", "compares", is_flag=True)
@click.option("--missing", is_flag=True)
@click.option("--officials", is_flag=True)
@click.option("--live", is_flag=True)
@file_option
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
    live: bool,  # noqa: FBT001
    out: Path | None,
    force: bool,  # noqa: FBT001
    shown_as: Format,
) -> None:
    """Rate a period; or list the units without scores, or rate the officials."""
    if out is not None and (missing or officials):
        raise Refusal("rate.out_of_a_list")
    wanted = runtime.period(period)
    wish = Wish(rulebook=rulebook, policies=policies, live=live)
    weighing = None if wanted_weights is None else weights.parse(wanted_weights)
    database = await runtime.database()
    async with database.read() as conn:
        if officials:
            await _officials(runtime, conn, wanted, wish, shown_as)
            return
        result = await figures.show_rating(conn, runtime, wanted, wish)
        result = result.weighted_by(weighing)
        if compares:
            result = await figures.with_past(conn, runtime, result)
    _say_force(runtime, result.rulebook, wanted)
    phrases = RatingPhrases(texts=runtime.texts, rulebook=result.rulebook, day=result.period.end)
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


def _say_force(runtime: Runtime, book: Rulebook, period: Period) -> None:
    """Say that the rulebook is not in force at the end of the period."""
    if not book.valid_on(period.end) and not book.outlives_basis(period.end):
        runtime.say("rate.not_in_force", id=book.id, day=period.end)


async def _officials(
    runtime: Runtime, conn: Connection, period: Period, wish: Wish, shown_as: Format
) -> None:
    """Rate the officials; only for those who may see it."""
    counted, mark = await figures.show_officials(conn, runtime, period, live=wish.live)
    book = chosen(runtime, wish.rulebook, wish.policies, period)
    if mark is not None and not mark.live:
        book = (await figures.show_rating(conn, runtime, period, wish)).rulebook
    _say_force(runtime, book, period)
    phrases = RatingPhrases(texts=runtime.texts, rulebook=book, day=period.end)
    rows = official_rows(phrases, counted, as_table=shown_as is Format.TABLE)
    criteria = " ".join(f"cs{number}" for number in officials_of(book).criteria)
    keys = f"unit official {criteria} n total reachable band"
    columns = runtime.columns("rate.official_columns", keys, codes="unit")
    title = phrases.text("officials_title", id=period.id)
    if mark is not None:
        click.echo(mark.line(runtime.texts), err=True)
    runtime.show(rows, columns, shown_as, title)
