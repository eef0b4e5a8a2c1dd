"""A webhook that commits first, compared with a bare one and with the library's, in the same
run.
"""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from statistics import median

import pytest

from bot.inbox import Inbox
from surveys.store.base.database import Database
from surveys.store.queues import inbox
from tests.bench.processes import Server, running
from tests.bench.telling import tell
from tests.integration.queue_rows import BOT, CHANNEL, KEYS, migrated

CONNECTIONS = 100
"""The most that Telegram opens to one webhook."""
ROUNDS = 16
SECONDS = 1.5
PER_ROUND = 1_000_000
"""Update numbers set aside for one round of one server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round of one server: answers a second, and answers for a second of processor time."""

    per_second: float
    per_core_second: float


@pytest.mark.bench
async def test_a_durable_webhook_is_nearly_as_fast_as_a_bare_one(sqlite_url: str) -> None:
    """Committed before the 200: at least 0.6 of an aiohttp handler that only parses the same JSON,
    and at least 3 times python-telegram-bot's own webhook server with an empty handler.

    Compared by what each does on a core of its own, all threads counted: how much of the machine
    the others leave does not change that.
    """
    async with migrated(sqlite_url) as database:
        rounds = await _compare(sqlite_url, "telegram", ("bare", "durable", "library"))
        async with database.read() as conn:
            kept = sum((await inbox.count_by_state(conn)).values())
    seen = {name: median(one.per_second for one in all_of) for name, all_of in rounds.items()}
    core = {name: median(one.per_core_second for one in all_of) for name, all_of in rounds.items()}
    to_bare, to_library = core["durable"] / core["bare"], core["durable"] / core["library"]
    for title, speeds in (("seen", seen), ("on a core of its own", core)):
        told = ", ".join(f"{name} {speed:,.0f}/s" for name, speed in speeds.items())
        tell(f"webhook, acknowledged, {title}: {told}")
    tell(f"durable = {to_bare:.2f} x bare = {to_library:.1f} x the library")
    assert kept >= sum(one.per_second for one in rounds["durable"]) * SECONDS * 0.99
    assert to_bare >= 0.6
    assert to_library >= 3


@pytest.mark.bench
async def test_a_durable_signed_webhook_is_nearly_as_fast_as_a_bare_one(sqlite_url: str) -> None:
    """The Official Account's: at least 0.6 of an aiohttp handler that checks the same signature."""
    async with migrated(sqlite_url) as database:
        rounds = await _compare(sqlite_url, "zalo_oa", ("zalo_bare", "zalo_durable"))
        async with database.read() as conn:
            kept = sum((await inbox.count_by_state(conn)).values())
    core = {name: median(one.per_core_second for one in all_of) for name, all_of in rounds.items()}
    ratio = core["zalo_durable"] / core["zalo_bare"]
    told = ", ".join(f"{name} {speed:,.0f}/s" for name, speed in core.items())
    tell(f"signed webhook, acknowledged, on a core of its own: {told}; {ratio:.2f} x bare")
    assert kept >= sum(one.per_second for one in rounds["zalo_durable"]) * SECONDS * 0.99
    assert ratio >= 0.6


@pytest.mark.bench
async def test_a_shared_commit_beats_one_each(sqlite_database: Database) -> None:
    """What grouping is for: a hundred at once cost far less than a hundred one after the other."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    for number in range(100):
        await _keep(sqlite_database, [number])
    alone = loop.time() - begun
    begun = loop.time()
    await _keep(sqlite_database, range(100, 200))
    together = loop.time() - begun
    tell(f"100 updates: {alone * 1_000:.0f} ms alone, {together * 1_000:.0f} ms together")
    assert together < alone / 5


async def _keep(database: Database, numbers: Sequence[int]) -> None:
    box = Inbox(database, KEYS)
    puts = [
        box.put(channel=CHANNEL, bot=BOT, event_key=str(n), address=str(n), payload=b"{}")
        for n in numbers
    ]
    await asyncio.gather(*puts)


async def _compare(url: str, kind: str, names: Sequence[str]) -> dict[str, list[Round]]:
    """Round by round, one server at a time."""
    rounds: defaultdict[str, list[Round]] = defaultdict(list)
    async with AsyncExitStack() as stack:
        servers = {
            name: await stack.enter_async_context(
                running("tests.bench.servers", name, after=(url,))
            )
            for name in names
        }
        for turn in range(ROUNDS):
            for name, server in servers.items():
                rounds[name].append(await _round(server, kind, first=turn * PER_ROUND))
    return rounds


async def _round(server: Server, kind: str, first: int) -> Round:
    args = (str(server.port), kind, str(CONNECTIONS), str(SECONDS), str(first))
    before = server.cpu_seconds()
    load = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.load", *args, stdout=PIPE
    )
    out, _ = await load.communicate()
    used = server.cpu_seconds() - before
    result = json.loads(out)
    return Round(
        per_second=result["answered"] / result["seconds"],
        per_core_second=result["in_all"] / used,
    )
