"""The dossiers that count for a criterion of a unit, page by page, as the rulebook counts them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, func, select

from surveys.criteria import CRITERIA, outcomes
from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.base.schema import dossier_evidence, dossiers, units
from surveys.store.dossiers.in_period import returned_in
from surveys.store.results.measured_otherwise import Otherwise

Place = tuple[date, int]
"""The day of the return and the number of a dossier: the order of the pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The dossiers of these units with evidence for a criterion, or with exactly this outcome;
    `as_receiver`: those they received, whichever unit resolved them.
    """

    units: Collection[str]
    criterion: str
    outcome: int | None = None
    as_receiver: bool = False

    def shows(self, code: int) -> bool:
        """Whether a dossier with this outcome is wanted."""
        return code != 0 if self.outcome is None else code == self.outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of the dossiers, in the order they were returned; `whole` is the total."""

    ids: tuple[int, ...]
    whole: int


async def find_page(
    conn: Connection,
    period: Period,
    wanted: Wanted,
    otherwise: Collection[Otherwise] = (),
    *,
    limit: int,
    offset: int,
) -> Page:
    """One page; `otherwise` are the dossiers of the period that count otherwise than their
    evidence rows say.
    """
    unit_ids = set((await conn.execute(_unit_ids(wanted))).scalars())
    which = (_mine(wanted), returned_in(period), _shown(wanted))
    whole = await conn.scalar(select(func.count()).select_from(dossier_evidence).where(*which))
    order = (dossier_evidence.c.returned_on, dossier_evidence.c.dossier_id)
    query = select(*order).where(*which).order_by(*order)
    added = sorted(_places(wanted, unit_ids, otherwise))
    gone = sorted(_gone(wanted, unit_ids, otherwise))
    if not added and not gone:
        rows = await conn.execute(query.limit(limit).offset(offset))
        return Page(ids=tuple(number for _, number in rows), whole=whole or 0)
    rows = await conn.execute(query.limit(offset + limit + len(gone)))
    left = {(day, number) for day, number in rows} - set(gone)
    shown = sorted([*left, *added])[offset : offset + limit]
    total = (whole or 0) - len(gone) + len(added)
    return Page(ids=tuple(number for _, number in shown), whole=total)


def code_of(otherwise: Otherwise, criterion: str) -> int:
    """The outcome of a dossier as the rulebook counts it."""
    return int(outcomes(otherwise.after.record).of(criterion))


def _places(
    wanted: Wanted, unit_ids: Collection[int], otherwise: Collection[Otherwise]
) -> Iterator[Place]:
    """Those that are wanted as the rulebook counts them."""
    for one in otherwise:
        if _unit(wanted, one) in unit_ids and wanted.shows(code_of(one, wanted.criterion)):
            yield _place(one)


def _gone(
    wanted: Wanted, unit_ids: Collection[int], otherwise: Collection[Otherwise]
) -> Iterator[Place]:
    """Those among the evidence rows of the query, which `_places` replaces."""
    for one in otherwise:
        if one.before is None or _unit(wanted, one) not in unit_ids:
            continue
        if wanted.shows(int(outcomes(one.before.record).of(wanted.criterion))):
            yield _place(one)


def _place(one: Otherwise) -> Place:
    returned = one.after.record.returned_at
    return (returned.date() if returned else date.max), one.after.dossier_id


def _unit(wanted: Wanted, one: Otherwise) -> int:
    return (wanted.as_receiver and one.after.received_by_id) or one.after.unit_id


def _unit_ids(wanted: Wanted) -> Select[int]:
    return select(units.c.id).where(units.c.code.in_(wanted.units))


def _shown(wanted: Wanted) -> ColumnElement[bool]:
    column = dossier_evidence.c[CRITERIA[wanted.criterion].column]
    return column != 0 if wanted.outcome is None else column == wanted.outcome


def _mine(wanted: Wanted) -> ColumnElement[bool]:
    if not wanted.as_receiver:
        return dossier_evidence.c.unit_id.in_(_unit_ids(wanted))
    receiver = func.coalesce(dossiers.c.received_by_id, dossiers.c.unit_id)
    received = select(dossiers.c.id).where(receiver.in_(_unit_ids(wanted)))
    return dossier_evidence.c.dossier_id.in_(received)
