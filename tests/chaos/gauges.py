"""What an attack may not use up: memory, file handles, log and disk of a process."""

import asyncio
import resource
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

from sqlalchemy import text

from surveys.store.base.database import Database

PAGE_BYTES = resource.getpagesize()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """One look: bytes of memory, open handles, bytes of log and of the database's files."""

    memory: int
    handles: int
    log: int
    disk: int


async def size_of(database: Database) -> int:
    """Bytes of a database, without its journal."""
    query = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
    if not database.is_sqlite:
        query = "SELECT pg_database_size(current_database())"
    async with database.read() as conn:
        return int(await conn.scalar(text(query)) or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A service to look at."""

    pid: int
    log: Path
    database: Database

    async def look(self) -> Gauge:
        """What it has in use now."""
        proc = Path(f"/proc/{self.pid}")
        return Gauge(
            memory=int((proc / "statm").read_text().split()[1]) * PAGE_BYTES,
            handles=len(list((proc / "fd").iterdir())),
            log=self.log.stat().st_size,
            disk=await size_of(self.database),
        )

    async def look_for_ever(self, seconds: float) -> list[Gauge]:
        """Look twice a second for so long."""
        seen = []
        for _ in range(round(seconds * 2)):
            seen.append(await self.look())
            await asyncio.sleep(0.5)
        return seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How a figure went: in the second quarter of the time, in the last, and at most."""

    early: int
    late: int
    most: int

    @property
    def growth(self) -> int:
        """From the second quarter, when every limit is reached, to the last."""
        return self.late - self.early


def course(values: Sequence[int]) -> Course:
    """The largest of the second quarter and of the last."""
    quarter = max(1, len(values) // 4)
    return Course(
        early=max(values[quarter : 2 * quarter] or values),
        late=max(values[-quarter:]),
        most=max(values),
    )


def p99(seconds: Sequence[float]) -> float:
    """The 99th percentile; of few figures the largest."""
    return quantiles(seconds, n=100)[98] if len(seconds) >= 100 else max(seconds)
