"""Counts for charts and for the series over the years: few columns, no dossier by itself."""

from datetime import date

from sqlalchemy import exists, func, select

from surveys.evidence import Timing
from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.base.schema import answers, dossier_evidence, dossiers, responses
from surveys.store.dossiers.in_period import received_in, returned_in


async def count_by_day(conn: Connection, period: Period) -> dict[date, tuple[int, int]]:
    """Day → dossiers returned on it, those of them with a valid response."""
    row = dossier_evidence.c
    counts = (func.count().label("returned"), func.sum(row.answered).label("answered"))
    query = select(row.returned_on, *counts).where(returned_in(period)).group_by(row.returned_on)
    if conn.dialect.name == "sqlite":  # by unit and day it groups in the order of an index
        days = query.group_by(row.unit_id).subquery().c
        summed = select(days.returned_on, func.sum(days.returned), func.sum(days.answered))
        query = summed.group_by(days.returned_on)
    found = await conn.execute(query)
    return {day: (returned, answered) for day, returned, answered in found}


async def count_received(conn: Connection, period: Period) -> int:
    """The dossiers received in a period."""
    counted = select(func.count()).select_from(dossier_evidence).where(received_in(period))
    return await conn.scalar(counted) or 0


async def count_late(conn: Connection, period: Period) -> int:
    """The dossiers returned in a period after their day."""
    late = dossier_evidence.c.total_time == Timing.LATE.value
    counted = select(func.count()).select_from(dossier_evidence).where(returned_in(period), late)
    return await conn.scalar(counted) or 0


async def count_options(conn: Connection, period: Period, question: str) -> dict[str, int]:
    """Option → how often it was chosen for this question, in all forms that ask it."""
    joined = dossier_evidence.join(
        responses, responses.c.dossier_id == dossier_evidence.c.dossier_id
    ).join(answers, answers.c.response_id == responses.c.id)
    which = (answers.c.question == question, answers.c.latest, answers.c.option.is_not(None))
    counted = select(answers.c.option, func.count()).select_from(joined)
    rows = await conn.execute(counted.where(returned_in(period), *which).group_by(answers.c.option))
    return dict(rows.all())


async def has_officials(conn: Connection) -> bool:
    """Whether any dossier names who handled it."""
    return bool(await conn.scalar(select(exists().where(dossiers.c.officer.is_not(None)))))
