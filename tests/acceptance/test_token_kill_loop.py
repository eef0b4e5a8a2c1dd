"""A token chain killed at any step of a renewal: a usable pair remains, or it is said plainly that
a person has to authorise again."""

import asyncio
import multiprocessing
import random
from dataclasses import dataclass
from multiprocessing.synchronize import Event

import pytest
from sqlalchemy import update

from bot.channels.base import ChannelContext
from bot.channels.zalo.requests import NoToken
from bot.channels.zalo.tokens import LOST, Token
from bot.channels.zalo.vendor import Zalo
from surveys.store.base.database import Database
from surveys.store.base.schema import token_chains
from tests.bench.telling import tell
from tests.fakes.context import channel_context
from tests.fakes.telegram.faults import FaultKind
from tests.fakes.zalo_oa import APP_ID, APP_SECRET, FakeZaloOA
from tests.integration.queue_rows import migrated

OLD_MS = 26 * 3_600_000
SLOW_SECONDS = 0.05
"""How long Zalo takes to answer, so that kills fall before and after it used the refresh token."""
LONGEST = 0.25
"""Seconds from a process's first look to its death; a renewal takes about half of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What one process is told."""

    database_url: str
    root: str
    begun: Event


def _context(database: Database, root: str) -> ChannelContext:
    return channel_context(
        database,
        zalo_oa_app_id=APP_ID,
        zalo_oa_app_secret=APP_SECRET,
        zalo_oa_api_base=root,
        zalo_oa_oauth_base=root,
    )


def renew(job: Job) -> None:
    """Renew what is due, until killed."""
    asyncio.run(_renew(job))


async def _renew(job: Job) -> None:
    zalo = Zalo.of(_context(Database.open(job.database_url), job.root))
    job.begun.set()
    while True:
        await zalo.chain.tend()
        await asyncio.sleep(0.01)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("kills", [5, pytest.param(300, marks=pytest.mark.soak)])
async def test_killed_at_any_step_of_a_renewal(sqlite_url: str, kills: int) -> None:
    """After each kill the next process has a token that Zalo takes, or names the command that a
    person has to run; nothing is ever sent with half a pair."""
    await _survives(sqlite_url, kills, processes=1)


@pytest.mark.postgres
@pytest.mark.soak
@pytest.mark.timeout(900)
async def test_two_killed_at_any_step_of_a_renewal(postgres_url: str) -> None:
    """Two processes want to renew at once, and both are killed."""
    await _survives(postgres_url, 100, processes=2)


async def _survives(url: str, kills: int, *, processes: int) -> None:
    chance, lost = random.Random(kills), 0
    async with migrated(url) as database, FakeZaloOA() as fake:
        await _authorise(database, fake)
        for _ in range(kills):
            await _age(database)
            late = {"seconds": SLOW_SECONDS, "effect": chance.random() < 0.5}
            fake.fault(FaultKind.SLOW, method="access_token", **late)
            await _killed(url, fake.root, processes, chance)
            fake.faults.clear()
            lost += not await _is_usable(database, fake)
    tell(f"kills: {kills}, of {processes} at once; a person had to authorise again after {lost}")
    assert lost < kills, "some kills fall outside the moment in which Zalo alone has the new pair"
    used = fake.state.tokens.used
    tell(f"refresh tokens spent: {len(used)}")
    assert len(used) >= kills - lost, "renewals happened"


async def _authorise(database: Database, fake: FakeZaloOA) -> None:
    zalo = Zalo.of(_context(database, fake.root))
    await zalo.chain.authorize_by_code(fake.grants(), "")
    await zalo.close()


async def _age(database: Database) -> None:
    """A day has passed; no lease and no pause after a failure is left."""
    columns = token_chains.c
    names = ("renewed_ms", "access_until_ms")
    values = {name: columns[name] - OLD_MS for name in names}
    async with database.write() as conn:
        await conn.execute(update(token_chains).values(**values, retry_ms=0, leased_until_ms=0))


async def _killed(url: str, root: str, processes: int, chance: random.Random) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", __name__])
    job = Job(database_url=url, root=root, begun=context.Event())
    running = [context.Process(target=renew, args=(job,), daemon=True) for _ in range(processes)]
    for one in running:
        one.start()
    await asyncio.to_thread(job.begun.wait, 10)
    await asyncio.sleep(chance.uniform(0.0, LONGEST))
    for one in running:
        one.kill()
        await asyncio.to_thread(one.join)


async def _is_usable(database: Database, fake: FakeZaloOA) -> bool:
    """Whether the next process gets a token; if not, it says what to do, and a person does it."""
    async with database.write() as conn:
        await conn.execute(update(token_chains).values(retry_ms=0, leased_until_ms=0))
    token = await _next_token(database, fake)
    if not isinstance(token, NoToken):
        assert token.text in fake.state.tokens.access
        return True
    assert token.is_lost, token.reason
    assert LOST in token.reason
    await _authorise(database, fake)
    return False


async def _next_token(database: Database, fake: FakeZaloOA) -> Token | NoToken:
    """What the next process gets."""
    heir = Zalo.of(_context(database, fake.root))
    try:
        return await heir.chain.access()
    except NoToken as error:
        return error
    finally:
        await heir.close()
