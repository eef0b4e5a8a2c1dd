"""The counts of ratings given at counters: about a unit, and about no dossier.

They are counted under their own form, by the day they were given, so that they change no figure
about dossiers. Ratings that came in a flood are counted apart.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, literal, not_, select

from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.base.schema import counter_ratings, counters, units
from surveys.store.results.tallies import Dimension
from surveys.tally import Cell

CHANNEL = "counter"


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterRatings:
    """The ratings at the counters of a unit: those that count, and those of floods."""

    unit: str
    unit_name: str
    rated: int
    flood: int


async def count_cells(conn: Connection, period: Period, by: Collection[Dimension]) -> list[Cell]:
    """The cells of options chosen at least once; the dimensions in the order of `Dimension`."""
    dims = [_DIMENSIONS[one] for one in Dimension if one in by]
    rated = counter_ratings.c
    keys = (*dims, rated.form, rated.question, rated.option)
    found = select(*keys, func.count()).select_from(_RATED)
    rows = await conn.execute(found.where(_within(period), not_(rated.suspect)).group_by(*keys))
    return [
        Cell(
            group=tuple(str(value or "") for value in row[: len(dims)]),
            form=row.form,
            question=row.question,
            option=row.option,
            count=row[-1],
        )
        for row in rows
    ]


async def count_by_unit(conn: Connection, period: Period) -> list[CounterRatings]:
    """The units whose counters were rated in the period, by their codes."""
    flood = func.count().filter(counter_ratings.c.suspect)
    keys = (units.c.code, units.c.name)
    query = select(*keys, func.count().label("everything"), flood.label("flood"))
    rows = await conn.execute(
        query.select_from(_RATED).where(_within(period)).group_by(*keys).order_by(units.c.code)
    )
    return [
        CounterRatings(
            unit=row.code, unit_name=row.name, rated=row.everything - row.flood, flood=row.flood
        )
        for row in rows
    ]


async def list_versions(conn: Connection, period: Period) -> set[tuple[str, str]]:
    """The form versions that were asked at counters in the period."""
    keys = (counter_ratings.c.form, counter_ratings.c.form_version)
    rows = await conn.execute(select(*keys).where(_within(period)).distinct())
    return {(form, version) for form, version in rows}


def _within(period: Period) -> ColumnElement[bool]:
    return counter_ratings.c.day.between(period.start, period.end)


_RATED = counter_ratings.join(counters, counters.c.id == counter_ratings.c.counter_id).join(
    units, units.c.id == counters.c.unit_id
)
_DIMENSIONS: dict[Dimension, ColumnElement[Any]] = {
    Dimension.BLOCK: units.c.block,
    Dimension.LEVEL: units.c.level,
    Dimension.UNIT: units.c.code,
    Dimension.PROCEDURE: literal("").label("procedure"),
    Dimension.CHANNEL: literal(CHANNEL).label("channel"),
}
