"""The heads of the chats, over many stretches of the queue, as a list in memory has them."""

import random
from collections.abc import Iterator

import pytest
from sqlalchemy import update

from surveys.store.base import schema
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database
from surveys.store.queues import arrivals, inbox
from tests.integration.queue_rows import BOT, CHANNEL, update_from

BOTS = [(CHANNEL, BOT)]
UPDATES = 150
APART = 997
"""Between two numbers: a stretch has 1,024."""
CACHED = (inbox._first_of_chats, inbox._first_of_each_chat)


@pytest.fixture(params=[(10_000, 5_000), (40, 5_000), (40, 60)], ids=str)
def narrow(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """All is seen, all is found beyond the window, or only some."""
    for name, value in zip(("WINDOW", "LOOK_UPS"), request.param, strict=True):
        monkeypatch.setattr(inbox, name, value)
    for one in CACHED:
        one.cache_clear()
    yield
    for one in CACHED:
        one.cache_clear()


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("chats", [2, 12, 100])
async def test_only_heads_are_found_and_taken(database: Database, chats: int) -> None:
    """Until all is done: what is found are heads, the oldest first; nothing else can be taken; each
    chat is handled in its order."""
    chance = random.Random(chats)
    names = [f"{chance.random():.12f}" for _ in range(chats)]
    async with database.write() as conn:
        waiting = await _arrive(conn, [chance.choice(names) for _ in range(UPDATES)])
        while waiting:
            heads = _heads(waiting)
            found = [one.id for one in await inbox.find_heads(conn, BOTS, 8)]
            assert found == sorted(found)
            assert set(found) <= set(heads)
            assert found[:1] == heads[:1]
            tried = {*found, *chance.sample(sorted(waiting), min(9, len(waiting)))}
            taken = await inbox.take(conn, sorted(tried))
            assert taken == tried & set(heads)
            for number in taken:
                del waiting[number]


async def _arrive(conn: Connection, chats: list[str]) -> dict[int, str]:
    """Updates of these chats in this order; the number of each, and its chat."""
    for number, chat in enumerate(chats):
        await arrivals.put_many(conn, [update_from(f"{number}", chat)])
    its = schema.inbox.c.id
    await conn.execute(update(schema.inbox).values(id=-its * APART))
    await conn.execute(update(schema.inbox).values(id=-its))
    return {APART * (place + 1): chat for place, chat in enumerate(chats)}


def _heads(waiting: dict[int, str]) -> list[int]:
    first: dict[str, int] = {}
    for number in sorted(waiting):
        first.setdefault(waiting[number], number)
    return sorted(first.values())
