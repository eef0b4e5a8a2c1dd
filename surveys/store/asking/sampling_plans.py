"""The plan of each unit's sample in a period: its seed, and the share that is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, func, select, update

from surveys.period import Period
from surveys.sampling import UnitCount
from surveys.store.asking.invitations import InvitationState
from surveys.store.base.connection import Connection
from surveys.store.base.database import insert
from surveys.store.base.schema import dossiers, invitations, responses, sampling_plans, units
from surveys.store.dossiers.in_period import dossier_returned_in


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingPlan:
    """One unit (its code) in one period (its id). `share` is in percent."""

    unit_id: int
    unit: str
    period: str
    seed: str
    rule: str
    share: Decimal
    topped_up_at: datetime | None = None


async def make(conn: Connection, plan: SamplingPlan, now: datetime) -> bool:
    """Store a plan unless the unit has one in this period; returns whether it was stored."""
    values = {name: getattr(plan, name) for name in ("unit_id", "period", "seed", "rule", "share")}
    new = insert(conn, sampling_plans).values(**values, made_at=now)
    done = new.on_conflict_do_nothing(index_elements=["unit_id", "period"])
    return (await conn.execute(done.returning(sampling_plans.c.id))).one_or_none() is not None


async def list_of_period(conn: Connection, period: str) -> Mapping[int, SamplingPlan]:
    """Unit id → its plan in this period."""
    query = (
        select(sampling_plans, units.c.code.label("unit"))
        .join_from(sampling_plans, units, units.c.id == sampling_plans.c.unit_id)
        .where(sampling_plans.c.period == period)
    )
    rows = (await conn.execute(query)).mappings()
    return {row["unit_id"]: _plan(row) for row in rows}


async def top_up(conn: Connection, plan: SamplingPlan, share: Decimal, now: datetime) -> None:
    """Draw a larger share from now on."""
    which = and_(sampling_plans.c.unit_id == plan.unit_id, sampling_plans.c.period == plan.period)
    values = {"share": share, "topped_up_at": now}
    await conn.execute(update(sampling_plans).where(which).values(**values))


async def count_returned(conn: Connection, unit_id: int, period: Period) -> int:
    """How many dossiers of the unit were returned in the period."""
    which = (dossiers.c.unit_id == unit_id, dossier_returned_in(period))
    return int(await conn.scalar(select(func.count()).select_from(dossiers).where(*which)) or 0)


async def count_by_unit(conn: Connection, period: Period, form: str) -> Mapping[int, UnitCount]:
    """Unit id → its dossiers of the period: returned, drawn, answered."""
    own = and_(invitations.c.dossier_id == dossiers.c.id, invitations.c.form == form)
    given = and_(responses.c.dossier_id == dossiers.c.id, responses.c.form == form)
    drawn = invitations.c.state != InvitationState.LEFT_OUT
    query = (
        select(
            dossiers.c.unit_id,
            func.count().label("returned"),
            func.count().filter(drawn).label("drawn"),
            func.count(responses.c.id).label("answered"),
        )
        .join_from(dossiers, invitations, own, isouter=True)
        .outerjoin(responses, given)
        .where(dossier_returned_in(period))
        .group_by(dossiers.c.unit_id)
    )
    return {
        row.unit_id: UnitCount(returned=row.returned, drawn=row.drawn, answered=row.answered)
        for row in await conn.execute(query)
    }


async def list_left_out(
    conn: Connection, unit_id: int, period: Period, form: str
) -> Mapping[str, int]:
    """Code → id of the unit's dossiers of the period that were not drawn."""
    query = (
        select(dossiers.c.code, dossiers.c.id)
        .join(invitations, invitations.c.dossier_id == dossiers.c.id)
        .where(
            dossiers.c.unit_id == unit_id,
            dossiers.c.returned_at >= datetime.combine(period.start, time.min),
            dossiers.c.returned_at < datetime.combine(period.end + timedelta(days=1), time.min),
            invitations.c.form == form,
            invitations.c.state == InvitationState.LEFT_OUT,
        )
    )
    return {row.code: row.id for row in await conn.execute(query)}


def _plan(row: Mapping[Any, Any]) -> SamplingPlan:
    return SamplingPlan(**{name: row[name] for name in SamplingPlan.__slots__})
