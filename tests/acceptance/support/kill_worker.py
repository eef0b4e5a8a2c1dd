"""The program that the kill loop kills: a webhook, the inbox, the worker and the dispatcher.

Its handler writes one row per update into the table `effects`, which has no unique key on purpose:
an update that was handled twice would be there twice.
"""

import asyncio
import json
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
from aiohttp import web
from sqlalchemy import text

from bot.channels.base import Limits
from bot.delivery import Dispatcher, DispatchRules
from bot.inbox import Inbox
from bot.messages import Incoming, Outgoing
from bot.settings import load_settings
from bot.worker import Worker, WorkerRules
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database
from surveys.store.citizens import contacts
from surveys.store.queues import outbox
from surveys.store.queues.outbox import MessageKind
from tests.fakes.hours import ANY_HOUR
from tests.fakes.loopback import BOT, NAME, LoopbackChannel
from tests.integration.queue_rows import KEYS

DISPATCH = DispatchRules(send_seconds=1.0, lease_seconds=1.5, poll_seconds=0.1, sweep_seconds=0.2)
WORK = WorkerRules(poll_seconds=0.1)
LIMITS = Limits(per_second=1_000.0, per_chat_second=float("inf"), chat_burst=1)
DRAIN_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What one process is told: its database, its port, and where the citizens' phones are."""

    database_url: str
    port: int
    far_end: str


def main(job: Job) -> None:
    """Run until SIGTERM, or until killed."""
    asyncio.run(_serve(job))


async def _serve(job: Job) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    database = Database.open(job.database_url)
    async with aiohttp.ClientSession() as session:
        channels: Mapping[tuple[str, str], Any] = {
            (NAME, BOT): LoopbackChannel(session, job.far_end, LIMITS)
        }
        dispatcher = Dispatcher(
            database,
            channels,
            KEYS,
            settings=load_settings(**ANY_HOUR),
            rules=DISPATCH,
        )
        worker = Worker(database, channels, _handle, clock=_now, replies=dispatcher, rules=WORK)
        runner = await _listen(Inbox(database, KEYS, worker.start_new), job.port)
        running = [asyncio.create_task(worker.run()), asyncio.create_task(dispatcher.run())]
        await stop.wait()
        await runner.cleanup()
        await worker.stop(DRAIN_SECONDS)
        await dispatcher.stop(DRAIN_SECONDS)
        await asyncio.gather(*running)
    await database.close()


async def _listen(inbox: Inbox, port: int) -> web.AppRunner:
    async def receive(request: web.Request) -> web.Response:
        body = await request.read()
        update = json.loads(body)
        await inbox.put(
            channel=NAME,
            bot=BOT,
            event_key=update["marker"],
            address=update["chat"],
            payload=body,
        )
        return web.Response()

    app = web.Application()
    app.add_routes([web.post("/update", receive)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, reuse_address=True).start()
    return runner


async def _handle(conn: Connection, incoming: Incoming, number: int, now: datetime) -> None:
    row = {"marker": incoming.text, "chat": incoming.address, "number": number}
    await conn.execute(
        text("INSERT INTO effects (marker, chat, number) VALUES (:marker, :chat, :number)"), row
    )
    contact = await contacts.meet(
        conn,
        channel=NAME,
        bot=BOT,
        chat_key=KEYS.chat_key(NAME, BOT, incoming.address),
        address_sealed=KEYS.seal(incoming.address),
        language="vi",
        now=now,
    )
    await outbox.put(
        conn,
        channel=NAME,
        bot=BOT,
        contact_id=contact.id,
        kind=MessageKind.REPLY,
        message=Outgoing(text=incoming.text).as_json(),
        dedup_key=f"in:{number}:0",
    )


def _now() -> datetime:
    return datetime.now(UTC)
