"""Sends for one bot: claims messages as the rate limit allows, and records each result."""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Sequence
from functools import partial

from bot.batching import Batcher, wait_at_most
from bot.channels.base import Channel, Rejected, SlowDown
from bot.delivery.claiming import Claimed, RateGate
from bot.delivery.outcome import arrived, failed
from bot.delivery.rules import DispatchRules
from bot.delivery.trouble import Trouble
from bot.reasons import reason_of
from bot.sealing import open_message
from surveys.errors import Refusal
from surveys.privacy import Keyring
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database
from surveys.store.queues.claims import ClaimedMessage
from surveys.store.queues.delivery_results import DeliveryResult
from surveys.store.queues.outbox import Lane

log = logging.getLogger(__name__)

LANES = tuple(Lane)
REPLIES = (Lane.INTERACTIVE,)


class Sender:
    """Everything that one bot sends from this process. `results` records how messages ended;
    `look_again` is called when more may be due; `chance` gives numbers from 0 to 1."""

    def __init__(
        self,
        gate: RateGate,
        channel: Channel,
        database: Database,
        keyring: Keyring,
        results: Batcher[DeliveryResult, None],
        *,
        look_again: Callable[[], None],
        rules: DispatchRules,
        chance: Callable[[], float],
    ) -> None:
        self.gate = gate
        self._channel = channel
        self._database = database
        self._keyring = keyring
        self._results = results
        self._look_again = look_again
        self._rules = rules
        self._chance = chance
        self._in_flight: set[asyncio.Task[None]] = set()
        self._awake = asyncio.Event()
        self._urgent = asyncio.Event()
        self._wanted = set[Lane]()
        self._paused_until = 0.0
        self.last_success: float | None = None
        """When a message was last sent, on the monotonic clock."""
        self.trouble = Trouble()
        self._holds_back = True
        """Whether replies wait that the end of another message may set free."""
        self.lanes: Sequence[Lane] = LANES
        """Which lanes may be sent; replies only, once the process is to stop."""

    @property
    def is_idle(self) -> bool:
        """Whether nothing is in flight."""
        return not self._in_flight

    def wake(self, lanes: Collection[Lane]) -> None:
        """Signal due messages in these lanes; replies are urgent, since citizens wait for them."""
        self._wanted.update(lanes)
        self._awake.set()
        if Lane.INTERACTIVE in lanes:
            self._urgent.set()

    async def claim_replies(self, conn: Connection) -> Claimed:
        """Claim due replies in the caller's transaction; after its commit, `send_replies` them."""
        room = self._room()
        if not room or self._pause_left() > 0:
            return Claimed(wait_ms=0, holds_back=True)
        claimed = await self.gate.claim(conn, room, REPLIES)
        if not claimed.messages:
            self._results.hurry()
        return claimed

    def send_replies(self, claimed: Claimed) -> None:
        """Send what `claim_replies` claimed, now that it is committed. Results need not be recorded
        at once: no message waits for these replies, unless `claimed` says so.
        """
        self._start(claimed, urgent=False)
        if claimed.wait_ms is not None:
            self.wake(REPLIES)

    async def run(self) -> None:
        """Send until cancelled."""
        try:
            while True:
                await self._awake.wait()
                self._awake.clear()
                await self._send_what_is_due()
        finally:
            for task in self._in_flight:
                task.cancel()
            await asyncio.gather(*self._in_flight, return_exceptions=True)

    async def _send_what_is_due(self) -> None:
        """Send replies first; broadcasts only after a signal that some are due."""
        wanted = {Lane.INTERACTIVE}
        wait: float | None = 0.0
        while wait is not None:
            wanted |= self._wanted
            self._wanted.clear()
            wait = await self._send_one_group([lane for lane in self.lanes if lane in wanted])
            if wait:
                await self._sleep(wait)

    async def _send_one_group(self, lanes: Sequence[Lane]) -> float | None:
        """Send one group; returns the seconds until the next may be sent, None if none waits."""
        self._urgent.clear()
        if (paused := self._pause_left()) > 0:
            return paused
        if not (room := self._room()):
            await asyncio.wait(self._in_flight, return_when=asyncio.FIRST_COMPLETED)
            return 0.0
        try:
            async with self._database.write() as conn:
                claimed = await self.gate.claim(conn, room, lanes)
        except Exception as error:
            log.warning("cannot read the outbox: %s", reason_of(error))
            return self._rules.poll_seconds
        self._start(claimed, urgent=True)
        return None if claimed.wait_ms is None else claimed.wait_ms / 1_000

    def _start(self, claimed: Claimed, *, urgent: bool) -> None:
        """Send each message in a task of its own; `urgent`: record the results at once."""
        self._holds_back = claimed.holds_back
        for message in claimed.messages:
            at_once = urgent and not self._is_gathered(message)
            task = asyncio.create_task(self._send(message, urgent=at_once))
            self._in_flight.add(task)
            task.add_done_callback(partial(self._on_done, looks=urgent))
        for wait_ms in claimed.chats_ms:
            self._look_again_in(wait_ms)

    def _is_gathered(self, message: ClaimedMessage) -> bool:
        """Whether it left together with others, whose results may be recorded together."""
        return message.lane is Lane.BROADCAST and self.gate.limits.gather_ms > 0

    def _room(self) -> int:
        """The number of further messages that may be in flight."""
        free = self._rules.max_in_flight - len(self._in_flight)
        return max(0, min(free, self._rules.max_batch))

    async def _sleep(self, seconds: float) -> None:
        """Wait for the next slot; a reply may come in between and be sent at once."""
        await wait_at_most(self._urgent, seconds)

    def _on_done(self, task: asyncio.Task[None], *, looks: bool) -> None:
        """Look for messages that waited for this one, if there may be any."""
        self._in_flight.discard(task)
        if looks or self._holds_back or self.lanes != LANES:
            self._look_again()

    async def _send(self, message: ClaimedMessage, *, urgent: bool) -> None:
        result = await self._try(message)
        await self._results.submit(result, urgent=urgent or not result.is_plain)
        if result.again is not None:
            self._look_again_in(result.again_in_ms)

    def _look_again_in(self, wait_ms: int) -> None:
        asyncio.get_running_loop().call_later(wait_ms / 1_000, self._look_again)

    async def _try(self, message: ClaimedMessage) -> DeliveryResult:
        try:
            reference = await self._request(message)
        except Exception as error:
            if message.lane is Lane.INTERACTIVE:
                self.trouble.note(error)
            return failed(message, error, self._chance())
        self.last_success = time.monotonic()
        self.trouble.clear()
        return arrived(message, reference if self.gate.edits_in_place else None)

    async def _request(self, message: ClaimedMessage) -> str | None:
        """Send or edit; returns the reference of a new message."""
        address = self._address(message)
        outgoing = open_message(self._keyring, message.message)
        self._check_pause()
        try:
            async with asyncio.timeout(self._rules.send_seconds):
                if message.reference is None:
                    return await self._channel.send(address, outgoing)
                await self._channel.edit(address, message.reference, outgoing)
                return None
        except SlowDown as error:
            if error.whole_bot:
                self._pause(error.seconds)
            raise

    def _address(self, message: ClaimedMessage) -> str:
        if message.address_sealed is None:
            raise Rejected("the address is gone")
        try:
            return self._keyring.unseal(message.address_sealed)
        except Refusal as error:
            raise Rejected(error.code) from error

    def _pause(self, seconds: float) -> None:
        """Pause this process at once; the row that pauses the others follows."""
        until = asyncio.get_running_loop().time() + seconds
        self._paused_until = max(self._paused_until, until)

    def _pause_left(self) -> float:
        return self._paused_until - asyncio.get_running_loop().time()

    def _check_pause(self) -> None:
        """Check for a pause, so that nothing is sent between a 429 and its record."""
        left = self._pause_left()
        if left > 0:
            raise SlowDown("the bot was told to wait", seconds=left, whole_bot=True)
