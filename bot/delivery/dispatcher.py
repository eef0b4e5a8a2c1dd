"""Runs the senders of all bots, finds those with work, and cleans up after crashed processes."""

import asyncio
import logging
import random
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from bot.asking.timetable import timetable
from bot.batching import Batcher, wait_at_most
from bot.channels.base import Channel
from bot.delivery.claiming import Claimed, RateGate
from bot.delivery.rules import RULES, DispatchRules
from bot.delivery.sender import REPLIES, Sender
from bot.reasons import reason_of
from bot.settings import Settings
from surveys.privacy import Keyring
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database
from surveys.store.base.owners import is_gone, own_name
from surveys.store.personal_data import requests
from surveys.store.queues import delivery_results, rate_limits
from surveys.store.queues.delivery_results import DeliveryResult
from surveys.store.queues.outbox import Lane
from surveys.store.queues.rate_limits import BotId

log = logging.getLogger(__name__)

FIRST_RETRY_SECONDS = 0.1
LONGEST_RETRY_SECONDS = 5.0


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Dispatcher:
    """Sends what is due on all `channels`, until stopped; several processes may do so at once."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[BotId, Channel],
        keyring: Keyring,
        *,
        settings: Settings,
        rules: DispatchRules = RULES,
        clock: Callable[[], datetime] = _utc_now,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`settings` say when to be quiet; `clock` dates deliveries; `chance` spreads retries."""
        self._database = database
        self._times = timetable(settings)
        self._rules = rules
        self._clock = clock
        self._owner = own_name()
        self._results: Batcher[DeliveryResult, None] = Batcher(
            self._record_together,
            max_batch=rules.max_results,
            linger_seconds=rules.linger_seconds,
        )
        self._senders = {
            bot: Sender(
                self._gate(bot, channel),
                channel,
                database,
                keyring,
                self._results,
                look_again=self.wake,
                rules=rules,
                chance=chance,
            )
            for bot, channel in channels.items()
        }
        self._awake = asyncio.Event()
        self._ended = asyncio.Event()
        self._stopping = False

    @property
    def last_success(self) -> Mapping[BotId, float]:
        """When a message of each bot was last sent by this process, on the monotonic clock."""
        sent = {bot: one.last_success for bot, one in self._senders.items()}
        return {bot: at for bot, at in sent.items() if at is not None}

    def failing(self, patience: float) -> list[str]:
        """The channels whose replies here all fail for longer than `patience` seconds."""
        return [bot[0] for bot, one in self._senders.items() if one.trouble.lasts(patience)]

    def wake(self) -> None:
        """Signal that new messages may be due."""
        self._awake.set()

    async def claim(self, conn: Connection, bots: Collection[BotId]) -> Mapping[BotId, Claimed]:
        """Claim due replies of these bots in the caller's transaction; `send` them once it is
        committed."""
        return {bot: await self._senders[bot].claim_replies(conn) for bot in sorted(bots)}

    def send(self, claimed: Mapping[BotId, Claimed]) -> None:
        """Send the replies that `claim` claimed."""
        for bot, replies in claimed.items():
            self._senders[bot].send_replies(replies)

    def notify_due(self, bots: Collection[BotId]) -> None:
        """Signal due replies of these bots (channel, bot), without a query for them."""
        for bot in bots:
            self._senders[bot].wake(REPLIES)

    async def run(self) -> None:
        """Send until `stop` is called and no replies wait."""
        await self._take_over()
        try:
            async with asyncio.TaskGroup() as group:
                running = [group.create_task(one.run()) for one in self._senders.values()]
                running.append(group.create_task(self._clear_up()))
                await self._look_out()
                for task in running:
                    task.cancel()
        finally:
            await self._results.close()
            self._ended.set()

    async def stop(self, within: float) -> bool:
        """Start no broadcasts, but deliver due replies, at most `within` seconds; False if `run`
        must be cancelled. Replies not delivered by then are still in the outbox."""
        self._stopping = True
        for sender in self._senders.values():
            sender.lanes = REPLIES
        self.wake()
        await wait_at_most(self._ended, within)
        return self._ended.is_set()

    async def _look_out(self) -> None:
        """Wake the senders that have work."""
        while not await self._is_finished():
            await wait_at_most(self._awake, self._rules.poll_seconds)

    async def _is_finished(self) -> bool:
        """Query once for all bots which of them have work; True if stopping and no bot has any."""
        self._awake.clear()
        try:
            async with self._database.read_inline() as conn:
                work = await rate_limits.find_with_work(conn, self._senders, self._lanes())
        except Exception as error:
            log.warning("cannot read the outbox: %s", reason_of(error))
            return False
        for bot, lanes in work.items():
            self._senders[bot].wake(lanes)
        idle = all(sender.is_idle for sender in self._senders.values())
        return self._stopping and idle and not work

    def _lanes(self) -> Sequence[Lane]:
        if self._stopping or self._is_quiet(int(self._clock().timestamp() * 1_000)):
            return REPLIES
        return tuple(Lane)

    def _is_quiet(self, now_ms: int) -> bool:
        return self._times.is_closed(datetime.fromtimestamp(now_ms / 1_000, UTC))

    def _gate(self, bot: BotId, channel: Channel) -> RateGate:
        return RateGate(
            channel=bot[0],
            bot=bot[1],
            limits=channel.limits,
            edits_in_place=channel.traits.edits_in_place,
            owner=self._owner,
            lease_ms=int(self._rules.lease_seconds * 1_000),
            is_quiet=self._is_quiet,
            window=None if channel.traits.begins_conversations else channel.traits.reply_window,
        )

    async def _take_over(self) -> None:
        """Take over messages claimed by crashed processes of this computer, without waiting."""
        async with self._database.write() as conn:
            await rate_limits.register(conn, self._senders)
            holding = await delivery_results.find_owners(conn)
            if gone := [name for name in holding if is_gone(name, self._owner)]:
                taken = await delivery_results.sweep(conn, gone)
                log.warning("%s messages were interrupted by the end of a process", taken)

    async def _clear_up(self) -> None:
        """Sweep: requeue messages of crashed senders, expire late ones, finish erasures."""
        while True:
            try:
                async with self._database.write() as conn:
                    for bot in sorted(self._senders):
                        await self._senders[bot].gate.lock(conn)
                    taken = await delivery_results.sweep(conn)
                    await delivery_results.expire(conn)
                    await requests.finish_erasures(conn, self._clock())
            except Exception as error:
                log.warning("cannot clear up the outbox: %s", reason_of(error))
            else:
                if taken:
                    log.warning("%s messages were interrupted", taken)
            await asyncio.sleep(self._rules.sweep_seconds)

    async def _record_together(self, results: Sequence[DeliveryResult]) -> Sequence[None]:
        """Record all in one transaction; if it fails, one for each, until the database is back."""
        try:
            await self._record(results)
        except Exception as error:
            log.warning("cannot write to the outbox: %s", reason_of(error))
            await asyncio.gather(*(self._insist(result) for result in results))
        return [None] * len(results)

    async def _insist(self, result: DeliveryResult) -> None:
        """Record one result, retrying through a database restart; finally leave it to the sweep."""
        wait = FIRST_RETRY_SECONDS
        with suppress(TimeoutError):
            async with asyncio.timeout(self._rules.record_seconds):
                while not await self._is_recorded(result):
                    await asyncio.sleep(wait)
                    wait = min(2 * wait, LONGEST_RETRY_SECONDS)

    async def _is_recorded(self, result: DeliveryResult) -> bool:
        try:
            await self._record([result])
        except Exception as error:
            number = result.message.id
            log.warning("cannot record the result of message %s: %s", number, reason_of(error))
            return False
        return True

    async def _record(self, results: Sequence[DeliveryResult]) -> None:
        async with self._database.write() as conn:
            await delivery_results.record_results(conn, results, self._clock())
