"""Look-ups of dossiers for a conversation: by code, by id, by phone."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, func, select

from surveys.dossier import DONE, Stage, stage_of
from surveys.store.base.connection import Connection
from surveys.store.base.schema import dossiers, procedures, units
from surveys.store.dossiers.units import Desk

SHOWN = 10
"""Dossiers listed in one message, the latest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierStage:
    """How far one dossier is. Times are civil times of the authority; `promised_at` is the new date
    if one was given (NĐ 61/2018/NĐ-CP Điều 19 khoản 9). `phone_key` is the keyed hash of the phone
    number it was filed with.
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
    simulated: bool
    desk: Desk

    def days_late(self, today: date) -> int:
        """Days after the promised day: until the result was there, or until today; 0 if unknown."""
        if self.promised_at is None or self.stage is Stage.WITHDRAWN:
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


async def find_by_phone(conn: Connection, phone_key: str) -> list[DossierStage]:
    """The dossiers that were filed with this phone number, the latest first."""
    query = _query().where(dossiers.c.phone_key == phone_key)
    return [_stage(row) for row in await conn.execute(_latest(query))]


async def find_ids_by_phone(conn: Connection, phone_key: str) -> list[int]:
    """The ids of all dossiers that were filed with this phone number."""
    query = select(dossiers.c.id).where(dossiers.c.phone_key == phone_key)
    return list((await conn.execute(query.order_by(dossiers.c.id))).scalars())


_COLUMNS = (
    *("id", "code", "status", "received_at", "due_at", "rescheduled_to", "apology_at"),
    *("finished_at", "returned_at", "phone_key", "simulated"),
)


def _query() -> Select[Any]:
    promised = func.coalesce(dossiers.c.rescheduled_to, dossiers.c.due_at)
    columns = [dossiers.c[name] for name in _COLUMNS]
    desk = [units.c[name] for name in ("phone", "address", "hours")]
    return (
        select(
            *columns,
            *desk,
            promised.label("promised_at"),
            units.c.name.label("unit"),
            procedures.c.name.label("procedure"),
        )
        .join_from(dossiers, units, units.c.id == dossiers.c.unit_id)
        .outerjoin(procedures, procedures.c.id == dossiers.c.procedure_id)
    )


def _latest(query: Select[Any]) -> Select[Any]:
    return query.order_by(dossiers.c.received_at.desc(), dossiers.c.id.desc()).limit(SHOWN)


def _stage(row: Row[Any]) -> DossierStage:
    plain = {name: getattr(row, name) for name in DossierStage.__slots__ if name != "desk"}
    desk = Desk(unit=row.unit, phone=row.phone, address=row.address, hours=row.hours)
    return DossierStage(**plain, desk=desk)
