"""A clock that a test turns under running processes: Debian's libfaketime.

Only the time of day turns; the monotonic clock goes on, as on a real machine whose clock is set.
"""

import asyncio
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

LIBRARY = "libfaketimeMT.so.1"


def _library() -> Path | None:
    found = sorted(Path("/usr/lib").glob(f"*/faketime/{LIBRARY}"))
    return found[0] if found and shutil.which("faketime") else None


needs_clock = pytest.mark.skipif(_library() is None, reason="Debian's faketime is not installed")


@dataclass(frozen=True, slots=True)
class TurnedClock:
    """The clock of the processes that are started with `env`; `file` holds its distance."""

    file: Path

    @property
    def env(self) -> dict[str, str]:
        """What a process is started with."""
        return {
            "LD_PRELOAD": str(_library()),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    async def turn(self, seconds: int) -> None:
        """Set the clock to this many seconds ahead of the true time (negative: behind)."""
        self.set(seconds)
        await asyncio.sleep(1.2)  # processes look at the file once a second

    def set(self, seconds: int) -> None:
        """The same for processes that start after it."""
        new = self.file.with_suffix(".new")
        new.write_text(f"{seconds:+d}s\n", "ascii")
        new.chmod(0o644)
        new.rename(self.file)


def turned_clock(folder: Path) -> TurnedClock:
    """A clock that is right at first."""
    clock = TurnedClock(folder / "clock")
    clock.set(0)
    return clock
