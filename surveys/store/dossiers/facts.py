"""What units report of themselves in a period (chỉ số 5, 6, 8, 9): decimals stored as text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, update

from surveys.store.base.connection import Connection
from surveys.store.base.database import insert
from surveys.store.base.schema import facts, units

KEY = ("unit_id", "period", "fact")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact of one unit; `value` is a decimal or a word, in canonical form."""

    unit_id: int
    period: str
    fact: str
    value: str

    @property
    def key(self) -> tuple[int, str, str]:
        """The unique key of a fact."""
        return self.unit_id, self.period, self.fact


ByUnit = dict[str, dict[str, str]]
"""Unit code → fact → value."""


async def list_by_period(conn: Connection, period_ids: Sequence[str]) -> dict[str, ByUnit]:
    """The facts of these periods, each of which has an entry."""
    query = (
        select(facts.c.period, units.c.code, facts.c.fact, facts.c.value)
        .join_from(facts, units, units.c.id == facts.c.unit_id)
        .where(facts.c.period.in_(period_ids))
    )
    found: dict[str, ByUnit] = {one: {} for one in period_ids}
    for period, code, fact, value in await conn.execute(query):
        found[period].setdefault(code, {})[fact] = value
    return found


async def find_stored(
    conn: Connection, periods: Iterable[str]
) -> Mapping[tuple[int, str, str], str]:
    """The stored values of these periods, by key."""
    columns = (facts.c.unit_id, facts.c.period, facts.c.fact, facts.c.value)
    rows = await conn.execute(select(*columns).where(facts.c.period.in_(set(periods))))
    return {(unit_id, period, fact): value for unit_id, period, fact, value in rows}


async def set_back(conn: Connection, key: tuple[int, str, str], value: str | None) -> None:
    """Restore this value of the fact; None: delete it, since it did not exist."""
    which = [facts.c[name] == part for name, part in zip(KEY, key, strict=True)]
    if value is None:
        await conn.execute(delete(facts).where(*which))
    else:
        await conn.execute(update(facts).where(*which).values(value=value))


async def put(conn: Connection, new: list[Fact], import_id: int | None) -> None:
    """Store these values; a later value of the same key replaces the earlier one."""
    if not new:
        return
    row = insert(conn, facts)
    changes = {"value": row.excluded.value, "import_id": row.excluded.import_id}
    upsert = row.on_conflict_do_update(index_elements=["unit_id", "period", "fact"], set_=changes)
    names = ("unit_id", "period", "fact", "value")
    rows = [{**{name: getattr(one, name) for name in names}, "import_id": import_id} for one in new]
    await conn.execute(upsert, rows)
