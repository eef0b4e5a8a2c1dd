"""Deletes personal data past their retention period: what is deleted, and the daily task."""

import asyncio
import getpass
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import SystemRandom
from time import monotonic

from bot.repeating import repeat
from bot.sealing import seal_body
from bot.settings import Settings
from surveys.form import Kind
from surveys.privacy import Keyring
from surveys.retention import closed_through
from surveys.store.asking import interviews
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database, leave_no_trace
from surveys.store.citizens import look_up_counts, web_messages
from surveys.store.personal_data import purging, unlinking
from surveys.store.pushing import api_requests, counters, webhooks
from surveys.store.results import free_texts, news
from surveys.store.system import audit, form_versions, import_changes, leases, meta
from surveys.store.system.audit import AuditEntry, Author

FIRST_SECONDS = 300.0
"""The delay after a start, when citizens' messages have priority."""
LOOK_SECONDS = 900.0
LEASE, PURGED_ON = "purge", "purged_on"
LEASE_MS = 600_000
SERVICE = "motcua serve"
BUBBLES = 500
LEAP_DAYS = 7
"""More days than this after the last purge, the date is doubted: a dead battery may have set it
ahead, and what is deleted does not come back."""
SETTLE_SECONDS = 3 * 3_600.0
"""How long the service runs before it believes such a date; network time sets it right by then."""
WISH_DAYS = 400
"""After that nobody waits any more to hear what came of an answer."""

Part = Callable[[Connection], Awaitable[int]]
log = logging.getLogger(__name__)


def parts(chosen: Settings, now: datetime) -> dict[str, Part]:
    """What is deleted at `now`, in order, each with the function that deletes and counts it."""
    today = now.astimezone(chosen.zone).date()
    closed = closed_through(today, chosen.unlink_days, chosen.periods) + timedelta(days=1)
    queues = now - timedelta(days=chosen.queue_days)
    queues_ms = int(queues.timestamp() * 1000)
    old = now - timedelta(days=chosen.unlink_days)
    begun = now - timedelta(days=chosen.interview_days)
    returned = datetime.combine(closed, time())
    named = datetime.combine(today - timedelta(days=chosen.applicant_days), time())
    imported = now - timedelta(days=chosen.applicant_days)
    return {
        "answers": lambda conn: purging.unlink_answers(conn, returned),
        "ties": lambda conn: unlinking.cut_ties(conn, returned, SystemRandom()),
        "petitioners": lambda conn: purging.drop_petitioners(conn, begun=begun, decided=old),
        "applicants": lambda conn: purging.drop_applicants(conn, named, imported),
        "inbox": lambda conn: purging.empty_inbox(conn, queues_ms),
        "outbox": lambda conn: purging.empty_outbox(conn, queues_ms),
        "pages": lambda conn: purging.delete_pages(conn, queues),
        "links": lambda conn: purging.delete_links(conn, queues),
        "wishes": lambda conn: news.forget_old_wishes(conn, today - timedelta(days=WISH_DAYS)),
        "contacts": lambda conn: purging.forget_idle(conn, old, now),
        "counters": lambda conn: counters.forget_visitors(conn, queues.date()),
        "requests": lambda conn: api_requests.forget(conn, queues),
        "webhooks": lambda conn: webhooks.forget(conn, queues_ms),
        "look_ups": lambda conn: look_up_counts.forget(conn, int(now.timestamp())),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Purges once a day, in whichever process has the lease."""

    database: Database
    settings: Settings
    keyring: Keyring
    clock: Callable[[], datetime]
    monotonic: Callable[[], float] = monotonic
    doubted: dict[str, float] = field(default_factory=dict)
    """A date that was doubted → since when, on the monotonic clock."""

    async def run(self) -> None:
        """Run until cancelled; a failure is retried."""
        await asyncio.sleep(FIRST_SECONDS)
        once = self.purge_once_a_day
        await repeat(once, every=LOOK_SECONDS, log=log, trouble="cannot purge")

    async def purge_once_a_day(self) -> Mapping[str, int] | None:
        """Purge and record it, unless it was done today or another process is doing it."""
        now = self.clock()
        today = now.astimezone(self.settings.zone).date().isoformat()
        async with self.database.write() as conn:
            last = await meta.read(conn, PURGED_ON)
            if last == today or self._doubts(last, today):
                return None
            if not await leases.take(conn, LEASE, LEASE_MS):
                return None
        counts = {name: await self._part(part) for name, part in parts(self.settings, now).items()}
        await self._seal_bubbles()
        await self._seal_answers()
        async with self.database.write() as conn:
            await leave_no_trace(conn)
            await meta.write(conn, PURGED_ON, today)
            if any(counts.values()):
                await self._note(conn, counts, now)
        log.info("purged: %s", counts)
        return counts

    def _doubts(self, last: str | None, today: str) -> bool:
        """Whether to wait because the date leapt since the last purge."""
        days = (date.fromisoformat(today) - date.fromisoformat(last)).days if last else 0
        if days <= LEAP_DAYS:
            return False
        if today not in self.doubted:
            log.warning("the last purge was %s days ago: wrong date? It waits three hours", days)
        since = self.doubted.setdefault(today, self.monotonic())
        return self.monotonic() - since < SETTLE_SECONDS

    async def _part(self, part: Part) -> int:
        """Purge one part in its own transaction, so that citizens never wait long."""
        async with self.database.write() as conn:
            return await part(conn)

    async def _seal_bubbles(self) -> None:
        """Encrypt the bubbles that an earlier version stored as plain text."""
        last, more = 0, True
        while more:
            async with self.database.write() as conn:
                found = await web_messages.list_unsealed(conn, last, BUBBLES)
                for number, body in found:
                    await web_messages.replace_body(conn, number, seal_body(self.keyring, body))
            last, more = (found[-1][0], True) if found else (last, False)

    async def _seal_answers(self) -> None:
        """Encrypt the free texts that an earlier version stored as plain text; delete those that it
        put into the history of imports."""
        async with self.database.write() as conn:
            forms = (await form_versions.load_all(conn)).values()
            written = {one.id for form in forms for one in form.questions if one.kind is Kind.TEXT}
            await import_changes.forget_words(conn, written)
        found = BUBBLES
        last: int | None = 0
        while found == BUBBLES:
            async with self.database.write() as conn:
                found = await free_texts.seal_plain(conn, self.keyring, BUBBLES)
        while last is not None:
            async with self.database.write() as conn:
                last = await interviews.seal_plain(conn, self.keyring, last, BUBBLES)

    async def _note(self, conn: Connection, counts: Mapping[str, int], now: datetime) -> None:
        author = Author(name=SERVICE, os_user=system_user(), keyring=self.keyring)
        entry = AuditEntry(action="purge", subject="retention", details=counts)
        await audit.append(conn, author, entry, at=now)


def system_user() -> str:
    """The user of the operating system; empty for one without a name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a user without a name
        return ""
