"""Claims due messages within the bot's limits, in a short transaction before they are sent."""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot.channels.base import Limits
from bot.limits import RESERVE_MS, Slots, gathered, gathering_ms, next_to_chat
from surveys.store.base.connection import Connection
from surveys.store.citizens.contacts import ContactStatus
from surveys.store.queues import claims, clock, rate_limits
from surveys.store.queues.claims import ClaimedMessage
from surveys.store.queues.outbox import Lane, MessageKind, OutboxState
from surveys.store.queues.rate_limits import RateLimit

log = logging.getLogger(__name__)

EARLY_MS = {Lane.INTERACTIVE: RESERVE_MS, Lane.BROADCAST: 0}
End = tuple[OutboxState, str]
"""A final state and its reason."""
OVER: End = (OutboxState.CANCELLED, "the invitation is over")
FORGOTTEN: End = (OutboxState.CANCELLED, "the citizen asked to be forgotten")
UNWRITABLE: dict[ContactStatus, End] = {
    ContactStatus.BLOCKED: (OutboxState.UNREACHABLE, "the citizen has blocked the bot"),
    ContactStatus.DEACTIVATED: (OutboxState.UNREACHABLE, "the account is deactivated"),
    ContactStatus.ERASING: FORGOTTEN,
    ContactStatus.ERASED: FORGOTTEN,
}
"""The final state of a message whose contact is not active."""
OUTSIDE_WINDOW = "the citizen has not written recently enough for the bot to write first"
WINDOW_LOOK_MS = 900_000
"""How long a notice waits until the window is looked at again."""
LIMITED_BELOW = 1_000.0
"""Messages a second to one chat above which its limit is not worth a note: under a millisecond."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """The messages to send now, and when the next ones are due."""

    messages: Sequence[ClaimedMessage] = ()
    wait_ms: int | None = None
    """How long until the next slot; None if no message waits for one."""
    chats_ms: Sequence[int] = ()
    """How long until the chats that may take no more now may be written to again."""
    holds_back: bool = False
    """Whether there are replies that are due and not claimed, e.g. queued after another of their
    chat.
    """


@dataclass(slots=True)
class _Taken:
    """The messages claimed so far in all lanes."""

    slots: Slots
    messages: list[ClaimedMessage] = field(default_factory=list)
    waits: set[Lane] = field(default_factory=set)
    """The lanes that wait for a slot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateGate:
    """The rate limit of all messages of one bot. `is_quiet` says whether a moment (the database's
    milliseconds) is within quiet hours or a rest day, when the bot starts no conversation."""

    channel: str
    bot: str
    limits: Limits
    edits_in_place: bool
    owner: str
    lease_ms: int
    is_quiet: Callable[[int], bool]
    window: timedelta | None = None
    """How long after the citizen's last message the bot may write; None: without limit."""

    async def claim(self, conn: Connection, room: int, lanes: Sequence[Lane]) -> Claimed:
        """Claim what may be sent, at most `room`; commit, and only then send."""
        held = await self.lock(conn)
        if held.paused_until_ms > held.now_ms:
            return Claimed(wait_ms=held.paused_until_ms - held.now_ms, holds_back=held.replies > 0)
        taken = _Taken(Slots(next_ms=held.next_ms, peak_ms=held.peak_ms))
        for lane in lanes:
            if lane is Lane.INTERACTIVE or not self.is_quiet(held.now_ms):
                await self._lane(conn, lane, taken, room, held.now_ms)
        later = await self._note(conn, held.now_ms, taken)
        replies = sum(one.lane is Lane.INTERACTIVE for one in taken.messages)
        return Claimed(
            messages=taken.messages,
            wait_ms=self._wait_ms(taken, held.now_ms),
            chats_ms=[moment - held.now_ms for moment in later if moment > held.now_ms],
            holds_back=held.replies > replies,
        )

    async def lock(self, conn: Connection) -> RateLimit:
        """Lock the bot's rate limit. If the database's clock was set back, the slots are set back
        first: otherwise the bot would be silent until the clock reaches them again."""
        held = await rate_limits.lock(conn, self.channel, self.bot)
        slots = Slots(next_ms=held.next_ms, peak_ms=held.peak_ms)
        if not slots.is_ahead(self.limits.per_second, held.now_ms):
            return held
        log.warning("%s: the clock was set back; waiting messages are sent now", self.channel)
        await clock.bring_back(conn, self.channel, self.bot, lease_ms=self.lease_ms)
        return await rate_limits.lock(conn, self.channel, self.bot)

    async def _lane(
        self, conn: Connection, lane: Lane, taken: _Taken, room: int, now_ms: int
    ) -> None:
        """Claim in one lane; if all slots are used, more messages may be due."""
        free = taken.slots.free(self.limits, now_ms=now_ms, early_ms=EARLY_MS[lane])
        count = min(free, room - len(taken.messages))
        if not count or (lane is Lane.BROADCAST and free < gathered(self.limits)):
            taken.waits.add(lane)
            return
        found = await claims.claim(
            conn,
            self.channel,
            self.bot,
            lane,
            count,
            owner=self.owner,
            lease_ms=self.lease_ms,
        )
        writable = await self._within_window(conn, await _writable(conn, found), now_ms)
        claimed = await _first_of_contacts(conn, writable)
        if not self.edits_in_place:
            claimed = [replace(one, reference=None) for one in claimed]
        taken.slots = taken.slots.after(self.limits, now_ms=now_ms, left=len(claimed))
        taken.messages += claimed
        if len(found) >= count:
            taken.waits.add(lane)

    def _wait_ms(self, taken: _Taken, now_ms: int) -> int | None:
        """How long until the lanes that wait get a slot; a broadcast waits for several."""
        if not taken.waits:
            return None
        gathering = 0 if Lane.INTERACTIVE in taken.waits else gathering_ms(self.limits)
        return taken.slots.wait_ms(now_ms - gathering)

    async def _within_window(
        self, conn: Connection, found: Sequence[ClaimedMessage], now_ms: int
    ) -> Sequence[ClaimedMessage]:
        """The messages whose contact wrote recently enough. An invitation is free for another way;
        a notice waits, in case the citizen writes; everything else ends."""
        if self.window is None:
            return found
        since = datetime.fromtimestamp(now_ms / 1_000, UTC) - self.window
        late = [one for one in found if one.last_seen_at < since]
        waiting = [one.id for one in late if one.kind is MessageKind.NOTICE]
        ended = [one.id for one in late if one.kind is not MessageKind.NOTICE]
        await claims.put_off(conn, waiting, OUTSIDE_WINDOW, for_ms=WINDOW_LOOK_MS)
        await claims.withdraw(conn, ended, OUTSIDE_WINDOW)
        return [one for one in found if one.last_seen_at >= since]

    async def _note(self, conn: Connection, now_ms: int, taken: _Taken) -> Collection[int]:
        """Record until when each chat must wait; returns those moments."""
        if not taken.messages:
            return ()
        moved = {"next_ms": taken.slots.next_ms, "peak_ms": taken.slots.peak_ms}
        await rate_limits.move(conn, self.channel, self.bot, **moved)
        if self.limits.per_chat_second > LIMITED_BELOW:
            return ()
        later = {
            one.contact_id: next_to_chat(
                self.limits, not_before_ms=one.not_before_ms, now_ms=now_ms
            )
            for one in taken.messages
        }
        await claims.hold_chats(conn, later)
        return later.values()


async def _first_of_contacts(
    conn: Connection, found: Sequence[ClaimedMessage]
) -> list[ClaimedMessage]:
    """Keep one message per contact; the others wait again."""
    first: dict[int, ClaimedMessage] = {}
    for one in found:
        first.setdefault(one.contact_id, one)
    await claims.release(conn, [one.id for one in found if first[one.contact_id] is not one])
    return list(first.values())


async def _writable(conn: Connection, found: Sequence[ClaimedMessage]) -> list[ClaimedMessage]:
    """The messages whose contact can be written to; the others are ended here."""
    for one in found:
        if (end := _end(one)) is not None:
            await claims.turn_back(conn, [one.id], *end)
    return [one for one in found if _end(one) is None]


def _end(one: ClaimedMessage) -> End | None:
    """Why a message is not sent; the last message still goes to a citizen who asked for erasure."""
    farewell = one.status is ContactStatus.ERASING and one.lane is Lane.INTERACTIVE
    if one.status is not ContactStatus.ACTIVE and not farewell:
        return UNWRITABLE[one.status]
    return OVER if one.is_over else None
