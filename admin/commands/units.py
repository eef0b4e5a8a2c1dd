"""`motcua units`: the tree of units that receive and settle dossiers."""

from dataclasses import asdict
from pathlib import Path

import click

from admin.importing import Source, run_import, tell
from admin.importing.units import UnitImporter
from admin.kit.output import Format
from admin.kit.runtime import FILE, Runtime, format_option, group
from surveys.store.dossiers import units

COLUMNS = "code name level block parent valid_from valid_to dossiers"

command = group("units")


@command.command("import")
@click.argument("file", type=FILE)
@click.option("--mapping", type=FILE, metavar="FILE")
@click.option("--rejects", type=FILE, metavar="FILE")
@click.option("--dry-run", is_flag=True)
@format_option
async def import_units(
    runtime: Runtime,
    file: Path,
    mapping: Path | None,
    rejects: Path | None,
    dry_run: bool,  # noqa: FBT001 - click calls by name
    shown_as: Format,
) -> int:
    """Take in a file of units."""
    source = Source(file=file, mapping=mapping, rejects=rejects, dry_run=dry_run)
    (report,) = await run_import(runtime, (UnitImporter(runtime.settings.zone), source))
    return tell(runtime, shown_as, report)


@command.command("list")
@format_option
async def list_units(runtime: Runtime, shown_as: Format) -> None:
    """Print every unit in the order of the codes."""
    database = await runtime.database()
    async with database.read() as conn:
        found = await units.listed(conn)
    rows = [asdict(one.unit) | {"dossiers": one.dossiers} for one in found]
    if shown_as is Format.TABLE:
        rows = [row | {"level": runtime.text(f"units.levels.{row['level']}")} for row in rows]
    runtime.show(rows, runtime.columns("units.columns", COLUMNS), shown_as)
