"""The trail of what officers changed: only ever appended to, each row sealed to the one before.

A row's hash covers the hash before it and its own words, so a row that was changed, put in or
taken out from between breaks the chain at a place that can be named.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, text

from surveys.store.base.connection import Connection
from surveys.store.base.schema import audit

BEGINNING = "0" * 64
"""What the first row is sealed to."""
BATCH = 5_000
PG_LOCK = 0x6D6F7463


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of the trail: who did what to which thing, when."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, Any]
    previous: str
    hash: str

    @property
    def is_sound(self) -> bool:
        """Whether the hash is that of the words."""
        words = (self.at, self.actor, self.action, self.subject, self.details)
        return self.hash == seal(self.previous, *words)


async def append(
    conn: Connection,
    *,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    details: Mapping[str, Any],
) -> None:
    """Add one row, in the transaction of the change it tells of; `details` is plain JSON.

    Writers queue up on PostgreSQL; a SQLite database has one writer anyway.
    """
    if conn.dialect.name == "postgresql":
        await conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": PG_LOCK})
    previous = await head(conn)
    words = {"at": at, "actor": actor, "action": action, "subject": subject, "details": details}
    sealed = seal(previous, at, actor, action, subject, details)
    await conn.execute(audit.insert().values(**words, previous=previous, hash=sealed))


async def head(conn: Connection) -> str:
    """The hash of the last row: written down elsewhere, it proves that the end was not cut off."""
    last = select(audit.c.hash).order_by(audit.c.id.desc()).limit(1)
    return str(await conn.scalar(last) or BEGINNING)


async def first_broken(conn: Connection) -> int | None:
    """The id of the first row that does not follow from the ones before it; None: all do."""
    expected = BEGINNING
    async for entry in _in_order(conn):
        if entry.previous != expected or not entry.is_sound:
            return entry.id
        expected = entry.hash
    return None


async def entries(
    conn: Connection, *, limit: int, actor: str | None = None, action: str | None = None
) -> list[Entry]:
    """The last rows, newest first; `action` also stands for those below it (`verify` for all)."""
    found = select(audit).order_by(audit.c.id.desc()).limit(limit)
    if actor is not None:
        found = found.where(audit.c.actor == actor)
    if action is not None:
        below = audit.c.action.startswith(f"{action}.", autoescape=True)
        found = found.where((audit.c.action == action) | below)
    return [_entry(dict(row)) for row in (await conn.execute(found)).mappings()]


def seal(
    previous: str,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    details: Mapping[str, Any],
) -> str:
    """SHA-256 (hex) over the hash before and the row's words as canonical JSON."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    words = [previous, moment, actor, action, subject, details]
    text = json.dumps(words, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


async def _in_order(conn: Connection) -> AsyncIterator[Entry]:
    last = 0
    while True:
        batch = select(audit).where(audit.c.id > last).order_by(audit.c.id).limit(BATCH)
        rows = (await conn.execute(batch)).mappings().all()
        for row in rows:
            yield _entry(dict(row))
        if len(rows) < BATCH:
            return
        last = rows[-1]["id"]


def _entry(row: Mapping[str, Any]) -> Entry:
    return Entry(**row)
