"""The dossiers underlying a criterion: those that were signed, of a closed period; else today's."""

from collections.abc import Mapping

from admin.rating.result import RatingResult
from surveys.criteria import CRITERIA
from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.results import closing_evidence, closings, ratings
from surveys.store.results.closing_evidence import KeptDossier
from surveys.store.results.ratings import Page


async def find_page(
    conn: Connection,
    rating: RatingResult,
    unit: str,
    criterion: str,
    *,
    outcome: int | None,
    limit: int,
    offset: int,
) -> tuple[Page, Mapping[int, int]]:
    """One page of a unit's dossiers with evidence for a criterion (or exactly this outcome); for
    signed figures the outcomes that were signed, by dossier.
    """
    period = rating.period
    closing = await closings.find_in_force(conn, period)
    if closing is None or rating.mark is None or rating.mark.live:
        page = await ratings.find_page(
            conn, period, unit, criterion, outcome=outcome, limit=limit, offset=offset
        )
        return page, {}
    column = CRITERIA[criterion].column
    kept: list[KeptDossier] = []
    async for part, _ in closing_evidence.read_kept(conn, closing):
        kept += [
            one
            for one in part
            if one.value("unit") == unit
            and is_returned_in(one, period)
            and _shows(one.value(column), outcome)
        ]
    kept.sort(key=lambda one: (one.value("returned_on"), one.id))
    shown = kept[offset : offset + limit]
    page = Page(ids=tuple(one.id for one in shown), whole=len(kept))
    return page, {one.id: one.value(column) for one in shown}


def is_returned_in(one: KeptDossier, period: Period) -> bool:
    """Whether the dossier counts in the period, rather than being received in it only."""
    day = one.value("returned_on")
    return day is not None and period.start.isoformat() <= day <= period.end.isoformat()


def _shows(code: int, outcome: int | None) -> bool:
    return code != 0 if outcome is None else code == outcome
