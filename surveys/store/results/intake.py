"""Counts the flow of dossiers through a period, by unit or by procedure, in one pass.

A dossier is resolved on the day its handling ended, else the day its result was returned, and is
overdue only when its promised day is over (QĐ 766/QĐ-TTg: an open one counts as ending on the last
day). One that ended without a date counts in the period it was received in.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal_column, or_, select

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
    counted: dict[Any, dict[str, int]] = {}
    marks = _marks(window)
    grouped = select(key, func.count(), *marks).where(*_in_flow(window)).group_by(key, *marks)
    for group, count, *told in await conn.execute(grouped):
        found = counted.setdefault(group, dict.fromkeys(NAMES, 0))
        for name in _names(*told):
            found[name] += count
    return {group: Intake(**counts) for group, counts in counted.items()}


async def list_by_number(
    conn: Connection, window: Window, which: ColumnElement[bool]
) -> list[Counted]:
    """Each dossier of the flow with its counts, by number."""
    told = (dossiers.c.id, dossiers.c.code, units.c.code.label("unit"))
    query = select(*told, *_marks(window)).join(units, units.c.id == dossiers.c.unit_id)
    rows = await conn.execute(query.where(*_in_flow(window), which).order_by(dossiers.c.id))
    return [Counted(row.id, row.code, row.unit, tuple(_names(*row[3:]))) for row in rows]


def _names(channel: str, fate: str, *marks: int) -> list[str]:
    """The counts that a dossier with these marks, in the order of `_marks`, belongs to."""
    carried, apology, again, near, elsewhere = marks
    names: list[str] = ["carried_over" if carried else ARRIVALS[Filing(channel)], fate]
    names += ["rescheduled"] if again else []
    names += ["elsewhere"] if elsewhere and not carried else []
    names += ["near_due"] if near and fate == Fate.IN_TIME else []
    return names + ([APOLOGISED[Fate(fate)]] if apology and fate in APOLOGISED else [])


def _in_flow(window: Window) -> list[ColumnElement[bool]]:
    """The dossiers that count: received by the last day, and not over before the period."""
    row, start = dossiers.c, _midnight(window.period.start)
    ended = _ended()
    begun_or_open = or_(row.received_at >= start, ~_closed())
    alive = or_(ended >= start, and_(ended.is_(None), begun_or_open))
    return [row.received_at < _midnight(_next(window.as_of)), alive]


def _marks(window: Window) -> list[ColumnElement[Any]]:
    """Everything that decides where a dossier counts."""
    row = dossiers.c
    marks = [
        row.channel,
        _fate(window),
        _mark(row.received_at < _midnight(window.period.start)),
        _mark(row.apology_at.is_not(None)),
        _mark(or_(row.rescheduled_to.is_not(None), row.original_due_at.is_not(None))),
        _mark(_due() < _midnight(_next(window.as_of, 1 + window.near_days))),
        _mark(row.received_by_id.is_not(None)),
    ]
    return [mark.label(f"mark{place}") for place, mark in enumerate(marks)]


def _ended() -> ColumnElement[Any]:
    return func.coalesce(dossiers.c.finished_at, dossiers.c.returned_at)


def _closed() -> ColumnElement[bool]:
    return dossiers.c.status.in_(sorted(CLOSED))


def _fate(window: Window) -> ColumnElement[str]:
    row, ended, closed = dossiers.c, _ended(), _closed()
    after = _midnight(_next(window.as_of))
    still_open = or_(ended >= after, and_(ended.is_(None), ~closed))
    day, due = func.date(ended), func.date(_due())
    return case(
        (and_(still_open, _due() < _midnight(window.as_of)), _word(Fate.OVERDUE)),
        (still_open, _word(Fate.IN_TIME)),
        (row.status.in_(sorted(ENDED)), _word(Fate.STOPPED)),
        (or_(ended.is_(None), _due().is_(None)), _word(Fate.UNKNOWN)),
        (day < due, _word(Fate.EARLY)),
        (day == due, _word(Fate.SAME_DAY)),
        else_=_word(Fate.LATE),
    )


def _due() -> ColumnElement[Any]:
    """The day first promised: a later one does not make a late dossier punctual."""
    return func.coalesce(dossiers.c.original_due_at, dossiers.c.due_at)


def _word(fate: Fate) -> ColumnElement[str]:
    return literal_column(f"'{fate.value}'")


def _mark(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, literal_column("1")), else_=literal_column("0"))


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
