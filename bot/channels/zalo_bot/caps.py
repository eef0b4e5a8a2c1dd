"""The caps of the Basic plan: how many citizens a bot may have and how many messages a month.

They are counted here, in the database, because Zalo's API does not tell them. A message counts
before it leaves; one that certainly did not arrive is taken back.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.channels.base import ChannelContext, Report
from bot.channels.zalo_bot import NAME
from surveys.store.queues import usage
from surveys.store.system import health

MESSAGES, USERS = "messages", "users"


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """How much of a cap is used; 0 means that there is no cap."""

    what: str
    used: int
    cap: int
    warn_percent: int

    @property
    def is_near(self) -> bool:
        """Whether it is time to do something about it."""
        return self.cap > 0 and self.used * 100 >= self.cap * self.warn_percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """Counts for one bot."""

    context: ChannelContext
    bot: str

    async def count(self, messages: int) -> None:
        """Count messages that leave now; a negative number takes some back."""
        async with self.context.database.write() as conn:
            await usage.add(conn, NAME, self.bot, MESSAGES, self._month(), messages)

    async def read(self) -> Sequence[Use]:
        """How much of each cap is used; nothing is known without our tables."""
        chosen = self.context.settings
        async with self.context.database.read() as conn:
            if not await health.has_tables(conn):
                return ()
            people = await usage.count_people(conn, NAME, self.bot)
            sent = await usage.read(conn, NAME, self.bot, MESSAGES, self._month())
        warn = chosen.zalo_bot_warn_percent
        return (
            Use(what=USERS, used=people, cap=chosen.zalo_bot_users, warn_percent=warn),
            Use(what=MESSAGES, used=sent, cap=chosen.zalo_bot_monthly, warn_percent=warn),
        )

    async def report(self) -> Report:
        """The figures, and a sentence for each cap that is near."""
        texts = self.context.texts[self.context.settings.lang]
        found = await self.read()
        numbers = {one.what: float(one.used) for one in found}
        numbers |= {f"{one.what}_cap": float(one.cap) for one in found}
        near = [one for one in found if one.is_near]
        words = [texts.text(f"{NAME}.near.{one.what}", used=one.used, cap=one.cap) for one in near]
        return Report(numbers=numbers, warnings=words)

    def _month(self) -> str:
        chosen = self.context.settings
        return f"{self.context.clock().astimezone(chosen.zone):%Y-%m}"
