"""Moves a database from one key to another: seals it afresh and derives its keyed hashes again.

Each step is a transaction that leaves no row in between, and finds by itself what is left to do; so
a rotation that was interrupted is simply run again. The audit log is never changed: its rows stay
sealed with the key of their time.
"""

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    LargeBinary,
    Select,
    String,
    Table,
    Text,
    and_,
    cast,
    exists,
    or_,
    select,
)

from surveys.ciphers import MARKS, SEALED
from surveys.privacy import Keyring
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database
from surveys.store.base.schema import audit, contacts, dossiers, metadata

BATCH = 500
Told = Callable[[int], object]
Which = ColumnElement[bool]


async def rekey(database: Database, ring: Keyring, told: Told) -> int:
    """Seal everything with the ring's current key; returns the number of rows that changed.

    `told` is called with that number as it grows. Nothing else may write meanwhile.
    """
    done = 0
    for step in (_chats(database, ring), _phones(database, ring), _seals(database, ring)):
        async for count in step:
            done += count
            told(done)
    return done


async def forget_unknown_phones(conn: Connection) -> int:
    """Drop the hashes of phone numbers that no dossier has: only the former key can derive them.

    Returns the number of contacts that have to share their number again.
    """
    same = dossiers.c.phone_key == contacts.c.phone_key
    unknown = contacts.c.phone_key.is_not(None) & ~exists().where(same)
    changed = await conn.execute(contacts.update().where(unknown).values(phone_key=None))
    return changed.rowcount


async def _chats(database: Database, ring: Keyring) -> AsyncIterator[int]:
    """Chats: the sealed address gives the new hash; rows that have the former hash follow."""
    columns = contacts.c
    query = select(
        columns.id, columns.channel, columns.bot, columns.chat_key, columns.address_sealed
    )
    async for conn, rows in _old(database, query, contacts, columns.address_sealed, ring):
        moved: dict[str, str] = {}
        for row in rows:
            address = ring.unseal(row.address_sealed)
            new = ring.chat_key(row.channel, row.bot, address)
            moved[row.chat_key] = new
            change = contacts.update().where(columns.id == row.id)
            await conn.execute(change.values(chat_key=new, address_sealed=ring.seal(address)))
        await _follow(conn, "chat_key", moved)
        yield len(rows)


async def _phones(database: Database, ring: Keyring) -> AsyncIterator[int]:
    """Phone numbers of dossiers; contacts that shared the same number follow."""
    columns = dossiers.c
    query = select(columns.id, columns.phone_key, columns.phone_sealed)
    async for conn, rows in _old(database, query, dossiers, columns.phone_sealed, ring):
        moved: dict[str, str] = {}
        for row in rows:
            phone = ring.unseal(row.phone_sealed)
            moved[row.phone_key] = ring.phone_key(phone)
            change = dossiers.update().where(columns.id == row.id)
            await conn.execute(change.values(phone_sealed=ring.seal(phone)))
        await _follow(conn, "phone_key", moved)
        yield len(rows)


async def _old(
    database: Database, query: Select[Any], table: Table, sealed: Column[bytes], ring: Keyring
) -> AsyncIterator[tuple[Connection, Sequence[Any]]]:
    """Batches of the rows that the current key did not seal, each in its transaction."""
    last, number = 0, table.c.id
    while True:
        async with database.write() as conn:
            batch = query.where(sealed.is_not(None), number > last).order_by(number).limit(BATCH)
            rows = (await conn.execute(batch)).all()
            if not rows:
                return
            last = rows[-1].id
            old = [row for row in rows if not ring.is_current(getattr(row, sealed.name))]
            if old:
                yield conn, old


async def _follow(conn: Connection, name: str, moved: Mapping[str, str]) -> None:
    """Give every other row with one of these keyed hashes the new one."""
    for table in metadata.sorted_tables:
        column = table.c.get(name)
        if column is None:
            continue
        there = await conn.execute(select(column).where(column.in_(list(moved))).distinct())
        for former in there.scalars().all():
            change = table.update().where(column == former)
            await conn.execute(change.values({name: moved[former]}))


async def _seals(database: Database, ring: Keyring) -> AsyncIterator[int]:
    """Every other place that holds something sealed, in whichever table."""
    for table in metadata.sorted_tables:
        if table is audit:
            continue
        columns = [column for column in table.c if _may_hold(column)]
        if columns:
            async for count in _seals_of(database, table, columns, ring):
                yield count


def _may_hold(column: Column[Any]) -> bool:
    if isinstance(column.type, LargeBinary):
        return "sealed" in column.name
    return isinstance(column.type, Text | JSON) or type(column.type) is String


async def _seals_of(
    database: Database, table: Table, columns: Sequence[Column[Any]], ring: Keyring
) -> AsyncIterator[int]:
    keys = list(table.primary_key.columns)
    holds = or_(*(_holds(column) for column in columns))
    async with database.read() as conn:
        found = (await conn.execute(select(*keys).where(holds))).all()
    for at in range(0, len(found), BATCH):
        count = 0
        async with database.write() as conn:
            for key in found[at : at + BATCH]:
                which = and_(*(one == value for one, value in zip(keys, key, strict=True)))
                count += await _renew(conn, table, columns, which, ring)
        if count:
            yield count


def _holds(column: Column[Any]) -> Which:
    if isinstance(column.type, LargeBinary):
        return column.is_not(None)
    return or_(*(cast(column, Text).contains(mark, autoescape=True) for mark in MARKS))


async def _renew(
    conn: Connection, table: Table, columns: Sequence[Column[Any]], which: Which, ring: Keyring
) -> int:
    row = (await conn.execute(select(*columns).where(which))).one_or_none()
    if row is None:
        return 0
    values = {
        column.name: new
        for column, old in zip(columns, row, strict=True)
        if old is not None and (new := _renewed(old, ring)) != old
    }
    if values:
        await conn.execute(table.update().where(which).values(values))
    return bool(values)


def _renewed(old: Any, ring: Keyring) -> Any:  # noqa: ANN401 - bytes, text, or JSON
    """The same value with everything in it sealed by the current key."""
    if isinstance(old, bytes):
        return _sealed_afresh(old, ring)
    if isinstance(old, str):
        return SEALED.sub(lambda found: _sealed_afresh(found[0].encode(), ring).decode(), old)
    return json.loads(_renewed(json.dumps(old, ensure_ascii=False), ring))


def _sealed_afresh(token: bytes, ring: Keyring) -> bytes:
    """What only looks sealed, or was sealed with a key that is not here, stays as it is."""
    if ring.is_current(token):
        return token
    former = next((one for one in ring.each if one.is_current(token)), None)
    return token if former is None else ring.seal(former.unseal(token))
