"""Points given by people: self-assessed by the unit (tự chấm) and appraised (thẩm định)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import delete, select, update

from surveys.store.base.connection import Connection
from surveys.store.base.database import insert
from surveys.store.base.schema import scores, units

KEY = ("unit_id", "period", "stage", "criterion")


class Stage(StrEnum):
    """Who gave the points; only the appraised ones count."""

    SELF = "self"
    APPRAISED = "appraised"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRow:
    """The points of one unit for one criterion at one stage, in canonical form."""

    unit_id: int
    period: str
    stage: Stage
    criterion: str
    points: str
    note: str = ""

    @property
    def key(self) -> tuple[int, str, str, str]:
        """The unique key of the points."""
        return self.unit_id, self.period, self.stage, self.criterion

    @property
    def value(self) -> tuple[str, str]:
        """The values that a later file may change."""
        return self.points, self.note


async def list_by_period(
    conn: Connection, period_id: str, stage: Stage
) -> dict[str, dict[str, Decimal]]:
    """Unit code → criterion → points."""
    query = (
        select(units.c.code, scores.c.criterion, scores.c.points)
        .join_from(scores, units, units.c.id == scores.c.unit_id)
        .where(scores.c.period == period_id, scores.c.stage == stage)
    )
    found: dict[str, dict[str, Decimal]] = {}
    for code, criterion, points in await conn.execute(query):
        found.setdefault(code, {})[criterion] = Decimal(points)
    return found


async def find_stored(
    conn: Connection, periods: Iterable[str]
) -> Mapping[tuple[int, str, str, str], tuple[str, str]]:
    """The stored points and notes of these periods, by key."""
    names = ("unit_id", "period", "stage", "criterion", "points", "note")
    chosen = select(*(scores.c[name] for name in names))
    rows = await conn.execute(chosen.where(scores.c.period.in_(set(periods))))
    return {(row[0], row[1], row[2], row[3]): (row.points, row.note) for row in rows}


async def set_back(
    conn: Connection, key: tuple[int, str, str, str], value: tuple[str, str] | None
) -> None:
    """Restore these points and this note; None: delete the score, since it did not exist."""
    which = [scores.c[name] == part for name, part in zip(KEY, key, strict=True)]
    if value is None:
        await conn.execute(delete(scores).where(*which))
    else:
        await conn.execute(update(scores).where(*which).values(points=value[0], note=value[1]))


async def put(conn: Connection, new: list[ScoreRow], import_id: int | None) -> None:
    """Store these points; later ones of the same key replace the earlier ones."""
    if not new:
        return
    row = insert(conn, scores)
    changes = {name: row.excluded[name] for name in ("points", "note", "import_id")}
    upsert = row.on_conflict_do_update(index_elements=list(KEY), set_=changes)
    names = (*KEY, "points", "note")
    rows = [{**{name: getattr(one, name) for name in names}, "import_id": import_id} for one in new]
    await conn.execute(upsert, rows)
