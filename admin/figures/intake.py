"""The flow of dossiers through the one-stop desks of a period."""

from admin.figures.model import IntakeFigures, ProcedureIntake, UnitIntake
from surveys.intake import Intake
from surveys.store.base.connection import Connection
from surveys.store.results import intake
from surveys.store.results.intake import Window


async def read_intake(
    conn: Connection, window: Window, *, with_procedures: bool = True
) -> IntakeFigures:
    """The units of the period in the order of their codes, and the procedures by name."""
    counted = await intake.count_by_unit(conn, window)
    return IntakeFigures(
        as_of=window.as_of,
        near_days=window.near_days,
        units=tuple(
            UnitIntake(
                code=unit.code,
                name=unit.name,
                level=unit.level,
                block=unit.block,
                counts=counted.get(unit.id, Intake()),
            )
            for unit in await intake.list_units(conn, window.period)
            if unit.valid or unit.id in counted
        ),
        procedures=await _procedures(conn, window) if with_procedures else (),
    )


async def _procedures(conn: Connection, window: Window) -> tuple[ProcedureIntake, ...]:
    names = await intake.procedure_names(conn)
    counted = await intake.count_by_procedure(conn, window)
    listed = [
        ProcedureIntake(name="" if number is None else names[number], counts=counts)
        for number, counts in counted.items()
    ]
    return tuple(sorted(listed, key=lambda one: (one.name == "", one.name)))
