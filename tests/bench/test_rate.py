"""`motcua rate` compared with one hand-written GROUP BY, and with pandas reading the raw answers.

BENCH_RESPONSES sets the size (1,000,000); below 1,000,000 figures are told, not judged.
BENCH_SIZES sets the sizes of the growth (10,000 to 3,000,000).
"""

import gc
import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import asyncpg
import pandas as pd
import pytest

import migrations
from admin.rating.unit_evidence import PeriodEvidence, unit_evidence
from scoring.rating import Rating, rate
from scoring.rulebook import find_rulebook
from surveys.store.base.database import Database
from surveys.store.results import evidence
from tests.bench.telling import tell
from tests.bench.year import UNITS, YEAR, PostgresStore, SqliteStore, Store, lay
from tests.integration.office import KEY

RESPONSES = int(os.environ.get("BENCH_RESPONSES", "1000000"))
SIZES = os.environ.get("BENCH_SIZES", "10000,100000,1000000,3000000")
JUDGED_FROM = 1_000_000
PROVEN_UP_TO = 50_000
ROUNDS = 9
MEGABYTES = 300
RULEBOOK = find_rulebook("tt01-2018")
HAND_WRITTEN = """
    SELECT unit_id, count(*),
      sum(CASE total_time WHEN 1 THEN 2 WHEN 2 THEN 1 ELSE 0 END), sum(CASE WHEN total_time BETWEEN 1 AND 3 THEN 1 ELSE 0 END),
      sum(CASE step_time WHEN 1 THEN 2 WHEN 2 THEN 1 ELSE 0 END), sum(CASE WHEN step_time BETWEEN 1 AND 3 THEN 1 ELSE 0 END),
      sum(CASE contacts WHEN 1 THEN 2 WHEN 2 THEN 1 ELSE 0 END), sum(CASE WHEN contacts > 0 THEN 1 ELSE 0 END),
      sum(CASE agencies WHEN 1 THEN 2 WHEN 2 THEN 1 ELSE 0 END), sum(CASE WHEN agencies > 0 THEN 1 ELSE 0 END),
      sum(CASE conduct WHEN 2 THEN 2 WHEN 3 THEN 1 ELSE 0 END), sum(CASE WHEN conduct BETWEEN 1 AND 4 THEN 1 ELSE 0 END)
    FROM dossier_evidence WHERE returned_on BETWEEN {first} AND {last} GROUP BY unit_id
"""  # noqa: E501
RAW = """
    SELECT d.unit_id, a.question, a.option
    FROM dossiers d
    JOIN responses r ON r.dossier_id = d.id
    JOIN answers a ON a.response_id = r.id
    WHERE a.latest
"""
POINTS = {"none": 2, "once": 1, "one_stop": 1, "many": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Arena:
    """A filled database: through the product, and through its driver alone."""

    url: str
    database: Database
    by_hand: Callable[[], Awaitable[list[Any]]]
    raw: Callable[[], Awaitable[pd.DataFrame]]


async def _sqlite(url: str, count: int, *, answered: bool) -> Arena:
    file = url.removeprefix("sqlite:///")
    database = Database.open(url)
    await migrations.upgrade(database)
    conn = sqlite3.connect(file)
    await lay(SqliteStore(conn), count, answered=answered)
    conn.commit()
    query = HAND_WRITTEN.format(first=f"'{YEAR.start}'", last=f"'{YEAR.end}'")

    async def by_hand() -> list[Any]:
        return conn.execute(query).fetchall()

    async def raw() -> pd.DataFrame:
        return pd.read_sql_query(RAW, conn)

    return Arena(url=url, database=database, by_hand=by_hand, raw=raw)


async def _postgres(url: str, count: int, *, answered: bool) -> Arena:
    database = Database.open(url)
    await migrations.upgrade(database)
    conn = await asyncpg.connect(url)
    store: Store = PostgresStore(conn)
    await lay(store, count, answered=answered)
    await conn.execute("VACUUM ANALYZE")
    query = HAND_WRITTEN.format(first=f"DATE '{YEAR.start}'", last=f"DATE '{YEAR.end}'")

    async def by_hand() -> list[Any]:
        return list(await conn.fetch(query))

    async def raw() -> pd.DataFrame:
        rows: list[Any] = await conn.fetch(RAW)
        return pd.DataFrame(rows, columns=["unit_id", "question", "option"])

    return Arena(url=url, database=database, by_hand=by_hand, raw=raw)


async def _filled(url: str, count: int, *, answered: bool) -> Arena:
    return await (_sqlite if url.startswith("sqlite") else _postgres)(url, count, answered=answered)


@pytest.fixture
async def arena(database_url: str) -> AsyncIterator[Arena]:
    """RESPONSES dossiers with nine answers each, on either kind of database."""
    made = await _filled(database_url, RESPONSES, answered=True)
    yield made
    await made.database.close()


@pytest.mark.bench
@pytest.mark.timeout(3600)
async def test_a_rating_costs_one_group_by(arena: Arena) -> None:
    """A rating: within 2 x one hand-written GROUP BY over the same rows, 10 x faster than pandas
    on the raw answers, under 300 MB, and the same figures."""
    gc.freeze()  # as `motcua` does when it begins
    (reading, _), (ours, rating), (by_hand, rows) = await _best(
        lambda: _read(arena.database), lambda: _rated(arena.database), arena.by_hand
    )
    in_pandas, means = await _once(lambda: _by_pandas(arena))
    megabytes = _process_megabytes(arena.url)
    kind = "sqlite" if arena.database.is_sqlite else "postgres"
    tell(
        f"rate, {kind}, {RESPONSES:,} responses: reads {reading * 1000:,.0f} ms, in all"
        f" {ours * 1000:,.0f} ms; one GROUP BY by hand {by_hand * 1000:,.0f} ms"
        f" ({reading / by_hand:.2f} x, {ours / by_hand:.2f} x); pandas on the raw answers"
        f" {in_pandas * 1000:,.0f} ms ({in_pandas / ours:.0f} x); process {megabytes:,.0f} MB"
    )
    assert len(rows) == len(rating.units) == min(UNITS, RESPONSES)
    _same_figures(rating, means)
    if RESPONSES <= PROVEN_UP_TO:
        await _proven(arena.database)
    if RESPONSES >= JUDGED_FROM:
        assert ours <= 2 * by_hand
        assert in_pandas >= 10 * ours
    assert megabytes < MEGABYTES


@pytest.mark.bench
@pytest.mark.timeout(3600)
async def test_a_rating_grows_no_faster_than_its_rows(database_url: str) -> None:
    """From the smallest to the largest size the cost of a row does not rise. The lines told are
    those that `scripts/growth_picture.py` draws."""
    gc.freeze()
    sizes = [int(size) for size in SIZES.split(",")]
    costs = {size: await _cost(database_url, size) for size in sizes}
    tell(f"growth, {'sqlite' if database_url.startswith('sqlite') else 'postgres'}")
    for size, (ours, by_hand) in costs.items():
        tell(f"| {size:,} | {ours * 1000:,.0f} ms | {by_hand * 1000:,.0f} ms |")
    if len(sizes) > 1 and sizes[-1] >= JUDGED_FROM:
        assert costs[sizes[-1]][0] / sizes[-1] <= 1.5 * costs[sizes[-2]][0] / sizes[-2]


async def _cost(database_url: str, size: int) -> tuple[float, float]:
    """Seconds of a rating and of the GROUP BY by hand, in a database of this size."""
    url = database_url.replace("motcua.sqlite", f"{size}.sqlite")
    made = await _filled(url, size, answered=False)
    (ours, _), (by_hand, _) = await _best(lambda: _rated(made.database), made.by_hand)
    await made.database.close()
    await _emptied(url)
    return ours, by_hand


async def _read(database: Database) -> PeriodEvidence:
    async with database.read() as conn:
        return await unit_evidence(conn, RULEBOOK, YEAR)


async def _rated(database: Database) -> Rating:
    read = await _read(database)
    return rate(RULEBOOK, read.evidence)


async def _by_pandas(arena: Arena) -> pd.DataFrame:
    raw = await arena.raw()
    raw["points"] = raw["option"].map(POINTS)
    grouped = raw.dropna(subset="points").groupby(["unit_id", "question"])["points"]
    return grouped.agg(["sum", "count"]).reset_index()


def _same_figures(rating: Rating, means: pd.DataFrame) -> None:
    """The sums of chỉ số 3 and 4 from the raw answers are those of the rating."""
    summed = {(unit, question): (total, count) for unit, question, total, count in means.values}
    for unit in rating.units:
        for criterion, question in (("3", "contacts"), ("4", "agencies")):
            counts = unit.evidence.outcomes[criterion]
            points = sum(POINTS[outcome] * count for outcome, count in counts.items())
            assert summed[int(unit.code[1:]), question] == (points, sum(counts.values()))


async def _proven(database: Database) -> None:
    async with database.read() as conn:
        assert await evidence.find_disagreements(conn) == []


MEASURE = """
import os, subprocess, sys
with subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL) as process:
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = status
print(used.ru_maxrss if status == 0 else "failed")
"""


def _process_megabytes(url: str, *line: str) -> float:
    """The peak memory of a command, of `motcua rate` by default, in a process that inherits nothing
    from the test. The first administrator is made before it."""
    motcua = [str(Path(sys.executable).with_name("motcua")), "--database-url", url]
    env = {**os.environ, "MOTCUA_KEY": KEY}
    subprocess.run([*motcua, "db", "upgrade"], env=env, capture_output=True, check=True)
    args = [*motcua, *(line or ("rate", "2021", "--format", "csv"))]
    told = subprocess.run(
        [sys.executable, "-c", MEASURE, *args], env=env, capture_output=True, text=True, check=True
    )
    return float(told.stdout) / (1024 * 1024 if sys.platform == "darwin" else 1024)


async def _emptied(url: str) -> None:
    """Make room for the next size; each has a SQLite file of its own."""
    if url.startswith("sqlite"):
        return
    conn = await asyncpg.connect(url)
    await conn.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    await conn.close()


async def _once(work: Callable[[], Awaitable[Any]]) -> tuple[float, Any]:
    begun = perf_counter()
    result = await work()
    return perf_counter() - begun, result


async def _best(*works: Callable[[], Awaitable[Any]]) -> list[tuple[float, Any]]:
    """The quickest of some rounds of each, taken in turn: the machine may be busy with something
    else, and is then so for all of them."""
    rounds = [[await _once(work) for work in works] for _ in range(ROUNDS)]
    return [min(took, key=lambda one: one[0]) for took in zip(*rounds, strict=True)]
