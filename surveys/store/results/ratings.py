"""The counts of a rating, per unit: read from the wide evidence rows alone, not from answers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    exists,
    func,
    literal_column,
    or_,
    select,
)

from surveys.criteria import CRITERIA
from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.base.schema import dossier_evidence, dossiers, responses, units
from surveys.store.dossiers.in_period import (
    dossier_returned_in,
    received_in,
    returned_in,
    valid_in,
)

OutcomeCounts = Mapping[str, Mapping[str, int]]
"""Criterion → outcome → dossiers that show it."""
Counts = Sequence[int]
AnyRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCounts:
    """Counts of one unit in one period. `dossiers` were returned in it, `late` of them after the
    promised day; `received` and `online` go by the day of reception; `simulated` of the `responses`
    came from the demo's simulated citizens.
    """

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


async def count_by_unit(conn: Connection, period: Period) -> list[UnitCounts]:
    """Every unit of the period, by code: those valid in it and those with dossiers in it."""
    received, returned = await _received_and_returned(conn, period)
    any_simulated = await conn.scalar(select(exists().where(responses.c.simulated)))
    simulated = await _by_unit(conn, _simulated(period)) if any_simulated else {}
    return [
        _unit_counts(
            unit,
            received.get(unit.id, (0, 0)),
            returned.get(unit.id, NOTHING),
            simulated.get(unit.id, (0,)),
        )
        for unit in await conn.execute(_units(period))
        if unit.valid or unit.id in received or unit.id in returned
    ]


def _unit_counts(
    unit: Row[Any], arrivals: Counts, measures: Counts, simulated: Counts
) -> UnitCounts:
    received, online = arrivals
    dossiers, answered, *found = measures
    outcomes = _outcomes(found)
    return UnitCounts(
        unit_id=unit.id,
        code=unit.code,
        name=unit.name,
        level=unit.level,
        block=unit.block,
        received=received,
        online=online,
        dossiers=dossiers,
        late=outcomes["1"].get("late", 0),
        responses=answered,
        simulated=simulated[0],
        outcomes=outcomes,
    )


def count_moved(unit: UnitCounts, moves: Iterable[tuple[int, "Moved"]]) -> UnitCounts:
    """The unit with these dossiers added (+1) or taken away (-1)."""
    outcomes = {criterion: dict(shown) for criterion, shown in unit.outcomes.items()}
    dossiers, answered = unit.dossiers, unit.responses
    for sign, moved in moves:
        dossiers += sign * moved.dossiers
        answered += sign * moved.responses
        for criterion, shown in moved.outcomes.items():
            mine = outcomes.setdefault(criterion, {})
            for outcome, count in shown.items():
                mine[outcome] = mine.get(outcome, 0) + sign * count
    found = {c: {o: n for o, n in shown.items() if n} for c, shown in outcomes.items()}
    late = found.get("1", {}).get("late", 0)
    return replace(unit, dossiers=dossiers, responses=answered, outcomes=found, late=late)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Dossiers of `unit_id` that `receiver_id` received, or what counts otherwise of them."""

    unit_id: int
    receiver_id: int
    dossiers: int
    responses: int
    outcomes: OutcomeCounts


async def count_received_elsewhere(conn: Connection, period: Period) -> list[Moved]:
    """The returned dossiers that another unit received than the one that resolved them."""
    keys = (dossier_evidence.c.unit_id, dossiers.c.received_by_id)
    query = (
        select(*keys, *_measures())
        .join_from(dossiers, dossier_evidence, dossier_evidence.c.dossier_id == dossiers.c.id)
        .where(dossiers.c.received_by_id.is_not(None), dossier_returned_in(period))
        .group_by(*keys)
    )
    return [
        Moved(
            unit_id=unit_id,
            receiver_id=receiver_id,
            dossiers=count,
            responses=answered,
            outcomes=_outcomes(found),
        )
        for unit_id, receiver_id, count, answered, *found in await conn.execute(query)
    ]


async def count_by_officer(
    conn: Connection, period: Period
) -> dict[tuple[str, str], OutcomeCounts]:
    """(unit code, officer) → outcomes of the dossiers that name who handled them."""
    keys = (units.c.code, dossiers.c.officer)
    query = (
        select(*keys, *_shown())
        .join_from(units, dossier_evidence, dossier_evidence.c.unit_id == units.c.id)
        .join(dossiers, dossiers.c.id == dossier_evidence.c.dossier_id)
        .where(returned_in(period), dossiers.c.officer.is_not(None))
        .group_by(*keys)
    )
    rows = await conn.execute(query)
    return {(code, officer): _outcomes(found) for code, officer, *found in rows}


