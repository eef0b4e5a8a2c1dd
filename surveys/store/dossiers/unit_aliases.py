"""Confirmed other names of units: short forms, names before a merger."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from surveys.spelling import name_key, tidy
from surveys.store.base.connection import Connection
from surveys.store.base.schema import unit_aliases, units


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """A name and the code of the unit it means; `key` is the name normalised for comparison."""

    name: str
    key: str
    unit: str
    unit_name: str
    added_at: datetime
    added_by: str


async def list_all(conn: Connection) -> list[Alias]:
    """Every alias, by unit and name."""
    shown = (units.c.code.label("unit"), units.c.name.label("unit_name"))
    chosen = select(unit_aliases, *shown).join_from(
        unit_aliases, units, units.c.id == unit_aliases.c.unit_id
    )
    rows = await conn.execute(chosen.order_by(units.c.code, unit_aliases.c.name))
    return [
        Alias(
            name=row.name,
            key=row.name_key,
            unit=row.unit,
            unit_name=row.unit_name,
            added_at=row.added_at,
            added_by=row.added_by,
        )
        for row in rows
    ]


async def add(conn: Connection, *, name: str, unit_id: int, at: datetime, by: str) -> None:
    """Add this name as an alias of this unit; it must not be an alias yet."""
    words = {"name": tidy(name), "name_key": name_key(name)}
    values = {**words, "unit_id": unit_id, "added_at": at, "added_by": by}
    await conn.execute(unit_aliases.insert().values(**values))


async def remove(conn: Connection, name: str) -> bool:
    """Delete this alias, in any spelling; returns whether it existed."""
    which = unit_aliases.c.name_key == name_key(name)
    return (await conn.execute(delete(unit_aliases).where(which))).rowcount > 0
