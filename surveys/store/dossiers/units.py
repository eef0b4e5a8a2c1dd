"""The tree of units that receive and settle dossiers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, bindparam, delete, func, select, update

from surveys.spelling import fold
from surveys.store.base.connection import Connection
from surveys.store.base.database import insert
from surveys.store.base.schema import dossiers, unit_splits, units


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit as its file describes it; `parent` is the code of the unit above, `level` an id of
    `surveys.unit_kinds.levels`. `successor` is the code of the unit it was merged into on the day
    after `valid_to`, `merged_by` the act. `split_into` are the codes of several units that each
    took a part of it over that day; it then has no `successor`.
    """

    code: str
    name: str
    level: str
    block: str
    parent: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    phone: str | None = None
    """Of its one-stop desk, as written for people; `address` and `hours` (when it is open) too."""
    address: str | None = None
    hours: str | None = None
    successor: str | None = None
    merged_by: str | None = None
    split_into: tuple[str, ...] = ()

    @property
    def successors(self) -> tuple[str, ...]:
        """The codes of all that took it over."""
        return (self.successor,) if self.successor else self.split_into


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where citizens can ask a person: the one-stop desk of a unit."""

    unit: str
    phone: str | None
    address: str | None
    hours: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedUnit:
    """A unit with its id and the number of its dossiers."""

    id: int
    unit: Unit
    dossiers: int


async def list_all(conn: Connection) -> dict[str, tuple[int, Unit]]:
    """Every unit by its code, with its id; ordered by code."""
    above, after = units.alias(), units.alias()
    chosen = (
        select(units, above.c.code.label("parent"), after.c.code.label("successor"))
        .join_from(units, above, above.c.id == units.c.parent_id, isouter=True)
        .join(after, after.c.id == units.c.successor_id, isouter=True)
    )
    rows = (await conn.execute(chosen.order_by(units.c.code))).mappings().all()
    parts: dict[str, list[str]] = {}
    for code, part, _, _ in await _split_rows(conn):
        parts.setdefault(code, []).append(part)
    return {row["code"]: (row["id"], _unit(row, parts.get(row["code"], ()))) for row in rows}


async def list_names(conn: Connection) -> dict[str, str]:
    """The name of every unit by its code."""
    rows = await conn.execute(select(units.c.code, units.c.name).order_by(units.c.code))
    return dict(rows.all())


async def find_subtree(conn: Connection, code: str) -> dict[str, int]:
    """The unit with this code and all below it: code → id; empty for an unknown code."""
    found = await list_all(conn)
    inside = {code} & found.keys()
    while more := {c for c, (_, u) in found.items() if u.parent in inside} - inside:
        inside |= more
    return {one: found[one][0] for one in sorted(inside)}


async def list_units(conn: Connection) -> list[ListedUnit]:
    """Every unit, ordered by code."""
    counted = select(dossiers.c.unit_id, func.count().label("dossiers")).group_by(
        dossiers.c.unit_id
    )
    counts = {row.unit_id: row.dossiers for row in await conn.execute(counted)}
    return [
        ListedUnit(id=number, unit=unit, dossiers=counts.get(number, 0))
        for number, unit in (await list_all(conn)).values()
    ]


async def list_mergers(conn: Connection) -> list[tuple[str, str, date]]:
    """The code of every merged unit, of its successor, and its own last day."""
    after = units.alias()
    chosen = select(units.c.code, after.c.code, units.c.valid_to)
    query = chosen.join_from(units, after, after.c.id == units.c.successor_id)
    found = await conn.execute(query.where(units.c.valid_to.is_not(None)).order_by(units.c.code))
    return [(one, other, last) for one, other, last in found]


async def list_splits(conn: Connection) -> dict[str, tuple[date, tuple[str, ...]]]:
    """The code of every unit that was split → its own last day, the names of its parts."""
    found: dict[str, tuple[date, tuple[str, ...]]] = {}
    for code, _, name, last in await _split_rows(conn):
        if last is not None:
            found[code] = last, (*found.get(code, (last, ()))[1], name)
    return found


async def _split_rows(conn: Connection) -> Sequence[tuple[str, str, str, date | None]]:
    """Of every part: the code of the unit, the part's code and name, the unit's last day."""
    part = units.alias()
    query = (
        select(units.c.code, part.c.code, part.c.name, units.c.valid_to)
        .join_from(unit_splits, units, units.c.id == unit_splits.c.unit_id)
        .join(part, part.c.id == unit_splits.c.part_id)
        .order_by(units.c.code, part.c.code)
    )
    return [(code, *rest) for code, *rest in await conn.execute(query)]


async def find_top_desk(conn: Connection) -> Desk | None:
    """The desk of the highest unit that has a phone number; None when no unit has one."""
    order = (units.c.parent_id.is_not(None), units.c.id)
    query = select(units).where(units.c.phone.is_not(None)).order_by(*order).limit(1)
    row = (await conn.execute(query)).mappings().one_or_none()
    return Desk(unit=row["name"], **{name: row[name] for name in _DESK}) if row else None


async def save(conn: Connection, changed: Sequence[Unit]) -> None:
    """Write new and changed units; parents may come anywhere in `changed`, or exist already."""
    if not changed:
        return
    new = insert(conn, units)
    fields = ("name", "name_key", "level", "block", "valid_from", "valid_to", *_PLAIN)
    upsert = new.on_conflict_do_update(
        index_elements=["code"], set_={name: new.excluded[name] for name in fields}
    )
    await conn.execute(upsert, [_row(unit) for unit in changed])
    numbers = await _numbers(conn, {unit.code for unit in changed} | _others(changed))
    mine = update(units).where(units.c.id == bindparam("mine"))
    rows = [
        {
            "mine": numbers[unit.code],
            "above": numbers[unit.parent] if unit.parent else None,
            "after": numbers[unit.successor] if unit.successor else None,
        }
        for unit in changed
    ]
    linked: dict[str, Any] = {"parent_id": bindparam("above"), "successor_id": bindparam("after")}
    await conn.execute(mine.values(**linked), rows)
    await _save_splits(conn, changed, numbers)


async def _save_splits(
    conn: Connection, changed: Sequence[Unit], numbers: Mapping[str, int]
) -> None:
    mine = [numbers[unit.code] for unit in changed]
    await conn.execute(delete(unit_splits).where(unit_splits.c.unit_id.in_(mine)))
    rows = [
        {"unit_id": numbers[unit.code], "part_id": numbers[part]}
        for unit in changed
        for part in unit.split_into
    ]
    if rows:
        await conn.execute(unit_splits.insert(), rows)


def unit_to_json(unit: Unit) -> dict[str, Any]:
    """A unit as plain JSON."""
    days = {name: getattr(unit, name) for name in _DAYS}
    return asdict(unit) | {name: day and day.isoformat() for name, day in days.items()}


def unit_from_json(told: Mapping[str, Any]) -> Unit:
    """The unit that `unit_to_json` wrote down."""
    days = {name: told[name] and date.fromisoformat(told[name]) for name in _DAYS}
    return Unit(**{**told, **days, "split_into": tuple(told.get("split_into", ()))})


_DAYS = ("valid_from", "valid_to")
_DESK = ("phone", "address", "hours")
_PLAIN = (*_DESK, "merged_by")


def _others(changed: Sequence[Unit]) -> set[str]:
    """The codes of parents and successors."""
    return {code for unit in changed for code in (unit.parent, *unit.successors) if code}


async def _numbers(conn: Connection, codes: Collection[str]) -> dict[str, int]:
    found = await conn.execute(select(units.c.code, units.c.id))
    return {code: number for code, number in found if code in codes}


def _row(unit: Unit) -> dict[str, Any]:
    return {
        "code": unit.code,
        "name": unit.name,
        "name_key": fold(unit.name),
        "level": unit.level,
        "block": unit.block,
        "valid_from": unit.valid_from,
        "valid_to": unit.valid_to,
        **{name: getattr(unit, name) for name in _PLAIN},
    }


def _unit(row: RowMapping, parts: Sequence[str]) -> Unit:
    return Unit(
        code=row["code"],
        name=row["name"],
        level=row["level"],
        block=row["block"],
        parent=row["parent"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        successor=row["successor"],
        split_into=tuple(parts),
        **{name: row[name] for name in _PLAIN},
    )
