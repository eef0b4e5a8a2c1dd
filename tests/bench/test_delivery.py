"""A broadcast at the configured rate, and the citizens who are answered meanwhile."""

import asyncio
import contextlib
import time
from bisect import bisect_left
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from bot.channels.base import Limits
from bot.channels.zalo_oa.channel import GATHER_MS
from bot.delivery import Dispatcher
from bot.settings import load_settings
from surveys.store.base.database import Database
from surveys.store.queues import outbox
from surveys.store.queues.outbox import MessageKind, OutboxState
from tests.bench.processes import serving
from tests.bench.telling import tell
from tests.fakes.hours import ANY_HOUR
from tests.fakes.loopback import BOT, NAME, LoopbackChannel
from tests.integration.queue_rows import KEYS, add_contact, queue

WHERE: dict[str, Any] = {"channel": NAME, "bot": BOT}
CITIZENS = 50
REPLY_PAUSE = 0.5
"""Seconds between two replies to citizens while the broadcast runs: 2 a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """A channel's own limit, `most` messages in any window of `seconds`, and what we use of it.
    `of`: messages a second of which 97 % must be reached."""

    limits: Limits
    most: int
    seconds: float
    of: float


CHOSEN = load_settings()
PACES = {
    "telegram": Pace(
        limits=Limits(per_second=CHOSEN.telegram_per_second, per_chat_second=1.0, chat_burst=3),
        most=30,
        seconds=1.0,
        of=CHOSEN.telegram_per_second,
    ),
    "zalo_oa": Pace(
        limits=Limits(
            per_second=CHOSEN.zalo_oa_per_minute / 60,
            per_chat_second=2.0,
            chat_burst=5,
            gather_ms=GATHER_MS,
        ),
        most=4_000,
        seconds=60.0,
        of=4_000 / 60,
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What the far end saw of a broadcast."""

    notices: Sequence[float]
    """Moments, in order."""
    latencies: Sequence[float]
    """Seconds from the queuing of each reply to its arrival, in order of size."""
    fullest: int
    """The most messages of any kind within the window of the channel's limit."""


@pytest.mark.timeout(7_200)
@pytest.mark.parametrize(
    "count",
    [pytest.param(3_000, marks=pytest.mark.bench), pytest.param(50_000, marks=pytest.mark.soak)],
)
@pytest.mark.parametrize("channel", list(PACES))
async def test_a_broadcast_keeps_its_rate_and_lets_replies_through(
    database: Database, channel: str, count: int
) -> None:
    """Never above the channel's limit in any window, at least 97 % of the rate, replies within two
    seconds: 30 a second on Telegram, 4,000 a minute at a Zalo Official Account."""
    pace = PACES[channel]
    async with serving("tests.bench.far_end") as port, aiohttp.ClientSession() as session:
        base = f"http://127.0.0.1:{port}"
        citizens = await _prepare(database, count)
        async with _dispatching(
            database, LoopbackChannel(session, f"{base}/send", pace.limits)
        ) as it:
            await _answer_until_done(database, it, citizens)
        async with session.get(f"{base}/heard") as response:
            heard = _read(await response.json(), pace.seconds)
    rate = (len(heard.notices) - 1) / (heard.notices[-1] - heard.notices[0])
    total = rate + len(heard.latencies) / (heard.notices[-1] - heard.notices[0])
    p50, p99 = (heard.latencies[int(len(heard.latencies) * share)] for share in (0.5, 0.99))
    tell(
        f"{channel}: broadcast of {count} at {pace.limits.per_second:.2f}/s: {rate:.2f}/s and"
        f" {len(heard.latencies)} replies, {total / pace.of:.1%} of {pace.of:.2f}/s; fullest"
        f" {pace.seconds:g} s: {heard.fullest} of {pace.most};"
        f" replies p50 {p50 * 1_000:.0f} ms, p99 {p99 * 1_000:.0f} ms"
    )
    assert len(heard.notices) == count
    assert heard.fullest <= pace.most
    assert total >= 0.97 * pace.of
    assert p99 < 2


async def _prepare(database: Database, count: int) -> list[int]:
    """Queue the broadcast, each message to its own contact; returns contacts to be answered."""
    async with database.write() as conn:
        for number in range(count):
            contact = await add_contact(conn, f"n{number}", **WHERE)
            await queue(conn, contact, f"notice {number}", MessageKind.NOTICE, **WHERE)
        return [await add_contact(conn, f"c{number}", **WHERE) for number in range(CITIZENS)]


async def _answer_until_done(
    database: Database, dispatcher: Dispatcher, citizens: Sequence[int]
) -> None:
    """Queue replies, stamped with their moment, until no notice is left."""
    number = 0
    while await _is_due(database):
        async with database.write() as conn:
            stamped = f"reply {time.monotonic()}"
            await queue(conn, citizens[number % CITIZENS], stamped, **WHERE)
        dispatcher.wake()
        number += 1
        await asyncio.sleep(REPLY_PAUSE)
    assert await dispatcher.stop(30)


async def _is_due(database: Database) -> bool:
    async with database.read() as conn:
        counts = await outbox.count_by_state(conn)
    return any(
        kind is MessageKind.NOTICE and state is not OutboxState.SENT for *_, kind, state in counts
    )


def _read(messages: Sequence[tuple[str, float]], seconds: float) -> Heard:
    moments = sorted(at for _, at in messages)
    replies = [(text, at) for text, at in messages if text.startswith("reply")]
    return Heard(
        notices=sorted(at for text, at in messages if text.startswith("notice")),
        latencies=sorted(at - float(text.split()[1]) for text, at in replies),
        fullest=max(bisect_left(moments, at + seconds) - place for place, at in enumerate(moments)),
    )


@asynccontextmanager
async def _dispatching(database: Database, channel: LoopbackChannel) -> AsyncIterator[Dispatcher]:
    never = load_settings(**ANY_HOUR)
    dispatcher = Dispatcher(database, {(NAME, BOT): channel}, KEYS, settings=never)
    task = asyncio.create_task(dispatcher.run())
    try:
        yield dispatcher
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
