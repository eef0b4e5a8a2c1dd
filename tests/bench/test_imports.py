"""Import of a large export, compared with an `executemany` of the same finished rows."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest

import migrations
from admin.importing import Source, run_import
from admin.importing.dossiers import DossierImporter
from surveys.store.base.database import Database
from tests.bench.telling import tell
from tests.integration.office import office
from tests.integration.rows import add_unit

ROWS = 100_000
MOST = 8
"""Reading, checking, sealing name and phone, comparing with what is there and deriving evidence
may cost this many times the bare insert; 3.5 to 6 were measured on a busy machine, 5 is wanted. On
SQLite processor time counts, with PostgreSQL the time of day, since the server works too."""
Clock = Callable[[], float]
HEADER = (
    "Mã hồ sơ,Đơn vị tiếp nhận,Tên TTHC,Kênh,Ngày nhận,Ngày hẹn trả,Ngày kết thúc xử lý,"
    "Ngày trả kết quả,Trạng thái,Người nộp,Số điện thoại\n"
)


def export(folder: Path, rows: int = ROWS) -> Path:
    """An export as the one-stop software makes it."""
    file = folder / "ho-so.csv"
    with file.open("w", encoding="utf-8") as stream:
        stream.write(HEADER)
        for number in range(rows):
            day = f"{1 + number % 27:02d}"
            stream.write(
                f"000.17.22.H56-2103{day}-{number:05d},Xã An Hòa,Thủ tục {number % 300},Trực tuyến,"
                f"{day}/03/2021 08:15:00,{day}/04/2021,{day}/04/2021 10:00:00,{day}/04/2021 15:30,"
                f"Đã trả kết quả,Nguyễn Văn {number},09{number % 10**8:08d}\n"
            )
    return file


async def take_in(url: str, file: Path, clock: Clock = time.perf_counter) -> tuple[int, float]:
    """How many were new, and the seconds it took by `clock`."""
    async with office(url) as runtime:
        importer = DossierImporter(runtime.settings.zone, runtime.keyring(), runtime.today)
        begun = clock()
        (report,) = await run_import(runtime, (importer, Source(file=file)))
    return report.new, clock() - begun


def _bare_insert(file: Path) -> float:
    """Processor seconds of one executemany of the finished rows into the same indexed table."""
    with closing(sqlite3.connect(file)) as conn:
        rows = conn.execute("SELECT * FROM dossiers").fetchall()
        for table in ("dossier_evidence", "dossiers"):
            conn.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
        conn.commit()
        conn.execute("PRAGMA synchronous=FULL")
        marks = ",".join("?" * len(rows[0]))
        begun = time.process_time()
        conn.executemany(f"INSERT INTO dossiers VALUES ({marks})", rows)  # noqa: S608
        conn.commit()
        return time.process_time() - begun


async def _bare_insert_in_postgres(url: str) -> float:
    """The same with asyncpg, in one transaction."""
    conn = await asyncpg.connect(url)
    try:
        rows = [tuple(row) for row in await conn.fetch("SELECT * FROM dossiers")]
        await conn.execute("TRUNCATE dossier_evidence, dossiers CASCADE")
        marks = ",".join(f"${place}" for place in range(1, len(rows[0]) + 1))
        begun = time.perf_counter()
        async with conn.transaction():
            await conn.executemany(f"INSERT INTO dossiers VALUES ({marks})", rows)  # noqa: S608
        return time.perf_counter() - begun
    finally:
        await conn.close()


async def _import_twice(url: str, folder: Path, clock: Clock) -> tuple[float, float]:
    """Seconds of the first import of a file and of the second, which changes nothing."""
    database = Database.open(url)
    await migrations.upgrade(database)
    async with database.write() as conn:
        await add_unit(conn, "XA01", name="Xã An Hòa", name_key="xa an hoa")
    await database.close()
    file = export(folder)
    new, first = await take_in(url, file, clock)
    same, again = await take_in(url, file, clock)
    assert (new, same) == (ROWS, 0)
    return first, again


def _tell(kind: str, first: float, again: float, bare: float) -> None:
    micro = 1_000_000 / ROWS
    tell(
        f"{ROWS:,} dossiers imported, {kind}: {first * micro:.0f} µs a row, {first / bare:.1f} "
        f"times the bare insert ({bare * micro:.0f} µs); again: {again * micro:.0f} µs"
    )


@pytest.mark.bench
async def test_an_import_keeps_up_with_the_bare_insert(sqlite_url: str, tmp_path: Path) -> None:
    """Import 100,000 rows twice; the second import writes nothing, so it is faster."""
    first, again = await _import_twice(sqlite_url, tmp_path, time.process_time)
    bare = _bare_insert(tmp_path / "motcua.sqlite")
    _tell("SQLite", first, again, bare)
    assert again < first < MOST * bare


@pytest.mark.bench
@pytest.mark.postgres
async def test_the_same_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    """The bound is the same; a row of the bare insert costs more here."""
    first, again = await _import_twice(postgres_url, tmp_path, time.perf_counter)
    bare = await _bare_insert_in_postgres(postgres_url)
    _tell("PostgreSQL", first, again, bare)
    assert again < first < MOST * bare
