"""One of two processes is stopped (SIGSTOP) at its work; the other goes on acknowledging."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import aiohttp
import pytest

from surveys.store.base import schema
from tests.acceptance.support.command import Motcua
from tests.acceptance.support.serving import MOTCUA
from tests.chaos.serving import Logged, logged
from tests.integration.queue_rows import migrated, rows_of
from tests.security.test_any_request import ENV, SECRET

pytestmark = [pytest.mark.postgres, pytest.mark.soak]
KEY = "0f" * 16 + "a1" * 16
HEADERS = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
SENDERS, PAUSE = 10, 0.05
STOPS, STOPPED = 12, 1.5
LONG_STOP = min(60.0, float(os.environ.get("SOAK_SECONDS", "60")))
SLOWEST = 2.0
"""Seconds until the slowest acknowledgement of the process that goes on."""


@asynccontextmanager
async def _serving(motcua: Motcua) -> AsyncIterator[Logged]:
    service = logged(MOTCUA, "--database-url", motcua.url, "serve", env=motcua.environment())
    running = await asyncio.to_thread(service.__enter__)
    try:
        yield running
    finally:
        os.kill(running.pid, signal.SIGCONT)
        await asyncio.to_thread(service.__exit__, None, None, None)


async def _send(http: aiohttp.ClientSession, address: str, chat: int, waited: list[float]) -> None:
    """One update after the other of one chat, until cancelled; what is not acknowledged is sent
    again, as Telegram does."""
    clock, number = asyncio.get_running_loop().time, chat * 1_000_000
    sender = {"id": chat, "is_bot": False, "first_name": "Lan"}
    while True:
        number += 1
        place = {"id": chat, "type": "private"}
        message = {"message_id": number, "date": 1, "chat": place, "from": sender, "text": "1"}
        body = {"update_id": number, "message": message}
        begun, status = clock(), 0
        while status != 200:
            url = f"{address}/telegram/webhook"
            with suppress(aiohttp.ClientError):
                async with http.post(url, json=body, headers=HEADERS) as answer:
                    status = answer.status
        waited.append(clock() - begun)
        await asyncio.sleep(PAUSE * random.uniform(0.5, 1.5))


async def _stop_and_go(pid: int, seconds: float) -> None:
    os.kill(pid, signal.SIGSTOP)
    await asyncio.sleep(seconds)
    os.kill(pid, signal.SIGCONT)
    await asyncio.sleep(random.uniform(0.2, 1.0))


async def test_the_other_process_acknowledges_within_two_seconds(
    postgres_url: str, tmp_path: Path
) -> None:
    """While one is stopped a dozen times at random moments, then for a minute. Nothing that was
    acknowledged is lost."""
    motcua = Motcua(
        folder=tmp_path, url=postgres_url, settings=ENV | {"key": KEY, "strangers_mb": "2000"}
    )
    wait = aiohttp.ClientTimeout(total=200)
    async with AsyncExitStack() as stack:
        stopped, other = [await stack.enter_async_context(_serving(motcua)) for _ in range(2)]
        http = await stack.enter_async_context(aiohttp.ClientSession(timeout=wait))
        waited: dict[str, list[float]] = {stopped.address: [], other.address: []}
        tasks = [
            asyncio.create_task(_send(http, address, 100 * place + chat, waited[address]))
            for place, address in enumerate(waited, 1)
            for chat in range(SENDERS)
        ]
        await asyncio.sleep(10)
        quiet = max(waited[other.address])
        for seconds in [STOPPED] * STOPS + [LONG_STOP]:
            await _stop_and_go(stopped.pid, seconds)
        for task in tasks:
            task.cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(one, asyncio.CancelledError) for one in done), done
    slowest = max(waited[other.address])
    count = len(waited[other.address])
    print(f"{count} acknowledged, slowest {quiet:.2f} s, with stops {slowest:.2f} s")  # noqa: T201
    assert slowest <= SLOWEST
    async with migrated(postgres_url) as database:
        kept = await rows_of(database, schema.inbox)
    assert len(kept) >= sum(len(times) for times in waited.values())
