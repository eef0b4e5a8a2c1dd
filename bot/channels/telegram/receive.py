"""Receives updates by webhook or long polling. Both persist first and acknowledge afterwards."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from telegram import Bot
from telegram.error import Conflict, InvalidToken, TelegramError

from bot.channels.base import Put, Raw
from bot.channels.telegram.parse import ALLOWED_UPDATES, chat_of
from bot.channels.telegram.setup import WEBHOOK_PATH
from bot.channels.telegram.transport import TooManyRequests
from bot.receiving import MAX_PAUSE, MIN_PAUSE, PollLoop, read_json, require_secret

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a name
BATCH = 100
ANSWER_SECONDS = 10

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where Telegram posts its updates."""

    secret: str
    put: Put

    def routes(self) -> list[web.RouteDef]:
        """The webhook's route, for POST only."""
        return [web.post(WEBHOOK_PATH, self.receive)]

    async def receive(self, request: web.Request) -> web.Response:
        """Persist one update and answer 200; invalid requests get 403, 415, 413 or 400.

        If it cannot be persisted, the exception propagates, and Telegram posts the update again.
        """
        require_secret(request, SECRET_HEADER, self.secret)
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType
        try:
            body = await request.read()
            raw = read_raw(read_json(body), body)
        except (ValueError, RecursionError):
            raise web.HTTPBadRequest from None
        if raw is not None:
            await self.put([raw])
        return web.Response()


def read_raw(update: Any, body: bytes | None = None) -> Raw | None:  # noqa: ANN401 - it is JSON
    """Extract what is stored of an update; None for kinds that are not used.

    Raises ValueError for anything that is not an update.
    """
    if not isinstance(update, Mapping) or not isinstance(update.get("update_id"), int):
        raise ValueError("no update of Telegram's")
    try:
        address = chat_of(update)
    except AttributeError:
        raise ValueError("no update of Telegram's") from None
    if not address:
        return None
    payload = json.dumps(update).encode() if body is None else body
    return Raw(event_key=str(update["update_id"]), address=address, payload=payload)


def readable(updates: Sequence[Any]) -> list[Raw]:
    """The used updates of a poll; an unreadable one is logged by its number and skipped."""
    raws: list[Raw] = []
    for update in updates:
        try:
            raw = read_raw(update)
        except ValueError:
            logger.exception("an update of a poll cannot be read")
            continue
        if raw is not None:
            raws.append(raw)
    return raws


class Poller(PollLoop):
    """Long polling, for deployments without a public address. One process per bot.

    `seconds` is how long Telegram may hold a poll open.
    """

    def __init__(
        self, api: Bot, put: Put, *, seconds: int = 25, random: Random | None = None
    ) -> None:
        super().__init__(logger, random)
        self._api = api
        self._put = put
        self._seconds = seconds
        self._offset = 0

    async def poll_once(self) -> None:
        """Poll once. The offset, which makes Telegram delete updates, moves only after the commit.

        An empty poll has confirmed all before it; the offset is dropped then, since after a silent
        week Telegram restarts its numbering, perhaps below it.
        """
        updates = await self._api.request.post(
            self._address(), read_timeout=self._seconds + ANSWER_SECONDS
        )
        if not isinstance(updates, list):
            raise TypeError("getUpdates brought no list")
        if raws := readable(updates):
            await self._put(raws)
        self._offset = max((update["update_id"] + 1 for update in updates), default=0)

    def _address(self) -> str:
        """The address of getUpdates, called without the library's method: that parses updates to be
        stored raw, and fails for all if it cannot parse one."""
        query = {
            "offset": self._offset,
            "limit": BATCH,
            "timeout": self._seconds,
            "allowed_updates": json.dumps(ALLOWED_UPDATES),
        }
        return f"{self._api.base_url}/getUpdates?{urlencode(query)}"

    async def pause_after(self, error: Exception) -> float:
        if isinstance(error, TooManyRequests):
            return float(error.seconds)
        if isinstance(error, InvalidToken):
            return MAX_PAUSE
        if isinstance(error, Conflict) and "webhook" in error.message.lower():
            return await self._without_webhook()
        return await super().pause_after(error)

    async def _without_webhook(self) -> float:
        """Remove the webhook: as long as one is set, polling returns nothing."""
        try:
            await self._api.delete_webhook(drop_pending_updates=False)
        except TelegramError:
            return MAX_PAUSE
        return MIN_PAUSE
