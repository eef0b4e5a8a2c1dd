"""Keeps the open channels of one process running: starts them, sets them up, closes them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, repeat

from aiohttp import web

from bot.channels.base import Channel, Raw

PREPARE_PAUSES = (5.0, 15.0, 60.0, 300.0)
"""Seconds between tries to set a bot up; the last one repeats."""
STARTING, READY = "starting", "ok"

logger = logging.getLogger(__name__)

PutFor = Callable[[Channel, Sequence[Raw]], Awaitable[None]]
"""Persist updates of the given channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenChannels:
    """The channels of one process. `states` says by name whether a channel is set up: `ok`,
    `starting` until the first try ends, or why not yet."""

    channels: Sequence[Channel]
    put: PutFor
    states: dict[str, str] = field(default_factory=dict)

    def routes(self) -> list[web.AbstractRouteDef]:
        """The routes of all channels on the bot's server."""
        return [route for one in self.channels for route in one.routes(partial(self.put, one))]

    async def start(self, exits: AsyncExitStack) -> None:
        """Start every channel; `exits` closes them. Raises Refusal."""
        self.states.update({channel.name: STARTING for channel in self.channels})
        for channel in self.channels:
            exits.push_async_callback(channel.close)
            await channel.start()

    def receive(self) -> list[asyncio.Task[None]]:
        """Start the tasks that receive updates; none of them ends by itself."""
        return [
            asyncio.create_task(task.run(), name=f"{channel.name} {task.name}")
            for channel in self.channels
            for task in channel.tasks(partial(self.put, channel))
        ]

    def prepare(self) -> list[asyncio.Task[None]]:
        """Start setting up every bot at its server; each task ends on success."""
        return [
            asyncio.create_task(self._prepare(channel), name=f"{channel.name} set-up")
            for channel in self.channels
        ]

    async def _prepare(self, channel: Channel) -> None:
        for pause in chain(PREPARE_PAUSES, repeat(PREPARE_PAUSES[-1])):
            try:
                await channel.prepare()
            except Exception as error:
                reason = type(error).__name__
                self.states[channel.name] = reason
                logger.warning(
                    "%s is not set up (%s): see `motcua %s check`",
                    channel.name, reason, channel.name.partition("_")[0],
                )  # fmt: skip
            else:
                self.states[channel.name] = READY
                return
            await asyncio.sleep(pause)
