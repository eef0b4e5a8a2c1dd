"""Dossiers as the one-stop software exports them: bulk reads for imports, single ones to show."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, RowMapping, Select, delete, select

from surveys.dossier import Filing, Status
from surveys.store.base.connection import Connection
from surveys.store.base.database import insert, is_any
from surveys.store.base.schema import dossier_steps, dossiers, procedures, units

STORED_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One agency's part in a dossier (chỉ số 2); `position` counts the steps of one agency."""

    agency: str
    position: int
    due_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who filed a dossier, still encrypted."""

    applicant: bytes | None
    phone: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FullDossier:
    """Everything the one-stop software exports about a dossier. Times are the authority's civil
    times.
    """

    id: int
    code: str
    unit: str
    """That resolves it; `received_by` is another one that received it."""
    unit_name: str
    received_by: str | None
    procedure: str | None
    filing: Filing
    status: Status
    received_at: datetime | None
    due_at: datetime | None
    original_due_at: datetime | None
    """The first promise, where `due_at` is a later one."""
    finished_at: datetime | None
    returned_at: datetime | None
    apology_at: datetime | None
    rescheduled_to: datetime | None
    reschedules: int | None
    supplements: int | None
    supplement_days: int | None
    reopened_at: datetime | None
    officer: str | None
    simulated: bool
    person: Person
    steps: tuple[Step, ...]


async def find(conn: Connection, code: str) -> FullDossier | None:
    """The dossier with this normalised code."""
    row = (await conn.execute(_full().where(dossiers.c.code == code))).one_or_none()
    if row is None:
        return None
    steps = (await find_steps(conn, [row.id])).get(row.id, {})
    return _dossier(row, tuple(steps[key] for key in sorted(steps)))


async def find_stored(conn: Connection, codes: Collection[str]) -> dict[str, RowMapping]:
    """The rows of those of these dossiers (a few thousand at most) that exist, by code; with the
    name of the `procedure` and, as `unit`, the code of the unit.
    """
    found = await conn.execute(_full().where(is_any(conn, dossiers.c.code, codes)))
    return {row["code"]: row for row in found.mappings()}


async def find_ids(conn: Connection, codes: Iterable[str]) -> dict[str, int]:
    """Code → id, for those that exist."""
    return await _find_column(conn, dossiers.c.id, codes)


async def find_units(conn: Connection, codes: Iterable[str]) -> dict[str, int]:
    """Code → id of its unit, for those that exist."""
    return await _find_column(conn, dossiers.c.unit_id, codes)


async def _find_column(
    conn: Connection, column: ColumnElement[int], codes: Iterable[str]
) -> dict[str, int]:
    wanted = sorted(set(codes))
    found: dict[str, int] = {}
    for start in range(0, len(wanted), STORED_AT_ONCE):
        some = wanted[start : start + STORED_AT_ONCE]
        rows = await conn.execute(select(dossiers.c.code, column).where(dossiers.c.code.in_(some)))
        found.update((code, value) for code, value in rows)
    return found


async def find_code(conn: Connection, dossier_id: int) -> str:
    """The code of an existing dossier."""
    return str(await conn.scalar(select(dossiers.c.code).where(dossiers.c.id == dossier_id)))


async def ensure_procedures(conn: Connection, names: Collection[str]) -> dict[str, int]:
    """Name → id of these procedures; missing ones are created."""
    found = await _find_procedures(conn, names)
    if missing := sorted(set(names) - found.keys()):
        new = insert(conn, procedures).on_conflict_do_nothing()
        await conn.execute(new, [{"name": name} for name in missing])
        found |= await _find_procedures(conn, missing)
    return found


async def _find_procedures(conn: Connection, names: Collection[str]) -> dict[str, int]:
    if not names:
        return {}
    rows = await conn.execute(select(procedures).where(procedures.c.name.in_(names)))
    return {row.name: row.id for row in rows}


async def find_steps(
    conn: Connection, dossier_ids: Collection[int]
) -> dict[int, dict[tuple[str, int], Step]]:
    """The steps of these dossiers (a few thousand at most), each by agency and position."""
    chosen = select(dossier_steps).where(dossier_steps.c.dossier_id.in_(dossier_ids))
    found: dict[int, dict[tuple[str, int], Step]] = {}
    for row in await conn.execute(chosen):
        step = Step(
            agency=row.agency,
            position=row.position,
            due_at=row.due_at,
            finished_at=row.finished_at,
        )
        found.setdefault(row.dossier_id, {})[step.agency, step.position] = step
    return found


def step_from_json(told: Mapping[str, Any]) -> Step:
    """The step that `step_to_json` wrote down."""
    moments = {name: told[name] and datetime.fromisoformat(told[name]) for name in _MOMENTS}
    return Step(agency=told["agency"], position=told["position"], **moments)


def step_to_json(step: Step) -> dict[str, Any]:
    """A step as plain JSON."""
    moments = {name: getattr(step, name) for name in _MOMENTS}
    written = {name: moment and moment.isoformat() for name, moment in moments.items()}
    return {"agency": step.agency, "position": step.position, **written}


_MOMENTS = ("due_at", "finished_at")


async def replace_steps(conn: Connection, steps: Mapping[int, Sequence[Step]]) -> None:
    """Replace the steps of these dossiers (a few thousand at most)."""
    if not steps:
        return
    await conn.execute(delete(dossier_steps).where(dossier_steps.c.dossier_id.in_(list(steps))))
    rows = [
        {
            "dossier_id": dossier_id,
            "agency": step.agency,
            "position": step.position,
            "due_at": step.due_at,
            "finished_at": step.finished_at,
        }
        for dossier_id, of_one in steps.items()
        for step in of_one
    ]
    if rows:
        await conn.execute(dossier_steps.insert(), rows)


def _full() -> Select[Any]:
    receivers = units.alias()
    return (
        select(
            dossiers,
            units.c.code.label("unit"),
            units.c.name.label("unit_name"),
            receivers.c.code.label("received_by"),
            procedures.c.name.label("procedure"),
        )
        .join_from(dossiers, units, units.c.id == dossiers.c.unit_id)
        .join(procedures, procedures.c.id == dossiers.c.procedure_id, isouter=True)
        .join(receivers, receivers.c.id == dossiers.c.received_by_id, isouter=True)
    )


def _dossier(row: Row[Any], steps: tuple[Step, ...]) -> FullDossier:
    as_stored = (
        "id code unit unit_name received_by procedure received_at due_at original_due_at "
        "finished_at returned_at apology_at rescheduled_to reschedules supplements supplement_days "
        "reopened_at officer simulated"
    )
    return FullDossier(
        **{name: getattr(row, name) for name in as_stored.split()},
        filing=Filing(row.channel),
        status=Status(row.status),
        person=Person(applicant=row.applicant_sealed, phone=row.phone_sealed),
        steps=steps,
    )
