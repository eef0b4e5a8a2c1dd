"""What systems are told by webhooks: a durable queue, filled from what changed since the last look.

An event is put into the queue once per system, dossier, form and state, held by its unique key. It
is sent at least once: a sender that dies after sending and before the commit sends again, with the
same id.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, update

from surveys.store.base.connection import Connection
from surveys.store.base.database import insert, now_ms
from surveys.store.base.schema import (
    api_tokens,
    dossiers,
    invitations,
    responses,
    units,
    webhook_events,
    webhook_told,
)

DUE, DELIVERED, FAILED, CANCELLED = "due", "delivered", "failed", "cancelled"
CLAIM_MS = 60_000
"""How long a sender has for an event before another one may send it."""
ANSWERED = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A dossier whose survey has another state than the one last told. `before` None: never."""

    dossier_id: int
    code: str
    unit: str
    form: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event to be sent, as it is sent; `tries` counts this one."""

    id: int
    token_id: int
    event_key: str
    body: str
    tries: int
    age_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HookCount:
    """How many events of a system are in a state, and why the last of them failed."""

    system: str
    state: str
    count: int
    reason: str | None


async def find_changes(
    conn: Connection, token_id: int, since: datetime, units_in: Collection[int] | None, limit: int
) -> list[Change]:
    """Changes that this system was not told, of surveys begun after `since`.

    `units_in`: only dossiers of these units; None: all.
    """
    found = [
        Change(
            dossier_id=row.id,
            code=row.code,
            unit=row.unit,
            form=row.form,
            before=row.before,
            after=row.after,
        )
        for query in (_asked(token_id, since), _answered(token_id, since))
        for row in await conn.execute(_within(query, units_in).limit(limit))
    ]
    return found[:limit]


def _asked(token_id: int, since: datetime) -> Select[tuple[object, ...]]:
    given = and_(
        responses.c.dossier_id == invitations.c.dossier_id,
        responses.c.form == invitations.c.form,
        responses.c.valid,
    )
    after = case((responses.c.id.is_not(None), literal(ANSWERED)), else_=invitations.c.state)
    told = _told(token_id, invitations.c.dossier_id, invitations.c.form)
    return (
        _changed(invitations.c.form, after)
        .select_from(invitations)
        .join(dossiers, dossiers.c.id == invitations.c.dossier_id)
        .join(units, units.c.id == dossiers.c.unit_id)
        .outerjoin(responses, given)
        .outerjoin(webhook_told, told)
        .where(invitations.c.made_at > since, _differs(after))
        .order_by(invitations.c.id)
    )


def _answered(token_id: int, since: datetime) -> Select[tuple[object, ...]]:
    """Answers without an invitation: paper forms, ratings on another page."""
    asked = and_(
        invitations.c.dossier_id == responses.c.dossier_id,
        invitations.c.form == responses.c.form,
    )
    after = literal(ANSWERED)
    told = _told(token_id, responses.c.dossier_id, responses.c.form)
    return (
        _changed(responses.c.form, after)
        .select_from(responses)
        .join(dossiers, dossiers.c.id == responses.c.dossier_id)
        .join(units, units.c.id == dossiers.c.unit_id)
        .outerjoin(invitations, asked)
        .outerjoin(webhook_told, told)
        .where(responses.c.answered_at > since, responses.c.valid, _differs(after))
        .where(invitations.c.id.is_(None))
        .order_by(responses.c.id)
    )


def _changed(form: ColumnElement[str], after: ColumnElement[str]) -> Select[tuple[object, ...]]:
    return select(
        dossiers.c.id,
        dossiers.c.code,
        units.c.code.label("unit"),
        form.label("form"),
        webhook_told.c.state.label("before"),
        after.label("after"),
    )


def _told(
    token_id: int, dossier: ColumnElement[int], form: ColumnElement[str]
) -> ColumnElement[bool]:
    mine = webhook_told.c.token_id == token_id
    return and_(mine, webhook_told.c.dossier_id == dossier, webhook_told.c.form == form)


def _differs(after: ColumnElement[str]) -> ColumnElement[bool]:
    return or_(webhook_told.c.state.is_(None), webhook_told.c.state != after)


def _within(
    query: Select[tuple[object, ...]], units_in: Collection[int] | None
) -> Select[tuple[object, ...]]:
    return query if units_in is None else query.where(dossiers.c.unit_id.in_(list(units_in)))


async def remember(conn: Connection, token_id: int, changes: Sequence[Change]) -> None:
    """Record that these states are told, in the transaction that queues them."""
    rows = [
        {
            "token_id": token_id,
            "dossier_id": one.dossier_id,
            "form": one.form,
            "state": one.after,
        }
        for one in changes
    ]
    new = insert(conn, webhook_told)
    keys = ["token_id", "dossier_id", "form"]
    told = new.on_conflict_do_update(index_elements=keys, set_={"state": new.excluded.state})
    await conn.execute(told, rows)


async def queue(conn: Connection, token_id: int, bodies: Sequence[tuple[str, str]]) -> None:
    """Queue events, each a key and a body; a key that was queued before is left as it is."""
    if not bodies:
        return
    new = insert(conn, webhook_events).values(
        token_id=token_id, state=DUE, due_ms=now_ms(), made_ms=now_ms()
    )
    rows = [{"event_key": key, "body": body} for key, body in bodies]
    for row in rows:
        one = new.values(**row).on_conflict_do_nothing(index_elements=["event_key"])
        await conn.execute(one)


async def claim(conn: Connection, limit: int) -> list[Event]:
    """Take due events, the oldest first; they are due again unless they are settled in time."""
    due = (
        select(webhook_events.c.id)
        .where(webhook_events.c.state == DUE, webhook_events.c.due_ms <= now_ms())
        .order_by(webhook_events.c.due_ms, webhook_events.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    table = webhook_events.c
    taken = (
        update(webhook_events)
        .where(table.id.in_(due.scalar_subquery()))
        .values(due_ms=now_ms() + CLAIM_MS, tries=table.tries + 1)
        .returning(
            table.id,
            table.token_id,
            table.event_key,
            table.body,
            table.tries,
            (now_ms() - table.made_ms).label("age_ms"),
        )
    )
    rows = [Event(**row) for row in (await conn.execute(taken)).mappings()]
    return sorted(rows, key=lambda one: one.id)


async def settle(conn: Connection, event_id: int, state: str, reason: str | None = None) -> None:
    """Set the final state of an event."""
    mine = and_(webhook_events.c.id == event_id, webhook_events.c.state == DUE)
    values = {"state": state, "reason": reason, "settled_ms": now_ms()}
    await conn.execute(update(webhook_events).where(mine).values(**values))


async def retry(conn: Connection, event_id: int, wait_ms: int, reason: str) -> None:
    """Let the event be sent again after `wait_ms`."""
    mine = and_(webhook_events.c.id == event_id, webhook_events.c.state == DUE)
    values = {"due_ms": now_ms() + wait_ms, "reason": reason}
    await conn.execute(update(webhook_events).where(mine).values(**values))


async def cancel(conn: Connection, token_id: int) -> int:
    """Send a revoked system nothing more; returns how many events waited."""
    mine = and_(webhook_events.c.token_id == token_id, webhook_events.c.state == DUE)
    values = {"state": CANCELLED, "settled_ms": now_ms()}
    return (await conn.execute(update(webhook_events).where(mine).values(**values))).rowcount


async def count_by_state(conn: Connection) -> list[HookCount]:
    """The events of each system by state, with the latest reason of a failed try."""
    keys = (api_tokens.c.name, webhook_events.c.state)
    query = select(*keys, func.count(), func.max(webhook_events.c.reason)).join_from(
        webhook_events, api_tokens, api_tokens.c.id == webhook_events.c.token_id
    )
    rows = await conn.execute(query.group_by(*keys).order_by(*keys))
    return [
        HookCount(system=name, state=state, count=count, reason=reason)
        for name, state, count, reason in rows
    ]


async def forget(conn: Connection, before_ms: int) -> int:
    """Delete settled events from before this moment."""
    old = and_(webhook_events.c.state != DUE, webhook_events.c.settled_ms < before_ms)
    return (await conn.execute(webhook_events.delete().where(old))).rowcount
