"""Decisions about complaints and disowned answers, with what follows from them."""

from admin.kit.runtime import Runtime
from admin.kit.unit_scope import require_dossier
from surveys.errors import Refusal
from surveys.outcomes import ComplaintState
from surveys.store.base.connection import Connection
from surveys.store.dossiers import dossiers
from surveys.store.results import asides, complaints, petitions, verifications
from surveys.store.results.decided import ASIDE
from surveys.store.results.verifications import Complaint
from surveys.store.system import audit


async def decide_aside(
    conn: Connection, runtime: Runtime, dossier: str, decision: str, reason: str
) -> None:
    """Let a disowned answer count again (`keep`), or never (`drop`).

    Raises Refusal `verify.no_reason`, `staff.other_dossier`, `verify.unknown_dossier`, or as
    `asides.decide`.
    """
    if not reason.strip():
        raise Refusal("verify.no_reason")
    await require_dossier(conn, runtime.scope, dossier)
    dossier_id = await verifications.find_dossier_id(conn, dossier)
    await asides.decide(conn, dossier_id, counts=decision == "keep")
    await runtime.audit(conn, ASIDE, f"dossier:{dossier}", _aside(decision, reason))


async def is_aside_decided(conn: Connection, dossier: str, decision: str, reason: str) -> bool:
    """Whether the last decision about a disowned answer of this dossier is just this one."""
    last = await audit.find_last(conn, ASIDE, f"dossier:{dossier}")
    return last is not None and last.details == _aside(decision, reason)


async def decide_complaint(
    conn: Connection,
    runtime: Runtime,
    reference: str,
    state: ComplaintState,
    reason: str,
    *,
    again: bool,
) -> Complaint:
    """Decide a complaint, and answer its petition; returns the complaint as it was before.

    Raises Refusal `verify.decided_before` without `again`, `staff.other_dossier`, or as
    `verifications.lock_complaint` and `.decide_complaint`.
    """
    before = await verifications.lock_complaint(conn, reference)
    of = await dossiers.find_code(conn, before.dossier_id)
    await require_dossier(conn, runtime.scope, of)
    if before.decided and not again:
        raise Refusal("verify.decided_before", **past_decision(runtime, before))
    author = await runtime.author(conn)
    await verifications.decide_complaint(
        conn, before, state=state, reason=reason, author=author, now=runtime.now
    )
    await _answer_petition(conn, runtime, reference, state, reason)
    return before


def past_decision(runtime: Runtime, before: Complaint) -> dict[str, object]:
    """Who decided what, when and why, as placeholders of a text."""
    at = "" if before.at is None else f"{runtime.local(before.at):%d/%m/%Y %H:%M}"
    words = runtime.text(f"verify.complaints.{before.state}")
    said = {
        "state": f"{words} ({before.state})",
        "officer": before.officer,
        "reason": before.reason,
    }
    return {"reference": before.reference, "at": at, **said}


def _aside(decision: str, reason: str) -> dict[str, str]:
    return {"decision": decision, "reason": reason.strip()}


async def _answer_petition(
    conn: Connection, runtime: Runtime, reference: str, state: ComplaintState, reason: str
) -> None:
    """Who sent the complaint as a petition is told the decision and its reason."""
    complaint = await complaints.find_by_reference(conn, reference)
    of_response = complaint and await petitions.find_by_response(conn, complaint.response_id)
    if complaint is None or not of_response or complaint.formal_at is None:
        return
    officer = (await runtime.author(conn)).name
    await petitions.answer(
        conn, of_response, found=state, text=reason.strip(), officer=officer, now=runtime.now
    )
