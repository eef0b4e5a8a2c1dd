"""Checks whether a citizen who writes now would be answered, and if not, why."""

import asyncio
import logging
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Protocol

from sqlalchemy import make_url

from bot.channels.base import Channel
from bot.reasons import reason_of
from bot.server import OK, REPLIES, TOKENS, UNANSWERED, Health
from bot.settings import Settings
from bot.strangers import Strangers
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database
from surveys.store.citizens import look_up_counts
from surveys.store.queues import inbox, outbox, waiting
from surveys.store.queues.rate_limits import BotId
from surveys.store.queues.waiting import Ages
from surveys.store.system import meta
from surveys.texts import Catalog

HEARTBEAT, WAITING = "heartbeat", "waiting"
FRESH_SECONDS = 2.0
"""How long an answer is cached, so that frequent requests cost nothing."""
BEAT_SECONDS = 10.0
"""How often the database must take a write."""
WRITE_SECONDS = 4.0
MEGABYTE = 1_000_000

logger = logging.getLogger(__name__)


class _Read(NamedTuple):
    """What the database tells. `stuck`: of each queue the channels that make no progress in it."""

    queues: Mapping[tuple[str, str], int]
    numbers: Mapping[str, float]
    parts: Mapping[str, str]
    stuck: Mapping[str, frozenset[str]]


class Working(Protocol):
    """A part that handles messages or sends replies (`Worker`, `Dispatcher`)."""

    @property
    def last_success(self) -> Mapping[BotId, float]:
        """When it last succeeded for each bot, on the monotonic clock."""
        ...


class Sending(Working, Protocol):
    """What sends replies (`Dispatcher`)."""

    def failing(self, patience: float) -> Sequence[str]:
        """The channels whose replies all fail for longer than `patience` seconds."""
        ...


