"""The loop of every task that looks now and then for work in the database."""

import asyncio
from collections.abc import Awaitable, Callable
from logging import Logger
from typing import NoReturn

from bot.reasons import reason_of


async def repeat(
    look: Callable[[], Awaitable[object]], *, every: float, log: Logger, trouble: str
) -> NoReturn:
    """Look, and again after `every` seconds, until cancelled. A failure is logged as `trouble`, and
    retried after the pause."""
    while True:
        try:
            await look()
        except Exception as error:
            log.warning("%s: %s", trouble, reason_of(error))
        await asyncio.sleep(every)
