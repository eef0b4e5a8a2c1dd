"""Receives updates by webhook or long polling. Both persist first."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from aiohttp import web

from bot.channels.base import Put, Raw
from bot.channels.zalo_bot.api import TIMED_OUT, ApiError, BotApi
from bot.channels.zalo_bot.parse import read_raw
from bot.receiving import MAX_PAUSE, MIN_PAUSE, PollLoop, read_json, require_secret

WEBHOOK_PATH = "/zalo-bot/webhook"
SECRET_HEADER = "X-Bot-Api-Secret-Token"  # noqa: S105 - a name
ANSWER_SECONDS = 10
SILENT_POLLS = 10
"""After this number of polls without a message the webhook is looked at: if one is set, it takes
all updates."""
REMEMBERED = 1_000
"""How many updates are recognised when a poll brings them again."""
CONFLICT = 409

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where Zalo posts its updates."""

    secret: str
    put: Put

    def routes(self) -> list[web.RouteDef]:
        """The webhook's route, for POST only."""
        return [web.post(WEBHOOK_PATH, self.receive)]

    async def receive(self, request: web.Request) -> web.Response:
        """Persist one update and answer 200; a wrong secret gets 403, what is no update 400.

        If it cannot be persisted, the exception propagates and the answer is no 200.
        """
        require_secret(request, SECRET_HEADER, self.secret)
        try:
            raws = read_all(read_json(await request.read()))
        except (ValueError, RecursionError):
            raise web.HTTPBadRequest from None
        if raws:
            await self.put(raws)
        return web.json_response({"ok": True})


def read_all(body: Any) -> list[Raw]:  # noqa: ANN401 - it is JSON
    """What is stored of a body: one update, or a list of them. Raises ValueError."""
    updates = body if isinstance(body, list) else [body]
    found = (read_raw(update) for update in updates)
    return [raw for raw in found if raw is not None]


class Poller(PollLoop):
    """Long polling, for deployments without a public address. One process per bot.

    A poll brings one update and Zalo has no offset to take it back with: what a poll brought is
    stored before the next poll, as often as it takes. Nor can it be told what was stored: a server
    that brings the same again is asked slowly. `seconds` is how long Zalo may hold a poll.
    """

    def __init__(
        self,
        api: BotApi,
        put: Put,
        *,
        seconds: int = 30,
        random: Random | None = None,
        silenced: Callable[[str], None] = lambda _url: None,
    ) -> None:
        """`silenced` is told the address of a webhook that takes the updates; empty: none."""
        super().__init__(logger, random)
        self._api = api
        self._put = put
        self._seconds = seconds
        self._silenced = silenced
        self._brought: Sequence[Raw] = ()
        self._stored: deque[str] = deque(maxlen=REMEMBERED)
        self._silent = 0

    async def poll_once(self) -> None:
        if not self._brought:
            self._brought = await self._poll()
        if self._brought:
            await self._put(self._brought)
            self._stored += [raw.event_key for raw in self._brought]
            self._brought = ()

    async def _poll(self) -> Sequence[Raw]:
        """What one poll brings that is not stored; without anything, an answer that came too soon
        is followed by a pause."""
        clock = asyncio.get_running_loop().time
        begun = clock()
        found = await self._result()
        await self._note_silence(is_silent=not found)
        new = [raw for raw in found if raw.event_key not in self._stored]
        if not new:
            await asyncio.sleep(max(0.0, MIN_PAUSE - (clock() - begun)))
        return new

    async def _note_silence(self, *, is_silent: bool) -> None:
        if not is_silent:
            self._silent = 0
            self._silenced("")
            return
        self._silent += 1
        if self._silent % SILENT_POLLS == 0:
            await self._look_at_webhook()

    async def _result(self) -> Sequence[Raw]:
        wait = {"timeout": self._seconds}
        try:
            found = await self._api.call("getUpdates", wait, seconds=self._seconds + ANSWER_SECONDS)
        except ApiError as error:
            if error.code == TIMED_OUT:
                return ()
            if error.code == CONFLICT or "webhook" in error.reason.casefold():
                await self._look_at_webhook()
            raise
        return _readable(found)

    async def _look_at_webhook(self) -> None:
        info = await self._api.ask("getWebhookInfo")
        url = str(info.get("url") or "")
        self._silenced(url)
        if url:
            logger.warning("a webhook is set, so polling brings nothing: `--fix` removes it")

    async def pause_after(self, error: Exception) -> float:
        if isinstance(error, ApiError) and error.seconds:
            return min(error.seconds, MAX_PAUSE)
        return await super().pause_after(error)


def _readable(found: Any) -> Sequence[Raw]:  # noqa: ANN401 - it is JSON
    """What a poll brought: an update, a list of them, or nothing. One that cannot be read is
    logged and dropped, since Zalo would never bring it again."""
    if not found:
        return ()
    raws: list[Raw] = []
    for update in found if isinstance(found, list) else [found]:
        try:
            raws += read_all(update)
        except (ValueError, RecursionError):
            logger.exception("an update of a poll cannot be read")
    return raws
