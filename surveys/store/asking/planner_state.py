"""What all planners share: one works at a time, and each knows when the last one looked."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from surveys.store.base.connection import Connection
from surveys.store.base.schema import meta as meta_table
from surveys.store.system import meta

KEY = "planner"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannerState:
    """When a planner looked last, and since when the clock has gone on without a jump; None: no
    planner ever looked."""

    looked_at: datetime | None = None
    steady_since: datetime | None = None


async def lock(conn: Connection) -> PlannerState:
    """The state; no other planner works until this transaction ends."""
    await meta.remember(conn, KEY, "{}")
    query = select(meta_table.c.value).where(meta_table.c.key == KEY).with_for_update()
    return _state(await conn.scalar(query) or "{}")


async def read(conn: Connection) -> PlannerState:
    """The state, without the lock."""
    return _state(await meta.read(conn, KEY) or "{}")


async def write(conn: Connection, state: PlannerState) -> None:
    """Store the state in the transaction that has the lock."""
    told = {name: at.isoformat() for name in PlannerState.__slots__ if (at := getattr(state, name))}
    await meta.write(conn, KEY, json.dumps(told))


def _state(text: str) -> PlannerState:
    told = json.loads(text)
    return PlannerState(**{name: datetime.fromisoformat(at) for name, at in told.items()})
