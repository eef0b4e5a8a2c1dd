"""How far the survey about a dossier is, as another system may know it.

That system knows who filed the dossier. So it learns whether the survey is open or answered, and
never an answer, a channel, or that somebody declined (NĐ 61/2018/NĐ-CP Điều 27 khoản 3).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import and_, select

from surveys.store.asking.invitations import InvitationState
from surveys.store.base.connection import Connection
from surveys.store.base.schema import dossiers, invitations, responses


class SurveyState(StrEnum):
    """How far the survey about one dossier is."""

    NOT_ASKED = "not_asked"
    """No invitation yet, or none that could be sent."""
    ASKED = "asked"
    OPENED = "opened"
    ANSWERED = "answered"
    CLOSED = "closed"
    """It ended without an answer; why is the citizen's own business."""


STATES: Mapping[str, SurveyState] = {
    InvitationState.PLANNED: SurveyState.NOT_ASKED,
    InvitationState.LEFT_OUT: SurveyState.NOT_ASKED,
    InvitationState.QUEUED: SurveyState.NOT_ASKED,
    InvitationState.ISSUED: SurveyState.ASKED,
    InvitationState.DELIVERED: SurveyState.ASKED,
    InvitationState.OPENED: SurveyState.OPENED,
    InvitationState.ANSWERED: SurveyState.ANSWERED,
    InvitationState.DECLINED: SurveyState.CLOSED,
    InvitationState.UNREACHABLE: SurveyState.CLOSED,
    InvitationState.EXPIRED: SurveyState.CLOSED,
}
"""Every state of an invitation; all ways to end without an answer look alike."""


def state_of(invitation: str | None, *, answered: bool) -> SurveyState:
    """The state that may be told."""
    if answered:
        return SurveyState.ANSWERED
    if invitation is None:
        return SurveyState.NOT_ASKED
    return STATES[invitation]


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierSurvey:
    """The survey about one dossier; `unit_id` is the number of its unit."""

    code: str
    unit_id: int
    state: SurveyState
    asked_at: datetime | None
    answered_at: datetime | None


async def find(conn: Connection, code: str, form: str) -> DossierSurvey | None:
    """The survey with this form about the dossier with exactly this code."""
    asked = and_(invitations.c.dossier_id == dossiers.c.id, invitations.c.form == form)
    given = and_(responses.c.dossier_id == dossiers.c.id, responses.c.form == form)
    query = (
        select(
            dossiers.c.unit_id,
            invitations.c.state,
            invitations.c.issued_at,
            responses.c.answered_at,
            responses.c.valid,
        )
        .select_from(dossiers)
        .outerjoin(invitations, asked)
        .outerjoin(responses, and_(given, responses.c.valid))
    )
    row = (await conn.execute(query.where(dossiers.c.code == code))).one_or_none()
    if row is None:
        return None
    return DossierSurvey(
        code=code,
        unit_id=row.unit_id,
        state=state_of(row.state, answered=bool(row.valid)),
        asked_at=row.issued_at,
        answered_at=row.answered_at,
    )
