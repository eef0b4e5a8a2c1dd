"""`motcua facts`: what units report about themselves (chỉ số 5, 6, 8, 9)."""

import click

from admin.importing.facts import FactImporter
from admin.importing.options import importing
from admin.kit.output import Format
from admin.kit.runtime import Runtime, format_option, group
from scoring.texts import say
from surveys.store.dossiers import facts

command = group("facts")


@command.command("import")
@importing
def import_facts(runtime: Runtime) -> FactImporter:
    """Import a file of facts."""
    return FactImporter(runtime)


@command.command("list")
@click.argument("period")
@format_option
async def list_facts(runtime: Runtime, period: str, shown_as: Format) -> None:
    """Print the facts of a period, unit by unit."""
    wanted = runtime.period(period)
    database = await runtime.database()
    async with database.read() as conn:
        found = (await facts.list_by_period(conn, [wanted.id]))[wanted.id]
    language = runtime.texts.language
    rows = [
        {
            "unit": unit,
            "period": wanted.id,
            "fact": fact,
            "value": value,
            "meaning": say("facts", fact, language),
        }
        for unit, values in sorted(found.items())
        for fact, value in sorted(values.items())
    ]
    keys = "unit period fact value" + (" meaning" if shown_as is Format.TABLE else "")
    runtime.show(rows, runtime.columns("facts.columns", keys, codes="unit period fact"), shown_as)
