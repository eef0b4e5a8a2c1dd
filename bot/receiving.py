"""What channels share that receive by a secret in a header, or by long polling."""

import asyncio
import hmac
import json
import logging
from abc import ABC, abstractmethod
from random import Random
from typing import Any

import msgspec
from aiohttp import web

MIN_PAUSE = 1.0
MAX_PAUSE = 30.0


def require_secret(request: web.Request, header: str, secret: str) -> None:
    """Raise HTTPForbidden unless the header holds the secret; without a secret nobody is let in.

    The comparison takes the same time for every wrong value.
    """
    given = request.headers.get(header, "")
    if not secret or not hmac.compare_digest(_bytes(given), _bytes(secret)):
        raise web.HTTPForbidden


def read_json(body: bytes) -> Any:  # noqa: ANN401 - it is JSON
    """Read a body. Raises ValueError for what is no JSON, RecursionError for what is too deep.

    The quick reader refuses half a character, which a phone sends that cuts a text within an emoji.
    """
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return json.loads(body.decode())


class PollLoop(ABC):
    """Long polling, for deployments without a public address. One process per bot.

    `logger` is the channel's; `random` spreads the pauses after failures.
    """

    def __init__(self, logger: logging.Logger, random: Random | None = None) -> None:
        self._logger = logger
        self._random = random or Random()  # noqa: S311 - it spreads pauses, no secret
        self._failures = 0

    async def run(self) -> None:
        """Poll until cancelled. No failure of the far end or of the database ends it."""
        while True:
            try:
                await self.poll_once()
                self._failures = 0
            except Exception as error:
                self._failures += 1
                pause = await self.pause_after(error)
                name = type(error).__name__
                self._logger.warning("polling failed (%s), next in %.1f s", name, pause)
                await asyncio.sleep(pause)

    @abstractmethod
    async def poll_once(self) -> None:
        """Poll once, and store what came before it is acknowledged or asked for again."""

    async def pause_after(self, error: Exception) -> float:  # noqa: ARG002 - for those who know more
        """Seconds to wait: longer after each failure in a row, spread, at most MAX_PAUSE."""
        longest = min(MAX_PAUSE, MIN_PAUSE * 2.0 ** min(self._failures - 1, 10))
        return longest * self._random.uniform(0.5, 1.0)


def _bytes(header: str) -> bytes:
    return header.encode("utf-8", "surrogateescape")