@dataclass(slots=True, kw_only=True)
class Vitals:
    """Checks the parts of a running service. `channels` are the configured ones, `states` says by
    channel whether it is set up."""

    settings: Settings
    database: Database
    channels: Sequence[Channel]
    states: Mapping[str, str]
    handling: Working
    sending: Sending
    texts: Catalog
    clock: Callable[[], datetime]
    strangers: Strangers
    fresh_seconds: float = FRESH_SECONDS
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _found: Health | None = None
    _looked_at: float = float("-inf")
    _beat_at: float = float("-inf")
    _beat: str = OK

    async def health(self) -> Health:
        """The state of the service, cached for a moment."""
        async with self._lock:
            if self._found is None or time.monotonic() - self._looked_at > self.fresh_seconds:
                self._found = await self._look()
                self._looked_at = time.monotonic()
            return self._found

    async def last_beat(self) -> str | None:
        """When a process last wrote its heartbeat (ISO), by its clock."""
        async with self.database.read() as conn:
            return await meta.read(conn, HEARTBEAT)

    async def _look(self) -> Health:
        states = dict(self.states)
        try:
            async with asyncio.timeout(WRITE_SECONDS), self.database.read() as conn:
                read = await self._read(conn)
        except Exception as error:
            logger.warning("the database does not answer: %s", reason_of(error))
            read = _Read({}, {}, {"database": "unreachable"}, {})
            parts = read.parts
        else:
            parts = {"database": await self._heartbeat(), "disk": self._disk(), **read.parts}
        reasons = [self._words(part, state) for part, state in parts.items() if state != OK]
        failing = self.sending.failing(self.settings.health_wait_seconds)
        reasons += [self.texts.text("health.channel.failing", channel=name) for name in failing]
        tokens, more, warnings = await self._reports()
        return Health(
            parts={**parts, **tokens, **{f"{name}{REPLIES}": UNANSWERED for name in failing}},
            queues=read.queues,
            channels=states,
            blamed=read.stuck,
            reasons=[*reasons, *warnings],
            numbers={**read.numbers, **more},
        )

    async def _reports(self) -> tuple[dict[str, str], dict[str, float], list[str]]:
        """What the channels report, the state of their tokens first; a channel that fails to
        report is left out."""
        tokens: dict[str, str] = {}
        numbers: dict[str, float] = {}
        warnings: list[str] = []
        for channel in self.channels:
            try:
                async with asyncio.timeout(WRITE_SECONDS):
                    said = await channel.report()
            except Exception as error:
                logger.warning("%s cannot report: %s", channel.name, reason_of(error))
                continue
            numbers |= {f"{channel.name}_{name}": value for name, value in said.numbers.items()}
            warnings += said.warnings
            if said.tokens:
                tokens[f"{channel.name}{TOKENS}"] = said.tokens
        return tokens, numbers, warnings

    async def _read(self, conn: Connection) -> "_Read":
        came, goes = await inbox.count_waiting(conn), await outbox.count_waiting(conn)
        queues = {("inbox", str(state)): count for state, count in came.items()}
        queues |= {("outbox", str(state)): count for state, count in goes.items()}
        untouched, unsent = await waiting.untouched(conn), await waiting.unsent(conn)
        asked = await look_up_counts.count_all(conn, int(self.clock().timestamp()))
        numbers = {
            "oldest_message_seconds": self._longest(untouched),
            "oldest_reply_seconds": self._longest(unsent),
            "look_ups_last_hour": float(asked),
            "look_ups_braked": float(asked >= self.settings.look_ups_per_hour_total),
            "disk_free_bytes": float(self._free() or 0),
            "strangers_refused": float(self.strangers.are_refused),
        }
        for (channel, _), at in self.sending.last_success.items():
            numbers[f"{channel}_last_sent_seconds"] = time.monotonic() - at
        stuck = {
            "messages": self._stuck(untouched, self.handling),
            "replies": self._stuck(unsent, self.sending),
        }
        parts = {part: WAITING if channels else OK for part, channels in stuck.items()}
        parts["strangers"] = "refused" if self.strangers.are_refused else OK
        return _Read(queues, numbers, parts, stuck)

    @property
    def _bots(self) -> frozenset[BotId]:
        return frozenset((channel.name, channel.bot) for channel in self.channels)

    def _longest(self, ages: Ages) -> float:
        return max((age for bot, age in ages.items() if bot in self._bots), default=0.0)

    def _stuck(self, ages: Ages, who: Working) -> frozenset[str]:
        """The channels whose messages wait too long while their bot makes no progress."""
        patience, now = self.settings.health_wait_seconds, time.monotonic()
        return frozenset(
            bot[0]
            for bot, age in ages.items()
            if bot in self._bots
            and age > patience
            and now - who.last_success.get(bot, float("-inf")) > patience
        )

    async def _heartbeat(self) -> str:
        """Write and read, but not more often than needed."""
        if time.monotonic() - self._beat_at < BEAT_SECONDS and self._beat == OK:
            return OK
        try:
            await self._write_and_read()
        except Exception as error:
            logger.warning("the database takes no write: %s", reason_of(error))
            self._beat = "unwritable"
        else:
            self._beat, self._beat_at = OK, time.monotonic()
        return self._beat

    async def _write_and_read(self) -> None:
        async with asyncio.timeout(WRITE_SECONDS):
            async with self.database.write() as conn:
                await meta.write(conn, HEARTBEAT, self.clock().isoformat())
            async with self.database.read_inline() as conn:
                if await meta.read(conn, HEARTBEAT) is None:
                    raise OSError("what was written is not there")

    def _disk(self) -> str:
        free = self._free()
        enough = free is None or free >= self.settings.disk_reserve_mb * MEGABYTE
        return OK if enough else "full"

    def _free(self) -> int | None:
        """Free bytes on the disk of the SQLite file."""
        url = make_url(self.settings.database_url)
        if not self.database.is_sqlite or not url.database:
            return None
        try:
            return shutil.disk_usage(Path(url.database).parent).free
        except OSError:
            return None

    def _words(self, part: str, state: str) -> str:
        return self.texts.text(f"health.{part}.{state}")
