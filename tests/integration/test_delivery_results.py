"""An end is written by who sent the message, through whatever the database does meanwhile."""

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Connection as SyncConnection
from sqlalchemy import make_url, text, update

from bot.delivery import DispatchRules
from surveys.store.base import schema
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database
from surveys.store.queues import arrivals, claims, delivery_results
from surveys.store.queues.claims import ClaimedMessage
from surveys.store.queues.delivery_results import Again, DeliveryResult
from surveys.store.queues.outbox import Lane, MessageKind, OutboxState
from tests.claimed import claimed_message
from tests.fakes.channel import FakeChannel
from tests.integration.delivering import dispatching, until
from tests.integration.queue_rows import (
    BOT,
    CHANNEL,
    add_contact,
    migrated,
    queue,
    rows_of,
    states_of,
    update_from,
)
from tests.postgres import PostgresServer
from tests.statements import noted

NOW = datetime(2021, 6, 1, tzinfo=UTC)
FUTURE_ROWS = 100_000


async def _sending(database: Database, owner: str = "me", state: str = "sending") -> int:
    """One message on its way, held by `owner`; returns its contact."""
    async with database.write() as conn:
        contact = await add_contact(conn, "84")
        await queue(conn, contact, "one", MessageKind.NOTICE)
        await conn.execute(update(schema.outbox).values(owner=owner, state=state))
    return contact


async def _record(database: Database, contact: int, **values: Any) -> None:  # noqa: ANN401
    message = claimed_message(id=1, owner="me", channel=CHANNEL, bot=BOT, contact_id=contact)
    result = DeliveryResult(message=message, **values)
    async with database.write() as conn:
        await delivery_results.record_results(conn, [result], NOW)


async def test_only_who_sent_a_message_writes_its_end(database: Database) -> None:
    """Pitfall 7: a message that belongs to another dispatcher by now is not touched."""
    contact = await _sending(database, owner="somebody else")
    await _record(database, contact, state=OutboxState.SENT)
    assert await states_of(database) == {"one": "sending"}


@pytest.mark.parametrize(("state", "expected"), [("uncertain", "sent"), ("cancelled", "cancelled")])
async def test_who_was_thought_dead_may_still_tell(
    database: Database, state: str, expected: str
) -> None:
    """Pitfall 7: an uncertain message is settled by its sender after all; a final one is not."""
    contact = await _sending(database, state=state)
    await _record(database, contact, state=OutboxState.SENT)
    assert await states_of(database) == {"one": expected}


async def test_an_end_that_is_written_twice_counts_once(database: Database) -> None:
    """Pitfall 7: when nobody knows whether the commit arrived, writing it again is harmless."""
    contact = await _sending(database)
    for _ in range(2):
        await _record(database, contact, again=Again.LATER, again_in_ms=0)
    (row,) = await rows_of(database, schema.outbox)
    assert (row["state"], row["tries"], row["owner"]) == ("due", 1, None)


def test_a_lease_outlasts_the_request() -> None:
    """Pitfall 7: a lease that ends before the request does is refused."""
    with pytest.raises(ValueError, match="lease"):
        DispatchRules(send_seconds=10, lease_seconds=10)


async def test_what_left_already_does_not_leave_again(database: Database) -> None:
    """Pitfall 4: the UPDATE that marks `sending` asks for `due` itself, row locks or not."""
    await _sending(database)
    async with database.write() as conn:
        assert await _claim(conn, Lane.BROADCAST, "other") == []
    (row,) = await rows_of(database, schema.outbox)
    assert row["owner"] == "me"


@pytest.mark.postgres
async def test_an_end_is_written_through_a_restart_of_the_database(
    postgres_url: str, postgres_server: PostgresServer
) -> None:
    """Pitfall 7: the database goes away while a request is in flight; the end is still written,
    nothing is sent twice, and the rest goes on."""
    channel = FakeChannel()
    channel.faults["84"].append(0.5)
    async with migrated(postgres_url) as database:
        async with database.write() as conn:
            contact = await add_contact(conn, "84")
            await queue(conn, contact, "one", MessageKind.NOTICE)
        async with dispatching(database, channel):
            await until(lambda: _heard(channel, 1))
            async with database.write() as conn:
                await queue(conn, contact, "two", MessageKind.NOTICE)
            await _outage(postgres_server, str(make_url(postgres_url).database), 1.0)
            await until(lambda: _sent(database, 2))
    assert channel.texts == ["one", "two"]


