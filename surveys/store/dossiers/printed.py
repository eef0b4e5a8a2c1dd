"""The dossiers that receipts are printed for, or links are listed for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.base.schema import dossier_evidence, dossiers, procedures, units
from surveys.store.dossiers.in_period import received_in, returned_in

AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedDossier:
    """What a receipt says of a dossier. Times are civil times of the authority; the applicant's
    name is encrypted."""

    id: int
    code: str
    unit_id: int
    unit: str
    unit_name: str
    procedure: str | None
    received_at: datetime | None
    due_at: datetime | None
    applicant_sealed: bytes | None


async def list_in_period(
    conn: Connection, period: Period, *, received: bool, units_in: Collection[int] | None
) -> list[PrintedDossier]:
    """The dossiers returned (or `received`) in the period, by unit and code.

    `units_in`: only those of these units; None: all.
    """
    within = received_in(period) if received else returned_in(period)
    query = _query().join(dossier_evidence, dossier_evidence.c.dossier_id == dossiers.c.id)
    query = query.where(within)
    if units_in is not None:
        query = query.where(dossiers.c.unit_id.in_(list(units_in)))
    return await _read(conn, query)


async def list_by_code(conn: Connection, codes: Sequence[str]) -> list[PrintedDossier]:
    """The dossiers with these codes, in their order; unknown codes are left out."""
    found: dict[str, PrintedDossier] = {}
    for start in range(0, len(codes), AT_ONCE):
        some = codes[start : start + AT_ONCE]
        query = _query().where(dossiers.c.code.in_(some))
        found |= {one.code: one for one in await _read(conn, query)}
    return [found[code] for code in codes if code in found]


def _query() -> Select[Any]:
    names = ("id", "code", "unit_id", "received_at", "due_at", "applicant_sealed")
    return (
        select(
            *(dossiers.c[name] for name in names),
            units.c.code.label("unit"),
            units.c.name.label("unit_name"),
            procedures.c.name.label("procedure"),
        )
        .select_from(dossiers)
        .join(units, units.c.id == dossiers.c.unit_id)
        .outerjoin(procedures, procedures.c.id == dossiers.c.procedure_id)
        .order_by(units.c.code, dossiers.c.code)
    )


async def _read(conn: Connection, query: Select[Any]) -> list[PrintedDossier]:
    return [PrintedDossier(**row) for row in (await conn.execute(query)).mappings()]
