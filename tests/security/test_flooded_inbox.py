"""One chat that wrote more than is looked through at once."""

import time

from surveys.store.base.database import Database
from surveys.store.queues import inbox
from surveys.store.queues.inbox import Event

BOT = ("telegram", "7")


def _event(chat: str, number: int) -> Event:
    key = f"{chat}:{number}"
    return Event(channel=BOT[0], bot=BOT[1], event_key=key, chat_key=chat, payload="{}")


async def test_newcomers_do_not_wait_behind_it(database: Database) -> None:
    """12,000 updates of one chat, then 150 others: each is a head at once, oldest first."""
    async with database.write() as conn:
        await inbox.put_many(conn, [_event("flood", number) for number in range(12_000)])
        await inbox.put_many(conn, [_event(f"new-{number:03}", 1) for number in range(150)])
    begun = time.monotonic()
    async with database.read() as conn:
        found = await inbox.find_heads(conn, [BOT], 128)
    assert [one.chat_key for one in found] == ["flood", *(f"new-{n:03}" for n in range(127))]
    async with database.write() as conn:
        taken = await inbox.take(conn, [one.id for one in found])
    assert taken == {one.id for one in found}
    assert time.monotonic() - begun < 2
