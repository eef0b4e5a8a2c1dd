"""The review queue of verifiers: contradictions between citizen and system, pending decisions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, exists, select

from surveys.criteria import (
    BY_COMPLAINT,
    CRITERIA,
    Criterion,
    Recalled,
    ReviewReason,
    outcome_name,
    raw_outcomes,
)
from surveys.outcomes import ComplaintState
from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.base.schema import (
    answers,
    complaints,
    dossier_evidence,
    dossiers,
    responses,
    units,
    verifications,
)
from surveys.store.dossiers.in_period import returned_in
from surveys.store.results import dossier_records
from surveys.store.results.asides import DROPPED
from surveys.store.results.verifications import find_last_decisions


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewItem:
    """One dossier that a verifier should look at; `stated` is what the citizen says (or what the
    dossier shows now), `shown` what counts, `reference` the complaint's code.
    """

    doubt: ReviewReason
    unit: str
    dossier: str
    criterion: str
    shown: str
    stated: str = ""
    reference: str = ""


async def list_items(conn: Connection, period: Period) -> list[ReviewItem]:
    """The review items of a period, ordered by unit; decided ones are left out."""
    found = [*await _complaints(conn, period), *await _changed(conn, period)]
    found += await _disowned(conn, period)
    for one in CRITERIA.values():
        if one.recalled:
            found += await _recalled(conn, period, one, one.recalled)
        for code, reason in one.review.items():
            found += await _flagged(conn, period, one, code, reason)
    return sorted(found, key=lambda one: (one.unit, one.doubt, one.dossier))


async def _recalled(
    conn: Connection, period: Period, criterion: Criterion, recalled: Recalled
) -> list[ReviewItem]:
    """The last answers that contradict what the system recorded."""
    shown = dossier_evidence.c[criterion.column]
    means = {option: int(code) for option, code in recalled.means.items()}
    said = case(means, value=answers.c.option, else_=0)
    query = (
        _base(criterion.number, shown, answers.c.option)
        .join(responses, responses.c.dossier_id == dossier_evidence.c.dossier_id)
        .join(answers, answers.c.response_id == responses.c.id)
        .where(answers.c.question == recalled.question, answers.c.latest, returned_in(period))
        .where(said != 0, shown != said, shown.in_(means.values()))
    )
    return [
        ReviewItem(
            doubt=ReviewReason.TIMING,
            unit=unit,
            dossier=dossier,
            criterion=criterion.number,
            shown=outcome_name(criterion.number, code),
            stated=option,
        )
        for unit, dossier, code, option in await conn.execute(query)
    ]


async def _complaints(conn: Connection, period: Period) -> list[ReviewItem]:
    columns = [dossier_evidence.c[one.column] for one in BY_COMPLAINT.values()]
    query = (
        _base("", complaints.c.kind, complaints.c.reference, *columns)
        .join(responses, responses.c.dossier_id == dossier_evidence.c.dossier_id)
        .join(complaints, complaints.c.response_id == responses.c.id)
        .where(complaints.c.state == ComplaintState.PENDING, returned_in(period))
    )
    return [
        ReviewItem(
            doubt=ReviewReason.COMPLAINT,
            unit=unit,
            dossier=dossier,
            stated=kind,
            reference=reference,
            **_concerned(kind, dict(zip(BY_COMPLAINT, codes, strict=True))),
        )
        for unit, dossier, kind, reference, *codes in await conn.execute(query)
    ]


def _concerned(kind: str, codes: Mapping[str, int]) -> dict[str, str]:
    """The criterion a complaint affects and its outcome; empty if it affects no criterion."""
    if kind not in BY_COMPLAINT:
        return {"criterion": "", "shown": ""}
    number = BY_COMPLAINT[kind].number
    return {"criterion": number, "shown": outcome_name(number, codes[kind])}


async def _flagged(
    conn: Connection, period: Period, criterion: Criterion, code: int, reason: ReviewReason
) -> list[ReviewItem]:
    column = dossier_evidence.c[criterion.column]
    query = _base(criterion.number).where(column == code, returned_in(period))
    return [
        ReviewItem(
            doubt=reason,
            unit=unit,
            dossier=dossier,
            criterion=criterion.number,
            shown=outcome_name(criterion.number, code),
        )
        for unit, dossier in await conn.execute(query)
    ]


async def _disowned(conn: Connection, period: Period) -> list[ReviewItem]:
    """Responses that were set aside and wait for a decision."""
    waiting = responses.c.set_aside_at.is_not(None) & ~responses.c.form.like(f"%{DROPPED}")
    query = (
        select(units.c.code, dossiers.c.code)
        .select_from(dossier_evidence)
        .join(units, units.c.id == dossier_evidence.c.unit_id)
        .join(dossiers, dossiers.c.id == dossier_evidence.c.dossier_id)
        .join(responses, responses.c.dossier_id == dossiers.c.id)
        .where(waiting, returned_in(period))
    )
    return [
        ReviewItem(doubt=ReviewReason.DISOWNED, unit=unit, dossier=dossier, criterion="", shown="")
        for unit, dossier in await conn.execute(query)
    ]


async def _changed(conn: Connection, period: Period) -> list[ReviewItem]:
    """Decisions made about another outcome than the dossier shows now."""
    query = (
        select(dossier_evidence.c.dossier_id, units.c.code)
        .join(units, units.c.id == dossier_evidence.c.unit_id)
        .where(returned_in(period))
        .where(exists().where(verifications.c.dossier_id == dossier_evidence.c.dossier_id))
    )
    verified = {row.dossier_id: row.code for row in await conn.execute(query)}
    found = {one.dossier_id: one for one in await dossier_records.find_by_ids(conn, verified)}
    decided = await find_last_decisions(conn, verified)
    return [
        ReviewItem(
            doubt=ReviewReason.CHANGED,
            unit=verified[number],
            dossier=found[number].code,
            criterion=criterion,
            shown=outcome_name(criterion, decision.outcome),
            stated=outcome_name(criterion, raw),
        )
        for (number, criterion), decision in decided.items()
        if criterion in found[number].record.verified
        and (raw := raw_outcomes(found[number].record).of(criterion)) != decision.raw_outcome
    ]


def _base(criterion: str, *columns: Any) -> Any:  # noqa: ANN401 - columns; a query to go on with
    """Unit and dossier codes, without those already verified for the criterion."""
    verified = exists().where(
        verifications.c.dossier_id == dossier_evidence.c.dossier_id,
        verifications.c.criterion == criterion,
    )
    return (
        select(units.c.code, dossiers.c.code, *columns)
        .select_from(dossier_evidence)
        .join(units, units.c.id == dossier_evidence.c.unit_id)
        .join(dossiers, dossiers.c.id == dossier_evidence.c.dossier_id)
        .where(~verified)
    )
