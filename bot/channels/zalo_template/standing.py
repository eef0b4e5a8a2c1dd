"""What Zalo says of the template: quota, quality, trouble; kept for planning and for health."""

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, time

from bot.channels.base import Capacity, ChannelContext, Report
from bot.channels.zalo.errors import ErrorClass, meaning_of
from bot.channels.zalo.requests import Refused
from bot.channels.zalo_template import NAME
from bot.channels.zalo_template.requests import Quota, Sent
from surveys.store.asking import template_messages
from surveys.store.asking.template_messages import Place
from surveys.store.base.connection import Connection
from surveys.store.queues import outbox
from surveys.store.system import meta

LOW = "LOW"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What Zalo said last. `day` is the day of `remaining`; `trouble` is for a person to mend."""

    daily: int | None = None
    remaining: int | None = None
    day: str = ""
    quality: str = ""
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The state of one template in the database, which all processes share."""

    context: ChannelContext
    place: Place
    key: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", f"{NAME}:{self.place.bot}")

    async def read(self, conn: Connection) -> State:
        """What is known."""
        kept = await meta.read(conn, self.key)
        return State(**json.loads(kept)) if kept else State()

    async def note_sent(self, conn: Connection, sent: Sent, now: datetime) -> None:
        """A message was taken: nothing is wrong, and this is left of the day."""
        known = await self.read(conn)
        new = replace(known, trouble="")
        if sent.daily is not None and sent.remaining is not None:
            new = replace(new, daily=sent.daily, remaining=sent.remaining, day=self._day(now))
        await self._write(conn, known, new)

    async def note_refusal(
        self, conn: Connection, error: Refused, words: str, now: datetime
    ) -> None:
        """A refusal that concerns every message."""
        known = new = await self.read(conn)
        kind = meaning_of(error).kind
        if kind is ErrorClass.TOMORROW:
            new = replace(new, remaining=0, day=self._day(now))
        if kind in {ErrorClass.PERSON, ErrorClass.PAYLOAD}:
            new = replace(new, trouble=words)
        await self._write(conn, known, new)

    async def note_answers(
        self, conn: Connection, quota: Quota, quality: str, now: datetime
    ) -> Capacity:
        """What Zalo answered about quota and quality; returns what may be sent."""
        known = await self.read(conn)
        new = replace(
            known,
            daily=quota.daily,
            remaining=quota.remaining,
            day=self._day(now),
            quality=quality or known.quality,
        )
        await self._write(conn, known, new)
        used = await self._used_today(conn, now)
        waiting = await outbox.count_open(conn, self.place.channel, self.place.bot)
        return self._capacity(new, used, waiting)

    async def report(self) -> Report:
        """Figures and warnings."""
        now = self.context.clock()
        async with self.context.database.read() as conn:
            known, used = await self.read(conn), await self._used_today(conn, now)
        numbers = {"sent_today": float(used)}
        if known.daily is not None:
            numbers["daily_quota"] = float(known.daily)
        if known.remaining is not None and known.day == self._day(now):
            numbers["remaining_today"] = float(known.remaining)
        return Report(numbers=numbers, warnings=self._warnings(known))

    def _warnings(self, known: State) -> list[str]:
        texts = self.context.texts[self.context.settings.lang]
        chosen = self.context.settings
        said = []
        if not chosen.zalo_template_basis.strip():
            said.append(texts.text(f"{NAME}.warnings.no_basis"))
        if known.quality == LOW:
            said.append(texts.text(f"{NAME}.warnings.{chosen.zalo_template_low_quality}_at_low"))
        if known.trouble:
            said.append(texts.text(f"{NAME}.warnings.trouble", reason=known.trouble))
        return said

    def _capacity(self, known: State, used: int, waiting: int) -> Capacity:
        """The smaller of Zalo's quota and our own, less what is queued already; nothing at a low
        quality, if so chosen."""
        chosen = self.context.settings
        if known.quality == LOW and chosen.zalo_template_low_quality == "stop":
            return Capacity(per_day=0, left_today=0)
        if not chosen.zalo_template_basis.strip():
            return Capacity(per_day=0, left_today=0)
        daily, left = known.daily or 0, known.remaining or 0
        if own := chosen.zalo_template_daily:
            daily, left = min(daily, own), min(left, max(0, own - used))
        return Capacity(per_day=daily, left_today=max(0, left - waiting))

    async def _used_today(self, conn: Connection, now: datetime) -> int:
        zone = self.context.settings.zone
        midnight = datetime.combine(now.astimezone(zone).date(), time.min, zone)
        return await template_messages.count_sent(conn, self.place, midnight)

    def _day(self, now: datetime) -> str:
        return now.astimezone(self.context.settings.zone).date().isoformat()

    async def _write(self, conn: Connection, known: State, new: State) -> None:
        if new != known:
            await meta.write(conn, self.key, json.dumps(asdict(new), ensure_ascii=False))
