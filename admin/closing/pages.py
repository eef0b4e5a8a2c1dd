"""The dossiers underlying a criterion: those that were signed, of a closed period; else today's."""

from collections.abc import Mapping
from typing import NamedTuple

from admin.rating.result import RatingResult
from surveys.criteria import CRITERIA
from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.results import closing_evidence, closings, ratings
from surveys.store.results.closing_evidence import KeptDossier
from surveys.store.results.ratings import Page


class Asked(NamedTuple):
    """The dossiers to list: of which units (a unit and those merged into it) and criterion, with
    which outcome; `as_receiver`: those the units received, whichever unit resolved them.
    """

    units: tuple[str, ...]
    criterion: str
    outcome: int | None
    as_receiver: bool


async def find_page(
    conn: Connection,
    rating: RatingResult,
    asked: Asked,
    *,
    limit: int,
    offset: int,
) -> tuple[Page, Mapping[int, int]]:
    """One page of the dossiers asked for, with evidence for a criterion (or exactly this outcome);
    for signed figures the outcomes that were signed, by dossier.
    """
    criterion, outcome = asked.criterion, asked.outcome
    period = rating.period
    closing = await closings.find_in_force(conn, period)
    if closing is None or rating.mark is None or rating.mark.live:
        page = await ratings.find_page(
            conn,
            period,
            asked.units,
            criterion,
            outcome=outcome,
            limit=limit,
            offset=offset,
            as_receiver=asked.as_receiver,
        )
        return page, {}
    column = CRITERIA[criterion].column
    kept: list[KeptDossier] = []
    async for part, _ in closing_evidence.read_kept(conn, closing):
        kept += [
            one
            for one in part
            if _unit_of(one, as_receiver=asked.as_receiver) in asked.units
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


def _unit_of(one: KeptDossier, *, as_receiver: bool) -> str:
    received_by = one.value("received_by") if as_receiver else None
    return str(received_by or one.value("unit"))


def _shows(code: int, outcome: int | None) -> bool:
    return code != 0 if outcome is None else code == outcome
