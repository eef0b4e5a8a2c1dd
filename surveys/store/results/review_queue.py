"""What a verifier should look at: where citizen and system disagree, what waits for a decision."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import case, exists, select

from surveys.evidence import Agencies, Contacts, Timing, outcome_name
from surveys.outcomes import FIELDS, ComplaintState, raw_outcomes
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
from surveys.store.results import cases
from surveys.store.results.verifications import last_decisions


class ReviewReason(StrEnum):
    """Why a dossier is on the verifier's list."""

    TIMING = "timing"
    """The citizen remembers the promised day otherwise than the system's dates."""
    COMPLAINT = "complaint"
    """A complaint waits for a decision."""
    OWN_FAULT = "own_fault"
    """Several contacts, by the citizen's own mistake as they say."""
    FIELD_CHECK = "field_check"
    """Several bodies, for a field check as they say."""
    CHANGED = "changed"
    """What the dossier shows is no longer what the officer decided about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewItem:
    """One dossier that a verifier should look at; `stated` is what the citizen says (or what the
    dossier shows by now), `shown` what counts, `reference` the complaint's code."""

    doubt: ReviewReason
    unit: str
    dossier: str
    criterion: str
    shown: str
    stated: str = ""
    reference: str = ""


async def review_items(conn: Connection, period: Period) -> list[ReviewItem]:
    """What a verifier should look at in a period, unit by unit; decided ones are left out."""
    found = [
        *await _timing(conn, period),
        *await _complaints(conn, period),
        *await _flagged(conn, period, "3", Contacts.MANY_OWN_FAULT, ReviewReason.OWN_FAULT),
        *await _flagged(conn, period, "4", Agencies.MANY_FIELD_CHECK, ReviewReason.FIELD_CHECK),
        *await _changed(conn, period),
    ]
    return sorted(found, key=lambda one: (one.unit, one.doubt, one.dossier))


_SAID = case(
    {"early": int(Timing.EARLY), "on_time": int(Timing.SAME_DAY), "late": int(Timing.LATE)},
    value=answers.c.option,
    else_=0,
)


async def _timing(conn: Connection, period: Period) -> list[ReviewItem]:
    """The last on_time answer against the system's day."""
    shown = dossier_evidence.c.total_time
    query = (
        _base("1", shown, answers.c.option)
        .join(responses, responses.c.dossier_id == dossier_evidence.c.dossier_id)
        .join(answers, answers.c.response_id == responses.c.id)
        .where(answers.c.question == "on_time", answers.c.latest, returned_in(period))
        .where(_SAID != 0, shown != _SAID, shown.in_((Timing.EARLY, Timing.SAME_DAY, Timing.LATE)))
    )
    return [
        ReviewItem(
            doubt=ReviewReason.TIMING,
            unit=unit,
            dossier=dossier,
            criterion="1",
            shown=outcome_name("1", code),
            stated=option,
        )
        for unit, dossier, code, option in await conn.execute(query)
    ]


async def _complaints(conn: Connection, period: Period) -> list[ReviewItem]:
    query = (
        _base("", dossier_evidence.c.conduct, complaints.c.kind, complaints.c.reference)
        .join(responses, responses.c.dossier_id == dossier_evidence.c.dossier_id)
        .join(complaints, complaints.c.response_id == responses.c.id)
        .where(complaints.c.state == ComplaintState.PENDING, returned_in(period))
    )
    return [
        ReviewItem(
            doubt=ReviewReason.COMPLAINT,
            unit=unit,
            dossier=dossier,
            criterion="7" if kind == "conduct" else "",
            shown=outcome_name("7", code) if kind == "conduct" else "",
            stated=kind,
            reference=reference,
        )
        for unit, dossier, code, kind, reference in await conn.execute(query)
    ]


async def _flagged(
    conn: Connection, period: Period, criterion: str, code: int, doubt: ReviewReason
) -> list[ReviewItem]:
    column = dossier_evidence.c[FIELDS[criterion]]
    query = _base(criterion).where(column == code, returned_in(period))
    return [
        ReviewItem(
            doubt=doubt,
            unit=unit,
            dossier=dossier,
            criterion=criterion,
            shown=outcome_name(criterion, code),
        )
        for unit, dossier in await conn.execute(query)
    ]


async def _changed(conn: Connection, period: Period) -> list[ReviewItem]:
    """Decisions that were made about another outcome than the dossier shows by now."""
    query = (
        select(dossier_evidence.c.dossier_id, units.c.code)
        .join(units, units.c.id == dossier_evidence.c.unit_id)
        .where(returned_in(period))
        .where(exists().where(verifications.c.dossier_id == dossier_evidence.c.dossier_id))
    )
    verified = {row.dossier_id: row.code for row in await conn.execute(query)}
    found = {one.dossier_id: one for one in await cases.of_dossiers(conn, verified)}
    decided = await last_decisions(conn, verified)
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
        if criterion in found[number].case.verified
        and (raw := raw_outcomes(found[number].case).of(criterion)) != decision.raw_outcome
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
