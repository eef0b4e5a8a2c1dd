"""Recognises updates that come again after their rows were deleted (`bot.trimming`).

A row tells a repeat by its key. Where rows were deleted, the moment tells it that the sender's
server gives each message: nothing older than the latest deleted row is new, except what a server
held back for up to a day, from a citizen whose rows are kept.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic

from bot.messages import Incoming
from surveys.privacy import Keyring
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database
from surveys.store.queues import deleting
from surveys.store.system import meta

FORGOTTEN = "forgotten_ms"
"""When the latest of the deleted rows was received."""
REPEATS = timedelta(hours=2)
"""How long every handled update is remembered at least: servers deliver again for 111 minutes."""
HELD_BACK = timedelta(hours=26)
LOOK_SECONDS = 5.0


async def note_forgotten(conn: Connection, received_ms: int) -> None:
    """Store that rows up to this moment are deleted."""
    known = int(await meta.read(conn, FORGOTTEN) or 0)
    await meta.write(conn, FORGOTTEN, str(max(known, received_ms)))


@dataclass(slots=True, kw_only=True)
class Repeats:
    """Of one process. `clock` gives UTC."""

    database: Database
    keyring: Callable[[], Keyring]
    clock: Callable[[], datetime]
    _forgotten: datetime | None = None
    _looked_at: float = float("-inf")

    async def is_one(self, come: Incoming) -> bool:
        """Whether the message was handled before, and its row deleted since."""
        if come.at is None or (forgotten := await self._forgotten_before()) is None:
            return False
        now = self.clock()
        if not come.at <= forgotten <= now - REPEATS:  # the clock may have been ahead
            return False
        return now - come.at > HELD_BACK or not await self._is_kept(come)

    async def _forgotten_before(self) -> datetime | None:
        if monotonic() - self._looked_at > LOOK_SECONDS:
            async with self.database.read_inline() as conn:
                found = await meta.read(conn, FORGOTTEN)
            self._forgotten = datetime.fromtimestamp(int(found) / 1_000, UTC) if found else None
            self._looked_at = monotonic()
        return self._forgotten

    async def _is_kept(self, come: Incoming) -> bool:
        """Whether the rows of this chat are kept in a flood."""
        chat = self.keyring().chat_key(come.channel, come.bot, come.address)
        async with self.database.read_inline() as conn:
            return await deleting.is_kept(conn, come.channel, come.bot, chat)
