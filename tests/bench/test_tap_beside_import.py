"""A citizen's answer while another process imports a large export, compared with one without."""

import asyncio
import sys
import time
from pathlib import Path

import pytest

import migrations
from surveys.store.base.database import Database
from tests.bench.telling import tell
from tests.bench.test_imports import export
from tests.integration.rows import add_dossier, add_unit, answer

ROWS = 100_000
ALONE = 200
BETWEEN_SECONDS = 0.01
MOST_SHARE = 0.1
"""An import of one transaction would make a citizen wait for most of it."""
IMPORT = """
import asyncio, sys
from pathlib import Path
from tests.bench.test_imports import take_in
asyncio.run(take_in(sys.argv[1], Path(sys.argv[2])))
"""


async def _tap(database: Database, dossier: int, number: int) -> float:
    begun = time.perf_counter()
    async with database.write() as conn:
        await answer(conn, dossier, "satisfaction", ("very", "satisfied")[number % 2])
    return time.perf_counter() - begun


async def _prepared(url: str) -> tuple[Database, int]:
    database = Database.open(url)
    await migrations.upgrade(database)
    async with database.write() as conn:
        unit = await add_unit(conn, "XA01", name="Xã An Hòa")
        return database, await add_dossier(conn, unit, "D1")


def _p99(waits: list[float]) -> float:
    return sorted(waits)[int(len(waits) * 0.99)]


@pytest.mark.bench
async def test_a_tap_beside_an_import(database_url: str, tmp_path: Path) -> None:
    """How long an answer takes to be stored, alone and during the import of 100,000 dossiers."""
    database, dossier = await _prepared(database_url)
    alone = [await _tap(database, dossier, number) for number in range(ALONE)]
    command = (sys.executable, "-c", IMPORT, database_url, str(export(tmp_path, ROWS)))
    begun = time.perf_counter()
    running = await asyncio.create_subprocess_exec(*command)
    beside: list[float] = []
    while running.returncode is None:
        beside.append(await _tap(database, dossier, len(beside)))
        await asyncio.sleep(BETWEEN_SECONDS)
    whole = time.perf_counter() - begun
    await database.close()
    assert running.returncode == 0
    tell(
        f"an answer alone: p99 {_p99(alone) * 1000:.0f} ms; beside the import of {ROWS:,} dossiers "
        f"({whole:.0f} s): p99 {_p99(beside) * 1000:.0f} ms, longest {max(beside) * 1000:.0f} ms "
        f"({len(beside)} answers)"
    )
    assert max(beside) < MOST_SHARE * whole
