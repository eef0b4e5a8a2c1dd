"""Look-ups of dossiers for a conversation: by code, by id, by phone."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, case, func, select

from surveys.dossier import DONE, Stage, has_result, stage_of
from surveys.store.base.connection import Connection
from surveys.store.base.schema import contact_dossiers, dossiers, procedures, units
from surveys.store.dossiers.units import Desk

SHOWN = 10
"""Dossiers listed in one message, the latest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierStage:
    """How far one dossier is. Times are civil times of the authority; `due_at` is the first date
    promised, `promised_at` the new one if one was given (NĐ 118/2025/NĐ-CP Điều 19 khoản 6).
    `unit` and `desk` are those that received it. `phone_key` is the keyed hash of the phone number
    it was filed with.
    """

    id: int
    code: str
    unit: str
    procedure: str | None
    status: int
    received_at: datetime | None
    promised_at: datetime | None
    due_at: datetime | None
    rescheduled_to: datetime | None
    apology_at: datetime | None
    finished_at: datetime | None
    returned_at: datetime | None
    phone_key: str | None
    phone_sealed: bytes | None
    simulated: bool
    desk: Desk

    def days_late(self, today: date) -> int:
        """Days after the promised day: until the result was there, or until today; 0 if unknown."""
        if self.promised_at is None or not has_result(self.status):
            return 0
        done = self.finished_at or self.returned_at
        if self.stage in DONE and done is None:
            return 0
        until = done.date() if done is not None and self.stage in DONE else today
        return max(0, (until - self.promised_at.date()).days)

    @property
    def stage(self) -> Stage:
        """The stage of the dossier, as citizens are told."""
        return stage_of(self.status, self.returned_at)


async def find_by_code(conn: Connection, code: str) -> DossierStage | None:
    """The dossier with exactly this code."""
    row = (await conn.execute(_query().where(dossiers.c.code == code))).one_or_none()
    return _stage(row) if row else None


async def find_by_id(conn: Connection, dossier_id: int) -> DossierStage | None:
    """The dossier with this id."""
    row = (await conn.execute(_query().where(dossiers.c.id == dossier_id))).one_or_none()
    return _stage(row) if row else None


async def find_only(conn: Connection, contact_id: int) -> DossierStage | None:
    """The dossier of a contact that has to do with one alone."""
    linked = contact_dossiers.c
    query = _query().where(
        dossiers.c.id.in_(select(linked.dossier_id).where(linked.contact_id == contact_id))
    )
    rows = (await conn.execute(query.limit(2))).all()
    return _stage(rows[0]) if len(rows) == 1 else None


async def find_by_phone(conn: Connection, phone_key: str) -> list[DossierStage]:
    """The dossiers that were filed with this phone number, the latest first."""
    query = _query().where(dossiers.c.phone_key == phone_key)
    return [_stage(row) for row in await conn.execute(_latest(query))]


async def find_ids_by_phone(conn: Connection, phone_key: str) -> list[int]:
    """The ids of all dossiers that were filed with this phone number."""
    query = select(dossiers.c.id).where(dossiers.c.phone_key == phone_key)
    return list((await conn.execute(query.order_by(dossiers.c.id))).scalars())


_COLUMNS = (
    *("id", "code", "status", "received_at", "apology_at"),
    *("finished_at", "returned_at", "phone_key", "phone_sealed", "simulated"),
)


def _query() -> Select[Any]:
    first, due, again = (
        dossiers.c[name] for name in ("original_due_at", "due_at", "rescheduled_to")
    )
    where = func.coalesce(dossiers.c.received_by_id, dossiers.c.unit_id)
    is_second = (first.is_not(None) & (due > first), due)
    columns = [dossiers.c[name] for name in _COLUMNS]
    desk = [units.c[name] for name in ("phone", "address", "hours")]
    return (
        select(
            *columns,
            *desk,
            func.coalesce(first, due).label("due_at"),
            func.coalesce(again, due).label("promised_at"),
            func.coalesce(again, case(is_second)).label("rescheduled_to"),
            units.c.name.label("unit"),
            procedures.c.name.label("procedure"),
        )
        .join_from(dossiers, units, units.c.id == where)
        .outerjoin(procedures, procedures.c.id == dossiers.c.procedure_id)
    )


def _latest(query: Select[Any]) -> Select[Any]:
    return query.order_by(dossiers.c.received_at.desc(), dossiers.c.id.desc()).limit(SHOWN)


def _stage(row: Row[Any]) -> DossierStage:
    plain = {name: getattr(row, name) for name in DossierStage.__slots__ if name != "desk"}
    desk = Desk(unit=row.unit, phone=row.phone, address=row.address, hours=row.hours)
    return DossierStage(**plain, desk=desk)
