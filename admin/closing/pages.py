"""The dossiers underlying a criterion: those that were signed, of a closed period; else today's."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from admin.rating.result import RatingResult
from admin.rating.unit_evidence import choices_of
from surveys.criteria import CRITERIA, outcomes
from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.results import closing_evidence, closings, dossier_pages
from surveys.store.results.closing_evidence import KeptDossier
from surveys.store.results.dossier_pages import Page, Wanted, code_of
from surveys.store.results.measured_otherwise import Otherwise, find_otherwise


class Found(NamedTuple):
    """One page. `signed`: for signed figures the outcomes that were signed, by dossier;
    `otherwise`: the dossiers of the period that count otherwise than their evidence says.
    """

    page: Page
    signed: Mapping[int, int]
    otherwise: Mapping[int, Otherwise]


async def find_page(
    conn: Connection, rating: RatingResult, wanted: Wanted, *, limit: int, offset: int
) -> Found:
    """One page of the dossiers wanted, as the rulebook counts them."""
    period = rating.period
    found = await find_otherwise(conn, period, choices_of(rating.rulebook))
    otherwise = {one.after.dossier_id: one for one in found}
    closing = await closings.find_in_force(conn, period)
    if closing is None or rating.mark is None or rating.mark.live:
        page = await dossier_pages.find_page(
            conn, period, wanted, found, limit=limit, offset=offset
        )
        return Found(page, {}, otherwise)
    measured = {} if closing_evidence.is_as_counted(closing) else otherwise
    kept: list[tuple[str, int, int]] = []
    async for part, _ in closing_evidence.read_kept(conn, closing):
        kept += _wanted(part, wanted, period, measured)
    kept.sort()
    shown = {number: code for _, number, code in kept[offset : offset + limit]}
    return Found(Page(ids=tuple(shown), whole=len(kept)), shown, otherwise)


def _wanted(
    part: list[KeptDossier], wanted: Wanted, period: Period, otherwise: Mapping[int, Otherwise]
) -> Iterator[tuple[str, int, int]]:
    """Day, number and outcome of the kept dossiers that are wanted."""
    for one in part:
        other = otherwise.get(one.id)
        mine = _unit_of(one, as_receiver=wanted.as_receiver) in wanted.units
        counts = is_returned_in(one, period) or (other is not None and other.before is None)
        code = _code(one, wanted.criterion, other)
        if mine and counts and wanted.shows(code):
            yield one.value("returned_on") or "", one.id, code


def _code(kept: KeptDossier, criterion: str, other: Otherwise | None) -> int:
    """The outcome signed. `other` is there for a closing that kept evidence only: if the dossier
    has not changed since, as the rulebook counts it.
    """
    code = int(kept.value(CRITERIA[criterion].column))
    if other is None:
        return code
    before = other.before
    if before is not None and int(outcomes(before.record).of(criterion)) != code:
        return code
    return code_of(other, criterion)


def is_returned_in(one: KeptDossier, period: Period) -> bool:
    """Whether the dossier counts in the period, rather than being received in it only."""
    day = one.value("returned_on")
    return day is not None and period.start.isoformat() <= day <= period.end.isoformat()


def _unit_of(one: KeptDossier, *, as_receiver: bool) -> str:
    received_by = one.value("received_by") if as_receiver else None
    return str(received_by or one.value("unit"))
