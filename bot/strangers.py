"""Bounds what people who follow no dossier can store, from however many addresses.

One address has its own limits (`bot.visitors`). Over all addresses and accounts, what strangers'
messages store is counted for each bot and ten minutes: in memory, and every few seconds added up in
the database, so that it holds for all processes together and across restarts, without a write for
each message. What is more than `strangers_mb` in all is deleted, the oldest first
(`bot.trimming`). If as much comes within ten minutes, strangers are refused: from a quarter of it
on the chats and addresses that wrote much, then everybody who neither proved a dossier nor opens
an open link.

A message is counted when it is taken, and taken off again when it turns out to come from a citizen
with a dossier.
"""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic

from bot.conversation.codes import token_in_link
from bot.messages import Incoming, IncomingKind
from bot.repeating import repeat
from bot.settings import Settings
from bot.visitors import Visitors
from surveys.privacy import Keyring
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database
from surveys.store.citizens import proofs
from surveys.store.dossiers import links
from surveys.store.queues import usage
from surveys.store.queues.rate_limits import BotId

WHAT, SPAN = "strangers_kb", "%Y-%m-%dT%H:%M"
"""The counter, and how the beginning of its ten minutes (UTC) is written."""
SPAN_MINUTES = 10
SPAN_SECONDS, HOUR_SECONDS = 600.0, 3_600.0
FLUSH_SECONDS = 5.0
POST_KB = 4.0
"""What a message and the answer to it take in the database, besides the text itself."""
STORED = 1.6 / 1_000
"""Kilobytes stored for one byte of text: it is kept encrypted, as letters."""
MUCH = 20_000
"""Characters of an address, or of a chat, within ten minutes after which it is refused before
others."""
MANY = 600
"""The same in messages of a chat: one a second."""
LOUD, EVERYBODY = 0.25, 1.0
"""The share of the limit from which those who wrote much are refused, and all strangers."""
MOST_CHATS = 20
"""Chats in which one dossier was opened; a link that was passed on to more lets no more in."""
POSTS_OF_CHAT = 120
"""In an hour, of a citizen with a dossier while strangers are refused."""
UNBOUNDED = 1_000_000_000
SIGNALS = frozenset({IncomingKind.BLOCKED, IncomingKind.UNBLOCKED})
"""They change who may be written to, and are not answered."""

log = logging.getLogger(__name__)


def span_of(moment: datetime) -> str:
    """The ten minutes of a moment."""
    begins = moment.astimezone(UTC)
    return format(begins.replace(minute=begins.minute // SPAN_MINUTES * SPAN_MINUTES), SPAN)


def _chats() -> Visitors:
    return Visitors(
        per_minute=POSTS_OF_CHAT, clock=monotonic, seconds=HOUR_SECONDS, characters=UNBOUNDED
    )


def _addresses() -> Visitors:
    return Visitors(per_minute=UNBOUNDED, clock=monotonic, seconds=SPAN_SECONDS, characters=MUCH)


def _writers() -> Visitors:
    return Visitors(per_minute=MANY, clock=monotonic, seconds=SPAN_SECONDS, characters=MUCH)


@dataclass(slots=True, kw_only=True)
class Strangers:
    """The count of one process. `clock` gives UTC."""

    database: Database
    settings: Settings
    keyring: Callable[[], Keyring]
    clock: Callable[[], datetime]
    _span: str = ""
    _stored: Mapping[BotId, int] = field(default_factory=dict)
    _pending: Counter[BotId] = field(default_factory=Counter)
    _told: tuple[BotId, str] | None = None
    _chats: Visitors = field(default_factory=_chats)
    _addresses: Visitors = field(default_factory=_addresses)
    _writers: Visitors = field(default_factory=_writers)

    @property
    def are_refused(self) -> bool:
        """Whether strangers are refused by any bot, as far as this process knows."""
        return any(self._used(bot) >= EVERYBODY for bot in {*self._stored, *self._pending})

    @property
    def counted_kb(self) -> int:
        """Kilobytes counted in these ten minutes for all bots, as far as this process knows."""
        return sum(self._stored.values()) + self._pending.total()

    async def refuses(self, come: Incoming) -> bool:
        """Whether to store nothing of this message. What is not refused is counted."""
        if _is_free(come):
            return False
        bot = (come.channel, come.bot)
        used, is_loud = self._used(bot), self._is_loud(come)
        if used >= (LOUD if is_loud else EVERYBODY):
            self._alarm(bot, used)
            async with self.database.read_inline() as conn:
                if not await self._is_welcome(conn, come):
                    return True
        self._pending[bot] += _size_kb(come)
        return False

    def take_off(self, come: Incoming) -> None:
        """Count a message no more: it came from a citizen with a dossier."""
        if not _is_free(come):
            self._pending[come.channel, come.bot] -= _size_kb(come)

    async def run(self) -> None:
        """Add up what all processes have counted, until cancelled."""
        await repeat(self.add_up, every=FLUSH_SECONDS, log=log, trouble="cannot count strangers")

    async def add_up(self) -> None:
        """Write what was counted here, and read what all have."""
        span = span_of(self.clock())
        pending = {bot: size for bot, size in self._pending.items() if size}
        if pending:
            async with self.database.write() as conn:
                for (channel, bot), size in sorted(pending.items()):
                    await usage.add(conn, channel, bot, WHAT, span, size)
        async with self.database.read_inline() as conn:
            stored = await usage.read_all(conn, WHAT, span)
        self._span, self._stored = span, stored
        self._pending.subtract(pending)

    def _used(self, bot: BotId) -> float:
        """The share that is used of what may be stored in these ten minutes."""
        stored = self._stored.get(bot, 0) if self._span == span_of(self.clock()) else 0
        return (stored + self._pending[bot]) / (self.settings.strangers_mb * 1_000)

    def _is_loud(self, come: Incoming) -> bool:
        """Whether the chat or its address has written much in ten minutes; counts this message."""
        size, chat = len(come.text), f"{come.channel}\0{come.bot}\0{come.address}"
        few = self._writers.may_speak(chat, size)
        return not (few and (not come.network or self._addresses.may_speak(come.network, size)))

    async def _is_welcome(self, conn: Connection, come: Incoming) -> bool:
        chat = self.keyring().chat_key(come.channel, come.bot, come.address)
        token = come.text if come.kind is IncomingKind.START else token_in_link(come.text)
        knows = await proofs.is_proved(conn, come.channel, come.bot, chat, MOST_CHATS)
        if not knows and token and (link := await links.find(conn, token.strip())):
            crowd = await proofs.count_proved(conn, link.dossier_id)
            knows = link.is_open(self.clock()) and crowd < MOST_CHATS
        return knows and self._chats.may_speak(chat)

    def _alarm(self, bot: BotId, used: float) -> None:
        """Log an error once in ten minutes."""
        alarm = (bot, span_of(self.clock()))
        if used >= EVERYBODY and alarm != self._told:
            self._told = alarm
            most = self.settings.strangers_mb
            log.error("strangers are refused on %s: %s MB within ten minutes", bot[0], most)


def _is_free(come: Incoming) -> bool:
    """Whether it is not counted: a signal, or of the demo's crowd."""
    return come.kind in SIGNALS or come.simulated


def _size_kb(come: Incoming) -> int:
    size = len(come.text.encode("utf-8", "surrogatepass"))
    return round(POST_KB + size * STORED)
