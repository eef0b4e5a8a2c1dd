"""What became of the returned dossiers of a period: outcomes, the funnel, where people stop."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select

from surveys.period import Period
from surveys.store.asking.interviews import UNFINISHED
from surveys.store.asking.invitations import InvitationState
from surveys.store.base.connection import Connection
from surveys.store.base.schema import (
    answers,
    contacts,
    dossier_evidence,
    dossiers,
    interviews,
    invitations,
    responses,
    units,
)
from surveys.store.dossiers.in_period import dossier_returned_in

STAGES = ("returned", "planned", "sent", "delivered", "opened", "answered", "finished")


class By(StrEnum):
    """What a funnel is split by."""

    UNIT = "unit"
    CHANNEL = "channel"
    WEEK = "week"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How many dossiers of a unit have one outcome. `state` None: there is no invitation."""

    unit: str
    name: str
    state: str | None
    reason: str | None
    way: str | None
    channel: str | None
    due_at: datetime | None
    returned_at: datetime
    is_answered: bool


async def list_outcomes(conn: Connection, period: Period, form: str) -> Sequence[Outcome]:
    """Every returned dossier of the period with its invitation, by unit."""
    query = _joined(
        select(
            units.c.code.label("unit"),
            units.c.name,
            invitations.c.state,
            invitations.c.reason,
            invitations.c.way,
            invitations.c.channel,
            invitations.c.due_at,
            dossiers.c.returned_at,
            responses.c.id.is_not(None).label("is_answered"),
        ),
        form,
    ).where(dossier_returned_in(period))
    rows = (await conn.execute(query.order_by(units.c.code, dossiers.c.id))).mappings()
    return [Outcome(**row) for row in rows]


async def count_stages(
    conn: Connection, period: Period, form: str, by: By
) -> Mapping[str, Mapping[str, int]]:
    """How many dossiers reached each of STAGES, by unit, by channel (empty: none), or by the ISO
    week of the return."""
    group = _group(by)
    drawn = invitations.c.state != InvitationState.LEFT_OUT
    counts = (
        func.count(dossiers.c.id).label("returned"),
        func.count().filter(drawn).label("planned"),
        func.count(invitations.c.issued_at).label("sent"),
        func.count(invitations.c.delivered_at).label("delivered"),
        func.count(invitations.c.opened_at).label("opened"),
        func.count(responses.c.id).label("answered"),
        func.count(responses.c.finished_at).label("finished"),
    )
    query = (
        _joined(select(group.label("group"), *counts), form)
        .outerjoin(dossier_evidence, dossier_evidence.c.dossier_id == dossiers.c.id)
        .outerjoin(contacts, contacts.c.id == invitations.c.contact_id)
        .where(dossier_returned_in(period))
        .group_by(group)
    )
    found: dict[str, Counter[str]] = {}
    for row in (await conn.execute(query)).mappings():
        key = _key(row["group"])
        found.setdefault(key, Counter()).update({name: row[name] for name in STAGES})
    return {key: dict(found[key]) for key in sorted(found)}


async def count_stops(conn: Connection, period: Period, form: str) -> Mapping[str, int]:
    """Question → the number of interviews that wait at it, or were stopped there."""
    query = (
        select(interviews.c.state)
        .join(invitations, invitations.c.id == interviews.c.invitation_id)
        .join(dossiers, dossiers.c.id == invitations.c.dossier_id)
        .where(
            dossier_returned_in(period),
            invitations.c.form == form,
            interviews.c.phase.in_(UNFINISHED),
        )
    )
    states = (await conn.execute(query)).scalars()
    return dict(Counter(str(state.get("question") or "") for state in states))


async def count_choices(
    conn: Connection, period: Period, form: str, question: str
) -> Mapping[str, Mapping[str, int]]:
    """Channel → option of this question → how often it was chosen."""
    query = (
        select(responses.c.channel, answers.c.option, func.count())
        .join_from(answers, responses, responses.c.id == answers.c.response_id)
        .join(dossiers, dossiers.c.id == responses.c.dossier_id)
        .where(
            dossier_returned_in(period),
            responses.c.form == form,
            answers.c.latest,
            answers.c.question == question,
            answers.c.option.is_not(None),
        )
        .group_by(responses.c.channel, answers.c.option)
    )
    found: dict[str, dict[str, int]] = {}
    for channel, option, count in await conn.execute(query):
        found.setdefault(channel, {})[option] = count
    return found


def _joined(query: Select[Any], form: str) -> Select[Any]:
    own = and_(invitations.c.dossier_id == dossiers.c.id, invitations.c.form == form)
    given = and_(responses.c.dossier_id == dossiers.c.id, responses.c.form == form)
    return (
        query.select_from(dossiers)
        .join(units, units.c.id == dossiers.c.unit_id)
        .outerjoin(invitations, own)
        .outerjoin(responses, given)
    )


def _group(by: By) -> ColumnElement[Any]:
    if by is By.UNIT:
        return units.c.code
    if by is By.WEEK:
        return dossier_evidence.c.returned_on
    return func.coalesce(responses.c.channel, contacts.c.channel, invitations.c.channel, "")


def _key(group: str | date | None) -> str:
    if isinstance(group, date):
        year, week, _ = group.isocalendar()
        return f"{year}-W{week:02d}"
    return group or ""
