"""Every few seconds: the heartbeat, the watchdog of systemd, and a look at the clock.

The watchdog is fed unless this process is stuck: an event loop that hangs feeds nothing, and
neither does a process whose messages wait although the database answers. A full disk or a database
that is away is no reason for a restart, which would not help.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from bot.server import OK, Health
from bot.service_manager import ALIVE, READY, ServiceManager

BEAT_SECONDS = 5.0
JUMP_SECONDS = 30.0
"""The smallest change of the clock that is told; network time corrects less than that."""

logger = logging.getLogger(__name__)


class Checked(Protocol):
    """What can be asked for its health (`Vitals`)."""

    async def health(self) -> Health:
        """The state of the service."""
        ...

    async def last_beat(self) -> str | None:
        """When the service last ran (ISO), by its clock."""
        ...


@dataclass(slots=True)
class ClockWatch:
    """Detects that the time of day was set, by the monotonic clock."""

    clock: Callable[[], datetime]
    monotonic: Callable[[], float] = time.monotonic
    _offset: float | None = None

    def look(self) -> float:
        """By how many seconds the clock was set since the last look; 0: not at all."""
        offset = self.clock().timestamp() - self.monotonic()
        before, self._offset = self._offset, offset
        jumped = 0.0 if before is None else offset - before
        return jumped if abs(jumped) >= JUMP_SECONDS else 0.0


@dataclass(slots=True, kw_only=True)
class Pulse:
    """Beats until it is cancelled. `manager` is told that the service is ready at the first."""

    vitals: Checked
    clock: Callable[[], datetime]
    manager: ServiceManager = field(default_factory=ServiceManager.from_environment)
    every: float = BEAT_SECONDS

    async def run(self) -> None:
        """Beat for ever."""
        watch = ClockWatch(self.clock)
        tell_clock_behind(await self.vitals.last_beat(), self.clock())
        self.manager.tell(READY)
        while True:
            if jumped := watch.look():
                _tell_jump(jumped)
            self._feed(await self.vitals.health())
            await asyncio.sleep(self.every)

    def _feed(self, health: Health) -> None:
        parts = health.parts
        is_stuck = parts.get("messages", OK) != OK and parts.get("database") == OK
        words = [f"STATUS={' '.join(health.reasons) or OK}"]
        self.manager.tell(*words, *(() if is_stuck else (ALIVE,)))


def tell_clock_behind(last_beat: str | None, now: datetime) -> None:
    """Warn at the start if the clock is earlier than the last heartbeat in the database."""
    if last_beat is None:
        return
    behind = datetime.fromisoformat(last_beat) - now
    if behind > timedelta(seconds=JUMP_SECONDS):
        logger.warning(
            "the clock is %s behind the last time the service ran; check date and time of this "
            "machine. Messages go on; times of this run may be wrong",
            str(behind).partition(".")[0],
        )


def _tell_jump(seconds: float) -> None:
    far = str(timedelta(seconds=round(abs(seconds))))
    way = "forward" if seconds > 0 else "back"
    logger.warning("the clock of this machine was set %s by %s; messages go on", way, far)
