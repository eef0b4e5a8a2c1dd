"""Persist, then acknowledge; many at once share a commit."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from bot.inbox import Inbox
from surveys.store.base import schema
from surveys.store.base.database import Database
from tests.integration.queue_rows import BOT, CHANNEL, KEYS, migrated, rows_of

BROKEN = r"\xed\xa0\xbd"
"""Half a surrogate pair, as it arrives in bytes that are not UTF-8."""


def _put(inbox: Inbox, key: str, chat: str = "1", payload: bytes = b"{}") -> Any:  # noqa: ANN401
    return inbox.put(channel=CHANNEL, bot=BOT, event_key=key, address=chat, payload=payload)


async def test_what_is_put_is_committed_when_put_returns(database: Database) -> None:
    """Another connection sees the update, under the keyed hash of its chat, at once."""
    assert await _put(Inbox(database, KEYS), "1", "84", b'{"a": 1}')
    (row,) = await rows_of(database, schema.inbox)
    assert row["chat_key"] == KEYS.chat_key(CHANNEL, BOT, "84")
    assert (row["payload"], row["state"]) == ('{"a": 1}', "new")


async def test_a_hundred_puts_of_one_event_are_one_row(database: Database) -> None:
    """A hundred parallel deliveries of one update: one row, and one of them is told it is new."""
    inbox = Inbox(database, KEYS)
    assert sum(await asyncio.gather(*(_put(inbox, "7") for _ in range(100)))) == 1
    assert not await _put(inbox, "7")
    assert len(await rows_of(database, schema.inbox)) == 1


async def test_two_processes_keep_one_row_each_event(database_url: str) -> None:
    """Duplicates, shuffled, into two processes at once: every event is new exactly once."""
    async with migrated(database_url) as one, migrated(database_url) as other:
        first, second = Inbox(one, KEYS), Inbox(other, KEYS)
        keys = [str(number) for number in range(200)]
        puts = [_put(first, key) for key in keys] + [_put(second, key) for key in reversed(keys)]
        assert sum(await asyncio.gather(*puts)) == len(keys)
        assert len(await rows_of(one, schema.inbox)) == len(keys)


async def test_puts_keep_the_order_in_which_they_came(database: Database) -> None:
    """Numbers are given in the order of the calls, over many shared commits."""
    inbox = Inbox(database, KEYS)
    keys = [str(number) for number in range(1_200)]
    await asyncio.gather(*(_put(inbox, key) for key in keys))
    assert [row["event_key"] for row in await rows_of(database, schema.inbox)] == keys


async def test_a_failed_commit_reaches_everybody_who_waits_for_it(database: Database) -> None:
    """No put of a failed commit returns as if it were kept; the next commit is not affected."""
    inbox = Inbox(database, KEYS)
    async with database.write() as conn:
        await conn.execute(text("ALTER TABLE inbox RENAME TO away"))
    results = await asyncio.gather(*(_put(inbox, str(n)) for n in range(5)), return_exceptions=True)
    assert all(isinstance(result, Exception) for result in results)
    async with database.write() as conn:
        await conn.execute(text("ALTER TABLE away RENAME TO inbox"))
    assert await _put(inbox, "1")


async def test_the_worker_hears_of_new_updates_only(sqlite_database: Database) -> None:
    """Waiting listeners are notified after the commit; a repeat is not new."""
    told: list[str] = []
    inbox = Inbox(sqlite_database, KEYS, lambda new: told.extend(one.payload for one in new))
    await _put(inbox, "1")
    await _put(inbox, "1")
    await inbox.finish()
    assert len(told) == 1


@pytest.mark.parametrize("bad", ["\0", "a\0b", "\ud83d"])
async def test_text_that_no_database_takes_is_stored_without_it(
    database: Database, bad: str
) -> None:
    """A zero byte is left out, part of a character replaced, wherever it is."""
    inbox = Inbox(database, KEYS)
    kept = await asyncio.gather(
        _put(inbox, "1"),
        _put(inbox, f"key {bad}"),
        _put(inbox, "2", payload=f"said {bad}".encode("utf-8", "surrogatepass")),
        _put(inbox, "3", f"chat {bad}"),
    )
    assert all(kept)
    good = bad.replace("\0", "").replace("\ud83d", "?")
    _, keyed, said, addressed = await rows_of(database, schema.inbox)
    assert keyed["event_key"] == f"key {good}"
    assert said["payload"] == f"said {good.replace('?', BROKEN)}"
    assert addressed["chat_key"] == KEYS.chat_key(CHANNEL, BOT, f"chat {good}")
