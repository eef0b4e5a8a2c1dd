"""The queue of updates and the two ways out of it: webhook posts and long polling.

As with the real one an update stays until it is acknowledged: by a 2xx to the post, or by a later
offset. The posts of one chat keep their order; those of different chats go side by side.
"""

import asyncio
import json
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.fakes.telegram.bell import Bell
from tests.fakes.telegram.refusals import conflict

UNASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


@dataclass(slots=True)
class Queued:
    """One update and what became of it."""

    id: int
    chat: int
    body: dict[str, Any]
    posts: int = 0
    acknowledged_at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where to post, and how."""

    url: str
    secret: str = ""
    max_connections: int = 40


@dataclass(slots=True)
class Updates:
    """The queue. `retry_after` is the first pause after a failed post, in seconds; it doubles up
    to a second."""

    bell: Bell
    retry_after: float = 0.05
    post_timeout: float = 60.0
    next_id: int = 870_000_001
    allowed: frozenset[str] = frozenset()
    webhook: Webhook | None = None
    last_error: str = ""
    every: dict[int, Queued] = field(default_factory=dict)
    pending: dict[int, Queued] = field(default_factory=dict)
    _lanes: dict[int, deque[Queued]] = field(default_factory=dict)
    _ready: asyncio.Queue[int] = field(default_factory=asyncio.Queue)
    _workers: list[asyncio.Task[None]] = field(default_factory=list)
    _session: aiohttp.ClientSession | None = None
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _poll: int = 0
    _poll_ended_by: str = ""

    def add(self, chat: int, kind: str, body: dict[str, Any]) -> Queued | None:
        """Queue an update; None when the bot did not ask for its kind."""
        if kind not in self.allowed if self.allowed else kind in UNASKED:
            return None
        update = Queued(self.next_id, chat, {"update_id": self.next_id, kind: body})
        self.next_id += 1
        self.every[update.id] = self.pending[update.id] = update
        self._arrived.set()
        if self.webhook:
            self._line_up(update)
        return update

    def drop_pending(self) -> None:
        """Forget what waits."""
        self.pending.clear()

    @property
    def acknowledged(self) -> list[int]:
        """The ids of all updates that the bot has taken."""
        return [update.id for update in self.every.values() if update.acknowledged_at]

    # Polling

    async def poll(self, offset: int, limit: int, seconds: float) -> list[dict[str, Any]]:
        """The next updates from `offset` on, waiting for the first; raises ApiError 409."""
        if self.webhook:
            raise conflict(
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete "
                "the webhook first"
            )
        self._confirm(offset)
        turn = self._end_poll(
            "other getUpdates request; make sure that only one bot instance is running"
        )
        found = await self._wait(turn, seconds)
        return [update.body for update in found[: max(1, min(limit, 100))]]

    def _end_poll(self, ended_by: str) -> int:
        """End the waiting poll, and return the turn of the next."""
        self._poll += 1
        self._poll_ended_by = ended_by
        self._arrived.set()
        return self._poll

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            offset = next(iter([*self.pending][offset:]), 0)
        for id_ in [id_ for id_ in self.pending if id_ < offset]:
            self._acknowledge(self.pending[id_])

    async def _wait(self, turn: int, seconds: float) -> list[Queued]:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self.pending and turn == self._poll:
                    self._arrived.clear()
                    await self._arrived.wait()
        if turn != self._poll:
            raise conflict(f"terminated by {self._poll_ended_by}")
        return list(self.pending.values())

    # Webhook

    async def set_webhook(self, webhook: Webhook | None) -> None:
        """Post from now on there, or (None) to nobody."""
        await self.close()
        self.webhook, self.last_error = webhook, ""
        if webhook is None:
            return
        self._end_poll("setWebhook request")
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(self.post_timeout))
        self._lanes, self._ready = {}, asyncio.Queue()
        for update in self.pending.values():
            self._line_up(update)
        self._workers = [
            asyncio.create_task(self._work(webhook)) for _ in range(webhook.max_connections)
        ]

    async def close(self) -> None:
        """Stop posting."""
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        self._workers = []
        if self._session:
            await self._session.close()
            self._session = None

    async def post_again(self, update_id: int) -> int:
        """Post an update once more, taken or not, and return the status (0: no answer)."""
        assert self.webhook is not None
        return await self._post(self.webhook, self.every[update_id])

    def _line_up(self, update: Queued) -> None:
        lane = self._lanes.setdefault(update.chat, deque())
        lane.append(update)
        if len(lane) == 1:
            self._ready.put_nowait(update.chat)

    async def _work(self, webhook: Webhook) -> None:
        while True:
            chat = await self._ready.get()
            lane = self._lanes[chat]
            if lane[0].id in self.pending and not await self._deliver(webhook, lane[0]):
                continue
            lane.popleft()
            if lane:
                self._ready.put_nowait(chat)
            else:
                del self._lanes[chat]

    async def _deliver(self, webhook: Webhook, update: Queued) -> bool:
        status = await self._post(webhook, update)
        if 200 <= status < 300:
            self._acknowledge(update)
            return True
        if status:
            self.last_error = f"Wrong response from the webhook: {status}"
        pause = min(1.0, self.retry_after * 2 ** min(update.posts, 10))
        asyncio.get_running_loop().call_later(pause, self._ready.put_nowait, update.chat)
        return False

    async def _post(self, webhook: Webhook, update: Queued) -> int:
        assert self._session is not None
        update.posts += 1
        headers = {"Content-Type": "application/json"}
        if webhook.secret:
            headers[SECRET_HEADER] = webhook.secret
        body = json.dumps(update.body, ensure_ascii=False).encode()
        try:
            async with self._session.post(webhook.url, data=body, headers=headers) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError) as error:
            self.last_error = str(error) or type(error).__name__
            return 0

    def _acknowledge(self, update: Queued) -> None:
        update.acknowledged_at = asyncio.get_running_loop().time()
        self.pending.pop(update.id, None)
        self.bell.ring()
