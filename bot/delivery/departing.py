"""The one short transaction before messages leave: whose turn it is, within the bot's pace."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from bot.channels.base import Limits
from bot.limits import RESERVE_MS, Slots, next_to_chat
from surveys.store.base.connection import Connection
from surveys.store.citizens.contacts import ContactStatus
from surveys.store.queues import claims, rate_limits, slots
from surveys.store.queues.claims import Departure
from surveys.store.queues.outbox import Lane, OutboxState

EARLY_MS = {Lane.INTERACTIVE: RESERVE_MS, Lane.BROADCAST: 0}
UNWRITABLE = {
    ContactStatus.BLOCKED: (OutboxState.UNREACHABLE, "the citizen has blocked the bot"),
    ContactStatus.DEACTIVATED: (OutboxState.UNREACHABLE, "the account is deactivated"),
    ContactStatus.ERASING: (OutboxState.CANCELLED, "the citizen asked to be forgotten"),
    ContactStatus.ERASED: (OutboxState.CANCELLED, "the citizen asked to be forgotten"),
}
"""What becomes of a message whose contact is not active."""
PACED_BELOW = 1_000.0
"""Messages a second to one chat above which its pace is not worth a note: under a millisecond."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What leaves now, and what next."""

    leaving: Sequence[Departure] = ()
    edits: Mapping[int, str] = field(default_factory=dict)
    """The message that each one takes the place of, by number."""
    wait_ms: int | None = None
    """How long until the next slot; None when nobody waits for one."""
    chats_ms: Sequence[int] = ()
    """How long until the chats that may take no more now may be written to again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Through which all messages of one bot leave. `is_quiet` says of a moment (the database's
    milliseconds) whether we begin no conversation then."""

    channel: str
    bot: str
    limits: Limits
    edits_in_place: bool
    owner: str
    lease_ms: int
    is_quiet: Callable[[int], bool]

    async def open(self, conn: Connection, room: int, lanes: Sequence[Lane]) -> Group:
        """Let leave who may, at most `room`; commit, and only then send."""
        held = await rate_limits.lock(conn, self.channel, self.bot)
        if held.paused_until_ms > held.now_ms:
            rest = held.paused_until_ms - held.now_ms
            return Group(wait_ms=rest)
        rate, pacing = self.limits.per_second, Slots(next_ms=held.next_ms, peak_ms=held.peak_ms)
        leaving, more = list[Departure](), False
        for lane in lanes:
            if lane is Lane.BROADCAST and self.is_quiet(held.now_ms):
                continue
            free = pacing.free(rate, now_ms=held.now_ms, early_ms=EARLY_MS[lane])
            left, is_full = await self._lane(conn, lane, min(free, room - len(leaving)))
            pacing = pacing.after(rate, now_ms=held.now_ms, left=len(left))
            leaving += left
            more |= is_full
        later = await self._note(conn, held.now_ms, pacing, leaving)
        return Group(
            leaving=leaving,
            edits=await self._edits(conn, leaving),
            wait_ms=pacing.wait_ms(held.now_ms) if more else None,
            chats_ms=[moment - held.now_ms for moment in later if moment > held.now_ms],
        )

    async def _lane(self, conn: Connection, lane: Lane, count: int) -> tuple[list[Departure], bool]:
        """Who leaves in one lane, and whether there may be more of them than there are slots."""
        if not count:
            return [], True
        found = await claims.next_up(conn, self.channel, self.bot, lane, count)
        ready = await _writable(conn, _one_a_contact(found))
        numbers = [one.id for one in ready]
        left = await claims.leave(conn, numbers, owner=self.owner, lease_ms=self.lease_ms)
        return [one for one in ready if one.id in left], len(found) >= count

    async def _note(
        self, conn: Connection, now_ms: int, pacing: Slots, leaving: Sequence[Departure]
    ) -> Collection[int]:
        """Write down whom the limits hold until when; returns the moments of the chats."""
        if not leaving:
            return ()
        await rate_limits.move(
            conn, self.channel, self.bot, next_ms=pacing.next_ms, peak_ms=pacing.peak_ms
        )
        if self.limits.per_chat_second > PACED_BELOW:
            return ()
        later = {
            one.contact_id: next_to_chat(
                self.limits, not_before_ms=one.not_before_ms, now_ms=now_ms
            )
            for one in leaving
        }
        await claims.hold_chats(conn, later)
        return later.values()

    async def _edits(self, conn: Connection, leaving: Sequence[Departure]) -> dict[int, str]:
        with_slot = [one for one in leaving if one.message["slot"]]
        if not with_slot or not self.edits_in_place:
            return {}
        standing = await slots.references(conn, [one.contact_id for one in with_slot])
        places = {one.id: (one.contact_id, str(one.message["slot"])) for one in with_slot}
        return {number: standing[at] for number, at in places.items() if at in standing}


def _one_a_contact(found: Sequence[Departure]) -> list[Departure]:
    first: dict[int, Departure] = {}
    for one in found:
        first.setdefault(one.contact_id, one)
    return list(first.values())


async def _writable(conn: Connection, found: Sequence[Departure]) -> list[Departure]:
    """Those whose contact can be written to; the others come to their end here."""
    ready = []
    for one in found:
        farewell = one.status is ContactStatus.ERASING and one.lane is Lane.INTERACTIVE
        if one.status is ContactStatus.ACTIVE or farewell:
            ready.append(one)
        else:
            await claims.turn_back(conn, [one.id], *UNWRITABLE[one.status])
    return ready
