"""The way of a tap: what it costs until its reply is at the channel, and what cannot harm it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from sqlalchemy import event, select

from bot.delivery import DispatchRules
from bot.delivery.claiming import Claimed
from bot.inbox import Inbox
from bot.messages import Incoming
from bot.worker import NoReplies, Replies, Worker
from surveys.store.base import schema
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database
from surveys.store.base.sqlite import SqliteDriver
from surveys.store.queues.rate_limits import BotId
from tests.fakes.channel import FakeChannel
from tests.integration.delivering import dispatcher_of, until
from tests.integration.queue_rows import BOT, CHANNEL, KEYS, add_contact, queue

CALM = DispatchRules(sweep_seconds=60.0, poll_seconds=60.0)
NOW = datetime(2021, 6, 1, 8, 0, tzinfo=UTC)


@asynccontextmanager
async def _serving(
    database: Database, channel: FakeChannel, replies: Replies | None = None
) -> AsyncIterator[Inbox]:
    """Inbox, worker and dispatcher of a chat whose every text is answered with itself."""
    async with database.write() as conn:
        contact = await add_contact(conn, "84")

    async def echo(conn: Connection, incoming: Incoming, number: int, _: datetime) -> None:
        await queue(conn, contact, f"reply {number}", text=incoming.text)

    dispatcher = dispatcher_of(database, channel, CALM)
    channels = {(CHANNEL, BOT): channel}
    worker = Worker(database, channels, echo, clock=lambda: NOW, replies=replies or dispatcher)
    running = [asyncio.create_task(worker.run()), asyncio.create_task(dispatcher.run())]
    try:
        yield Inbox(database, KEYS, worker.start_new)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _tap(inbox: Inbox, text: str) -> None:
    body = json.dumps({"chat": "84", "text": text}).encode()
    await inbox.put(channel=CHANNEL, bot=BOT, event_key=text, address="84", payload=body)


def _heard(channel: FakeChannel, count: int) -> Callable[[], Awaitable[bool]]:
    async def enough() -> bool:
        return len(channel.heard) >= count

    return enough


async def test_a_reply_leaves_with_the_second_commit(
    sqlite_database: Database,
) -> None:
    """One commit keeps the update; one holds everything that follows from it, the claim of the
    reply too."""
    written: list[int] = []
    channel = FakeChannel()
    driver = sqlite_database.driver
    assert isinstance(driver, SqliteDriver)
    async with _serving(sqlite_database, channel) as inbox:
        await _tap(inbox, "một")
        await until(_heard(channel, 1))
        await asyncio.sleep(4 * CALM.linger_seconds)
        event.listen(driver.writer, "commit", lambda _: written.append(len(channel.heard)))
        await _tap(inbox, "hai")
        await until(_heard(channel, 2))
        await asyncio.sleep(4 * CALM.linger_seconds)
    assert written == [1, 1, 2]


async def test_a_flurry_in_one_chat_is_answered_in_its_order(database: Database) -> None:
    """Replies that wait for the one before them go on as soon as that has arrived."""
    channel = FakeChannel()
    texts = [f"{number}" for number in range(30)]
    async with _serving(database, channel) as inbox:
        for text in texts:
            await _tap(inbox, text)
        await until(_heard(channel, len(texts)), seconds=20)
    assert channel.texts == texts


async def test_what_keeps_a_reply_from_leaving_does_not_count_against_the_tap(
    sqlite_database: Database,
) -> None:
    """The update is handled at its first try, whatever happens at the gate."""

    class Closed(NoReplies):
        async def claim(
            self, _conn: Connection, _bots: Collection[BotId]
        ) -> Mapping[BotId, Claimed]:
            raise RuntimeError

    async with _serving(sqlite_database, FakeChannel(), Closed()) as inbox:
        await _tap(inbox, "một")
        await until(lambda: _is_done(sqlite_database))
    async with sqlite_database.read() as conn:
        assert await conn.scalar(select(schema.inbox.c.tries)) == 0


async def _is_done(database: Database) -> bool:
    async with database.read() as conn:
        return await conn.scalar(select(schema.inbox.c.state)) == "done"
