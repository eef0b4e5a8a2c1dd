"""The flow of dossiers through the desks of a period; merged units count with their successors."""

from collections.abc import Mapping, Sequence
from typing import Any

from admin.figures.model import IntakeFigures, ProcedureIntake, UnitIntake
from scoring.mergers import Merger, heads_of
from surveys.intake import Intake, together
from surveys.store.base.connection import Connection
from surveys.store.dossiers import units as unit_store
from surveys.store.results import intake
from surveys.store.results.intake import Window


async def read_intake(
    conn: Connection, window: Window, *, with_procedures: bool = True, summed: bool = True
) -> IntakeFigures:
    """The units of the period in the order of their codes, and the procedures by name.

    `summed`: units merged by the period's last day are counted with their last successors.
    """
    counted = await intake.count_by_unit(conn, window)
    found = await unit_store.list_mergers(conn) if summed else []
    mergers = (Merger(unit=one, successor=other, last_day=last) for one, other, last in found)
    heads = heads_of(mergers, window.period.end)
    return IntakeFigures(
        as_of=window.as_of,
        near_days=window.near_days,
        units=_units(await intake.list_units(conn, window.period), counted, heads),
        procedures=await _procedures(conn, window) if with_procedures else (),
    )


def _units(
    listed: Sequence[Any], counted: Mapping[int, Intake], heads: Mapping[str, str]
) -> tuple[UnitIntake, ...]:
    """The units that are there in the period or have dossiers, those in `heads` within theirs."""
    members: dict[str, list[Any]] = {}
    for unit in listed:
        if unit.valid or unit.id in counted:
            members.setdefault(heads.get(unit.code, unit.code), []).append(unit)
    return tuple(
        UnitIntake(
            code=unit.code,
            name=unit.name,
            level=unit.level,
            block=unit.block,
            counts=together(counted.get(one.id, Intake()) for one in members[unit.code]),
            includes=tuple(one.code for one in members[unit.code] if one.code != unit.code),
        )
        for unit in listed
        if unit.code in members
    )


async def _procedures(conn: Connection, window: Window) -> tuple[ProcedureIntake, ...]:
    names = await intake.procedure_names(conn)
    counted = await intake.count_by_procedure(conn, window)
    listed = [
        ProcedureIntake(name="" if number is None else names[number], counts=counts)
        for number, counts in counted.items()
    ]
    return tuple(sorted(listed, key=lambda one: (one.name == "", one.name)))