def _units(period: Period) -> Select[Any]:
    columns = [units.c[name] for name in ("id", "code", "name", "level", "block")]
    return select(*columns, valid_in(period).label("valid")).order_by(units.c.code)


async def _received_and_returned(
    conn: Connection, period: Period
) -> tuple[Mapping[int, Counts], Mapping[int, Counts]]:
    """Both counts by unit: SQLite reads each over its own covering index; PostgreSQL would read the
    whole table for each, so it reads it once for both.
    """
    evidence, received, returned = dossier_evidence.c, received_in(period), returned_in(period)
    if conn.dialect.name == "sqlite":
        arrived = select(evidence.unit_id, *_arrivals()).where(received)
        measured = select(evidence.unit_id, *_measures()).where(returned)
        return await _by_unit(conn, arrived), await _by_unit(conn, measured)
    is_returned = returned.label("is_returned")
    both = select(evidence.unit_id, is_returned, *_arrivals(received), *_measures())
    grouped = both.where(or_(received, returned)).group_by(evidence.unit_id, is_returned)
    return _parted(await conn.execute(grouped))


def _parted(rows: Iterable[AnyRow]) -> tuple[Mapping[int, Counts], Mapping[int, Counts]]:
    """Split the dossiers received in the period by whether they were returned in it; only the
    returned ones are measured.
    """
    received: dict[int, Counts] = {}
    returned: dict[int, Counts] = {}
    for unit_id, is_returned, arrived, online, *measures in rows:
        before = received.get(unit_id, (0, 0))
        received[unit_id] = (before[0] + arrived, before[1] + online)
        if is_returned:
            returned[unit_id] = measures
    return received, returned


def _arrivals(*received: ColumnElement[bool]) -> list[ColumnElement[int]]:
    """Counts of dossiers, and of those filed online; `conditions` exclude other rows."""
    online = dossier_evidence.c.online == literal_column("1")
    return [
        func.count().filter(*received).label("received"),
        func.count().filter(*received, online).label("online"),
    ]


def _measures() -> list[ColumnElement[int]]:
    """The columns of one GROUP BY: dossiers, valid responses, dossiers of every outcome."""
    answered = func.sum(dossier_evidence.c.answered)
    return [func.count().label("dossiers"), answered.label("responses"), *_shown()]


def _shown() -> list[ColumnElement[int]]:
    """Dossiers of every outcome that a criterion knows, in the order of `_WORDS`."""
    return [
        func.count()
        .filter(dossier_evidence.c[one.column] == literal_column(str(code)))
        .label(f"{one.column}_{code}")
        for one in CRITERIA.values()
        for code in one.outcome_codes.values()
    ]


def _simulated(period: Period) -> Select[Any]:
    evidence = dossier_evidence
    counted = select(evidence.c.unit_id, func.count().label("simulated"))
    joined = counted.join_from(responses, evidence, evidence.c.dossier_id == responses.c.dossier_id)
    return joined.where(responses.c.simulated, responses.c.valid, returned_in(period))


async def _by_unit(conn: Connection, query: Select[Any]) -> dict[int, Counts]:
    """Group by unit. In SQLite with one subquery per unit: the index then gives each unit's days in
    order and nothing is sorted; PostgreSQL is faster with a plain GROUP BY.
    """
    unit_id = query.selected_columns.unit_id
    if conn.dialect.name == "sqlite":
        query = query.join(units, units.c.id == unit_id).group_by(units.c.id)
    else:
        query = query.group_by(unit_id)
    return {unit_id: counts for unit_id, *counts in await conn.execute(query)}


def _outcomes(counts: Sequence[int]) -> dict[str, dict[str, int]]:
    """The counts of `_shown`, without outcomes that no dossier has."""
    return {
        criterion: {word: count for word, count in zip(words, counts[part], strict=True) if count}
        for criterion, words, part in _WORDS
    }


def _words() -> Iterator[tuple[str, tuple[str, ...], slice]]:
    end = 0
    for criterion, one in CRITERIA.items():
        words = tuple(one.outcome_codes)
        start, end = end, end + len(words)
        yield criterion, words, slice(start, end)


_WORDS = tuple(_words())
"""Criterion, its outcomes, and the position of their counts among those of `_shown`."""
NOTHING = (0,) * len(_measures())
"""The measures of a unit that returned no dossier."""
