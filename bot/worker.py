"""Handles incoming updates: in order within a chat, chats concurrently, each effect exactly once.

The effect of an update and the mark that it is done are one transaction. On PostgreSQL that
transaction locks the row of the chat's head, so that several processes share the work; on SQLite,
with one writer at a time, the updates of several chats share a transaction instead.
"""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from bot.batching import Batcher, wait_at_most
from bot.channels.base import Absorbed, Channel
from bot.delivery.claiming import Claimed
from bot.messages import Incoming
from bot.reasons import reason_of
from surveys.spelling import storable
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database
from surveys.store.queues import deleting, inbox
from surveys.store.queues.inbox import Update
from surveys.store.queues.rate_limits import BotId

log = logging.getLogger(__name__)

Handler = Callable[[Connection, Incoming, int, datetime], Awaitable[None]]
"""Performs all effects of an update in the given transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerRules:
    """The limits of a worker: retries, concurrency, batch sizes, waits."""

    max_tries: int = 3
    retry_ms: tuple[int, ...] = (1_000, 5_000)
    """Milliseconds to wait after the first, second … failed try; the last one stays."""
    max_chats: int = 64
    """Chats handled concurrently."""
    max_transactions: int = 6
    """Concurrent transactions, if the database allows (below the connection pool's size)."""
    max_batch: int = 16
    """Updates that share a transaction on SQLite."""
    poll_seconds: float = 1.0
    """The interval at which updates received by other processes are noticed."""
    acknowledge_seconds: float = 2.0
    """How long the effect of a tap waits for its spinner to stop."""
    handle_seconds: float = 30.0


RULES = WorkerRules()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    update: Update
    payload: Mapping[str, Any]
    incoming: Incoming | None
    """None for a kind of update that is no part of a conversation."""


class Replies(Protocol):
    """Sends the replies that the handler queued (`Dispatcher`)."""

    async def claim(self, conn: Connection, bots: Collection[BotId]) -> Mapping[BotId, Claimed]:
        """Claim due replies of these bots in the given transaction, to `send` after its commit."""

    def send(self, claimed: Mapping[BotId, Claimed]) -> None:
        """Send claimed replies."""

    def notify_due(self, bots: Collection[BotId]) -> None:
        """Replies of these bots are committed and due."""


class NoReplies:
    """Sends nothing."""

    async def claim(self, _conn: Connection, _bots: Collection[BotId]) -> Mapping[BotId, Claimed]:
        """Claim nothing."""
        return {}

    def send(self, claimed: Mapping[BotId, Claimed]) -> None:
        """Send nothing."""

    def notify_due(self, bots: Collection[BotId]) -> None:
        """Do nothing."""


NO_REPLIES = NoReplies()


class Gate(Protocol):
    """Decides what is not answered (`Doorkeeper`)."""

    async def refuses(self, come: Incoming) -> bool:
        """Whether this message is not answered, and nothing of it is kept."""

    async def tell(self, come: Incoming) -> None:
        """Say so, now and then."""


class OpenGate:
    """Everything is answered."""

    async def refuses(self, _come: Incoming) -> bool:
        """Refuse nothing."""
        return False

    async def tell(self, _come: Incoming) -> None:
        """Do nothing."""


OPEN_GATE = OpenGate()


class Worker:
    """Passes the heads of all chats of `channels` to `handle`, until stopped."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[BotId, Channel],
        handle: Handler,
        *,
        clock: Callable[[], datetime],
        replies: Replies = NO_REPLIES,
        rules: WorkerRules = RULES,
        unseal: Callable[[str], str] = str,
        gate: Gate = OPEN_GATE,
    ) -> None:
        """`unseal` decrypts a payload that the inbox encrypted."""
        self._gate = gate
        self._database = database
        self._channels = channels
        self._handle = handle
        self._clock = clock
        self._replies = replies
        self._rules = rules
        self._unseal = unseal
        self._batcher = Batcher(self._handle_together, max_batch=rules.max_batch)
        self._transactions = asyncio.Semaphore(rules.max_transactions)
        self._busy: dict[str, asyncio.Task[None]] = {}
        self.last_success: dict[BotId, float] = {}
        """When an update of each bot was last handled, on the monotonic clock."""
        self._late: set[asyncio.Task[None]] = set()
        self._awake = asyncio.Event()
        self._ended = asyncio.Event()
        self._stopping = False
        self._more = True
        """Whether there may be heads of chats besides those in work."""

    def wake(self) -> None:
        """Signal that there may be new updates."""
        self._awake.set()

    def start_new(self, updates: Collection[Update]) -> None:
        """Start these new updates. An empty collection means a large batch: scan the inbox. Updates
        queued after another of the same chat are picked up later.
        """
        if not updates:
            self.wake()
        for update in updates:
            self._begin(update)

    async def run(self) -> None:
        """Handle updates until `stop` is called and the inbox is empty."""
        try:
            while not await self._round():
                await wait_at_most(self._awake, self._rules.poll_seconds)
            if self._late:
                await asyncio.wait(self._late, timeout=self._rules.acknowledge_seconds)
        finally:
            await _cancel([*self._busy.values(), *self._late])
            await self._batcher.close()
            self._ended.set()

    async def stop(self, within: float) -> bool:
        """Handle the present updates, at most `within` seconds; False if `run` must be cancelled.

        Updates not handled by then are not lost: they are still in the inbox.
        """
        self._stopping = True
        self.wake()
        await wait_at_most(self._ended, within)
        return self._ended.is_set()

    async def _round(self) -> bool:
        """Start all updates that can start; True if the worker is to stop and none are left."""
        self._awake.clear()
        self._more = False
        stopping = self._stopping  # what comes until the stop is asked for is still looked for
        try:
            async with self._database.read_inline() as conn:
                found = await inbox.find_heads(conn, self._channels, 2 * self._rules.max_chats)
        except Exception as error:
            log.warning("cannot read the inbox: %s", reason_of(error))
            return stopping
        self._more |= bool(found)
        for update in found:
            self._begin(update)
        return stopping and not found and not self._busy

    def _begin(self, update: Update) -> None:
        if self._ended.is_set():
            return
        if update.chat_key in self._busy or len(self._busy) >= self._rules.max_chats:
            self._more = True
            return
        task = asyncio.create_task(self._chat(update))
        self._busy[update.chat_key] = task
        task.add_done_callback(lambda _: self._free(update.chat_key))

    def _free(self, chat_key: str) -> None:
        self._busy.pop(chat_key, None)
        if self._more or self._stopping:
            self.wake()

    async def _chat(self, update: Update) -> None:
        """Handle one update completely; errors of the database itself do not count as tries."""
        try:
            await self._one(update)
        except Exception as error:
            log.warning("update %s has to wait: %s", update.id, reason_of(error))
            await asyncio.sleep(self._rules.poll_seconds)

    async def _one(self, update: Update) -> None:
        try:
            payload = json.loads(self._unseal(update.payload))
            incoming = self._read(update, payload)
        except Exception as error:
            await self._count_failure(update, error)
            return
        if incoming is not None and not update.tries:
            if await self._gate.refuses(incoming):
                await self._drop(update, incoming)
                return
            await self._acknowledge(incoming)
        job = _Job(update=update, payload=payload, incoming=incoming)
        if self._database.is_sqlite:
            await self._batcher.submit(job)
        else:
            async with self._transactions:
                await self._handle_alone(job)

    async def _drop(self, update: Update, incoming: Incoming) -> None:
        """Keep nothing of a message, and say so."""
        async with self._database.write() as conn:
            await deleting.drop(conn, update.id)
        await _quietly(self._gate.tell(incoming))

    def _read(self, update: Update, payload: Mapping[str, Any]) -> Incoming | None:
        incoming = self._channels[update.channel, update.bot].parse(payload)
        return incoming and replace(
            incoming, text=storable(incoming.text), data=storable(incoming.data)
        )

    async def _acknowledge(self, incoming: Incoming) -> None:
        """Stop the spinner first, but do not let a slow channel delay the effect."""
        channel = self._channels[incoming.channel, incoming.bot]
        task = asyncio.create_task(_quietly(channel.acknowledge(incoming)))
        self._late.add(task)
        task.add_done_callback(self._late.discard)
        if not channel.traits.acknowledges_apart:
            await asyncio.wait({task}, timeout=self._rules.acknowledge_seconds)

    async def _handle_together(self, jobs: Sequence[_Job]) -> Sequence[None]:
        """Use one transaction for all that never failed; if one of them fails now, one for each."""
        fresh = [job for job in jobs if not job.update.tries]
        alone = [job for job in jobs if job.update.tries]
        try:
            await self._commit(fresh, claims_replies=True)
        except Exception as error:
            log.info("%s updates go one by one: %s", len(fresh), reason_of(error))
            alone = list(jobs)
        for job in alone:
            await self._handle_alone(job)
        return [None] * len(jobs)

    async def _handle_alone(self, job: _Job) -> None:
        """Use a transaction of its own, so that only this update can make it fail."""
        try:
            await self._commit([job], claims_replies=False)
        except Exception as error:
            await self._count_failure(job.update, error)

    async def _commit(self, jobs: Sequence[_Job], *, claims_replies: bool) -> None:
        """Handle them in one transaction. Their replies are claimed in it and sent after it, or
        are left to the dispatcher."""
        if not jobs:
            return
        claimed: Mapping[BotId, Claimed] | None = None
        async with self._database.write() as conn:
            bots = await self._do(conn, jobs)
            if claims_replies:
                claimed = await self._replies.claim(conn, bots)
        self.last_success |= dict.fromkeys(bots, time.monotonic())
        if claimed is None:
            self._replies.notify_due(bots)
        else:
            self._replies.send(claimed)

    async def _do(self, conn: Connection, jobs: Sequence[_Job]) -> set[BotId]:
        """Handle those that are the heads of their chats; returns the bots that answer them."""
        taken = await inbox.take(conn, [job.update.id for job in jobs])
        self._more |= len(taken) < len(jobs)
        mine = [job for job in jobs if job.update.id in taken]
        for job in mine:
            async with asyncio.timeout(self._rules.handle_seconds):
                await self._perform(conn, job)
        return {(job.update.channel, job.update.bot) for job in mine}

    async def _perform(self, conn: Connection, job: _Job) -> None:
        """Perform everything that one update causes."""
        now, number = self._clock(), job.update.id
        channel = self._channels[job.update.channel, job.update.bot]
        await channel.absorb(Absorbed(conn=conn, payload=job.payload, number=number, now=now))
        if job.incoming is not None:
            await self._handle(conn, job.incoming, number, now)

    async def _count_failure(self, update: Update, error: Exception) -> None:
        """Count the try. If this can be written, the database was not the cause."""
        waits = self._rules.retry_ms
        retry_in_ms = waits[min(update.tries, len(waits) - 1)]
        reason = reason_of(error)
        async with self._database.write() as conn:
            state = await inbox.record_failure(
                conn,
                update.id,
                reason=reason,
                retry_in_ms=retry_in_ms,
                max_tries=self._rules.max_tries,
            )
        log.error("update %s failed (%s): %s", update.id, state, reason)
        asyncio.get_running_loop().call_later(retry_in_ms / 1000, self.wake)


async def _quietly(acknowledging: Awaitable[None]) -> None:
    """Nothing depends on a spinner."""
    try:
        await acknowledging
    except Exception as error:
        log.warning("could not acknowledge: %s", reason_of(error))


async def _cancel(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
