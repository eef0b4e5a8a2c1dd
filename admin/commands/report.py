"""`motcua report`: the report of a period, ready for a number and a signature."""

from dataclasses import dataclass
from pathlib import Path

import click
from click.core import ParameterSource

from admin.closing.figures import Wish
from admin.closing.reports import show_report
from admin.figures.live import last_day, usual_kind
from admin.figures.model import Kind
from admin.kit.runtime import FILE, Runtime, leaf
from scoring.texts import say
from scoring.warning import EMPTY
from surveys.errors import Refusal
from surveys.period import Period, quarters_of

PUBLIC = "cong-khai"
"""The folder of the public page within that of the report."""
OF_THE_DOCUMENT = frozenset({"--kind", "--template", "--pdf"})
"""Options that a public page has no use for."""
NOT_OF_THE_ADDENDUM = frozenset(
    {"--kind", "--template", "--rulebook", "--live", "--provisional", "--public"}
)


@leaf("report")
@click.argument("period")
@click.option("--out", type=FILE, metavar="DIR")
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]))
@click.option("--rulebook", metavar="ID")
@click.option("--template", type=FILE, metavar="FILE.docx")
@click.option("--pdf", is_flag=True)
@click.option("--provisional", is_flag=True)
@click.option("--live", is_flag=True)
@click.option("--addendum", is_flag=True)
@click.option("--public", metavar="[DIR]", is_flag=False, flag_value="")
@click.option("--force", is_flag=True)
async def command(
    runtime: Runtime,
    period: str,
    out: Path | None,
    kind: str | None,
    rulebook: str | None,
    template: Path | None,
    pdf: bool,  # noqa: FBT001 - click calls by name
    provisional: bool,  # noqa: FBT001
    live: bool,  # noqa: FBT001
    addendum: bool,  # noqa: FBT001
    public: str | None,
    force: bool,  # noqa: FBT001
) -> None:
    """Write the report of a period into a folder, its addendum, or its public page."""
    wanted = runtime.period(period)
    wish = Wish(rulebook=rulebook, live=live)
    if out is None and not public:
        raise Refusal("report.no_folder")
    _require_used(with_report=out is not None)
    if out is not None and addendum:
        await _write_addendum(runtime, wanted, out, force=force, pdf=pdf)
    elif out is not None:
        asked = Asked(
            kind=Kind(kind) if kind else usual_kind(wanted),
            wish=wish,
            template=template,
            pdf=pdf,
            provisional=provisional,
            force=force,
        )
        await _write_report(runtime, wanted, out, asked)
    if public is not None:
        folder = Path(public) if public or out is None else out / PUBLIC
        last_day(wanted, runtime.today, provisional=provisional)
        await _write_public(runtime, wanted, folder, wish, force=force)


def _require_used(*, with_report: bool) -> None:
    """Refuse options that what is asked for has no use for.

    Raises Refusal `report.addendum_alone` or `report.page_alone`.
    """
    context = click.get_current_context()
    named = {f"--{name}" for name in context.params if _is_given(context, name)}
    if "--addendum" in named:
        unused = named & NOT_OF_THE_ADDENDUM | (set() if with_report else named & {"--pdf"})
        error = "report.addendum_alone"
    else:
        unused = set() if with_report else named & OF_THE_DOCUMENT
        error = "report.page_alone"
    if unused:
        raise Refusal(error, options=", ".join(sorted(unused)))


def _is_given(context: click.Context, name: str) -> bool:
    return context.get_parameter_source(name) is not ParameterSource.DEFAULT


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How a report is to be made."""

    kind: Kind
    wish: Wish
    template: Path | None
    pdf: bool
    provisional: bool
    force: bool


async def _write_report(runtime: Runtime, period: Period, out: Path, asked: Asked) -> None:
    from admin.reporting.decided_annex import decided_table
    from admin.reporting.document.office import Office
    from admin.reporting.document.template import shipped_template
    from admin.reporting.report_files import ReportFiles

    last_day(period, runtime.today, provisional=asked.provisional)
    files = ReportFiles.prepare(
        out,
        Office(settings=runtime.settings, authority=runtime.settings.authority),
        asked.template or shipped_template(asked.kind.value),
        force=asked.force,
        pdf=asked.pdf,
    )
    database = await runtime.database()
    async with database.read() as conn:
        shown = await show_report(
            conn, runtime, period, asked.kind, asked.wish, provisional=asked.provisional
        )
        found = await decided_table(conn, runtime, period, shown.mark)
    files.write(shown.figures, shown.mark, found)
    if shown.mark is not None:
        click.echo(shown.mark.line(runtime.texts), err=True)
    _tell_if_empty(runtime, is_empty=shown.figures.rating.is_empty)
    runtime.say("report.written", folder=out)


async def _write_public(
    runtime: Runtime, period: Period, folder: Path, wish: Wish, *, force: bool
) -> None:
    """Write the page that anybody may read."""
    from admin.closing.figures import show_rating
    from admin.closing.tallies import show_tally
    from admin.public.data import PeriodRead, public_results
    from admin.public.files import write_public
    from admin.rating.rating_phrases import RatingPhrases
    from surveys.store.results.tallies import Dimension

    database = await runtime.database()
    async with database.read() as conn:
        wishes = dict.fromkeys(quarters_of(period, runtime.settings.periods), Wish(live=wish.live))
        read, *parts = [
            PeriodRead(
                result=await show_rating(conn, runtime, one, wanted),
                tally=await show_tally(conn, runtime, one, (Dimension.UNIT,), live=wish.live),
            )
            for one, wanted in {period: wish, **wishes}.items()
        ]
    result = read.result
    phrases = RatingPhrases(texts=runtime.texts, rulebook=result.rulebook, day=result.period.end)
    found = public_results(read, phrases, parts)
    write_public(found, folder, office=runtime.settings.authority, force=force)
    _tell_if_empty(runtime, is_empty=result.rating.is_empty)
    runtime.say("report.public", folder=folder)


def _tell_if_empty(runtime: Runtime, *, is_empty: bool) -> None:
    if is_empty:
        click.echo(say("warnings", EMPTY, runtime.texts.language), err=True)


async def _write_addendum(
    runtime: Runtime, period: Period, out: Path, *, force: bool, pdf: bool
) -> None:
    """Write what changed since the period was closed."""
    from admin.closing.difference_view import DifferenceView
    from admin.closing.differences import read_differences
    from admin.reporting.addendum_files import write_addendum
    from admin.reporting.document.office import Office

    database = await runtime.database()
    async with database.read() as conn:
        view = DifferenceView(runtime=runtime, found=await read_differences(conn, runtime, period))
    office = Office(settings=runtime.settings, authority=runtime.settings.authority)
    write_addendum(view, out, office=office.agency, force=force, pdf=pdf)
    runtime.say("report.written", folder=out)
