"""What ends invitations besides an answer in the chat, and which are to be reminded of."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, update

from surveys.inviting import Reason, Way
from surveys.store.asking.invitations import (
    ASKED,
    UNSENT,
    InvitationState,
    Recipient,
    Windows,
    is_open,
    latest_consent,
)
from surveys.store.base.connection import Connection
from surveys.store.base.database import is_one_of
from surveys.store.base.schema import (
    contacts,
    dossiers,
    invitations,
    responses,
    settled_dossiers,
    units,
)
from surveys.store.citizens.consents import Purpose
from surveys.store.citizens.contacts import ContactStatus

OPEN = (*UNSENT, *ASKED)
"""States that still wait for something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToRemind:
    """An unanswered message that is to be reminded of: `invitation_id` is its lead, `dossier_id`
    one of its dossiers that is open still."""

    invitation_id: int
    dossier_id: int
    code: str
    unit: str
    phone_key: str | None
    recipient: Recipient


async def settle_answered(conn: Connection, now: datetime) -> int:
    """Mark what was answered elsewhere (on paper, by a link) as answered; nothing more is sent."""
    given = exists().where(
        responses.c.dossier_id == invitations.c.dossier_id, responses.c.form == invitations.c.form
    )
    cut_off = exists().where(settled_dossiers.c.dossier_id == invitations.c.dossier_id)
    return await _end(
        conn, and_(_in(OPEN), or_(given, cut_off)), now, InvitationState.ANSWERED, Reason.ELSEWHERE
    )


async def settle_refused(conn: Connection, now: datetime) -> int:
    """End what was sent to citizens who asked for no more messages since, or who blocked us."""
    mine = contacts.c.id == invitations.c.contact_id
    refused = exists().where(mine, latest_consent(Purpose.SURVEY) == false())
    gone = exists().where(mine, contacts.c.status != ContactStatus.ACTIVE)
    asked = _in(ASKED)
    declined = await _end(
        conn, and_(asked, refused), now, InvitationState.DECLINED, Reason.OPTED_OUT
    )
    return declined + await _end(
        conn, and_(asked, gone), now, InvitationState.UNREACHABLE, Reason.BLOCKED
    )


async def expire(conn: Connection, now: datetime, before: datetime) -> int:
    """End what nobody answered since `before`: from its sending, else from its planning."""
    begun = func.coalesce(invitations.c.issued_at, invitations.c.made_at)
    count = 0
    for states, reason in _EXPIRY:
        old = and_(_in(states), begun <= before)
        count += await _end(conn, old, now, InvitationState.EXPIRED, reason)
    return count


_EXPIRY: Sequence[tuple[Collection[InvitationState], Reason | None]] = (
    ((InvitationState.PLANNED,), Reason.UNSENT),
    ((InvitationState.QUEUED,), Reason.RECEIPT),
    (ASKED, None),
)
"""States in which an invitation expires, and why it got no further."""


async def list_to_remind(
    conn: Connection, before: datetime, limit: int, *, windows: Windows
) -> list[ToRemind]:
    """Messages sent before this moment to chats, none of whose dossiers was answered or declined,
    and that were not reminded of; the longest waiting first."""
    member = invitations.alias("member")
    over = exists().where(
        member.c.lead_id == invitations.c.id,
        or_(member.c.state.not_in(ASKED), member.c.reminded_at.is_not(None)),
    )
    query = (
        select(
            invitations.c.id.label("invitation_id"),
            invitations.c.dossier_id,
            dossiers.c.code,
            dossiers.c.phone_key,
            units.c.code.label("unit"),
            contacts.c.id.label("contact_id"),
            *(contacts.c[name] for name in ("channel", "bot", "language")),
        )
        .join_from(invitations, dossiers, dossiers.c.id == invitations.c.dossier_id)
        .join(units, units.c.id == dossiers.c.unit_id)
        .join(contacts, contacts.c.id == invitations.c.contact_id)
        .where(
            _in(ASKED),
            invitations.c.lead_id == invitations.c.id,
            invitations.c.way == Way.CHAT,
            invitations.c.issued_at <= before,
            invitations.c.reminded_at.is_(None),
            ~over,
            contacts.c.status == ContactStatus.ACTIVE,
            func.coalesce(latest_consent(Purpose.SURVEY), True),
            is_open(windows),
        )
        .order_by(invitations.c.issued_at, invitations.c.id)
        .limit(limit)
    )
    return [_to_remind(row) for row in (await conn.execute(query)).mappings()]


async def mark_reminded(conn: Connection, lead_id: int, now: datetime) -> bool:
    """Whether the reminder of this message is ours to send: there is one, ever."""
    which = and_(invitations.c.lead_id == lead_id, invitations.c.reminded_at.is_(None))
    done = await conn.execute(update(invitations).where(which).values(reminded_at=now))
    return done.rowcount > 0


def _to_remind(row: Any) -> ToRemind:  # noqa: ANN401 - a row
    return ToRemind(
        **{name: row[name] for name in ToRemind.__slots__ if name != "recipient"},
        recipient=Recipient(**{name: row[name] for name in Recipient.__slots__}),
    )


def _in(states: Collection[InvitationState]) -> ColumnElement[bool]:
    return is_one_of(invitations.c.state, states)


async def _end(
    conn: Connection,
    which: ColumnElement[bool],
    now: datetime,
    state: InvitationState,
    reason: Reason | None,
) -> int:
    values = {"state": state, "reason": reason, "settled_at": now}
    return (await conn.execute(update(invitations).where(which).values(**values))).rowcount
