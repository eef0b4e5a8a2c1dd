"""The audit log: a sealed chain that shows where it was changed, cut off or rewritten."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, update

from surveys.privacy import Keyring
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database
from surveys.store.base.schema import audit as table
from surveys.store.base.schema import meta as meta_table
from surveys.store.system import audit, audit_check, meta
from surveys.store.system.audit import AuditEntry, Author, Seal
from surveys.store.system.audit_check import Fault, Head, Verdict
from tests.integration.rows import NOW

RING = Keyring(bytes(range(32)))
OTHER = Keyring(bytes(range(1, 33)))
HOA = Author(name="Lò Thị Hoa", os_user="hoa", keyring=RING)
KEYLESS = Author(name="Lò Thị Hoa", os_user="hoa", keyring=None)
FIRST = AuditEntry(action="db.upgrade", subject="schema", details={})


def _entry(number: int = 0, action: str = "verify.change") -> AuditEntry:
    details = {"lý do": "ngày hẹn sai", "from": 3, "to": 2}
    return AuditEntry(action=action, subject=f"dossier:D{number}", details=details)


async def _write(database: Database, count: int, author: Author = HOA) -> None:
    async with database.write() as conn:
        for number in range(count):
            await audit.append(
                conn, author, _entry(number), at=NOW + timedelta(microseconds=number)
            )


async def _verify(
    database: Database, ring: Keyring | None = RING, kept: Head | None = None
) -> Verdict:
    async with database.read() as conn:
        return await audit_check.verify(conn, ring, kept)


async def _faults(
    database: Database, ring: Keyring | None = RING, kept: Head | None = None
) -> list[tuple[Fault, int | None]]:
    return (await _verify(database, ring, kept)).faults


@pytest.fixture
async def sealed(database: Database) -> Database:
    """A log as `db upgrade` begins it, with four more rows."""
    async with database.write() as conn:
        await meta.require_same_key(conn, RING)
        await audit.begin_or_append(conn, HOA, FIRST, at=NOW)
    await _write(database, 4)
    return database


async def test_an_untouched_log_is_whole(sealed: Database) -> None:
    """Every row follows from the ones before it, and the seal fits the end."""
    found = await _verify(sealed)
    assert (found.faults, found.count, found.unchecked, found.keyless) == ([], 5, 0, [])
    async with sealed.read() as conn:
        newest = (await audit.list_entries(conn, limit=1))[0]
    assert (newest.hash, newest.os_user) == (found.head, "hoa")


async def test_a_database_where_nothing_was_done_has_nothing_to_find(database: Database) -> None:
    """No row, no seal, no key: nothing was ever logged."""
    assert await _faults(database) == []


@pytest.mark.parametrize(
    "column", ["actor", "os_user", "action", "subject", "details", "at", "hash"]
)
async def test_a_changed_row_is_named(sealed: Database, column: str) -> None:
    """Whatever is changed in a row, that row no longer fits its hash."""
    changed = {"details": {"to": 1}, "at": NOW + timedelta(days=1)}.get(column, "x")
    async with sealed.write() as conn:
        await conn.execute(update(table).where(table.c.id == 2).values({column: changed}))
    assert await _faults(sealed) == [(Fault.ROW, 2)]


async def test_a_removed_row_is_noticed_at_the_next(sealed: Database) -> None:
    """Taking a row out breaks the chain at the one after it."""
    async with sealed.write() as conn:
        await conn.execute(delete(table).where(table.c.id == 2))
    assert (Fault.ROW, 3) in await _faults(sealed)


async def _cut(conn: Connection, keep: int) -> None:
    await conn.execute(delete(table).where(table.c.id > keep))


@pytest.mark.parametrize("keep", [0, 2, 4])
@pytest.mark.parametrize("ring", [RING, None])
async def test_a_cut_or_emptied_log_is_named(
    sealed: Database, keep: int, ring: Keyring | None
) -> None:
    """The seal knows how many rows there were; with or without the key."""
    async with sealed.write() as conn:
        await _cut(conn, keep)
    assert (Fault.CUT, None) in await _faults(sealed, ring)


@pytest.mark.parametrize("keep", [0, 3])
async def test_a_cut_log_stays_named_when_it_grows_again(sealed: Database, keep: int) -> None:
    """Rows written after the cut count on from the seal, so the gap cannot be filled up."""
    async with sealed.write() as conn:
        await _cut(conn, keep)
    await _write(sealed, 7)
    assert (Fault.CUT, None) in await _faults(sealed)


async def test_a_log_without_its_seal_is_named_also_later(sealed: Database) -> None:
    """Nothing but `db upgrade` of a new or older database makes a seal."""
    async with sealed.write() as conn:
        await conn.execute(delete(table))
        await conn.execute(delete(meta_table).where(meta_table.c.key == audit.SEAL))
    assert await _faults(sealed) == [(Fault.NO_SEAL, None)]
    await _write(sealed, 2)
    assert (Fault.NO_SEAL, None) in await _faults(sealed)


async def _written_anew(conn: Connection) -> None:
    """Every row again without the key, each fitting the one before it; the seal fits as well."""
    rows = [row async for row in audit.read_in_order(conn)]
    await conn.execute(delete(table))
    await conn.execute(delete(meta_table).where(meta_table.c.key == audit.SEAL))
    forger = Author(name="khach", os_user="khach", keyring=None)
    for row in rows:
        entry = AuditEntry(action=row.action, subject="dossier:X", details=row.details)
        await audit.append(conn, forger, entry, at=row.at)
    forged = Seal(count=len(rows), head=await audit.find_head(conn), mac="0" * 64)
    await meta.write(conn, audit.SEAL, str(forged))


async def test_a_log_written_anew_without_the_key_is_named(sealed: Database) -> None:
    """SHA-256 can be made by anybody, the key's word cannot."""
    async with sealed.write() as conn:
        await _written_anew(conn)
    assert await _faults(sealed) == [(Fault.FORGED_SEAL, None)]


