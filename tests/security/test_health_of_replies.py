"""`/healthz` tells that a channel's citizens are not answered, also where nothing waits."""

from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from tests.fakes.context import channel_context
from tests.fakes.telegram.faults import FaultKind
from tests.fakes.zalo_bot import FakeZaloBot
from tests.integration.delivering import until
from tests.integration.queue_rows import migrated
from tests.security.running import ANYWHERE, running

HELLO = "Kính chào"
PATIENCE = 5
"""Seconds; the least that can be set."""


@dataclass(frozen=True, slots=True)
class Monitor:
    """Asks the service for its health."""

    http: aiohttp.ClientSession
    base: str

    async def asks(self, query: str = "") -> tuple[int, Any]:
        """The status, and what is said."""
        async with self.http.get(f"{self.base}/healthz{query}") as answer:
            return answer.status, await answer.json()

    async def is_ill(self) -> bool:
        """Whether the whole is said to be ill."""
        return (await self.asks())[0] == 503


@pytest.mark.parametrize("fault", [FaultKind.STATUS, FaultKind.CUT])
async def test_replies_that_all_fail(sqlite_url: str, fault: FaultKind) -> None:
    """The channel's server answers with an error, or not at all: its citizens hear nothing, though
    each reply is tried again later or given up. The page goes on; after the next reply that
    arrives all is well."""
    async with migrated(sqlite_url) as database, FakeZaloBot() as fake:
        bot: dict[str, Any] = {"zalo_bot_token": fake.token, "zalo_bot_api_base": fake.root}
        bot |= {"health_wait_seconds": PATIENCE, "database_url": sqlite_url}
        context = channel_context(database, **ANYWHERE, **bot)
        async with running(context) as (service, base), aiohttp.ClientSession() as http:
            service.vitals.fresh_seconds = 0.0
            monitor = Monitor(http, base)
            fake.fault(fault, method="sendMessage", code=502, times=None)
            for number in range(3):
                await fake.person(number).types("xin chào")
            await until(monitor.is_ill, 30)
            status, said = await monitor.asks("?channel=zalo_bot")
            assert (status, said["parts"]["zalo_bot_replies"]) == (503, "unanswered")
            assert any("zalo_bot" in reason for reason in said["reasons"])
            assert (await monitor.asks("?channel=web"))[0] == 200
            fake.faults.clear()
            await fake.person(9).types("xin chào")
            await fake.person(9).sees(HELLO)
            assert (await monitor.asks())[0] == 200