@pytest.mark.postgres
async def test_the_dispatcher_leaves_no_lock_behind(postgres_url: str) -> None:
    """Pitfall 8: no lock outlives its transaction, so a pooler in between changes nothing."""
    async with migrated(postgres_url) as database:
        async with database.write() as conn:
            await arrivals.put_many(conn, [update_from("1")])
            await queue(conn, await add_contact(conn, "84"), "one")
        async with dispatching(database, FakeChannel()):
            await until(lambda: _sent(database, 1))
        async with database.read() as conn:
            held = await conn.scalar(
                text(
                    "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
                    " WHERE l.locktype = 'advisory' AND d.datname = current_database()"
                )
            )
    assert held == 0


@pytest.mark.postgres
async def test_what_is_due_next_week_costs_nothing_today(postgres_url: str) -> None:
    """Pitfalls 3 and 11: with 100,000 future messages the next ones, the expired and the
    interrupted are found through their partial indexes."""
    async with migrated(postgres_url) as database:
        async with database.write() as conn:
            contact = await add_contact(conn, "84")
            await queue(conn, contact, "later", MessageKind.REMINDER, due_ms=4_000_000_000_000)
            await conn.execute(text(MANY), {"count": FUTURE_ROWS})
            await queue(conn, contact, "now", MessageKind.NOTICE)
            await conn.execute(text("ANALYZE"))
        async with database.write() as conn:
            lane = Lane.BROADCAST
            coming = await _plan(conn, _claim(conn, lane))
            expiring = await _plan(conn, delivery_results.expire(conn))
            dead = await _plan(conn, delivery_results.sweep(conn))
    assert "ix_outbox_due" in coming
    assert "ix_outbox_expiring" in expiring
    assert "ix_outbox_sending" in dead
    assert "Seq Scan on outbox" not in coming + expiring + dead


MANY = """
INSERT INTO outbox (channel, bot, contact_id, kind, lane, message, dedup_key, state, due_ms,
                    expires_ms, made_ms)
SELECT channel, bot, contact_id, kind, lane, message, 'later ' || n, state, due_ms + n,
       expires_ms + n, made_ms
FROM outbox, generate_series(1, :count) AS n
"""
"""Copies of the one message there is, each due a little later."""


async def _claim(conn: Connection, lane: Lane, owner: str = "me") -> list[ClaimedMessage]:
    return await claims.claim(conn, CHANNEL, BOT, lane, 5, owner=owner, lease_ms=1_000)


async def _plan(conn: Connection, work: Awaitable[object]) -> str:
    """How PostgreSQL runs the statements of `work`."""
    with noted() as said:
        await work
    return "\n".join([await conn.run_sync(_explain, *one) for one in said])


def _explain(conn: SyncConnection, statement: str, values: Any) -> str:  # noqa: ANN401
    plan: list[str] = list(conn.exec_driver_sql(f"EXPLAIN {statement}", values).scalars())
    return "\n".join(plan)


async def _heard(channel: FakeChannel, count: int) -> bool:
    return len(channel.heard) >= count


async def _sent(database: Database, count: int) -> bool:
    """Whether this many messages were sent, as far as the database can tell."""
    try:
        states = await states_of(database)
    except Exception:
        return False
    return list(states.values()).count("sent") == count


async def _outage(server: PostgresServer, name: str, seconds: float) -> None:
    """Cut every connection to a database and let nobody in for a while."""
    admin = await asyncpg.connect(server.url("postgres"))
    try:
        await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1"
        await admin.execute(kill, name)
        await asyncio.sleep(seconds)
        await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    finally:
        await admin.close()
