"""Counts the flow of dossiers through a period, by unit or by procedure, in one pass.

A dossier is resolved on the day its handling ended, else the day its result was returned, and is
overdue only when its promised day is over (QĐ 766/QĐ-TTg: an open one counts as ending on the last
day). One that ended without a date counts in the period it was received in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal_column, or_, select, true

from surveys.dossier import DONE_STATUSES, ENDED, Filing
from surveys.intake import Fate, Intake
from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.base.schema import dossiers, procedures, units
from surveys.store.dossiers.in_period import valid_in

CLOSED = frozenset(ENDED) | DONE_STATUSES
"""The statuses of a dossier that nobody works on any more."""
ARRIVALS = {Filing.ONLINE: "online", Filing.IN_PERSON: "direct", Filing.POST: "post"}
APOLOGISED = {Fate.LATE: "late_apologised", Fate.OVERDUE: "overdue_apologised"}
NAMES = tuple(one.name for one in fields(Intake))
FILINGS, FATES = tuple(Filing), tuple(Fate)
BASE, MARKS = 8, 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The period counted, the last day that counts, and the days that are near due."""

    period: Period
    as_of: date
    near_days: int = 3


@dataclass(frozen=True, slots=True)
class Counted:
    """A dossier of the flow: number, code, unit, and the names of the counts it belongs to."""

    id: int
    code: str
    unit: str
    counts: tuple[str, ...]


async def count_by_unit(conn: Connection, window: Window) -> dict[int, Intake]:
    """Unit number → its counts; units without a dossier are not in it."""
    return await _count(conn, window, dossiers.c.unit_id)


async def count_by_procedure(conn: Connection, window: Window) -> dict[int | None, Intake]:
    """Procedure number (None: without one) → its counts."""
    return await _count(conn, window, dossiers.c.procedure_id)


async def _count(conn: Connection, window: Window, key: ColumnElement[Any]) -> dict[Any, Intake]:
    """Count by the packed marks. SQLite groups by sorting; OFFSET keeps the inner query apart, so
    that it sorts numbers and not the columns they are made of: a quarter of the time.
    """
    each = select(key.label("key"), _marks(window)).where(*_in_flow(window)).offset(0).subquery()
    counted: dict[Any, dict[str, int]] = {}
    grouped = select(each.c.key, each.c.marks, func.count()).group_by(each.c.key, each.c.marks)
    for group, packed, count in await conn.execute(grouped):
        found = counted.setdefault(group, dict.fromkeys(NAMES, 0))
        for name in _names(packed):
            found[name] += count
    return {group: Intake(**counts) for group, counts in counted.items()}


async def list_by_number(
    conn: Connection, window: Window, which: ColumnElement[bool]
) -> list[Counted]:
    """Each dossier of the flow with its counts, by number."""
    told = (dossiers.c.id, dossiers.c.code, units.c.code.label("unit"))
    query = select(*told, _marks(window)).join(units, units.c.id == dossiers.c.unit_id)
    rows = await conn.execute(query.where(*_in_flow(window), which).order_by(dossiers.c.id))
    return [Counted(row.id, row.code, row.unit, tuple(_names(row.marks))) for row in rows]


def _names(packed: int) -> list[str]:
    """The counts that a dossier with these marks belongs to."""
    marks = [packed // BASE**place % BASE for place in reversed(range(MARKS))]
    channel, fate, carried, apology, again, near, elsewhere = marks
    became = FATES[fate]
    names = ["carried_over" if carried else ARRIVALS[FILINGS[channel]], became.value]
    names += ["rescheduled"] if again else []
    names += ["elsewhere"] if elsewhere and not carried else []
    names += ["near_due"] if near and became is Fate.IN_TIME else []
    return names + ([APOLOGISED[became]] if apology and became in APOLOGISED else [])


def _in_flow(window: Window) -> list[ColumnElement[bool]]:
    """The dossiers that count: received by the last day, and not over before the period."""
    row, start = dossiers.c, _midnight(window.period.start)
    ended = _ended()
    begun_or_open = or_(row.received_at >= start, ~_closed())
    alive = or_(ended >= start, and_(ended.is_(None), begun_or_open))
    return [row.received_at < _midnight(_next(window.as_of)), alive]


def _marks(window: Window) -> ColumnElement[int]:
    """Everything that decides where a dossier counts, packed: MARKS numbers less than BASE."""
    row = dossiers.c
    marks = [
        _number({row.channel == one.value: place for place, one in enumerate(FILINGS)}),
        _number({condition: FATES.index(fate) for condition, fate in _fates(window).items()}),
        _number({row.received_at < _midnight(window.period.start): 1}),
        _number({row.apology_at.is_not(None): 1}),
        _number({or_(row.rescheduled_to.is_not(None), row.original_due_at.is_not(None)): 1}),
        _number({_due() < _midnight(_next(window.as_of, 1 + window.near_days)): 1}),
        _number({row.received_by_id.is_not(None): 1}),
    ]
    return reduce(lambda packed, one: packed * _literal(BASE) + one, marks).label("marks")


def _fates(window: Window) -> dict[ColumnElement[bool], Fate]:
    """Conditions, of which the first that holds says what became of a dossier."""
    ended, due = _ended(), _due()
    after = _midnight(_next(window.as_of))
    still_open = or_(ended >= after, and_(ended.is_(None), ~_closed()))
    return {
        and_(still_open, due < _midnight(window.as_of)): Fate.OVERDUE,
        still_open: Fate.IN_TIME,
        dossiers.c.status.in_(sorted(ENDED)): Fate.STOPPED,
        or_(ended.is_(None), due.is_(None)): Fate.UNKNOWN,
        func.date(ended) < func.date(due): Fate.EARLY,
        func.date(ended) == func.date(due): Fate.SAME_DAY,
        true(): Fate.LATE,
    }


def _due() -> ColumnElement[Any]:
    """The day first promised: a later one does not make a late dossier punctual."""
    return func.coalesce(dossiers.c.original_due_at, dossiers.c.due_at)


def _ended() -> ColumnElement[Any]:
    return func.coalesce(dossiers.c.finished_at, dossiers.c.returned_at)


def _closed() -> ColumnElement[bool]:
    return dossiers.c.status.in_(sorted(CLOSED))


def _number(numbers: Mapping[ColumnElement[bool], int]) -> ColumnElement[int]:
    """The number of the first condition that holds, else 0."""
    return case(*((one, _literal(number)) for one, number in numbers.items()), else_=_literal(0))


def _literal(number: int) -> ColumnElement[int]:
    return literal_column(str(number))


def _next(day: date, days: int = 1) -> date:
    return day + timedelta(days=days)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min)


async def list_units(conn: Connection, period: Period) -> Sequence[Any]:
    """Every unit by code: `id`, `code`, `name`, `level`, `block`, `valid` in the period."""
    columns = [units.c[name] for name in ("id", "code", "name", "level", "block")]
    listed = select(*columns, valid_in(period).label("valid")).order_by(units.c.code)
    return (await conn.execute(listed)).all()


async def procedure_names(conn: Connection) -> dict[int, str]:
    """Procedure number → name."""
    rows = await conn.execute(select(procedures.c.id, procedures.c.name))
    return dict(rows.all())
