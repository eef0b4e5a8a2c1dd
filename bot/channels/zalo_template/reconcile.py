"""Fetches ratings from `rating/get`, so that a lost event of the webhook loses no rating.

How far the ratings were fetched is stored after each page was kept; a stop in between fetches the
same pages again, and what is known already changes nothing.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.channels.base import ChannelContext
from bot.channels.zalo_template import NAME
from bot.channels.zalo_template.ratings import Kept, keep, rating_from
from bot.channels.zalo_template.requests import TemplateApi, number_in
from bot.reasons import reason_of
from surveys.store.asking.template_messages import Place
from surveys.store.system import leases, meta

PAGE = 100
MOST_PAGES = 1_000
OVERLAP = timedelta(days=1)
LEASE_MS = 120_000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """One template's ratings, fetched by one of several processes at a time."""

    context: ChannelContext
    place: Place
    api: TemplateApi

    async def run(self) -> None:
        """Fetch now and then until cancelled; a failure is retried when the lease is over, since
        the process that has it may have died."""
        pause = self.context.settings.zalo_template_ratings_minutes * 60
        while True:
            is_done = False
            try:
                is_done = await self.fetch() is not None
            except Exception as error:
                log.warning("the ratings are not fetched: %s", reason_of(error))
            await asyncio.sleep(pause if is_done else LEASE_MS / 1_000)

    async def fetch(self) -> Counter[Kept] | None:
        """Fetch what was rated since the last time; returns how many ratings became what, None
        while another process does it. Raises RequestError."""
        now = self.context.clock()
        async with self.context.database.write() as conn:
            if not await leases.take(conn, f"ratings {self._key}", LEASE_MS):
                return None
            known = await meta.read(conn, self._key)
        since = datetime.fromisoformat(known) - OVERLAP if known else self._first(now)
        done = await self._all_pages(since, now)
        async with self.context.database.write() as conn:
            await meta.write(conn, self._key, now.isoformat())
        return done

    async def read_until(self) -> datetime | None:
        """Until when the ratings were fetched."""
        async with self.context.database.read() as conn:
            known = await meta.read(conn, self._key)
        return datetime.fromisoformat(known).astimezone(UTC) if known else None

    async def _all_pages(self, since: datetime, now: datetime) -> Counter[Kept]:
        done: Counter[Kept] = Counter()
        offset = 0
        for _ in range(MOST_PAGES):
            page = await self.api.ratings(
                from_ms=_ms(since), to_ms=_ms(now), offset=offset, limit=PAGE
            )
            rows = page.get("data")
            rows = rows if isinstance(rows, list) else []
            done += await self._keep_all(rows, now)
            offset += len(rows)
            total = number_in(page, "total")
            if not rows or (total is not None and offset >= total):
                break
        return done

    async def _keep_all(self, rows: Sequence[Any], now: datetime) -> Counter[Kept]:
        done: Counter[Kept] = Counter()
        ring = self.context.keyring()
        async with self.context.database.write() as conn:
            for row in rows:
                rating = rating_from(row)
                kept = Kept.UNREADABLE
                if rating is not None:
                    kept = await keep(conn, ring, self.place, rating, now)
                done[kept] += 1
        return done

    def _first(self, now: datetime) -> datetime:
        return now - timedelta(days=self.context.settings.zalo_template_ratings_days)

    @property
    def _key(self) -> str:
        return f"{NAME}:{self.place.bot}:ratings"


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000)
