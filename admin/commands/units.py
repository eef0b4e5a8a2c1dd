"""`motcua units`: the tree of units that receive and settle dossiers."""

from dataclasses import asdict

from admin.importing.options import importing
from admin.importing.units import UnitImporter
from admin.kit.output import Format
from admin.kit.runtime import Runtime, format_option, group
from surveys.store.dossiers import units
from surveys.unit_kinds import levels

COLUMNS = (
    "code name level block parent valid_from valid_to dossiers phone address hours successor "
    "merged_by"
)

command = group("units")


@command.command("import")
@importing
def import_units(runtime: Runtime) -> UnitImporter:
    """Import a file of units."""
    return UnitImporter(runtime.settings.zone)


@command.command("list")
@format_option
async def list_units(runtime: Runtime, shown_as: Format) -> None:
    """Print every unit, ordered by code."""
    database = await runtime.database()
    async with database.read() as conn:
        found = await units.list_units(conn)
    rows = [asdict(one.unit) | {"dossiers": one.dossiers} for one in found]
    if shown_as is not Format.JSON:
        after = {one.unit.code: "; ".join(one.unit.successors) or None for one in found}
        rows = [row | {"successor": after[row["code"]]} for row in rows]
    if shown_as is Format.TABLE:
        names = {key: one.name[runtime.texts.language] for key, one in levels().items()}
        rows = [row | {"level": names.get(row["level"], row["level"])} for row in rows]
    runtime.show(
        rows,
        runtime.columns("units.columns", COLUMNS, codes="code block parent successor"),
        shown_as,
    )
