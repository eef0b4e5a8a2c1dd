"""What comes in is kept once, in order, and handled head first."""

import asyncio

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from surveys.store.base import schema
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database
from surveys.store.queues import arrivals, inbox, rate_limits
from surveys.store.queues.inbox import InboxState
from tests.integration.queue_rows import BOT, CHANNEL, migrated, rows_of, update_from

BOTS = [(CHANNEL, BOT)]


async def test_a_repeated_update_is_the_same_update(database: Database) -> None:
    """Only the first delivery of an update is new; the key counts per channel and bot."""
    async with database.write() as conn:
        first = await arrivals.put_many(conn, [update_from("1"), update_from("2")])
    async with database.write() as conn:
        again = await arrivals.put_many(conn, [update_from("2"), update_from("3")])
    assert [update.id for update in first.updates] == [1, 2]
    assert again.ids == {(CHANNEL, BOT, "3")}
    async with database.read() as conn:
        heads = await inbox.find_heads(conn, BOTS, 10)
    assert [update for update in (*first.updates, *again.updates) if update in heads] == heads
    assert [row["event_key"] for row in await rows_of(database, schema.inbox)] == ["1", "2", "3"]


async def test_many_at_once_are_not_named(database: Database) -> None:
    """Beyond a few only their keys are told; of repeats among them, which are new."""
    keys = [f"{number}" for number in range(2 * arrivals.FEW)]
    async with database.write() as conn:
        await arrivals.put_many(conn, [update_from(keys[0])])
        kept = await arrivals.put_many(conn, [update_from(key) for key in keys])
    assert kept.ids == {(CHANNEL, BOT, key) for key in keys[1:]}
    assert not kept.updates


async def test_only_the_head_of_a_chat_can_be_taken(database: Database) -> None:
    """A chat's later updates wait until the earlier ones are done."""
    async with database.write() as conn:
        await arrivals.put_many(
            conn, [update_from("1", "a"), update_from("2", "a"), update_from("3", "b")]
        )
    async with database.write() as conn:
        assert [head.id for head in await inbox.find_heads(conn, BOTS, 10)] == [1, 3]
        assert await inbox.take(conn, [1, 2, 3]) == {1, 3}
        assert [head.id for head in await inbox.find_heads(conn, BOTS, 10)] == [2]


async def test_updates_of_other_bots_are_left_alone(database: Database) -> None:
    """A process takes only what its own channels understand."""
    async with database.write() as conn:
        await arrivals.put_many(conn, [update_from("1")])
        assert await inbox.find_heads(conn, [("fake", "other"), ("else", BOT)], 10) == []


async def test_what_was_said_is_gone_once_it_is_handled(database: Database) -> None:
    """A handled update keeps its key, so that a repeat is known, and nothing else."""
    async with database.write() as conn:
        await arrivals.put_many(conn, [update_from("1", payload='{"text": "private"}')])
        assert await inbox.take(conn, [1]) == {1}
        assert not (await arrivals.put_many(conn, [update_from("1")])).ids
    (row,) = await rows_of(database, schema.inbox)
    assert (row["state"], row["payload"]) == ("done", "")


async def test_a_failing_update_waits_then_is_set_aside(database: Database) -> None:
    """A failed update holds its chat until its next try; the last try sets it aside."""
    async with database.write() as conn:
        await arrivals.put_many(conn, [update_from("1"), update_from("2")])
        first = await inbox.record_failure(conn, 1, reason="x", retry_in_ms=60_000, max_tries=2)
        assert first is InboxState.NEW
        assert await inbox.find_heads(conn, BOTS, 10) == []
        last = await inbox.record_failure(
            conn, 1, reason="KeyError in a:1", retry_in_ms=0, max_tries=2
        )
        assert last is InboxState.SET_ASIDE
        assert [head.id for head in await inbox.find_heads(conn, BOTS, 10)] == [2]
        (aside,) = await inbox.list_set_aside(conn)
        assert (aside.id, aside.tries, aside.reason) == (1, 2, "KeyError in a:1")


async def test_what_was_set_aside_can_be_tried_again(database: Database) -> None:
    """Staff send an update back; it comes before the chat's later ones, with fresh tries."""
    async with database.write() as conn:
        await arrivals.put_many(conn, [update_from("1"), update_from("2")])
        assert not await inbox.retry(conn, 1)
        await inbox.record_failure(conn, 1, reason="x", retry_in_ms=0, max_tries=1)
        assert await inbox.retry(conn, 1)
        (head,) = await inbox.find_heads(conn, BOTS, 10)
        assert (head.id, head.tries) == (1, 0)


