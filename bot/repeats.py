"""Recognises updates that come again after their rows were deleted (`bot.trimming`).

A row tells a repeat by its key. Where rows were deleted, the moment tells it that the sender's
server gives each message: nothing older than the latest deleted row of the same bot is new, except
what a server held back for up to a day, from a citizen whose rows are kept.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic

from bot.messages import Incoming
from surveys.privacy import Keyring
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database
from surveys.store.queues import deleting
from surveys.store.queues.deleting import Done
from surveys.store.queues.rate_limits import BotId
from surveys.store.system import meta

FORGOTTEN = "forgotten_ms:{}:{}"
"""Key of the moment when the latest of a bot's deleted rows was received."""
REPEATS = timedelta(hours=2)
"""How long every handled update is remembered at least: servers deliver again for 111 minutes."""
HELD_BACK = timedelta(hours=26)
LOOK_SECONDS = 5.0


async def note_forgotten(conn: Connection, gone: Sequence[Done]) -> None:
    """Store for each bot that rows up to the latest of these are deleted."""
    latest: dict[BotId, int] = defaultdict(int)
    for row in gone:
        latest[row.channel, row.bot] = max(latest[row.channel, row.bot], row.received_ms)
    for bot, received_ms in sorted(latest.items()):
        key = FORGOTTEN.format(*bot)
        known = int(await meta.read(conn, key) or 0)
        await meta.write(conn, key, str(max(known, received_ms)))


@dataclass(slots=True, kw_only=True)
class Repeats:
    """Of one process. `clock` gives UTC."""

    database: Database
    keyring: Callable[[], Keyring]
    clock: Callable[[], datetime]
    _forgotten: dict[BotId, datetime | None] = field(default_factory=dict)
    _looked_at: dict[BotId, float] = field(default_factory=dict)

    async def is_one(self, come: Incoming) -> bool:
        """Whether the message was handled before, and its row deleted since."""
        bot = (come.channel, come.bot)
        if come.at is None or (forgotten := await self._forgotten_before(bot)) is None:
            return False
        now = self.clock()
        if not come.at <= forgotten <= now - REPEATS:  # the clock may have been ahead
            return False
        return now - come.at > HELD_BACK or not await self._is_kept(come)

    async def _forgotten_before(self, bot: BotId) -> datetime | None:
        if monotonic() - self._looked_at.get(bot, float("-inf")) > LOOK_SECONDS:
            async with self.database.read_inline() as conn:
                found = await meta.read(conn, FORGOTTEN.format(*bot))
            self._forgotten[bot] = _moment(found)
            self._looked_at[bot] = monotonic()
        return self._forgotten[bot]

    async def _is_kept(self, come: Incoming) -> bool:
        """Whether the rows of this chat are kept in a flood."""
        chat = self.keyring().chat_key(come.channel, come.bot, come.address)
        async with self.database.read_inline() as conn:
            return await deleting.is_kept(conn, come.channel, come.bot, chat)


def _moment(milliseconds: str | None) -> datetime | None:
    return datetime.fromtimestamp(int(milliseconds) / 1_000, UTC) if milliseconds else None
