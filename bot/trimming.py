"""Every minute: deletes the oldest of what strangers have stored, if it is more than is kept.

Everything is kept for `queue_days`; of the conversations with people who follow no dossier no more
than `strangers_mb`. It is deleted in small transactions, and the space is used again.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.repeating import repeat
from bot.repeats import REPEATS, note_forgotten
from bot.settings import Settings
from bot.strangers import SPAN, SPAN_MINUTES, WHAT, span_of
from surveys.store.base.database import Database
from surveys.store.citizens import look_up_counts
from surveys.store.personal_data import flooding
from surveys.store.queues import deleting, usage
from surveys.store.system import leases

LOOK_SECONDS = 60.0
LEASE, LEASE_MS = "trim", 50_000
CHATS, UPDATES = 10, 250
"""Deleted in one transaction: some 30 ms, and an answer may wait for several of them."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trimming:
    """Trims in whichever process has the lease."""

    database: Database
    settings: Settings
    clock: Callable[[], datetime]

    async def run(self) -> None:
        """Run until cancelled; a failure is retried."""
        await repeat(self.trim_in_turn, every=LOOK_SECONDS, log=log, trouble="cannot trim")

    async def trim_in_turn(self) -> None:
        """Trim, unless another process does."""
        async with self.database.write() as conn:
            is_ours = await leases.take(conn, LEASE, LEASE_MS)
        if is_ours:
            await self.trim()

    async def trim(self) -> None:
        """Delete what is no longer counted, and what is too much."""
        now = self.clock()
        oldest = now - timedelta(days=self.settings.queue_days)
        async with self.database.write() as conn:
            await look_up_counts.forget(conn, int(now.timestamp()))
            await usage.forget(conn, WHAT, span_of(oldest))
            since = self._kept_since(await usage.read_spans(conn, WHAT), now)
        if since is not None:
            await self._forget_strangers(since)
        await self._forget_handled(min(since or oldest, now - REPEATS), oldest)

    def _kept_since(self, spans: Sequence[tuple[str, int]], now: datetime) -> datetime | None:
        """The moment before which strangers' words are too much; None if they are not."""
        left = self.settings.strangers_mb * 1_000
        for span, used in spans:
            left -= used
            if left < 0:
                begins = datetime.strptime(span, SPAN).replace(tzinfo=UTC)
                return min(begins + timedelta(minutes=SPAN_MINUTES), _begins(now))
        return None

    async def _forget_strangers(self, before: datetime) -> None:
        async with self.database.read() as conn:
            strangers = await flooding.list_strangers(conn)
        for start in range(0, len(strangers), CHATS):
            some = strangers[start : start + CHATS]
            async with self.database.write() as conn:
                await flooding.forget_before(conn, some, before)
        async with self.database.write() as conn:
            await usage.forget(conn, WHAT, span_of(before))
        log.info("what strangers wrote before %s was deleted", before)

    async def _forget_handled(self, before: datetime, oldest: datetime) -> None:
        """Forget what was handled before, of strangers, and what is old, of anybody."""
        times = {"before_ms": _milliseconds(before), "old_ms": _milliseconds(oldest)}
        after = 0
        while True:
            async with self.database.read() as conn:
                found = await deleting.list_done(conn, **times, after=after, limit=UPDATES)
            if not found:
                return
            async with self.database.write() as conn:
                await note_forgotten(conn, found)
                await deleting.delete_all(conn, [one.id for one in found])
            after = found[-1].id


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000)


def _begins(moment: datetime) -> datetime:
    """When the ten minutes of a moment began."""
    return datetime.strptime(span_of(moment), SPAN).replace(tzinfo=UTC)