async def test_counts_name_every_state(database: Database) -> None:
    """Updates are counted by channel, bot and state."""
    async with database.write() as conn:
        await arrivals.put_many(conn, [update_from("1"), update_from("2")])
        await inbox.take(conn, [1])
        assert await inbox.count_by_state(conn) == {
            (CHANNEL, BOT, InboxState.DONE): 1,
            (CHANNEL, BOT, InboxState.NEW): 1,
        }


@pytest.mark.postgres
async def test_an_update_that_another_process_holds_is_left_to_it(postgres_url: str) -> None:
    """On PostgreSQL a locked head is skipped at once, and its chat with it."""
    async with migrated(postgres_url) as database, database.write() as conn:
        await arrivals.put_many(
            conn, [update_from("1", "a"), update_from("2", "a"), update_from("3", "b")]
        )
    async with (
        migrated(postgres_url) as one,
        migrated(postgres_url) as other,
        one.write() as mine,
        other.write() as theirs,
    ):
        assert await inbox.take(mine, [1]) == {1}
        assert await inbox.take(theirs, [1, 2, 3]) == {3}


@pytest.mark.postgres
async def test_a_frozen_process_does_not_stop_the_others(postgres_url: str) -> None:
    """Whatever it does next, what it stored is committed and holds no lock."""
    async with migrated(postgres_url) as one, migrated(postgres_url) as other:
        async with one.write_at_once() as frozen:
            assert (await arrivals.put_many(frozen, [update_from("1")])).ids
            async with asyncio.timeout(10), other.write_at_once() as conn:
                assert (await arrivals.put_many(conn, [update_from("2")])).ids
        async with other.read() as conn:
            assert await inbox.count_by_state(conn) == {(CHANNEL, BOT, InboxState.NEW): 2}


@pytest.mark.postgres
@pytest.mark.parametrize("after", ["put", "lock"])
async def test_a_longer_transaction_of_a_frozen_process_ends(postgres_url: str, after: str) -> None:
    """One that holds the arrivals' lock, or the rate of a bot, loses it after a while."""

    async def hold(conn: Connection) -> None:
        if after == "put":
            await arrivals.put_many(conn, [update_from("1")])
        else:
            await conn.execute(rate_limits._HELD_OR_ENDED, {"of_channel": CHANNEL, "of_bot": BOT})

    async with migrated(postgres_url) as one, migrated(postgres_url) as other:
        async with one.write() as conn:
            await rate_limits.register(conn, [(CHANNEL, BOT)])

        async def freeze() -> None:
            async with one.write() as frozen:
                await hold(frozen)
                async with asyncio.timeout(10), other.write() as conn:
                    await arrivals.put_many(conn, [update_from("2")])
                    await rate_limits.lock(conn, CHANNEL, BOT)

        with pytest.raises(DBAPIError):
            await freeze()


@pytest.mark.postgres
async def test_numbers_become_visible_in_their_order(postgres_url: str) -> None:
    """By several processes at once: no number below the highest seen appears later."""
    async with migrated(postgres_url) as one, migrated(postgres_url) as other:

        async def put(database: Database, name: str) -> None:
            for number in range(40):
                async with database.write_at_once() as conn:
                    some = [update_from(f"{name}{number}-{n}", name) for n in range(20)]
                    assert len((await arrivals.put_many(conn, some)).ids) == 20

        async def watch() -> None:
            seen: set[int] = set()
            while len(seen) < 4 * 40 * 20:
                async with one.read() as conn:
                    found = set((await conn.execute(select(schema.inbox.c.id))).scalars())
                assert all(new > max(seen, default=0) for new in found - seen)
                seen = found

        places = ((one, "a"), (other, "b"), (one, "c"), (other, "d"))
        await asyncio.gather(watch(), *(put(*place) for place in places))


@pytest.mark.postgres
async def test_shuffled_repeats_by_two_processes_never_deadlock(postgres_url: str) -> None:
    """The same updates put in opposite order at once: each is new exactly once."""
    events = [update_from(str(number), f"chat {number % 7}") for number in range(300)]
    async with migrated(postgres_url) as one, migrated(postgres_url) as other:

        async def put(database: Database, step: int) -> int:
            async with database.write() as conn:
                return len((await arrivals.put_many(conn, events[::step])).ids)

        new = await asyncio.gather(
            *(put(db, s) for _ in range(4) for db, s in ((one, 1), (other, -1)))
        )
        assert sum(new) == len(events)
