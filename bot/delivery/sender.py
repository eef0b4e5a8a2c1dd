"""Sends for one bot: opens the gate when it is time, and sees every message to its end."""

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from functools import partial

from bot.batching import Batcher, wait_at_most
from bot.channels.base import Channel, Rejected, SlowDown
from bot.delivery.departing import Gate, Group
from bot.delivery.outcome import Attempt, arrived, failed
from bot.delivery.rules import DispatchRules
from bot.messages import outgoing_from_json
from bot.reasons import reason_of
from surveys.errors import Refusal
from surveys.privacy import Keyring
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database
from surveys.store.queues.claims import Departure
from surveys.store.queues.delivery_results import Settlement
from surveys.store.queues.outbox import Lane

log = logging.getLogger(__name__)

LANES = tuple(Lane)
REPLIES = (Lane.INTERACTIVE,)


class Sender:
    """Everything that one bot sends from this process. `ends` writes ends down; `look_again` is
    called when something more may be due; `chance` gives numbers from 0 to 1."""

    def __init__(
        self,
        gate: Gate,
        channel: Channel,
        database: Database,
        keyring: Keyring,
        ends: Batcher[Settlement, None],
        *,
        look_again: Callable[[], None],
        rules: DispatchRules,
        chance: Callable[[], float],
    ) -> None:
        self._gate = gate
        self._channel = channel
        self._database = database
        self._keyring = keyring
        self._ends = ends
        self._look_again = look_again
        self._rules = rules
        self._chance = chance
        self._flying: set[asyncio.Task[None]] = set()
        self._awake = asyncio.Event()
        self._urgent = asyncio.Event()
        self._wanted = set[Lane]()
        self._paused_until = 0.0
        self.lanes: Sequence[Lane] = LANES
        """Which lanes may leave; replies only, once the process is to stop."""

    @property
    def is_idle(self) -> bool:
        """Whether nothing is on its way."""
        return not self._flying

    def wake(self, lanes: Collection[Lane]) -> None:
        """Something is due in these lanes; a reply is urgent, a citizen waits for it."""
        self._wanted.update(lanes)
        self._awake.set()
        if Lane.INTERACTIVE in lanes:
            self._urgent.set()

    async def depart(self, conn: Connection) -> Callable[[], None]:
        """Let replies leave in the caller's transaction; to be called once that is committed."""
        room = self._room()
        if not room or self._pause_left() > 0:
            return partial(self.wake, REPLIES)
        group = await self._gate.open(conn, room, REPLIES)
        if not group.leaving:
            self._ends.hurry()
        return partial(self._launch_replies, group)

    async def run(self) -> None:
        """Send until cancelled."""
        try:
            while True:
                await self._awake.wait()
                self._awake.clear()
                await self._send_what_is_due()
        finally:
            for task in self._flying:
                task.cancel()
            await asyncio.gather(*self._flying, return_exceptions=True)

    async def _send_what_is_due(self) -> None:
        """Replies always come first; a broadcast is looked for when there was said to be one."""
        wanted = {Lane.INTERACTIVE}
        wait: float | None = 0.0
        while wait is not None:
            wanted |= self._wanted
            self._wanted.clear()
            wait = await self._send_one_group([lane for lane in self.lanes if lane in wanted])
            if wait:
                await self._sleep(wait)

    async def _send_one_group(self, lanes: Sequence[Lane]) -> float | None:
        """Let one group leave; seconds until the next may, None when nobody waits."""
        self._urgent.clear()
        if (paused := self._pause_left()) > 0:
            return paused
        if not (room := self._room()):
            await asyncio.wait(self._flying, return_when=asyncio.FIRST_COMPLETED)
            return 0.0
        try:
            group = await self._open(room, lanes)
        except Exception as error:
            log.warning("cannot read the outbox: %s", reason_of(error))
            return self._rules.poll_seconds
        self._launch(group)
        return None if group.wait_ms is None else group.wait_ms / 1_000

    def _launch_replies(self, group: Group) -> None:
        """Nothing waits behind a reply that left with the tap that made it."""
        self._launch(group, hurries=False)
        if group.wait_ms is not None:
            self.wake(REPLIES)

    def _launch(self, group: Group, *, hurries: bool = True) -> None:
        for departure in group.leaving:
            self._begin(departure, group.edits.get(departure.id), hurries=hurries)
        for wait_ms in group.chats_ms:
            self._look_again_in(wait_ms)

    def _room(self) -> int:
        """How many messages more may be on their way."""
        free = self._rules.most_flying - len(self._flying)
        return max(0, min(free, self._rules.most_together))

    async def _open(self, room: int, lanes: Sequence[Lane]) -> Group:
        async with self._database.write() as conn:
            return await self._gate.open(conn, room, lanes)

    async def _sleep(self, seconds: float) -> None:
        """Wait for the next slot; a reply may come in between and leave at once."""
        await wait_at_most(self._urgent, seconds)

    def _begin(self, departure: Departure, edits: str | None, *, hurries: bool) -> None:
        attempt = Attempt(
            departure=departure,
            channel=self._gate.channel,
            bot=self._gate.bot,
            owner=self._gate.owner,
            edits=edits,
        )
        task = asyncio.create_task(self._fly(attempt, hurries=hurries))
        self._flying.add(task)
        task.add_done_callback(self._landed)

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._flying.discard(task)
        self._look_again()

    async def _fly(self, attempt: Attempt, *, hurries: bool) -> None:
        settlement = await self._try(attempt)
        await self._ends.submit(settlement, hurries=hurries or not settlement.is_plain)
        if settlement.again is not None:
            self._look_again_in(settlement.again_in_ms)

    def _look_again_in(self, wait_ms: int) -> None:
        asyncio.get_running_loop().call_later(wait_ms / 1_000, self._look_again)

    async def _try(self, attempt: Attempt) -> Settlement:
        try:
            reference = await self._request(attempt)
        except Exception as error:
            return failed(attempt, error, self._chance())
        return arrived(attempt, reference)

    async def _request(self, attempt: Attempt) -> str | None:
        """Send or edit; the reference of a new message."""
        address = self._address(attempt.departure)
        message = outgoing_from_json(dict(attempt.departure.message))
        self._check_pause()
        try:
            async with asyncio.timeout(self._rules.send_seconds):
                if attempt.edits is None:
                    return await self._channel.send(address, message)
                await self._channel.edit(address, attempt.edits, message)
                return None
        except SlowDown as error:
            if error.whole_bot:
                self._pause(error.seconds)
            raise

    def _address(self, departure: Departure) -> str:
        if departure.address_sealed is None:
            raise Rejected("the address is gone")
        try:
            return self._keyring.unseal(departure.address_sealed)
        except Refusal as error:
            raise Rejected(error.code) from error

    def _pause(self, seconds: float) -> None:
        """At once, in this process; the row that stops the others follows."""
        until = asyncio.get_running_loop().time() + seconds
        self._paused_until = max(self._paused_until, until)

    def _pause_left(self) -> float:
        return self._paused_until - asyncio.get_running_loop().time()

    def _check_pause(self) -> None:
        """Nothing slips out between a 429 and the note of it."""
        left = self._pause_left()
        if left > 0:
            raise SlowDown("the bot was told to wait", seconds=left, whole_bot=True)
