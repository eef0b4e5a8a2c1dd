"""Plans of invitations: made, changed, due, dropped. One per dossier and form, by constraint."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)

from surveys.dossier import ENDED
from surveys.inviting import Choice, Reason, Way
from surveys.store.asking.invitations import UNSENT, InvitationState
from surveys.store.base.connection import Connection
from surveys.store.base.database import insert, is_one_of
from surveys.store.base.schema import dossiers, interviews, invitations, units

MINUTE = timedelta(minutes=1)
Addressee = tuple[str, str | int | None]
"""Way, and the contact's number or the key of the phone number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is planned for one dossier. `due_at` is None where nothing will be sent."""

    dossier_id: int
    simulated: bool
    state: InvitationState
    choice: Choice
    due_at: datetime | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A planned invitation whose time has come; `unit` is the code of its dossier's unit."""

    invitation_id: int
    way: str
    channel: str
    bot: str
    contact_id: int | None
    phone_key: str | None
    unit: str

    @property
    def addressee(self) -> Addressee:
        """The same for what goes to the same chat, or to the same phone number."""
        return (self.way, self.phone_key if self.way == Way.PHONE else self.contact_id)


async def save(conn: Connection, plans: Sequence[Plan], form: str, now: datetime) -> int:
    """Make or change these plans; a dossier that was asked about or opened meanwhile keeps its
    invitation. Returns how many were saved."""
    if not plans:
        return 0
    new = insert(conn, invitations)
    changed = ("state", "contact_id", "way", "channel", "bot", "due_at", "reason")
    kept = new.on_conflict_do_update(
        index_elements=["dossier_id", "form"],
        set_={name: new.excluded[name] for name in changed},
        where=is_one_of(invitations.c.state, UNSENT),
    ).returning(invitations.c.id)
    rows = [_row(one) | {"form": form, "made_at": now} for one in plans]
    return len((await conn.execute(kept, rows)).all())


async def list_due_units(conn: Connection, now: datetime) -> list[str]:
    """The codes of the units with invitations that are due."""
    query = (
        select(units.c.code)
        .join_from(invitations, dossiers, dossiers.c.id == invitations.c.dossier_id)
        .join(units, units.c.id == dossiers.c.unit_id)
        .where(_due(now))
        .distinct()
    )
    return list((await conn.execute(query)).scalars())


async def postpone_unit(conn: Connection, unit: str, now: datetime, until: datetime) -> None:
    """Let the unit's due invitations wait until then, because it is closed now."""
    its = (
        select(dossiers.c.id)
        .join(units, units.c.id == dossiers.c.unit_id)
        .where(units.c.code == unit)
    )
    statement = update(invitations).where(_due(now), invitations.c.dossier_id.in_(its))
    await conn.execute(statement.values(due_at=until))


async def postpone(
    conn: Connection, numbers: Collection[int], until: datetime, reason: Reason
) -> None:
    """Let these planned invitations wait until then."""
    which = and_(
        invitations.c.id.in_(list(numbers)), invitations.c.state == InvitationState.PLANNED
    )
    await conn.execute(update(invitations).where(which).values(due_at=until, reason=reason))


async def list_due(conn: Connection, now: datetime, limit: int) -> list[Due]:
    """Invitations that are due, the units in turn: the first of each, then the second of each.
    Those planned first come first, so that a citizen who waits is not overtaken for ever."""
    turn = func.row_number().over(partition_by=dossiers.c.unit_id, order_by=invitations.c.id)
    query = (
        select(*_DUE_COLUMNS, turn.label("turn"))
        .join_from(invitations, dossiers, dossiers.c.id == invitations.c.dossier_id)
        .join(units, units.c.id == dossiers.c.unit_id)
        .where(_due(now))
        .subquery()
    )
    ordered = select(query).order_by(query.c.turn, query.c.invitation_id)
    rows = (await conn.execute(ordered.limit(limit))).mappings()
    return [_as_due(row) for row in rows]


async def list_with(
    conn: Connection, leads: Collection[Due], now: datetime
) -> Mapping[Addressee, Sequence[int]]:
    """The due invitations to the citizens of these, themselves included, by citizen."""
    keys = [one.phone_key for one in leads if one.way == Way.PHONE]
    chats = {one.contact_id for one in leads if one.way != Way.PHONE}
    contact_id = invitations.c.contact_id
    by_chat = [contact_id.in_([one for one in chats if one is not None])]
    by_chat += [contact_id.is_(None)] if None in chats else []
    same = or_(
        and_(invitations.c.way == Way.PHONE, dossiers.c.phone_key.in_(keys)),
        and_(invitations.c.way != Way.PHONE, or_(*by_chat)),
    )
    query = (
        select(*_DUE_COLUMNS)
        .join_from(invitations, dossiers, dossiers.c.id == invitations.c.dossier_id)
        .join(units, units.c.id == dossiers.c.unit_id)
        .where(_due(now), same)
        .order_by(invitations.c.id)
    )
    found: defaultdict[Addressee, list[int]] = defaultdict(list)
    for row in (await conn.execute(query)).mappings():
        one = _as_due(row)
        found[one.addressee].append(one.invitation_id)
    return found


