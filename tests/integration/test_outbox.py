"""A message is queued with the change that caused it, once."""

import asyncio
from typing import Any

import pytest

from surveys.store.base import schema
from surveys.store.base.database import Database
from surveys.store.citizens import contacts
from surveys.store.queues import outbox
from surveys.store.queues.outbox import MessageKind, OutboxState
from tests.integration.queue_rows import BOT, CHANNEL, MET, add_contact, queue, rows_of, states_of


async def test_the_same_key_is_queued_once_and_never_fails_the_transaction(
    database: Database,
) -> None:
    """Pitfall 5: a repeated key changes nothing, and the transaction around it goes on."""
    async with database.write() as conn:
        contact = await add_contact(conn, "1")
        assert await queue(conn, contact, "in:1:0")
        assert not await queue(conn, contact, "in:1:0", text="again")
        assert await queue(conn, contact, "in:1:1")
    stored = await rows_of(database, schema.outbox)
    assert [row["dedup_key"] for row in stored] == ["in:1:0", "in:1:1"]
    assert stored[0]["message"]["text"] == "in:1:0"


async def test_a_hundred_writers_of_one_key_make_one_row(database: Database) -> None:
    """Pitfall 5, at once: exactly one of the writers is told that its message is new."""
    async with database.write() as conn:
        contact = await add_contact(conn, "1")

    async def write() -> bool:
        async with database.write() as conn:
            return await queue(conn, contact, "one")

    assert sum(await asyncio.gather(*(write() for _ in range(100)))) == 1
    assert len(await rows_of(database, schema.outbox)) == 1


async def test_a_message_exists_only_if_its_transaction_was_committed(database: Database) -> None:
    """No message of a change that was rolled back."""

    async def change_of_mind() -> None:
        async with database.write() as conn:
            await queue(conn, await add_contact(conn, "1"), "never")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await change_of_mind()
    assert await rows_of(database, schema.outbox) == []


async def test_replies_travel_before_everything_we_begin(database: Database) -> None:
    """A reply is interactive; invitations, reminders and notices are broadcast."""
    async with database.write() as conn:
        contact = await add_contact(conn, "1")
        for kind in MessageKind:
            await queue(conn, contact, kind, kind)
    lanes = {row["kind"]: row["lane"] for row in await rows_of(database, schema.outbox)}
    assert lanes == {"reply": 0, "invitation": 1, "reminder": 1, "notice": 1}


async def test_every_message_ends_one_day(database: Database) -> None:
    """A message without an expiry gets its kind's lifetime, counted from when it is due."""
    async with database.write() as conn:
        contact = await add_contact(conn, "1")
        await queue(conn, contact, "now", MessageKind.REPLY)
        await queue(conn, contact, "past", MessageKind.REPLY, due_ms=1)
        await queue(conn, contact, "later", MessageKind.REMINDER, due_ms=4_000_000_000_000)
        await queue(conn, contact, "short", MessageKind.NOTICE, expires_ms=7)
    lives = {
        row["dedup_key"]: row["expires_ms"] - row["due_ms"]
        for row in await rows_of(database, schema.outbox)
    }
    assert lives["now"] == lives["past"] == outbox.LIFETIMES_MS[MessageKind.REPLY]
    assert lives["later"] == outbox.LIFETIMES_MS[MessageKind.REMINDER]
    assert lives["short"] < 0


async def test_counts_name_every_state(database: Database) -> None:
    """What became of the messages is counted by channel, bot, kind and state."""
    async with database.write() as conn:
        contact = await add_contact(conn, "1")
        await queue(conn, contact, "a")
        await queue(conn, contact, "b")
        await queue(conn, contact, "c", MessageKind.NOTICE)
        assert await outbox.count_by_state(conn) == {
            ("fake", "main", MessageKind.REPLY, OutboxState.DUE): 2,
            ("fake", "main", MessageKind.NOTICE, OutboxState.DUE): 1,
        }
    assert set((await states_of(database)).values()) == {"due"}


async def test_a_newer_screen_takes_the_place_of_one_that_has_not_left(database: Database) -> None:
    """Only replies of the same contact and slot that still wait are called back."""
    async with database.write() as conn:
        mine, other = await add_contact(conn, "1"), await add_contact(conn, "2")
        for key, contact, slot in (
            ("old", mine, "interview:1"),
            ("elsewhere", mine, "interview:2"),
            ("plain", mine, ""),
            ("theirs", other, "interview:1"),
        ):
            await queue(conn, contact, key, slot=slot)
        await outbox.supersede(conn, mine, "interview:1")
    assert await states_of(database) == {
        "old": OutboxState.CANCELLED,
        "elsewhere": OutboxState.DUE,
        "plain": OutboxState.DUE,
        "theirs": OutboxState.DUE,
    }


async def test_who_is_seen_again_has_waiting_messages_of_their_own(database: Database) -> None:
    """Not those with the contact's number as theirs."""
    async with database.write() as conn:
        for address in ("84", "85"):
            await add_contact(conn, address, chat_key=address)
        await queue(conn, 2, "to the second")
        place: dict[str, Any] = {"channel": CHANNEL, "bot": BOT, "now": MET, "seen_at": MET}
        seen = [
            await contacts.see(conn, **place, reply_key="none", chat_key=one)
            for one in ("84", "85")
        ]
    assert [one and one.has_waiting for one in seen] == [False, True]
