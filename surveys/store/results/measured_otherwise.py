"""Dossiers that count otherwise than their evidence rows say, by what a rulebook decides.

They are few (promised again, asked for papers again, ended without a result), so they are found by
partial indexes and derived again from their records.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, literal_column, or_, select

from surveys.dossier import ENDED, has_result
from surveys.measuring import Measuring
from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.base.schema import dossiers
from surveys.store.dossiers.in_period import dossier_returned_in, has_return_day_in
from surveys.store.results import dossier_records
from surveys.store.results.dossier_records import Known

IS_PROMISED_AGAIN = or_(
    dossiers.c.rescheduled_to.is_not(None), dossiers.c.original_due_at.is_not(None)
)
IS_SUPPLEMENTED = or_(
    dossiers.c.supplements > literal_column("1"), dossiers.c.supplement_days > literal_column("0")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a rulebook decides about the dossiers that count.

    `time`: how their time is measured; `with_ended`: those that ended without a result too;
    `apart`: whether any criterion is about the receiving unit.
    """

    time: Measuring = field(default_factory=Measuring)
    with_ended: bool = False
    apart: bool = True

    @property
    def as_stored(self) -> bool:
        """Whether the evidence rows say everything."""
        return not self.with_ended and self.time == Measuring()


@dataclass(frozen=True, slots=True, kw_only=True)
class Otherwise:
    """A dossier by its evidence (`before`, None: not counted there) and as the rulebook counts it
    (`after`).
    """

    before: Known | None
    after: Known


async def find_otherwise(conn: Connection, period: Period, choices: Choices) -> list[Otherwise]:
    """The dossiers of the period, each once; empty where the evidence rows say everything."""
    found: dict[int, Known] = {}
    for which in _which(period, choices):
        found |= {one.dossier_id: one for one in await _find(conn, which)}
    return [
        Otherwise(before=one if has_result(one.status) else None, after=one.measured(choices.time))
        for one in found.values()
    ]


def _which(period: Period, choices: Choices) -> Iterator[Sequence[ColumnElement[bool]]]:
    if choices.time.promised_last:
        yield IS_PROMISED_AGAIN, dossier_returned_in(period)
    if choices.time.asked_again_is_late or choices.time.waiting_left_out:
        yield IS_SUPPLEMENTED, dossier_returned_in(period)
    if choices.with_ended:
        yield dossiers.c.status.in_(ENDED), has_return_day_in(period)


async def _find(conn: Connection, which: Sequence[ColumnElement[bool]]) -> list[Known]:
    query = select(dossiers.c.id).where(*which).order_by(dossiers.c.id)
    ids = (await conn.execute(query)).scalars().all()
    return await dossier_records.find_many(conn, ids)
