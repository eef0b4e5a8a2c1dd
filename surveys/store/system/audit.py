"""Append-only audit log of what officers changed; each row's hash covers the previous row's.

A row's hash is an HMAC with the deployment's key over the row's id, the previous hash and its own
content. The number of rows and the last hash are stored in `meta` with an HMAC of the same key (the
seal), so that `verify` detects a log that was cut off, emptied or rewritten. Rows from before the
first seal (and those written without the key) have a plain SHA-256.

A person who can read the key can forge the whole log: keep the output of `audit head` elsewhere to
detect that.
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

    `keyring` None: the key is not available; rows get a plain hash and the seal is not changed.
    """

    name: str
    os_user: str
    keyring: Keyring | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """An action and its subject; `details` is plain JSON."""

    action: str
    subject: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One row of the log: who did what to which thing, when, as which system user."""

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
        """Whether the hash matches the content; a keyed hash can be checked only with its key."""
        words = _words(self.previous, self.at, self.actor, self.action, self.subject, self.details)
        if self.key_id is None:
            return self.hash == _plain_hash(words)
        if keyring is None or keyring.fingerprint() != self.key_id:
            return False
        sealed = _sealed_hash(keyring, number, self.os_user, words)
        return hmac.compare_digest(self.hash, sealed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """The number of rows, the hash of the last one, and an HMAC over both."""

    count: int
    head: str
    mac: str

    @classmethod
    def of(cls, keyring: Keyring, count: int, head: str) -> "Seal":
        """Make a seal with this key."""
        return cls(count=count, head=head, mac=keyring.sign("audit seal", f"{count} {head}"))

    @classmethod
    def parse(cls, kept: str) -> "Seal | None":
        """Parse a seal as stored in `meta`; None for anything else."""
        count, _, rest = kept.partition(" ")
        head, _, mac = rest.partition(" ")
        return cls(count=int(count), head=head, mac=mac) if count.isdecimal() else None

    def __str__(self) -> str:
        return f"{self.count} {self.head} {self.mac}"

    def is_from(self, keyring: Keyring) -> bool:
        """Whether the seal was made with this key."""
        return hmac.compare_digest(self.mac, Seal.of(keyring, self.count, self.head).mac)


async def append(conn: Connection, author: Author, *entries: AuditEntry, at: datetime) -> None:
    """Add rows, in the transaction of the changes they describe.

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
    """Add a row; a log without a seal gets one from here on.

    Only creating or migrating a database calls it: a seal missing at any other time was removed.
    """
    sealed_rows = select(audit.c.id).where(audit.c.key_id.is_not(None)).limit(1)
    is_new = await meta.read(conn, SEAL) is None and await conn.scalar(sealed_rows) is None
    if is_new and author.keyring is not None:
        first = Seal.of(author.keyring, await count(conn), await find_head(conn))
        await meta.write(conn, SEAL, str(first))
    await append(conn, author, entry, at=at)


async def find_head(conn: Connection) -> str:
    """The hash of the last row."""
    last = select(audit.c.hash).order_by(audit.c.id.desc()).limit(1)
    return str(await conn.scalar(last) or BEGINNING)


async def count(conn: Connection) -> int:
    """How many rows there are."""
    return int(await conn.scalar(select(func.count()).select_from(audit)) or 0)


async def read_seal(conn: Connection) -> Seal | None:
    """The stored seal; None if it is missing or unreadable."""
    kept = await meta.read(conn, SEAL)
    return None if kept is None else Seal.parse(kept)


async def list_entries(
    conn: Connection, *, limit: int, actor: str | None = None, action: str | None = None
) -> list[AuditRow]:
    """The last rows, newest first; `action` also matches its sub-actions (`verify` matches all of
    them).
    """
    found = select(audit).order_by(audit.c.id.desc()).limit(limit)
    if actor is not None:
        found = found.where(audit.c.actor == actor)
    if action is not None:
        below = audit.c.action.startswith(f"{action}.", autoescape=True)
        found = found.where((audit.c.action == action) | below)
    return [AuditRow(**row) for row in (await conn.execute(found)).mappings()]


async def find_last(conn: Connection, action: str, subject: str) -> AuditRow | None:
    """The newest row of this action about this subject."""
    found = select(audit).where(audit.c.action == action, audit.c.subject == subject)
    row = (await conn.execute(found.order_by(audit.c.id.desc()).limit(1))).mappings().one_or_none()
    return AuditRow(**row) if row else None


async def list_after(conn: Connection, head: str) -> list[AuditRow]:
    """The rows after the one with this hash, oldest first; every row if there is none with it."""
    last = await conn.scalar(select(audit.c.id).where(audit.c.hash == head)) or 0
    found = select(audit).where(audit.c.id > last).order_by(audit.c.id)
    return [AuditRow(**row) for row in (await conn.execute(found)).mappings()]


async def read_in_order(conn: Connection) -> AsyncIterator[AuditRow]:
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
    """How many rows the log should have: those the seal counts, and the later ones.

    Rows that were cut off are still counted, so that the gap stays visible.
    """
    if seal is None:
        return await count(conn)
    if seal.head == await find_head(conn):
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
    previous, rows = await find_head(conn), list[dict[str, object]]()
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
    """SHA-256 (hex) over the previous hash and the row's content as canonical JSON."""
    return hashlib.sha256(_canonical(words).encode()).hexdigest()


def _sealed_hash(keyring: Keyring, number: int, os_user: str | None, words: list[object]) -> str:
    """HMAC-SHA-256 (hex) over the row's id, the system user and the same content."""
    return keyring.sign("audit row", _canonical([number, os_user, *words]))


def _canonical(words: list[object]) -> str:
    return json.dumps(words, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
