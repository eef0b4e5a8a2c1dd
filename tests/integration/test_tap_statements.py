"""How many statements a tap costs, from the webhook to the next question at the channel."""

import asyncio
import json
from collections.abc import AsyncIterator, Sized
from contextlib import asynccontextmanager
from itertools import count

import pytest

from bot.channels.base import Limits
from bot.delivery import Dispatcher, DispatchRules
from bot.inbox import Inbox
from bot.settings import load_settings
from bot.worker import Worker, WorkerRules
from surveys.store.base.database import Database
from tests.fakes.channel import FakeChannel
from tests.fakes.hours import ANY_HOUR
from tests.integration.conversation.conftest import KEYS, make_house
from tests.integration.conversation.person import House
from tests.integration.delivering import until
from tests.integration.queue_rows import BOT, CHANNEL
from tests.statements import noted

CALM = DispatchRules(sweep_seconds=60.0, poll_seconds=60.0)
LIMITS = Limits(per_second=1_000.0, per_chat_second=500.0, chat_burst=1_000)
PATIENT = WorkerRules(poll_seconds=60.0)
MOST = 14
"""Statements of a tap on SQLite, BEGIN and COMMIT aside: keeping the update, handling it, and what
became of the reply."""

MOST_TYPED = 16
"""The same of a typed digit on a channel that says when it was typed: it stores that moment, and
which of the old messages is no longer to be replaced."""
AT = 1_623_000_000


@asynccontextmanager
async def _serving(house: House, channel: FakeChannel) -> AsyncIterator[Inbox]:
    channels = {(channel.name, channel.bot): channel}
    settings = load_settings(**ANY_HOUR)
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


async def _say(inbox: Inbox, channel: FakeChannel, key: str, **what: object) -> list[str]:
    """Tap or type, wait for the next question; the statements that it took."""
    heard = len(channel.heard)

    async def is_answered() -> bool:
        return len(channel.heard) > heard

    body = json.dumps({"chat": "84", **what}).encode()
    with noted() as said:
        await inbox.put(channel=CHANNEL, bot=BOT, event_key=key, address="84", payload=body)
        await until(is_answered)
        await _until_still(said)
    return [statement for statement, _ in said if not statement.startswith("BEGIN")]


@pytest.mark.parametrize(
    ("first", "second", "most"),
    [
        ({"data": "a:1:satisfaction:very:0"}, {"data": "a:1:contacts:none:1"}, MOST),
        ({"text": "1", "at": AT}, {"text": "1", "at": AT + 1}, MOST_TYPED),
    ],
    ids=["tapped", "typed"],
)
async def test_an_answer_takes_few_statements(
    sqlite_database: Database, first: dict[str, object], second: dict[str, object], most: int
) -> None:
    """The second question of four, tapped or typed: an ordinary answer and next question."""
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
        await _say(inbox, channel, "1", **first)
        said = await _say(inbox, channel, "2", **second)
    assert list(await house.answers()) == ["satisfaction", "contacts"]
    assert len(said) <= most, "\n".join(said)


async def _until_still(said: Sized) -> None:
    """Wait until nothing more is said to the database."""
    before = -1
    while before != len(said):
        before = len(said)
        await asyncio.sleep(8 * CALM.linger_seconds)
