"""Every update has its effect once: in its chat's order, whatever fails beside it."""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from bot.inbox import Inbox
from bot.messages import Incoming
from bot.worker import Handler, Worker, WorkerRules
from surveys.store.base import schema
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database
from surveys.store.queues import inbox
from tests.fakes.channel import FakeChannel
from tests.integration.queue_rows import BOT, CHANNEL, KEYS, migrated, rows_of

NOW = datetime(2021, 6, 1, 8, 0, tzinfo=UTC)
QUICK = WorkerRules(retry_ms=(20, 20), poll_seconds=0.1)


async def put(into: Inbox, key: str, chat: str, **payload: object) -> bool:
    """Take in a text of a chat; the text is the key."""
    body = json.dumps({"chat": chat, "text": key} | payload).encode()
    return await into.put(channel=CHANNEL, bot=BOT, event_key=key, address=chat, payload=body)


async def note(conn: Connection, incoming: Incoming, number: int, now: datetime) -> None:
    """The effect: one row; a second one for the same update would break its unique key."""
    row = {"key": f"effect {number}", "value": f"{incoming.address}:{incoming.text}"}
    await conn.execute(insert(schema.meta).values(**row))


async def effects(database: Database) -> list[str]:
    """The effects, in the order of their updates."""
    async with database.read() as conn:
        rows = (await conn.execute(select(schema.meta))).all()
    return [value for _, value in sorted((int(key.split()[1]), value) for key, value in rows)]