async def list_by_dossier(conn: Connection, numbers: Collection[int], form: str) -> list[Due]:
    """The planned invitations of these dossiers, by id."""
    query = (
        select(*_DUE_COLUMNS)
        .join_from(invitations, dossiers, dossiers.c.id == invitations.c.dossier_id)
        .join(units, units.c.id == dossiers.c.unit_id)
        .where(
            invitations.c.dossier_id.in_(list(numbers)),
            invitations.c.form == form,
            invitations.c.state == InvitationState.PLANNED,
        )
    )
    rows = (await conn.execute(query.order_by(invitations.c.id))).mappings()
    return [_as_due(row) for row in rows]


async def claim(conn: Connection, numbers: Collection[int], now: datetime) -> list[int]:
    """Mark planned invitations as issued; returns those that were not opened, answered or issued
    meanwhile."""
    which = and_(
        invitations.c.id.in_(list(numbers)), invitations.c.state == InvitationState.PLANNED
    )
    values = {"state": InvitationState.ISSUED, "issued_at": now, "reason": None}
    claimed = update(invitations).where(which).values(**values).returning(invitations.c.id)
    return sorted((await conn.execute(claimed)).scalars())


async def note_messages(conn: Connection, messages: Sequence[tuple[int, Collection[int]]]) -> None:
    """One message to each of these contacts asks about its claimed invitations, of which the first
    is the lead."""
    rows = [
        {"number": number, "lead": min(numbers), "contact": contact_id}
        for contact_id, numbers in messages
        for number in numbers
    ]
    if rows:
        await conn.execute(_NOTE_MESSAGE, rows)


_NOTE_MESSAGE = (
    update(invitations)
    .where(invitations.c.id == bindparam("number"))
    .values(lead_id=bindparam("lead"), contact_id=bindparam("contact"))
)


async def count_started(conn: Connection, now: datetime) -> int:
    """How many messages asked or reminded a citizen within the last minute (or the next, by a clock
    that was ahead)."""
    recent = (now - MINUTE, now + MINUTE)
    led = invitations.c.lead_id == invitations.c.id
    asked = and_(led, invitations.c.issued_at.between(*recent))
    reminded = and_(led, invitations.c.reminded_at.between(*recent))
    query = select(func.count().filter(asked), func.count().filter(reminded))
    one, other = (await conn.execute(query.where(or_(asked, reminded)))).one()
    return int(one) + int(other)


async def count_issued_by(conn: Connection, channel: str, bot: str, since: datetime) -> int:
    """How many messages were queued for this bot since then."""
    query = select(func.count()).where(
        invitations.c.channel == channel,
        invitations.c.bot == bot,
        invitations.c.lead_id == invitations.c.id,
        invitations.c.issued_at >= since,
    )
    return int(await conn.scalar(query) or 0)


async def forget(conn: Connection, dossier_ids: Collection[int], form: str) -> None:
    """Forget that these dossiers were left out: they are drawn now, and planned as new ones."""
    which = and_(
        invitations.c.dossier_id.in_(list(dossier_ids)),
        invitations.c.form == form,
        invitations.c.state == InvitationState.LEFT_OUT,
    )
    await conn.execute(delete(invitations).where(which))


async def drop_reopened(conn: Connection) -> int:
    """Forget the plans of dossiers that are not returned any more, if nobody was asked; they are
    planned afresh when they are returned again. Returns how many."""
    in_work = exists().where(
        dossiers.c.id == invitations.c.dossier_id,
        or_(dossiers.c.returned_at.is_(None), dossiers.c.status.in_(ENDED)),
    )
    begun = exists().where(interviews.c.invitation_id == invitations.c.id)
    which = and_(is_one_of(invitations.c.state, UNSENT), in_work, ~begun)
    return (await conn.execute(delete(invitations).where(which))).rowcount


_PLANNED: ColumnElement[bool] = invitations.c.state == literal_column("'planned'")
"""Written as a literal, so that both databases see that the partial index applies."""
_DUE_COLUMNS = (
    invitations.c.id.label("invitation_id"),
    *(invitations.c[name] for name in ("way", "channel", "bot", "contact_id")),
    dossiers.c.phone_key,
    units.c.code.label("unit"),
)


def _as_due(row: Mapping[Any, Any]) -> Due:
    return Due(**{name: row[name] for name in Due.__slots__})


def _due(now: datetime) -> ColumnElement[bool]:
    return and_(_PLANNED, invitations.c.due_at <= now)


def _row(one: Plan) -> dict[str, object]:
    contact = one.choice.contact
    return {
        "dossier_id": one.dossier_id,
        "simulated": one.simulated,
        "state": one.state,
        "contact_id": contact.contact_id if contact else None,
        "way": one.choice.way,
        "channel": one.choice.channel or None,
        "bot": one.choice.bot or None,
        "due_at": one.due_at,
        "reason": one.reason or one.choice.reason,
    }