async def test_rows_of_another_key_or_none_are_named(sealed: Database) -> None:
    """Neither fits among sealed rows."""
    await _write(sealed, 1, Author(name="x", os_user="x", keyring=OTHER))
    assert (Fault.OTHER_KEY, 6) in await _faults(sealed)


async def test_a_row_without_a_seal_after_sealed_ones_is_named(sealed: Database) -> None:
    """Without the key a row cannot be added unseen."""
    await _write(sealed, 1, KEYLESS)
    assert await _faults(sealed) == [(Fault.UNSEALED, 6)]


async def test_a_restore_without_the_key_is_told_apart(sealed: Database) -> None:
    """It may happen before the key is back; the rows after it count on."""
    async with sealed.write() as conn:
        await audit.append(conn, KEYLESS, _entry(action="db.restore"), at=NOW)
    await _write(sealed, 2)
    found = await _verify(sealed)
    assert (found.faults, found.keyless, found.count) == ([], [6], 8)


async def test_without_the_key_the_rest_is_checked_and_counted(sealed: Database) -> None:
    """Links and counts need no key."""
    found = await _verify(sealed, None)
    assert (found.faults, found.unchecked) == ([], 5)
    async with sealed.write() as conn:
        await conn.execute(update(table).where(table.c.id == 3).values(previous="1" * 64))
    assert (Fault.ROW, 3) in await _faults(sealed, None)


async def test_a_head_kept_elsewhere_is_found_or_missed(sealed: Database) -> None:
    """By hash alone, or with the count; an old database in the place of a newer one shows."""
    async with sealed.read() as conn:
        kept = Head(count=await audit.count(conn), hash=await audit.find_head(conn))
    await _write(sealed, 2)
    assert await _faults(sealed, RING, kept) == []
    assert await _faults(sealed, RING, Head(count=None, hash=kept.hash)) == []
    assert await _faults(sealed, RING, Head(count=4, hash=kept.hash)) == [(Fault.HEAD, None)]
    assert await _faults(sealed, RING, Head(count=5, hash="a" * 64)) == [(Fault.HEAD, None)]


async def test_a_head_that_a_restore_replaced_is_explained(sealed: Database) -> None:
    """The row of the restore names it."""
    details = {"replaced_head": "b" * 64}
    restored = AuditEntry(action="db.restore", subject="database", details=details)
    async with sealed.write() as conn:
        await audit.append(conn, HOA, restored, at=NOW)
    kept = Head(count=9, hash="b" * 64)
    assert await _faults(sealed, RING, kept) == [(Fault.REPLACED, 6)]


async def test_rows_from_before_there_were_seals_still_verify(database: Database) -> None:
    """They keep their plain hashes; the seal covers them from the upgrade on."""
    await _write(database, 3, KEYLESS)
    async with database.write() as conn:
        await audit.begin_or_append(conn, HOA, FIRST, at=NOW)
    assert await _faults(database) == []
    async with database.write() as conn:
        await conn.execute(update(table).where(table.c.id == 2).values(actor="x"))
    assert await _faults(database) == [(Fault.ROW, 2)]


async def test_a_seal_is_made_once(sealed: Database) -> None:
    """A later upgrade adds a row and does not seal existing rows again."""
    async with sealed.write() as conn:
        await _cut(conn, 3)
        await audit.begin_or_append(conn, HOA, FIRST, at=NOW)
    assert (Fault.CUT, None) in await _faults(sealed)


async def test_writers_at_the_same_time_form_one_chain(sealed: Database) -> None:
    """Two transactions never seal to the same row."""
    await asyncio.gather(*(_write(sealed, 3) for _ in range(4)))
    found = await _verify(sealed)
    assert (found.faults, found.count) == ([], 17)


async def test_many_entries_are_written_as_one_would_be(sealed: Database) -> None:
    """An import hands all of its rows over at once."""
    async with sealed.write() as conn:
        await audit.append(conn, HOA, *(_entry(number) for number in range(5)), at=NOW)
        await audit.append(conn, HOA, at=NOW)
    found = await _verify(sealed)
    assert (found.faults, found.count) == ([], 10)


async def test_the_newest_entries_come_first(database: Database) -> None:
    """The list can be narrowed by actor and by action, whole or below it."""
    await _write(database, 3)
    async with database.read() as conn:
        newest = await audit.list_entries(conn, limit=2, action="verify")
        assert [entry.subject for entry in newest] == ["dossier:D2", "dossier:D1"]
        assert await audit.list_entries(conn, limit=9, action="ver") == []
        assert await audit.list_entries(conn, limit=9, actor="ai khác") == []


async def test_a_seal_that_cannot_be_read_is_none(sealed: Database) -> None:
    """Rubbish in its place is a missing seal."""
    async with sealed.write() as conn:
        await meta.write(conn, audit.SEAL, "rubbish")
    assert await _faults(sealed) == [(Fault.NO_SEAL, None)]


async def test_the_first_key_is_remembered_with_the_log(database: Database) -> None:
    """A log that was emptied with its seal shows by the key that the database remembers."""
    async with database.write() as conn:
        await conn.execute(insert(meta_table).values(key=meta.KEY_FINGERPRINT, value="x"))
    assert await _faults(database) == [(Fault.NO_SEAL, None)]
