"""How many statements a tap costs, from the webhook to the next question at the channel."""

import asyncio
import json
from collections.abc import AsyncIterator, Sized
from contextlib import asynccontextmanager
from itertools import count

from bot.channels.base import Limits
from bot.delivery import Dispatcher, DispatchRules
from bot.inbox import Inbox
from bot.settings import load_settings
from bot.worker import Worker, WorkerRules
from surveys.store.base.database import Database
from tests.fakes.channel import FakeChannel
from tests.integration.conversation.conftest import KEYS, make_house
from tests.integration.conversation.person import House
from tests.integration.delivering import NEVER_QUIET, until
from tests.integration.queue_rows import BOT, CHANNEL
from tests.statements import noted

CALM = DispatchRules(sweep_seconds=60.0, poll_seconds=60.0)
LIMITS = Limits(per_second=1_000.0, per_chat_second=500.0, chat_burst=1_000)
PATIENT = WorkerRules(poll_seconds=60.0)
MOST = 14
"""Statements of a tap on SQLite, BEGIN and COMMIT aside: keeping the update, handling it, and what
became of the reply."""


@asynccontextmanager
async def _serving(house: House, channel: FakeChannel) -> AsyncIterator[Inbox]:
    channels = {(channel.name, channel.bot): channel}
    settings = load_settings(**NEVER_QUIET)
    dispatcher = Dispatcher(house.database, channels, KEYS, settings=settings, rules=CALM)
    handle = house.conversation.handle
    worker = Worker(
        house.database, channels, handle, clock=lambda: house.now, replies=dispatcher, rules=PATIENT
    )
    running = [asyncio.create_task(worker.run()), asyncio.create_task(dispatcher.run())]
    try:
        yield Inbox(house.database, KEYS, worker.start_new)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _tap(inbox: Inbox, channel: FakeChannel, data: str) -> list[str]:
    """Tap, wait for the next question; the statements that it took."""
    heard = len(channel.heard)

    async def is_answered() -> bool:
        return len(channel.heard) > heard

    body = json.dumps({"chat": "84", "data": data})
    with noted() as said:
        await inbox.put(channel=CHANNEL, bot=BOT, event_key=data, address="84", payload=body)
        await until(is_answered)
        await _until_still(said)
    return [statement for statement, _ in said if not statement.startswith("BEGIN")]


async def test_a_tap_takes_few_statements(sqlite_database: Database) -> None:
    """The second question of four, tapped: an ordinary answer, an ordinary next question."""
    house = await make_house(sqlite_database)
    house.numbers = count(1_000)
    await house.dossier()
    person = house.person("84", channel=CHANNEL)
    await person.consents()
    channel = FakeChannel(
        limits=Limits(per_second=1_000.0, per_chat_second=500.0, chat_burst=1_000)
    )
    async with _serving(house, channel) as inbox:
        with noted() as before:
            await _until_still(before)
        await _tap(inbox, channel, "a:1:satisfaction:very:0")
        said = await _tap(inbox, channel, "a:1:contacts:none:1")
    assert list(await house.answers()) == ["satisfaction", "contacts"]
    assert len(said) <= MOST, "\n".join(said)


async def _until_still(said: Sized) -> None:
    """Wait until nothing more is said to the database."""
    before = -1
    while before != len(said):
        before = len(said)
        await asyncio.sleep(8 * CALM.linger_seconds)
