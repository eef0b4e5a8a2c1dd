"""The audit log of what officers changed: append-only, each row sealed to the one before.

A row's hash is an HMAC with the deployment's key over the row's number, the hash before it and its
own words. The number of rows and the last hash are kept in `meta`, sealed with the same key, so
that a log whose end was cut off, that was emptied or written anew is named by `verify`. Rows from
before there was a seal (and those written where the key is missing) have a plain SHA-256.

Who can read the key can write whatever log they like: `audit head`, kept elsewhere, is for that.
"""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, text

from surveys.privacy import Keyring
from surveys.store.base.connection import Connection
from surveys.store.base.schema import audit
from surveys.store.system import meta

BEGINNING = "0" * 64
"""What the first row is sealed to."""
BATCH = 5_000
PG_LOCK = 0x6D6F7463
SEAL = "audit_seal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who writes to the log: the officer's name, and the user of the operating system.

    `keyring` None: the key is not here; rows get a plain hash and the seal stays as it is.
    """

    name: str
    os_user: str
    keyring: Keyring | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """What was done to which thing; `details` is plain JSON."""

    action: str
    subject: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One row of the log: who did what to which thing, when, at which machine user."""

    id: int
    at: datetime
    actor: str
    os_user: str | None
    action: str
    subject: str
    details: Mapping[str, Any]
    previous: str
    hash: str
    key_id: str | None

    def is_sound(self, number: int, keyring: Keyring | None) -> bool:
        """Whether the hash is that of the words; a sealed row needs its own key to tell."""
        words = _words(self.previous, self.at, self.actor, self.action, self.subject, self.details)
        if self.key_id is None:
            return self.hash == _plain_hash(words)
        if keyring is None or keyring.fingerprint() != self.key_id:
            return False
        sealed = _sealed_hash(keyring, number, self.os_user, words)
        return hmac.compare_digest(self.hash, sealed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """How many rows there are, the hash of the last one, and the key's word for both."""

    count: int
    head: str
    mac: str

    @classmethod
    def of(cls, keyring: Keyring, count: int, head: str) -> "Seal":
        """Sealed with this key."""
        return cls(count=count, head=head, mac=keyring.sign("audit seal", f"{count} {head}"))

    @classmethod
    def parse(cls, kept: str) -> "Seal | None":
        """As it is kept in `meta`; None for anything else."""
        count, _, rest = kept.partition(" ")
        head, _, mac = rest.partition(" ")
        return cls(count=int(count), head=head, mac=mac) if count.isdecimal() else None

    def __str__(self) -> str:
        return f"{self.count} {self.head} {self.mac}"

    def is_from(self, keyring: Keyring) -> bool:
        """Whether this key has sealed it."""
        return hmac.compare_digest(self.mac, Seal.of(keyring, self.count, self.head).mac)


async def append(conn: Connection, author: Author, *entries: AuditEntry, at: datetime) -> None:
    """Add rows, in the transaction of the changes they tell of.

    Writers queue up on PostgreSQL; a SQLite database has one writer anyway.
    """
    await _lock(conn)
    seal = await read_seal(conn)
    added = await _append(conn, author, entries, at, await _expected(conn, seal))
    if seal is not None and author.keyring is not None:
        await meta.write(conn, SEAL, str(Seal.of(author.keyring, *added)))


async def begin_or_append(
    conn: Connection, author: Author, entry: AuditEntry, *, at: datetime
) -> None:
    """Add a row; a log that was never sealed is sealed from here on.

    Only making or migrating a database calls it: a seal that is missing otherwise was taken away.
    """
    sealed_rows = select(audit.c.id).where(audit.c.key_id.is_not(None)).limit(1)
    is_new = await meta.read(conn, SEAL) is None and await conn.scalar(sealed_rows) is None
    if is_new and author.keyring is not None:
        first = Seal.of(author.keyring, await count(conn), await head(conn))
        await meta.write(conn, SEAL, str(first))
    await append(conn, author, entry, at=at)


async def head(conn: Connection) -> str:
    """The hash of the last row."""
    last = select(audit.c.hash).order_by(audit.c.id.desc()).limit(1)
    return str(await conn.scalar(last) or BEGINNING)


async def count(conn: Connection) -> int:
    """How many rows there are."""
    return int(await conn.scalar(select(func.count()).select_from(audit)) or 0)


async def read_seal(conn: Connection) -> Seal | None:
    """The seal as it is kept; None when there is none or it cannot be read."""
    kept = await meta.read(conn, SEAL)
    return None if kept is None else Seal.parse(kept)


async def entries(
    conn: Connection, *, limit: int, actor: str | None = None, action: str | None = None
) -> list[AuditRow]:
    """The last rows, newest first; `action` also stands for those below it (`verify` for all)."""
    found = select(audit).order_by(audit.c.id.desc()).limit(limit)
    if actor is not None:
        found = found.where(audit.c.actor == actor)
    if action is not None:
        below = audit.c.action.startswith(f"{action}.", autoescape=True)
        found = found.where((audit.c.action == action) | below)
    return [AuditRow(**row) for row in (await conn.execute(found)).mappings()]


async def in_order(conn: Connection) -> AsyncIterator[AuditRow]:
    """Every row from the first to the last."""
    last = 0
    while True:
        batch = select(audit).where(audit.c.id > last).order_by(audit.c.id).limit(BATCH)
        rows = (await conn.execute(batch)).mappings().all()
        for row in rows:
            yield AuditRow(**row)
        if len(rows) < BATCH:
            return
        last = rows[-1]["id"]


async def _lock(conn: Connection) -> None:
    if conn.dialect.name == "postgresql":
        await conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": PG_LOCK})


async def _expected(conn: Connection, seal: Seal | None) -> int:
    """How many rows the log should have: those the seal speaks of, and what came after them.

    Rows that were cut off are counted on, so that the gap stays visible for ever.
    """
    if seal is None:
        return await count(conn)
    if seal.head == await head(conn):
        return seal.count
    sealed_id = await conn.scalar(select(audit.c.id).where(audit.c.hash == seal.head))
    if sealed_id is None:
        return seal.count
    after = select(func.count()).select_from(audit).where(audit.c.id > sealed_id)
    return seal.count + int(await conn.scalar(after) or 0)


async def _append(
    conn: Connection, author: Author, entries: tuple[AuditEntry, ...], at: datetime, number: int
) -> tuple[int, str]:
    """Write rows after the row with this number; the last number and hash then."""
    previous, rows = await head(conn), list[dict[str, object]]()
    for entry in entries:
        number += 1
        rows.append(_row(author, entry, at, previous, number))
        previous = str(rows[-1]["hash"])
    if rows:
        await conn.execute(audit.insert(), rows)
    return number, previous


def _row(
    author: Author, entry: AuditEntry, at: datetime, previous: str, number: int
) -> dict[str, object]:
    words = _words(previous, at, author.name, entry.action, entry.subject, entry.details)
    row = {"at": at, "actor": author.name, "previous": previous}
    row |= {"action": entry.action, "subject": entry.subject, "details": entry.details}
    if author.keyring is None:
        return row | {"hash": _plain_hash(words)}
    sealed = _sealed_hash(author.keyring, number, author.os_user, words)
    key_id = author.keyring.fingerprint()
    return row | {"os_user": author.os_user, "key_id": key_id, "hash": sealed}


def _words(
    previous: str,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    details: Mapping[str, Any],
) -> list[object]:
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    return [previous, moment, actor, action, subject, details]


def _plain_hash(words: list[object]) -> str:
    """SHA-256 (hex) over the hash before and the row's words as canonical JSON."""
    return hashlib.sha256(_canonical(words).encode()).hexdigest()


def _sealed_hash(keyring: Keyring, number: int, os_user: str | None, words: list[object]) -> str:
    """HMAC-SHA-256 (hex) over the row's number, the machine's user and the same words."""
    return keyring.sign("audit row", _canonical([number, os_user, *words]))


def _canonical(words: list[object]) -> str:
    return json.dumps(words, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
