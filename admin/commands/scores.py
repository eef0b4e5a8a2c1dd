"""`motcua scores`: points given by people, tự chấm (self-score) and thẩm định (appraisal)."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

import click

from admin.importing.options import importing
from admin.importing.scores import ScoreImporter
from admin.kit.output import Format
from admin.kit.runtime import Runtime, format_option, group
from admin.rating.rulebooks import chosen
from surveys.store.dossiers import scores
from surveys.store.dossiers.scores import Stage

Points = Mapping[str, Decimal]

command = group("scores")


@command.command("import")
@click.option("--rulebook", metavar="ID")
@importing
def import_scores(runtime: Runtime, rulebook: str | None) -> ScoreImporter:
    """Import a file of scores; the rulebook defines the criteria and points allowed."""
    return ScoreImporter(runtime, chosen(runtime, rulebook))


@command.command("list")
@click.argument("period")
@click.option("--differing", is_flag=True)
@format_option
async def list_scores(
    runtime: Runtime,
    period: str,
    differing: bool,  # noqa: FBT001 - click calls by name
    shown_as: Format,
) -> None:
    """Print both stages side by side; `differing`: only the rows where they differ."""
    wanted = runtime.period(period)
    database = await runtime.database()
    async with database.read() as conn:
        own = await scores.list_by_period(conn, wanted.id, Stage.SELF)
        appraised = await scores.list_by_period(conn, wanted.id, Stage.APPRAISED)
    rows = [
        {"unit": unit, "period": wanted.id, "criterion": criterion, **pair}
        for unit in sorted(own.keys() | appraised.keys())
        for criterion, pair in _pairs(own.get(unit, {}), appraised.get(unit, {}))
        if not differing or (None not in pair.values() and pair["self"] != pair["appraised"])
    ]
    columns = runtime.columns(
        "scores.columns", "unit period criterion self appraised", codes="unit period"
    )
    runtime.show(rows, columns, shown_as)


def _pairs(own: Points, appraised: Points) -> Iterator[tuple[str, dict[str, Decimal | None]]]:
    for criterion in sorted(own.keys() | appraised.keys()):
        yield criterion, {"self": own.get(criterion), "appraised": appraised.get(criterion)}