@asynccontextmanager
async def working(
    database: Database,
    handle: Handler = note,
    rules: WorkerRules = QUICK,
    channel: FakeChannel | None = None,
) -> AsyncIterator[Worker]:
    """A worker that runs during the block and drains at its end."""
    fake = channel or FakeChannel()
    channels: Mapping[tuple[str, str], Any] = {(CHANNEL, BOT): fake}
    worker = Worker(database, channels, handle, clock=lambda: NOW, rules=rules)
    task = asyncio.create_task(worker.run())
    try:
        yield worker
        assert await worker.stop(20)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(truth: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something that must come true."""
    for _ in range(2_000):
        if await truth():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


async def test_an_update_is_handled_with_its_number_and_an_aware_moment(database: Database) -> None:
    """The handler gets the parsed update, its number in the inbox and the clock's UTC moment."""
    seen: list[tuple[str, str, int, datetime]] = []

    async def see(_: Connection, incoming: Incoming, number: int, now: datetime) -> None:
        seen.append((incoming.address, incoming.text, number, now))

    channel = FakeChannel()
    async with working(database, see, channel=channel):
        await put(Inbox(database, KEYS), "xin chào", "84")
    assert seen == [("84", "xin chào", 1, NOW)]
    assert channel.acknowledged == ["xin chào"]


async def test_each_chat_keeps_its_order_and_chats_run_side_by_side(database: Database) -> None:
    """Within a chat updates are handled in the order they came, never two at once."""
    order: defaultdict[str, list[int]] = defaultdict(list)
    inside: Counter[str] = Counter()

    async def watch(_: Connection, incoming: Incoming, number: int, now: datetime) -> None:
        inside[incoming.address] += 1
        assert inside[incoming.address] == 1
        await asyncio.sleep(0.001)
        order[incoming.address].append(int(incoming.text))
        inside[incoming.address] -= 1

    box = Inbox(database, KEYS)
    async with working(database, watch) as worker:
        await asyncio.gather(*(put(box, str(n), f"chat {n % 5}") for n in range(60)))
        worker.wake()
    assert {chat: numbers == sorted(numbers) for chat, numbers in order.items()} == {
        f"chat {n}": True for n in range(5)
    }
    assert sum(map(len, order.values())) == 60


@pytest.mark.postgres
async def test_a_slow_chat_does_not_hold_the_others(postgres_url: str) -> None:
    """While one chat's update takes its time, another chat's is handled."""
    released = asyncio.Event()
    handled: list[str] = []

    async def slow(_: Connection, incoming: Incoming, number: int, now: datetime) -> None:
        if incoming.address == "slow":
            await released.wait()
        handled.append(incoming.address)

    async with migrated(postgres_url) as database:
        box = Inbox(database, KEYS)
        async with working(database, slow) as worker:
            await put(box, "1", "slow")
            await put(box, "2", "quick")
            worker.wake()
            await until(lambda: _true(handled))
            released.set()
    assert handled == ["quick", "slow"]


async def test_a_poisonous_update_is_set_aside_and_blocks_nobody(database: Database) -> None:
    """After three tries a failing update is set aside with its reason; its chat goes on behind it,
    other chats never waited, and nothing of a failed try remains."""
    tries: Counter[str] = Counter()

    async def fail(conn: Connection, incoming: Incoming, number: int, now: datetime) -> None:
        await note(conn, incoming, number, now)
        tries[incoming.text] += 1
        if incoming.text == "poison":
            raise KeyError("what the citizen wrote")

    box = Inbox(database, KEYS)
    for key, chat in (("poison", "a"), ("behind", "a"), ("beside", "b")):
        await put(box, key, chat)
    async with working(database, fail):
        await until(lambda: _has(database, "a:behind"))
    assert await effects(database) == ["a:behind", "b:beside"]
    assert 3 <= tries["poison"] <= 4
    aside = (await rows_of(database, schema.inbox))[0]
    assert (aside["state"], aside["tries"]) == ("set_aside", 3)
    assert aside["reason"].startswith("KeyError")
    assert "citizen" not in aside["reason"]
    assert aside["payload"] != ""


async def test_an_unreadable_payload_is_poison_too(database: Database) -> None:
    """What the channel cannot parse is set aside like everything else that fails."""
    box = Inbox(database, KEYS)
    await box.put(channel=CHANNEL, bot=BOT, event_key="1", address="a", payload=b"{cut")
    await put(box, "2", "a")
    async with working(database):
        await until(lambda: _has(database, "a:2"))
    assert [row["state"] for row in await rows_of(database, schema.inbox)] == ["set_aside", "done"]


async def test_an_update_of_a_kind_we_do_not_use_is_done(database: Database) -> None:
    """A payload that the channel has no use for is simply done."""
    box = Inbox(database, KEYS)
    await box.put(channel=CHANNEL, bot=BOT, event_key="1", address="a", payload=b"{}")
    async with working(database):
        pass
    assert [row["state"] for row in await rows_of(database, schema.inbox)] == ["done"]


async def test_text_that_no_database_takes_is_made_storable(database: Database) -> None:
    """A zero byte or half a character in a message poisons nothing."""
    box = Inbox(database, KEYS)
    body = b'{"chat": "a", "text": "x\\u0000y\\ud83dz"}'
    await box.put(channel=CHANNEL, bot=BOT, event_key="1", address="a", payload=body)
    async with working(database):
        pass
    assert await effects(database) == ["a:xy?z"]


async def test_a_lost_database_counts_as_nobodys_try(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure that cannot even be noted is the database's, not the update's."""
    troubles = [ConnectionError(), ConnectionError(), ConnectionError(), ConnectionError()]
    count = inbox.record_failure

    async def lost(*_args: object, **_more: object) -> None:
        raise ConnectionError

    async def work(conn: Connection, incoming: Incoming, number: int, now: datetime) -> None:
        monkeypatch.setattr(inbox, "record_failure", lost if troubles else count)
        if troubles:
            raise troubles.pop()
        await note(conn, incoming, number, now)

    await put(Inbox(database, KEYS), "1", "a")
    async with working(database, work):
        await until(lambda: _has(database, "a:1"))
    (row,) = await rows_of(database, schema.inbox)
    assert (row["state"], row["tries"]) == ("done", 0)


async def test_an_outage_while_reading_the_inbox_is_waited_out(database: Database) -> None:
    """A worker whose inbox cannot be read goes on when it can."""
    async with database.write() as conn:
        await conn.execute(text("ALTER TABLE inbox RENAME TO away"))
    async with working(database):
        await asyncio.sleep(0.25)
        async with database.write() as conn:
            await conn.execute(text("ALTER TABLE away RENAME TO inbox"))
        await put(Inbox(database, KEYS), "1", "a")
        await until(lambda: _has(database, "a:1"))


async def test_a_slow_spinner_does_not_hold_the_effect_back(database: Database) -> None:
    """The effect of a tap waits only so long for the channel to stop the spinner."""

    class Slow(FakeChannel):
        async def acknowledge(self, incoming: Incoming) -> None:  # noqa: ARG002
            await asyncio.sleep(60)

    rules = WorkerRules(acknowledge_seconds=0.01, poll_seconds=0.1)
    async with working(database, rules=rules, channel=Slow()):
        await put(Inbox(database, KEYS), "1", "a")
        await until(lambda: _has(database, "a:1"))


async def test_a_failing_spinner_harms_nothing(database: Database) -> None:
    """Whatever happens while acknowledging, the update is handled."""

    class Broken(FakeChannel):
        async def acknowledge(self, incoming: Incoming) -> None:  # noqa: ARG002
            raise RuntimeError

    async with working(database, channel=Broken()):
        await put(Inbox(database, KEYS), "1", "a")
    assert await effects(database) == ["a:1"]


async def test_stopping_handles_what_is_there(database: Database) -> None:
    """A worker that is told to stop first finishes what is in the inbox."""
    box = Inbox(database, KEYS)
    await asyncio.gather(*(put(box, str(n), f"chat {n % 7}") for n in range(50)))
    async with working(database):
        pass
    assert len(await effects(database)) == 50


async def test_a_worker_that_is_cut_off_loses_nothing(database: Database) -> None:
    """When the time to stop is over, what was not finished is still there for the next process."""
    started = asyncio.Event()

    async def stuck(conn: Connection, incoming: Incoming, number: int, now: datetime) -> None:
        await note(conn, incoming, number, now)
        started.set()
        await asyncio.sleep(60)

    await put(Inbox(database, KEYS), "1", "a")
    worker = Worker(database, {(CHANNEL, BOT): FakeChannel()}, stuck, clock=lambda: NOW)
    task = asyncio.create_task(worker.run())
    await started.wait()
    assert not await worker.stop(0.05)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await effects(database) == []
    async with working(database):
        pass
    assert await effects(database) == ["a:1"]


@pytest.mark.postgres
async def test_two_processes_share_the_work(postgres_url: str) -> None:
    """Two processes at once: every update has one effect, each chat in its order."""
    order: defaultdict[str, list[int]] = defaultdict(list)

    async def watch(conn: Connection, incoming: Incoming, number: int, now: datetime) -> None:
        await note(conn, incoming, number, now)
        order[incoming.address].append(int(incoming.text))

    async with migrated(postgres_url) as one, migrated(postgres_url) as other:
        inboxes = (Inbox(one, KEYS), Inbox(other, KEYS))
        async with working(one, watch), working(other, watch):
            for number in range(120):
                await put(inboxes[number % 2], str(number), f"chat {number % 6}")
        assert len(await effects(one)) == 120
    assert all(numbers == sorted(numbers) for numbers in order.values())


async def _true(what: object) -> bool:
    return bool(what)


async def _has(database: Database, effect: str) -> bool:
    return effect in await effects(database)
