"""A dispatcher that runs during a test, on a fake channel, with short time-outs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from bot.channels.base import Limits
from bot.delivery import Dispatcher, DispatchRules
from bot.settings import load_settings
from surveys.store.base.database import Database
from tests.fakes.channel import FakeChannel
from tests.fakes.hours import ANY_HOUR
from tests.integration.queue_rows import KEYS

RULES = DispatchRules(send_seconds=2.0, lease_seconds=3.0, poll_seconds=0.1, sweep_seconds=0.1)
TELEGRAM = Limits(per_second=25.0, per_chat_second=1.0, chat_burst=3)


def dispatcher_of(
    database: Database,
    channel: FakeChannel,
    rules: DispatchRules = RULES,
    **settings: Any,  # noqa: ANN401
) -> Dispatcher:
    """A dispatcher of one fake channel; never quiet, and never patient beyond need."""
    return Dispatcher(
        database,
        {(channel.name, channel.bot): channel},
        KEYS,
        settings=load_settings(**(ANY_HOUR | settings)),
        rules=rules,
        chance=lambda: 1.0,
    )


@asynccontextmanager
async def dispatching(
    database: Database,
    channel: FakeChannel,
    rules: DispatchRules = RULES,
    **settings: Any,  # noqa: ANN401
) -> AsyncIterator[Dispatcher]:
    """A dispatcher that runs during the block."""
    dispatcher = dispatcher_of(database, channel, rules, **settings)
    task = asyncio.create_task(dispatcher.run())
    try:
        yield dispatcher
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(truth: Callable[[], Awaitable[bool]], seconds: float = 30.0) -> None:
    """Wait for something that must come true."""
    deadline = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < deadline:
        if await truth():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


def now_ms() -> int:
    """This machine's clock, which the test databases share."""
    return int(datetime.now(UTC).timestamp() * 1_000)
