"""The weather of a place with a cheap router, a dead clock battery and power cuts."""

import asyncio
import random
import resource
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import aiohttp

from tests.acceptance.support.serving import MOTCUA
from tests.acceptance.support.telegram import Town
from tests.chaos.clock import TurnedClock
from tests.chaos.line import Line, State
from tests.chaos.serving import Logged, logged

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
MINUTE, HOUR, DAY = 60, 3_600, 86_400
SETTLING = 2.5
"""Seconds after a turn of the clock in which a message may still go by the time before."""
NOTICED = 16.0
"""Seconds within which health notices that the disk takes no write, and that it does again."""
WELL, ILL = 200, 503


@dataclass(slots=True)
class Calendar:
    """The service's clock, and what it showed when: monotonic time → seconds ahead of the truth."""

    clock: TurnedClock
    turns: list[tuple[float, int]] = field(default_factory=lambda: [(0.0, 0)])

    @property
    def ahead(self) -> int:
        """Seconds that the clock is ahead of the true time now."""
        return self.turns[-1][1]

    def set(self, ahead: int) -> None:
        """Set the clock for processes that start from now on, and within a second for others."""
        self.clock.set(ahead)
        self.turns.append((time.monotonic(), ahead))

    async def turn(self, ahead: int) -> None:
        """Set it, and wait until it is seen."""
        self.set(ahead)
        await asyncio.sleep(1.2)

    def until_hour(self, hour: int, days: int = 0) -> int:
        """How far ahead it has to be to show this hour, `days` after the day that it shows."""
        shown = datetime.now(HERE) + timedelta(seconds=self.ahead)
        wanted = shown.replace(hour=hour, minute=30) + timedelta(days=days)
        return self.ahead + round((wanted - shown).total_seconds())

    def shown(self, at: float) -> list[datetime]:
        """What the clock may have shown a process at this monotonic time."""
        true = datetime.now(HERE) - timedelta(seconds=time.monotonic() - at)
        before = [ahead for since, ahead in self.turns if since <= at - SETTLING][-1]
        lately = [ahead for since, ahead in self.turns if at - SETTLING < since <= at]
        return [true + timedelta(seconds=ahead) for ahead in (before, *lately)]


@dataclass(slots=True, kw_only=True)
class Weather:
    """What happens to the service of a town. `changes` counts it; `trusts_clock`: the database is
    on the same machine, so that its clock turns as well."""

    town: Town
    line: Line
    calendar: Calendar
    chance: random.Random
    trusts_clock: bool = True
    changes: int = 0
    log_bytes: int = 0
    told: list[str] = field(default_factory=list)
    """What health said that was not true."""
    _running: AbstractContextManager[Logged] | None = None
    _service: Logged | None = None

    @property
    def env(self) -> dict[str, str]:
        """What the town's processes are started with."""
        return self.town.env | (self.calendar.clock.env if self.trusts_clock else {})

    async def start(self) -> None:
        """Start the service."""
        self._running = logged(MOTCUA, "serve", env=self.env)
        self._service = await asyncio.to_thread(self._running.__enter__)

    @property
    def log(self) -> str:
        """What the service has logged since it was started."""
        return self._service.log.read_text("utf-8") if self._service else ""

    async def kill(self) -> None:
        """Cut the power: SIGKILL."""
        assert self._running is not None
        assert self._service is not None
        self.log_bytes += self._service.log.stat().st_size
        await asyncio.to_thread(self._running.__exit__, None, None, None)

    async def blow(self) -> None:
        """Let one thing happen, and go by; health has to be well afterwards."""
        kinds = [self.power_cut, self.broken_line, self.broken_line]
        kinds += [self.jump, self.minutes, self.late_start] if self.trusts_clock else []
        await self.happen(self.chance.choice(kinds))

    async def happen(self, kind: Callable[[], Awaitable[None]]) -> None:
        """Let this happen, and see that health is well again."""
        self.changes += 1
        await kind()
        if not await self.says(WELL):
            self.told.append(f"not well after {kind.__name__}")

    async def power_cut(self) -> None:
        """Everything stops at once, and starts again a moment later."""
        await self.kill()
        await asyncio.sleep(self.chance.uniform(0.0, 0.3))
        await self.start()

    async def broken_line(self) -> None:
        """The line to the far end breaks in one of many ways."""
        self.line.become(self.chance.choice([one for one in State if one is not State.GOOD]))
        await asyncio.sleep(self.chance.uniform(0.3, 1.5))
        self.line.become(State.GOOD)

    async def jump(self) -> None:
        """The clock is set back or forth by two days, then right again."""
        before, away = self.calendar.ahead, self.chance.choice((-2 * DAY, 2 * DAY))
        await self.calendar.turn(before + away)
        await asyncio.sleep(self.chance.uniform(0.0, 1.0))
        await self.calendar.turn(before)

    async def minutes(self) -> None:
        """The clock is set a minute ahead, or back, again and again."""
        step = self.chance.choice((-MINUTE, MINUTE))
        for _ in range(3):
            await self.calendar.turn(self.calendar.ahead + step)

    async def late_start(self) -> None:
        """After a power cut the clock shows a moment before it; network time sets it right."""
        before = self.calendar.ahead
        await self.kill()
        self.calendar.set(before - self.chance.choice((HOUR, 2 * DAY)))
        await self.start()
        await asyncio.sleep(self.chance.uniform(0.2, 1.0))
        await self.calendar.turn(before)

    async def full_disk(self) -> None:
        """No file can grow: health says so, and is well when there is room again."""
        assert self._service is not None
        no_limit = resource.RLIM_INFINITY
        resource.prlimit(self._service.pid, resource.RLIMIT_FSIZE, (4_096, no_limit))
        if not await self.says(ILL):
            self.told.append("well although nothing can be written")
        resource.prlimit(self._service.pid, resource.RLIMIT_FSIZE, (no_limit, no_limit))

    async def says(self, status: int) -> bool:
        """Whether health says so before long."""
        assert self._service is not None
        url, ends = f"{self._service.address}/healthz", time.monotonic() + NOTICED
        async with aiohttp.ClientSession() as http:
            while time.monotonic() < ends:
                async with http.get(url) as answer:
                    if answer.status == status:
                        return True
                await asyncio.sleep(0.2)
        return False
