"""Mẫu phiếu 3: an officer confirms, changes or refuses an outcome. The raw answer is not changed.

Every decision is a new row, refreshes the dossier's evidence and is written to the audit log, all
in the caller's transaction.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, update

from surveys.criteria import CRITERIA, outcome_name
from surveys.errors import Refusal
from surveys.outcomes import ComplaintState
from surveys.store.base.connection import Connection
from surveys.store.base.schema import complaints, dossiers, responses, verifications
from surveys.store.results import dossier_records, evidence
from surveys.store.system import audit
from surveys.store.system.audit import AuditEntry, Author


class Action(StrEnum):
    """What an officer does with an outcome."""

    CONFIRM = "confirm"
    CHANGE = "change"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One officer's decision about one criterion of one dossier (outcome codes)."""

    criterion: str
    raw_outcome: int
    outcome: int
    action: Action
    reason: str
    officer: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """The current state of a complaint, and who set it, when and why."""

    id: int
    reference: str
    dossier_id: int
    state: ComplaintState
    officer: str | None
    at: datetime | None
    reason: str | None

    @property
    def decided(self) -> bool:
        """Whether an officer has decided it."""
        return self.state in {ComplaintState.UPHELD, ComplaintState.REFUTED}


async def decide(
    conn: Connection,
    *,
    dossier: str,
    criterion: str,
    action: Action,
    outcome: int | None,
    reason: str,
    author: Author,
    now: datetime,
) -> Decision:
    """Store a decision about one criterion; `outcome` is needed for a change only.

    Raises Refusal `verify.unknown_dossier`, `verify.unknown_criterion`, `verify.no_reason` or
    `verify.nothing_to_confirm`.
    """
    if criterion not in CRITERIA:
        raise Refusal("verify.unknown_criterion", criterion=criterion, known=", ".join(CRITERIA))
    if not reason.strip():
        raise Refusal("verify.no_reason")
    dossier_id = await find_dossier_id(conn, dossier)
    raw = (await dossier_records.derive_raw_codes(conn, dossier_id))[criterion]
    if action is Action.CONFIRM and not raw:
        raise Refusal("verify.nothing_to_confirm", dossier=dossier, criterion=criterion)
    made = Decision(
        criterion=criterion,
        raw_outcome=raw,
        outcome={Action.CONFIRM: raw, Action.REFUSE: 0}.get(action, outcome or 0),
        action=action,
        reason=reason.strip(),
        officer=author.name,
        at=now,
    )
    await _keep(conn, dossier_id, dossier, made, author)
    return made


async def decide_complaint(
    conn: Connection,
    found: Complaint,
    *,
    state: ComplaintState,
    reason: str,
    author: Author,
    now: datetime,
) -> None:
    """Store whether a complaint was found true; a later decision replaces an earlier one.

    Raises Refusal `verify.no_reason` or `verify.withdrawn`.
    """
    if not reason.strip():
        raise Refusal("verify.no_reason")
    if found.state is ComplaintState.WITHDRAWN:
        raise Refusal("verify.withdrawn", reference=found.reference)
    values = {"state": state, "decided_at": now, "decided_by": author.name}
    values["reason"] = reason.strip()
    await conn.execute(update(complaints).where(complaints.c.id == found.id).values(**values))
    await evidence.refresh(conn, [found.dossier_id])
    details = {"from": found.state.value, "to": state.value, "reason": reason.strip()}
    entry = AuditEntry(
        action="verify.complaint", subject=f"complaint:{found.reference}", details=details
    )
    await audit.append(conn, author, entry, at=now)


async def lock_complaint(conn: Connection, reference: str) -> Complaint:
    """The complaint with this reference, locked until the transaction ends.

    Raises Refusal `verify.unknown_complaint`.
    """
    table = complaints.c
    decided = (table.decided_by.label("officer"), table.decided_at.label("at"), table.reason)
    query = select(table.id, table.reference, table.state, responses.c.dossier_id, *decided)
    joined = query.join_from(complaints, responses, responses.c.id == table.response_id)
    wanted = joined.where(table.reference == reference).with_for_update(of=complaints)
    found = (await conn.execute(wanted)).mappings().one_or_none()
    if found is None:
        raise Refusal("verify.unknown_complaint", reference=reference)
    return Complaint(**{**found, "state": ComplaintState(found["state"])})


async def list_decisions(conn: Connection, dossier_id: int) -> list[Decision]:
    """Every decision about a dossier, oldest first; the last one for a criterion counts."""
    return [decision for _, decision in await _decisions(conn, (dossier_id,))]


async def find_last_decisions(
    conn: Connection, dossier_ids: Collection[int]
) -> dict[tuple[int, str], Decision]:
    """The decisions that count, by dossier and criterion."""
    found = await _decisions(conn, dossier_ids)
    return {(number, decision.criterion): decision for number, decision in found}


async def find_dossier_id(conn: Connection, dossier: str) -> int:
    """The id of the dossier with this code. Raises Refusal `verify.unknown_dossier`."""
    found = await conn.scalar(select(dossiers.c.id).where(dossiers.c.code == dossier))
    if found is None:
        raise Refusal("verify.unknown_dossier", dossier=dossier)
    return int(found)


async def _decisions(conn: Connection, dossier_ids: Collection[int]) -> list[tuple[int, Decision]]:
    names = ("criterion", "raw_outcome", "outcome", "reason", "officer", "at")
    query = select(verifications).where(verifications.c.dossier_id.in_(dossier_ids))
    rows = (await conn.execute(query.order_by(verifications.c.id))).mappings()
    return [
        (
            row["dossier_id"],
            Decision(action=Action(row["action"]), **{name: row[name] for name in names}),
        )
        for row in rows
    ]


async def _keep(
    conn: Connection, dossier_id: int, dossier: str, made: Decision, author: Author
) -> None:
    row = {name: getattr(made, name) for name in Decision.__slots__}
    await conn.execute(verifications.insert().values(dossier_id=dossier_id, **row))
    await evidence.refresh(conn, [dossier_id])
    details = {
        "criterion": made.criterion,
        "raw": outcome_name(made.criterion, made.raw_outcome),
        "outcome": outcome_name(made.criterion, made.outcome),
        "reason": made.reason,
    }
    entry = AuditEntry(
        action=f"verify.{made.action}", subject=f"dossier:{dossier}", details=details
    )
    await audit.append(conn, author, entry, at=made.at)
