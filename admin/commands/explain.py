"""`motcua explain`: why a unit has its grade, down to the single dossier."""

import click

from admin.closing import figures
from admin.closing.figures import Wish
from admin.importing import UnitIndex
from admin.kit.output import Format
from admin.kit.runtime import WHOLE, Runtime, format_option, leaf
from admin.rating.dossier_pages import Which, read_page
from admin.rating.explained import (
    ExplainedCriterion,
    ExplainResult,
    explained_criterion,
)
from admin.rating.explained_view import ExplainView
from admin.rating.result import RatingResult
from admin.verifying.dossier_phrases import DossierPhrases, known_forms
from admin.verifying.outcomes import outcome_code
from scoring.evidence import known_criterion
from scoring.law import Rulebook
from scoring.supported import Attribution
from scoring.unit_rating import UnitRating
from surveys.criteria import CRITERIA
from surveys.errors import Refusal
from surveys.store.base.connection import Connection
from surveys.store.results.dossier_pages import Wanted


@leaf("explain")
@click.argument("unit")
@click.argument("period")
@click.argument("criterion", required=False)
@click.option("--outcome", metavar="NAME")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.option("--page", type=WHOLE, default=1, show_default=True)
@click.option("--codes", is_flag=True)
@click.option("--live", is_flag=True)
@click.option("--rulebook", metavar="ID")
@click.option("--policy", "policies", metavar="NAME=CHOICE", multiple=True)
@format_option
async def command(
    runtime: Runtime,
    unit: str,
    period: str,
    criterion: str | None,
    outcome: str | None,
    limit: int,
    page: int,
    codes: bool,  # noqa: FBT001 - click calls by name
    live: bool,  # noqa: FBT001
    rulebook: str | None,
    policies: tuple[str, ...],
    shown_as: Format,
) -> None:
    """Explain a grade, or one criterion with the dossiers it is computed from."""
    wanted = runtime.period(period)
    wish = Wish(rulebook=rulebook, policies=policies, live=live)
    database = await runtime.database()
    async with database.read() as conn:
        rating = await figures.show_rating(conn, runtime, wanted, wish)
        book = rating.rulebook
        if outcome is not None and _counted(book, criterion) is None:
            raise Refusal("explain.no_outcomes", known=", ".join(CRITERIA))
        rated = await _find_unit(conn, rating, unit)
        if codes:
            runtime.scope.require(rated.code)
        phrases = DossierPhrases(runtime=runtime, rulebook=book, forms=await known_forms(conn))
        page_shown = None
        if counted := _counted(book, criterion):
            asked = _asked(book, rated, criterion, counted, outcome)
            which = Which(limit=limit, page=page, open_codes=codes)
            page_shown = await read_page(conn, runtime, rating, asked, which)
    result = ExplainResult(
        rulebook=book,
        period=wanted,
        unit=rated,
        criterion=_criterion(book, rated, criterion),
        dossiers=page_shown,
        mark=rating.mark,
    )
    runtime.present(ExplainView(texts=runtime.texts, result=result, phrases=phrases), shown_as)


def _criterion(book: Rulebook, rated: UnitRating, number: str | None) -> ExplainedCriterion | None:
    if number is None:
        return None
    known_criterion(book, number)
    return explained_criterion(book, rated, number)


def _counted(book: Rulebook, criterion: str | None) -> str | None:
    """The criterion of dossiers whose outcomes are counted; None where no dossier is."""
    metric = book.metric_of(criterion) if criterion else None
    if metric is not None:
        return metric.shown_by()
    return criterion if criterion in CRITERIA else None


async def _find_unit(conn: Connection, rating: RatingResult, unit: str) -> UnitRating:
    code = (await UnitIndex.load(conn)).code_of(unit)
    found = next(
        (one for one in rating.rating.units if code in {one.code, *one.evidence.includes}), None
    )
    if found is None:
        raise Refusal("explain.not_in_period", unit=code, period=rating.period.id)
    return found


def _asked(
    book: Rulebook, rated: UnitRating, criterion: str | None, counted: str, outcome: str | None
) -> Wanted:
    """The dossiers to list; `counted` is the criterion of dossiers whose outcomes are counted."""
    return Wanted(
        units=(rated.code, *rated.evidence.includes),
        criterion=counted,
        outcome=None if outcome is None else outcome_code(counted, outcome),
        as_receiver=criterion is not None and book.measures(criterion) is Attribution.RECEIVER,
    )
