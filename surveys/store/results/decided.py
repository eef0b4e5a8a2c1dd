"""What verifiers decided about the dossiers returned in a period, and about their complaints."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, literal, select

from surveys.criteria import outcome_name
from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.base.schema import (
    audit,
    complaints,
    dossier_evidence,
    dossiers,
    responses,
    units,
    verifications,
)
from surveys.store.dossiers.in_period import returned_in

ASIDE, COMPLAINT = "verify.aside", "verify.complaint"
"""The actions of decisions about disowned answers and about complaints, in the audit log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """One decision. `decision`: `confirm`, `change`, `refuse` of a criterion, `upheld`, `refuted`
    of the complaint `reference`, `keep`, `drop` of a disowned answer.

    `raw` and `outcome`: what the dossier showed and what counts, of a criterion.
    """

    at: datetime
    officer: str
    unit: str
    dossier: str
    decision: str
    reason: str
    criterion: str = ""
    raw: str = ""
    outcome: str = ""
    reference: str = ""
    kind: str = ""
    """What a complaint is about."""


async def list_decided(
    conn: Connection, period: Period, until: datetime | None = None
) -> list[Decided]:
    """Every decision, also those that a later one replaced, oldest first; `until`: those made up
    to this moment.
    """
    found = [*await _verified(conn, period), *await _complained(conn, period)]
    found += await _set_aside(conn, period)
    kept = (one for one in found if until is None or one.at <= until)
    return sorted(kept, key=lambda one: (one.at, one.dossier, one.criterion))


async def _verified(conn: Connection, period: Period) -> list[Decided]:
    names = ("at", "officer", "reason", "criterion", "action", "raw_outcome", "outcome")
    query = _base(period, *(verifications.c[name] for name in names)).join(
        verifications, verifications.c.dossier_id == dossier_evidence.c.dossier_id
    )
    rows = (await conn.execute(query)).mappings()
    return [
        Decided(
            decision=row["action"],
            raw=outcome_name(row["criterion"], row["raw_outcome"]),
            outcome=outcome_name(row["criterion"], row["outcome"]),
            **{name: row[name] for name in ("at", "officer", "unit", "dossier", "reason")},
            criterion=row["criterion"],
        )
        for row in rows
    ]


async def _complained(conn: Connection, period: Period) -> list[Decided]:
    """From the audit log: the complaint itself knows its last decision only."""
    table = complaints.c
    named = (audit.c.at, audit.c.actor.label("officer"), audit.c.details)
    query = (
        _base(period, *named, table.reference, table.kind)
        .join(responses, responses.c.dossier_id == dossier_evidence.c.dossier_id)
        .join(complaints, table.response_id == responses.c.id)
        .join(audit, audit.c.subject == literal("complaint:") + table.reference)
        .where(table.decided_at.is_not(None), audit.c.action == COMPLAINT)
        .order_by(audit.c.id)
    )
    rows = (await conn.execute(query)).mappings()
    return [
        Decided(
            decision=row["details"]["to"],
            reason=row["details"]["reason"],
            **_without(row, "details"),
        )
        for row in rows
    ]


async def _set_aside(conn: Connection, period: Period) -> list[Decided]:
    named = (audit.c.at, audit.c.actor.label("officer"), audit.c.details)
    subject = literal("dossier:") + dossiers.c.code
    query = _base(period, *named).join(audit, audit.c.subject == subject)
    rows = (await conn.execute(query.where(audit.c.action == ASIDE))).mappings()
    return [Decided(**row["details"], **_without(row, "details")) for row in rows]


def _base(period: Period, *columns: Any) -> Select[Any]:  # noqa: ANN401 - columns
    return (
        select(units.c.code.label("unit"), dossiers.c.code.label("dossier"), *columns)
        .select_from(dossier_evidence)
        .join(units, units.c.id == dossier_evidence.c.unit_id)
        .join(dossiers, dossiers.c.id == dossier_evidence.c.dossier_id)
        .where(returned_in(period))
    )


def _without(row: Any, name: str) -> dict[str, Any]:  # noqa: ANN401 - a mapping of SQLAlchemy
    return dict(_items(row, name))


def _items(row: Any, left_out: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401
    return ((key, row[key] or "") for key in row if key != left_out)
