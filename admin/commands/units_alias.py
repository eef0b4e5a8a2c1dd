"""`motcua units alias`: other names of units that files may use."""

import click

from admin.importing import UnitIndex
from admin.kit.output import Format
from admin.kit.runtime import Runtime, format_option, group
from surveys.errors import Refusal
from surveys.spelling import name_key, tidy
from surveys.store.base.connection import Connection
from surveys.store.dossiers import unit_aliases

KEYS = "name unit unit_name added_at added_by"

command = group("alias")


@command.command("add")
@click.argument("name")
@click.argument("unit")
async def add_alias(runtime: Runtime, name: str, unit: str) -> None:
    """Add an alias that later imports resolve to a unit."""
    database = await runtime.database()
    async with database.write() as conn:
        index = await UnitIndex.load(conn)
        code = index.code_of(unit)
        _require_free(index, name, code)
        if name_key(name) not in index.aliases:
            number = index.ids[code]
            await unit_aliases.add(
                conn, name=name, unit_id=number, at=runtime.now, by=runtime.actor
            )
            await _note(conn, runtime, "units.alias.add", code, name)
    runtime.say("units.alias_added", name=tidy(name), code=code, unit=index.units[code].name)


@command.command("list")
@format_option
async def list_aliases(runtime: Runtime, shown_as: Format) -> None:
    """Print every alias with its unit."""
    database = await runtime.database()
    async with database.read() as conn:
        found = await unit_aliases.list_all(conn)
    rows = [{key: getattr(one, key) for key in KEYS.split()} for one in found]
    if shown_as is Format.TABLE:
        rows = [row | {"added_at": runtime.local(row["added_at"])} for row in rows]
    runtime.show(rows, runtime.columns("units.alias_columns", KEYS), shown_as)


@command.command("remove")
@click.argument("name")
async def remove_alias(runtime: Runtime, name: str) -> None:
    """Remove an alias; rows imported under it stay."""
    database = await runtime.database()
    async with database.write() as conn:
        code = (await UnitIndex.load(conn)).aliases.get(name_key(name))
        if code is None or not await unit_aliases.remove(conn, name):
            raise Refusal("units.no_alias", name=tidy(name))
        await _note(conn, runtime, "units.alias.remove", code, name)
    runtime.say("units.alias_removed", name=tidy(name), code=code)


def _require_free(index: UnitIndex, name: str, code: str) -> None:
    """Raises Refusal `units.alias_empty`, `.alias_is_unit` or `.alias_taken`."""
    key = name_key(name)
    if not key:
        raise Refusal("units.alias_empty")
    others = [*index.names.get(key, ()), index.codes.get(tidy(name).casefold())]
    if owner := next((one for one in others if one), None):
        raise Refusal("units.alias_is_unit", name=tidy(name), owner=owner)
    if index.aliases.get(key, code) != code:
        raise Refusal("units.alias_taken", name=tidy(name), owner=index.aliases[key])


async def _note(conn: Connection, runtime: Runtime, action: str, code: str, name: str) -> None:
    await runtime.audit(conn, action, f"unit:{code}", {"name": tidy(name)})
