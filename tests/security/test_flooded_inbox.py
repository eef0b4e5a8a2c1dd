"""One chat that wrote more than is looked through at once."""

import asyncio
import time
from statistics import median

import pytest

from bot import app
from bot.channels.base import Limits
from surveys.store.base.database import Database
from surveys.store.queues import arrivals, inbox
from surveys.store.queues.inbox import Event
from tests.fakes.channel import FakeChannel
from tests.fakes.context import KEYS, channel_context
from tests.security.running import ANYWHERE

BOT = ("telegram", "7")


def _event(chat: str, number: int) -> Event:
    key = f"{chat}:{number}"
    return Event(channel=BOT[0], bot=BOT[1], event_key=key, chat_key=chat, payload="{}")


@pytest.mark.parametrize(("chats", "updates"), [(1, 12_000), (120, 80_000)])
async def test_newcomers_do_not_wait_behind_it(
    database: Database, chats: int, updates: int
) -> None:
    """Thousands of updates of some chats, then 150 others: each is a head at once, oldest first."""
    flood = [f"flood-{number:03}" for number in range(chats)]
    async with database.write() as conn:
        wrote = [_event(flood[number % chats], number) for number in range(updates)]
        await arrivals.put_many(conn, wrote)
        await arrivals.put_many(conn, [_event(f"new-{number:03}", 1) for number in range(150)])
    begun = time.monotonic()
    async with database.read() as conn:
        found = await inbox.find_heads(conn, [BOT], 128)
    newcomers = [f"new-{number:03}" for number in range(128 - chats)]
    assert [one.chat_key for one in found] == [*flood, *newcomers]
    async with database.write() as conn:
        taken = await inbox.take(conn, [one.id for one in found])
    assert taken == {one.id for one in found}
    assert time.monotonic() - begun < 2


@pytest.mark.soak
async def test_newcomers_are_answered_while_it_is_worked_off(database: Database) -> None:
    """Each of 150 within two seconds, by the whole service, from the post to the reply."""
    fake = FakeChannel(limits=Limits(per_second=1_000, per_chat_second=1, chat_burst=3))
    service = await app.assemble(channel_context(database, **ANYWHERE), [fake])
    flood = [_of("flood", number) for number in range(12_000)]
    for start in range(0, len(flood), 500):
        async with database.write() as conn:
            await arrivals.put_many(conn, flood[start : start + 500])
    loop, waited = asyncio.get_running_loop(), []
    tasks = [asyncio.create_task(one.run()) for one in (service.worker, service.dispatcher)]
    await asyncio.sleep(1)
    for number in range(150):
        chat, begun = f"new-{number:03}", loop.time()
        event = {"channel": fake.name, "bot": fake.bot, "event_key": chat, "address": chat}
        await service.inbox.put(**event, payload=f'{{"chat": "{chat}", "text": "chào"}}'.encode())
        async with asyncio.timeout(60):
            while not any(one.address == chat for one in fake.heard):  # noqa: ASYNC110 - a task
                await asyncio.sleep(0.005)
        waited.append(loop.time() - begun)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    print(f"median {median(waited):.3f} s, slowest {max(waited):.2f} s")  # noqa: T201
    assert max(waited) < 2


def _of(chat: str, number: int) -> Event:
    key = KEYS.chat_key("fake", "main", chat)
    body = f'{{"chat": "{chat}", "text": "chào"}}'
    event_key = f"{chat}:{number}"
    return Event(channel="fake", bot="main", event_key=event_key, chat_key=key, payload=body)
