"""A clock that was ahead and is set back silences nobody."""

from sqlalchemy import update

from bot.delivery import DispatchRules
from surveys.store.base import schema
from surveys.store.base.database import Database
from surveys.store.queues import arrivals
from surveys.store.queues.outbox import MessageKind
from tests.fakes.channel import FakeChannel
from tests.integration.delivering import TELEGRAM, dispatching, now_ms, until
from tests.integration.queue_rows import add_contact, queue, rows_of, states_of, update_from

TWO_DAYS = 2 * 24 * 3_600_000
RULES = DispatchRules(send_seconds=2.0, lease_seconds=3.0, poll_seconds=0.1, sweep_seconds=0.1)


async def _set_clock_back(database: Database) -> None:
    """As if all that was written so far had been written by a clock two days ahead."""
    moments = {
        schema.rate_limits: ("next_ms", "peak_ms"),
        schema.contacts: ("not_before_ms",),
        schema.outbox: ("due_ms", "leased_until_ms", "expires_ms"),
        schema.inbox: ("not_before_ms",),
    }
    async with database.write() as conn:
        for table, names in moments.items():
            later = {name: table.c[name] + TWO_DAYS for name in names}
            await conn.execute(update(table).values(**later))


async def _is_sent(database: Database, *texts: str) -> bool:
    states = await states_of(database)
    return all(states[text] == "sent" for text in texts)


async def test_replies_go_on_when_the_clock_is_set_back(database: Database) -> None:
    """What waited is sent, and what comes now; an invitation planned for a day keeps it."""
    channel = FakeChannel(limits=TELEGRAM)
    async with database.write() as conn:
        contact = await add_contact(conn, "84")
        await queue(conn, contact, "first")
    async with dispatching(database, channel, RULES):
        await until(lambda: _is_sent(database, "first"))
    async with database.write() as conn:
        await queue(conn, contact, "waiting")
        await arrivals.put_many(conn, [update_from("1", "84")])
    await _set_clock_back(database)
    planned = now_ms() + TWO_DAYS
    async with database.write() as conn:
        await queue(conn, contact, "now")
        await queue(conn, contact, "planned", MessageKind.INVITATION, due_ms=planned)
    async with dispatching(database, channel, RULES):
        await until(lambda: _is_sent(database, "waiting", "now"))
    assert (await states_of(database))["planned"] == "due"
    assert max(row["due_ms"] for row in await rows_of(database, schema.outbox)) == planned
    (update_row,) = await rows_of(database, schema.inbox)
    assert update_row["not_before_ms"] <= now_ms()


async def test_a_lease_of_a_dead_process_ends_when_the_clock_is_set_back(
    database: Database,
) -> None:
    """Its message is asked once more after the lease, not two days later."""
    channel = FakeChannel(limits=TELEGRAM)
    async with database.write() as conn:
        contact = await add_contact(conn, "84")
        await queue(conn, contact, "first")
    async with dispatching(database, channel, RULES):
        await until(lambda: _is_sent(database, "first"))
    async with database.write() as conn:
        await queue(conn, contact, "dying")
        dying = schema.outbox.c.dedup_key == "dying"
        values = {"state": "sending", "owner": "elsewhere:1:x", "leased_until_ms": now_ms()}
        await conn.execute(update(schema.outbox).where(dying).values(**values))
    await _set_clock_back(database)
    async with dispatching(database, channel, RULES):
        await until(lambda: _is_sent(database, "dying"))
