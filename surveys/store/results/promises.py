"""Dossiers with a second promised day: whether it was given as the decree says.

NĐ 118/2025/NĐ-CP Điều 19 khoản 6: at most once, and with a written notice and apology at least a
day before the first promised day.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.base.schema import dossiers, units
from surveys.store.dossiers.in_period import dossier_returned_in

NOTICE = timedelta(days=1)
"""The least time between the apology and the promised day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescheduled:
    """A unit's returned dossiers that were promised again; of them those promised more than once
    again, without an apology, and with one that came too late.
    """

    code: str
    name: str
    count: int = 0
    again: int = 0
    without_apology: int = 0
    late_apology: int = 0


async def count_rescheduled(conn: Connection, period: Period) -> tuple[Rescheduled, ...]:
    """The units that resolved such dossiers, by code."""
    row = dossiers.c
    first = func.coalesce(row.original_due_at, row.due_at).label("first")
    query = (
        select(units.c.code, units.c.name, first, row.reschedules, row.apology_at)
        .join_from(dossiers, units, units.c.id == row.unit_id)
        .where(or_(row.rescheduled_to.is_not(None), row.original_due_at.is_not(None)))
        .where(dossier_returned_in(period))
        .order_by(units.c.code)
    )
    found: dict[str, dict[str, int]] = {}
    names: dict[str, str] = {}
    for code, name, due, times, apology in await conn.execute(query):
        names[code] = name
        counts = found.setdefault(code, dict.fromkeys(_COUNTS, 0))
        counts["count"] += 1
        counts["again"] += (times or 0) > 1
        counts["without_apology"] += apology is None
        counts["late_apology"] += _is_late(apology, due)
    return tuple(Rescheduled(code=code, name=names[code], **n) for code, n in found.items())


_COUNTS = ("count", "again", "without_apology", "late_apology")


def _is_late(apology: datetime | None, due: datetime | None) -> bool:
    return apology is not None and due is not None and apology.date() > due.date() - NOTICE
