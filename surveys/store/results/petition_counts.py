"""Counts of petitions by the unit of their dossier, for a rating."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import select

from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.base.schema import dossiers, petitions
from surveys.store.results.petitions import PetitionState

SHIFT = timedelta(hours=7)
"""Vietnam is seven hours ahead of UTC all the year."""
PetitionCounts = Mapping[str, int]


async def count_by_unit(conn: Connection, period: Period) -> dict[int, PetitionCounts]:
    """Unit number → own_petitions, …_on_time, …_answered, …_satisfied of those sent in the period.

    One that is not answered is on time while its day has not passed by the end of the period.
    """
    names = ("sent_at", "due_on", "state", "changed_at", "disputed_at")
    columns = [petitions.c[name] for name in names]
    query = (
        select(dossiers.c.unit_id, *columns)
        .join_from(petitions, dossiers, dossiers.c.id == petitions.c.dossier_id)
        .where(petitions.c.sent_at.is_not(None), petitions.c.state != PetitionState.WITHDRAWN)
    )
    found: dict[int, dict[str, int]] = {}
    for unit_id, sent_at, due_on, state, changed_at, disputed_at in await conn.execute(query):
        if not period.start <= _day(sent_at) <= period.end:
            continue
        counts = found.setdefault(unit_id, dict.fromkeys(NAMES, 0))
        answered = state == PetitionState.ANSWERED
        done_on = _day(changed_at) if answered and changed_at else period.end
        counts["own_petitions"] += 1
        counts["own_petitions_on_time"] += due_on is None or done_on <= due_on
        counts["own_petitions_answered"] += answered
        counts["own_petitions_satisfied"] += answered and disputed_at is None
    return dict(found)


NAMES = (
    *("own_petitions", "own_petitions_on_time"),
    *("own_petitions_answered", "own_petitions_satisfied"),
)


def _day(moment: datetime) -> date:
    return (moment + SHIFT).date()
