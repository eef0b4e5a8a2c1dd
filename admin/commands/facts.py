"""`motcua facts`: what units report about themselves (chỉ số 5, 6, 8, 9)."""

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click

from admin.importing import run_import, tell
from admin.importing.aggregate_table import find_layout
from admin.importing.aggregate_words import load_words
from admin.importing.aggregates import AggregateImporter
from admin.importing.declared_facts import declared_facts
from admin.importing.facts import FactImporter
from admin.importing.options import source_of, source_options
from admin.kit.output import Format
from admin.kit.runtime import FILE, Runtime, format_option, group
from admin.rating.rulebooks import chosen_if_named
from scoring.rulebook import shipped_rulebooks
from surveys.errors import Refusal
from surveys.store.dossiers import facts

command = group("facts")


@command.command("import")
@click.option("--rulebook", metavar="ID")
@click.option("--period", metavar="PERIOD")
@click.option("--unit", metavar="UNIT")
@click.option("--families", type=FILE, metavar="FILE")
@source_options
async def import_facts(
    runtime: Runtime,
    file: Path,
    rulebook: str | None,
    period: str | None,
    unit: str | None,
    families: Path | None,
    shown_as: Format,
    **options: Any,  # noqa: ANN401 - read by `source_of`
) -> int:
    """Import a file of facts, including those the rulebook adds; with a period, a table of
    counts."""
    source = source_of(file, options)
    if period is None:
        if unit is not None or families is not None:
            raise Refusal("facts.needs_period")
        facts_file = FactImporter(runtime, *chosen_if_named(runtime, rulebook))
        (report,) = await run_import(runtime, (facts_file, source))
        return tell(runtime, shown_as, report)
    words = load_words(families) if families else load_words()
    layout = find_layout(file, words, source.sheet)
    table = AggregateImporter(runtime, layout, words, runtime.period(period), unit)
    (report,) = await run_import(runtime, (table, source))
    if layout.family:
        title = words.families[layout.family].title.of(runtime.texts.language)
        runtime.say("facts.family", title=title)
    return tell(runtime, shown_as, report)


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
