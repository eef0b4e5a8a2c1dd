"""Closed periods: each closing and reopening is a new row; signed figures are packed as its parts.

Nothing here is ever updated or deleted. The digest of a closing covers its manifest, the manifest
the hash of every part; the audit log holds the digest.
"""

import hashlib
import json
import zlib
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping, Select, select
from sqlalchemy.exc import IntegrityError

from surveys.errors import Refusal
from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.base.schema import closing_parts, closings

OFFICE = "office"
"""The scope of a closing: the whole office."""
COMPRESSION = 6


class ClosingAction(StrEnum):
    """What happened to a period."""

    CLOSE = "close"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """One closing or reopening of a period. `turn` counts both from 1; `reason` is a reopening's.

    `manifest`: rulebook, forms, files, evidence, and `parts`, the hash of each part.
    """

    id: int
    period: Period
    turn: int
    action: ClosingAction
    at: datetime
    officer: str
    reason: str
    digest: str
    manifest: Mapping[str, Any]

    @property
    def number(self) -> int:
        """1 for the first closing of the period and for its reopening, then 2."""
        return (self.turn + 1) // 2

    @property
    def is_closed(self) -> bool:
        """Whether the period is closed after this."""
        return self.action is ClosingAction.CLOSE


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of what was signed, packed; `sha256` of its JSON."""

    name: str
    position: int
    sha256: str
    body: bytes
    last_dossier: int | None = None

    @property
    def told(self) -> dict[str, object]:
        """Its line in the manifest."""
        return {"name": self.name, "position": self.position, "sha256": self.sha256}


def pack(name: str, value: str, *, position: int = 0, last_dossier: int | None = None) -> Part:
    """Pack a part from its JSON text."""
    plain = value.encode()
    return Part(
        name=name,
        position=position,
        sha256=hashlib.sha256(plain).hexdigest(),
        body=zlib.compress(plain, COMPRESSION),
        last_dossier=last_dossier,
    )


def digest_of(manifest: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the manifest as canonical JSON."""
    text = json.dumps(manifest, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


async def find_last(conn: Connection, period: Period) -> Closing | None:
    """What last happened to the period with these days; None if it was never closed."""
    return await _first(conn, _of(period).order_by(closings.c.turn.desc()))


async def find_in_force(conn: Connection, period: Period) -> Closing | None:
    """The closing whose figures are the signed ones; None if the period is open."""
    last = await find_last(conn, period)
    return last if last is not None and last.is_closed else None


async def find_last_closing(conn: Connection, period: Period) -> Closing | None:
    """The last closing, reopened since or not."""
    closed = _of(period).where(closings.c.action == ClosingAction.CLOSE)
    return await _first(conn, closed.order_by(closings.c.turn.desc()))


async def list_in_force(conn: Connection) -> list[Period]:
    """The periods that are closed, each once."""
    last = {(one.period.start, one.period.end): one for one in await list_all(conn)}
    return [one.period for one in last.values() if one.is_closed]


async def list_all(conn: Connection, period: Period | None = None) -> list[Closing]:
    """Every closing and reopening, by period, in the order they happened."""
    chosen = select(closings) if period is None else _of(period)
    order = (closings.c.first_day, closings.c.last_day, closings.c.scope, closings.c.turn)
    return [_closing(row) for row in (await conn.execute(chosen.order_by(*order))).mappings()]


async def close(
    conn: Connection,
    period: Period,
    *,
    manifest: Mapping[str, Any],
    parts: Iterable[Part],
    officer: str,
    at: datetime,
) -> Closing:
    """Store a closing. Raises Refusal `closing.closed_before`, also if somebody else was faster."""
    last = await find_last(conn, period)
    if last is not None and last.is_closed:
        raise closed_before(last, at)
    values = {"manifest": manifest, "digest": digest_of(manifest)}
    made = await _add(conn, period, last, ClosingAction.CLOSE, officer=officer, at=at, **values)
    for part in parts:
        names = ("name", "position", "sha256", "body", "last_dossier")
        row = {name: getattr(part, name) for name in names}
        await conn.execute(closing_parts.insert().values(closing_id=made.id, **row))
    return made


async def reopen(
    conn: Connection, period: Period, *, reason: str, officer: str, at: datetime
) -> Closing:
    """Store a reopening; the closing stays as it is.

    Raises Refusal `closing.not_closed`, `closing.reopened_before` or `closing.no_reason`.
    """
    last = await find_last(conn, period)
    if last is None:
        raise Refusal("closing.not_closed", period=period.id)
    if not last.is_closed:
        day = last.at.astimezone(at.tzinfo).date()
        told = {"officer": last.officer, "at": day, "reason": last.reason}
        raise Refusal("closing.reopened_before", period=period.id, **told)
    if not reason.strip():
        raise Refusal("closing.no_reason")
    values = {"manifest": {}, "digest": "", "reason": reason.strip()}
    return await _add(conn, period, last, ClosingAction.REOPEN, officer=officer, at=at, **values)


def closed_before(last: Closing, now: datetime) -> Refusal:
    """The refusal of a second closing; its day is that in the time zone of `now`."""
    day = last.at.astimezone(now.tzinfo).date()
    told = {"number": last.number, "officer": last.officer, "at": day}
    return Refusal("closing.closed_before", period=last.period.id, **told)


async def read_part(conn: Connection, closing: Closing, name: str) -> str | None:
    """The JSON text of a part; None if the closing has no such part. Raises as `read_parts`."""
    async for text, _ in read_parts(conn, closing, name):
        return text
    return None


async def read_parts(
    conn: Connection, closing: Closing, name: str
) -> AsyncIterator[tuple[str, int | None]]:
    """The JSON texts of a part in their order, each with its highest dossier number.

    Raises Refusal `closing.broken` if one is missing or is not what was signed.
    """
    signed = [one for one in closing.manifest.get("parts", ()) if one["name"] == name]
    if signed and digest_of(closing.manifest) != closing.digest:
        raise Refusal("closing.broken", period=closing.period.id, part="manifest")
    for one in signed:
        which = (closing_parts.c.name == name, closing_parts.c.position == one["position"])
        query = select(closing_parts.c.body, closing_parts.c.last_dossier)
        found = await conn.execute(query.where(closing_parts.c.closing_id == closing.id, *which))
        row = found.one_or_none()
        text = None if row is None else _unpacked(row.body)
        if text is None or hashlib.sha256(text).hexdigest() != one["sha256"]:
            raise Refusal("closing.broken", period=closing.period.id, part=name)
        yield text.decode(), row.last_dossier if row is not None else None


async def find_faults(conn: Connection, digests: set[str]) -> list[str]:
    """The closings that are not what was signed. `digests`: those that the audit log holds."""
    closed = [one for one in await list_all(conn) if one.is_closed]
    return [
        f"{one.period.id} ({one.number})"
        for one in closed
        if one.digest not in digests or not await _is_whole(conn, one)
    ]


async def _is_whole(conn: Connection, closing: Closing) -> bool:
    names = {one["name"] for one in closing.manifest.get("parts", ())}
    try:
        for name in names:
            async for _ in read_parts(conn, closing, name):
                pass
    except Refusal:
        return False
    return bool(names)


async def _add(
    conn: Connection,
    period: Period,
    last: Closing | None,
    action: ClosingAction,
    **values: Any,  # noqa: ANN401 - columns
) -> Closing:
    turn = 1 if last is None else last.turn + 1
    row = {"period": period.id, "first_day": period.start, "last_day": period.end, "turn": turn}
    new = closings.insert().values(**row, scope=OFFICE, action=action, **values)
    try:
        await conn.execute(new)
    except IntegrityError:
        raise Refusal("closing.at_once", period=period.id) from None
    made = await _first(conn, _of(period).where(closings.c.turn == turn))
    assert made is not None  # noqa: S101 - it was made above
    return made


def _of(period: Period) -> Select[Any]:
    days = (closings.c.first_day == period.start, closings.c.last_day == period.end)
    return select(closings).where(*days, closings.c.scope == OFFICE)


async def _first(conn: Connection, query: Select[Any]) -> Closing | None:
    row = (await conn.execute(query.limit(1))).mappings().one_or_none()
    return None if row is None else _closing(row)


def _closing(row: RowMapping) -> Closing:
    first: date = row["first_day"]
    period = Period(id=row["period"], start=first, end=row["last_day"])
    names = ("id", "turn", "at", "officer", "reason", "digest", "manifest")
    kept = {name: row[name] for name in names}
    return Closing(period=period, action=ClosingAction(row["action"]), **kept)


def _unpacked(body: bytes) -> bytes | None:
    try:
        return zlib.decompress(body)
    except zlib.error:
        return None
