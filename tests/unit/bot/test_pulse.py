"""The pulse of the service: systemd's watchdog and a clock that somebody sets."""

import asyncio
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.pulse import ClockWatch, Pulse, tell_clock_behind
from bot.server import Health
from bot.service_manager import ServiceManager

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
WELL = {"database": "ok", "messages": "ok"}


@dataclass
class _Service:
    parts: dict[str, str] = field(default_factory=lambda: dict(WELL))

    async def health(self) -> Health:
        return Health(parts=self.parts, queues={})

    async def last_beat(self) -> str | None:
        return NOON.isoformat()


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[socket.socket]:
    """What listens where systemd does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(tmp_path / "notify"))
        line.settimeout(5)
        yield line


def _lines(line: socket.socket) -> list[str]:
    return line.recv(4_096).decode().splitlines()


async def _beat_once(service: _Service, line: socket.socket) -> list[str]:
    manager = ServiceManager(line.getsockname())
    pulse = Pulse(vitals=service, clock=lambda: NOON, manager=manager, every=60)
    task = asyncio.create_task(pulse.run())
    assert await asyncio.to_thread(_lines, line) == ["READY=1"]
    said = await asyncio.to_thread(_lines, line)
    task.cancel()
    return said


async def test_a_service_that_works_feeds_the_watchdog(systemd: socket.socket) -> None:
    """READY at first, then WATCHDOG with a status."""
    assert await _beat_once(_Service(), systemd) == ["STATUS=ok", "WATCHDOG=1"]


async def test_a_stuck_process_is_not_fed(systemd: socket.socket) -> None:
    """Messages wait although the database answers: a restart helps."""
    stuck = _Service({"database": "ok", "messages": "waiting"})
    assert "WATCHDOG=1" not in await _beat_once(stuck, systemd)


@pytest.mark.parametrize("state", ["unwritable", "unreachable"])
async def test_a_restart_does_not_mend_a_database(systemd: socket.socket, state: str) -> None:
    """So the watchdog is fed while the database is away."""
    away = _Service({"database": state, "messages": "waiting"})
    assert "WATCHDOG=1" in await _beat_once(away, systemd)


def test_no_manager_is_no_error() -> None:
    """Outside systemd, and where the socket is gone."""
    ServiceManager().tell("READY=1")
    ServiceManager("/nowhere/at/all").tell("READY=1")


@pytest.mark.parametrize(("set_by", "told"), [(5, 0), (-7_200, -7_200), (172_800, 172_800)])
def test_a_clock_that_is_set_is_seen(set_by: int, told: int) -> None:
    """Small corrections are not told; time that passes is no jump."""
    moments = iter([NOON, NOON + timedelta(seconds=60 + set_by)])
    ticks = iter([100.0, 160.0])
    watch = ClockWatch(lambda: next(moments), lambda: next(ticks))
    assert watch.look() == 0
    assert watch.look() == told


@pytest.mark.parametrize(
    ("now", "is_told"),
    [(NOON, False), (NOON + timedelta(days=9), False), (NOON - timedelta(2), True)],
)
def test_a_start_before_the_last_shutdown_is_told(
    caplog: pytest.LogCaptureFixture, now: datetime, *, is_told: bool
) -> None:
    """The operator reads that date and time of the machine are wrong."""
    tell_clock_behind(NOON.isoformat(), now)
    assert ("behind the last time" in caplog.text) == is_told
