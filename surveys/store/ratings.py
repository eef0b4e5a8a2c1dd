"""What a rating counts, unit by unit: one GROUP BY over a covering index, no answer is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from surveys.dossier import Filing
from surveys.evidence import CRITERIA, Timing, outcome_name
from surveys.outcomes import FIELDS
from surveys.period import Period
from surveys.store.schema import dossier_evidence, dossiers, responses, units

OutcomeCounts = Mapping[str, Mapping[str, int]]
"""Criterion → outcome → dossiers that show it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCounts:
    """One unit and one period. `dossiers` were returned in it, `late` of them after their day;
    `received` and `online` go by the day of reception; `simulated` of the `responses` came from
    the demo's crowd."""

    unit_id: int
    code: str
    name: str
    level: str
    block: str
    received: int = 0
    online: int = 0
    dossiers: int = 0
    late: int = 0
    responses: int = 0
    simulated: int = 0
    outcomes: OutcomeCounts = field(default_factory=dict)


async def unit_counts(conn: AsyncConnection, period: Period) -> list[UnitCounts]:
    """Every unit of the period, by code: those valid in it and those with dossiers in it."""
    received = await _by_unit(conn, _received(period))
    returned = await _by_unit(conn, _returned(period))
    any_simulated = await conn.scalar(select(exists().where(responses.c.simulated)))
    simulated = await _by_unit(conn, _simulated(period)) if any_simulated else {}
    found = await conn.execute(_units(period, received.keys() | returned.keys()))
    return [
        UnitCounts(
            unit_id=unit.id,
            code=unit.code,
            name=unit.name,
            level=unit.level,
            block=unit.block,
            received=_count(received.get(unit.id), "received"),
            online=_count(received.get(unit.id), "online"),
            dossiers=_count(returned.get(unit.id), "dossiers"),
            late=_count(returned.get(unit.id), f"total_time_{Timing.LATE}"),
            responses=_count(returned.get(unit.id), "responses"),
            simulated=_count(simulated.get(unit.id), "simulated"),
            outcomes=_outcomes(returned.get(unit.id)),
        )
        for unit in found
    ]


async def officer_counts(
    conn: AsyncConnection, period: Period
) -> dict[tuple[str, str], OutcomeCounts]:
    """(unit code, officer) → outcomes of the dossiers that name who handled them."""
    keys = (units.c.code, dossiers.c.officer)
    query = (
        select(*keys, *_measures())
        .join_from(units, dossier_evidence, dossier_evidence.c.unit_id == units.c.id)
        .join(dossiers, dossiers.c.id == dossier_evidence.c.dossier_id)
        .where(returned_in(period), dossiers.c.officer.is_not(None))
        .group_by(*keys)
    )
    return {(row.code, row.officer): _outcomes(row) for row in await conn.execute(query)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some of the dossiers behind a criterion, in the order they were returned; `whole` in all."""

    ids: tuple[int, ...]
    whole: int


async def page_of(
    conn: AsyncConnection,
    period: Period,
    unit_code: str,
    criterion: str,
    *,
    outcome: int | None,
    limit: int,
    offset: int,
) -> Page:
    """The dossiers of a unit that have evidence for a criterion (or this very outcome)."""
    column = dossier_evidence.c[FIELDS[criterion]]
    unit_id = select(units.c.id).where(units.c.code == unit_code).scalar_subquery()
    shown = column != 0 if outcome is None else column == outcome
    which = (dossier_evidence.c.unit_id == unit_id, returned_in(period), shown)
    whole = await conn.scalar(select(func.count()).select_from(dossier_evidence).where(*which))
    order = (dossier_evidence.c.returned_on, dossier_evidence.c.dossier_id)
    chosen = select(dossier_evidence.c.dossier_id).where(*which).order_by(*order)
    found = await conn.execute(chosen.limit(limit).offset(offset))
    return Page(ids=tuple(found.scalars()), whole=whole or 0)


def _units(period: Period, counted: set[int]) -> Select[Any]:
    columns = [units.c[name] for name in ("id", "code", "name", "level", "block")]
    return select(*columns).where(or_(valid_in(period), units.c.id.in_(counted))).order_by("code")


def valid_in(period: Period) -> ColumnElement[bool]:
    """Units that existed on at least one day of the period."""
    begun = or_(units.c.valid_from.is_(None), units.c.valid_from <= period.end)
    return begun & or_(units.c.valid_to.is_(None), units.c.valid_to >= period.start)


def returned_in(period: Period) -> ColumnElement[bool]:
    """Evidence of the dossiers that belong to the period."""
    return dossier_evidence.c.returned_on.between(period.start, period.end)


def _received(period: Period) -> Select[Any]:
    """By unit first: the index then gives each unit's days in one piece, and nothing is sorted."""
    first = datetime.combine(period.start, time())
    after = datetime.combine(period.end + timedelta(days=1), time())
    online = func.count().filter(dossiers.c.channel == Filing.ONLINE)
    return (
        select(units.c.id, func.count().label("received"), online.label("online"))
        .join_from(units, dossiers, dossiers.c.unit_id == units.c.id)
        .where(dossiers.c.received_at >= first, dossiers.c.received_at < after)
        .group_by(units.c.id)
    )


def _returned(period: Period) -> Select[Any]:
    return (
        select(units.c.id, *_measures())
        .join_from(units, dossier_evidence, dossier_evidence.c.unit_id == units.c.id)
        .where(returned_in(period))
        .group_by(units.c.id)
    )


def _measures() -> list[ColumnElement[int]]:
    """Dossiers, those answered, and those of every outcome: what one GROUP BY counts."""
    evidence = dossier_evidence.c
    outcomes = [
        func.count().filter(evidence[name] == code).label(f"{name}_{code}")
        for criterion, name in FIELDS.items()
        for code in CRITERIA[criterion]
        if code
    ]
    answered = func.count().filter(evidence.answered > 0).label("responses")
    return [func.count().label("dossiers"), answered, *outcomes]


def _simulated(period: Period) -> Select[Any]:
    evidence = dossier_evidence
    return (
        select(evidence.c.unit_id.label("id"), func.count().label("simulated"))
        .join_from(responses, evidence, evidence.c.dossier_id == responses.c.dossier_id)
        .where(responses.c.simulated, responses.c.valid, returned_in(period))
        .group_by(evidence.c.unit_id)
    )


async def _by_unit(conn: AsyncConnection, query: Select[Any]) -> dict[int, Row[Any]]:
    return {row.id: row for row in await conn.execute(query)}


def _count(row: Row[Any] | None, name: str) -> int:
    return 0 if row is None else int(getattr(row, name))


def _outcomes(row: Row[Any] | None) -> dict[str, dict[str, int]]:
    return {
        criterion: {
            outcome_name(criterion, code): count
            for code in CRITERIA[criterion]
            if code and (count := _count(row, f"{name}_{code}"))
        }
        for criterion, name in FIELDS.items()
    }
