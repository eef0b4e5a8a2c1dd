"""`motcua facts`: what units report about themselves (chỉ số 5, 6, 8, 9)."""

from decimal import Decimal, InvalidOperation

import click

from admin.importing.declared_facts import declared_facts
from admin.importing.facts import FactImporter
from admin.importing.options import importing
from admin.kit.output import Format
from admin.kit.runtime import Runtime, format_option, group
from admin.rating.rulebooks import chosen_if_named
from scoring.rulebook import shipped_rulebooks
from surveys.store.dossiers import facts

command = group("facts")


@command.command("import")
@click.option("--rulebook", metavar="ID")
@importing
def import_facts(runtime: Runtime, rulebook: str | None) -> FactImporter:
    """Import a file of facts, including those the rulebook adds."""
    return FactImporter(runtime, *chosen_if_named(runtime, rulebook))


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
    known = declared_facts((*shipped_rulebooks(), *chosen_if_named(runtime, None)))
    rows = [
        {
            "unit": unit,
            "period": wanted.id,
            "fact": fact,
            "value": _figure(value) if shown_as is Format.TABLE else value,
            "meaning": known.meaning(fact, language),
        }
        for unit, values in sorted(found.items())
        for fact, value in sorted(values.items())
    ]
    keys = "unit period fact value" + (" meaning" if shown_as is Format.TABLE else "")
    runtime.show(rows, runtime.columns("facts.columns", keys, codes="unit period fact"), shown_as)


def _figure(value: str) -> Decimal | str:
    """The value as a number, which tables print in the user's language."""
    try:
        return Decimal(value)
    except InvalidOperation:
        return value
