"""Import of a large export, compared with the fastest that SQLite itself can write the same
rows.
"""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

import migrations
from admin.importing import Source, run_import
from admin.importing.dossiers import DossierImporter
from surveys.store.base.database import Database
from tests.bench.telling import tell
from tests.integration.office import office
from tests.integration.rows import add_unit

ROWS = 100_000
MOST = 25
"""Reading, checking, sealing name and phone, comparing with what is there and deriving evidence
may cost this many times the bare insert; it was 11 when this was written."""
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


async def take_in(url: str, file: Path) -> tuple[int, float]:
    """How many were new, and the seconds it took."""
    async with office(url) as runtime:
        importer = DossierImporter(runtime.settings.zone, runtime.keyring(), runtime.today)
        begun = time.perf_counter()
        (report,) = await run_import(runtime, (importer, Source(file=file)))
    return report.new, time.perf_counter() - begun


def _bare_insert(file: Path) -> float:
    """Seconds of one executemany of the finished rows into the same table with its indexes."""
    with closing(sqlite3.connect(file)) as conn:
        rows = conn.execute("SELECT * FROM dossiers").fetchall()
        for table in ("dossier_evidence", "dossiers"):
            conn.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
        conn.commit()
        conn.execute("PRAGMA synchronous=FULL")
        marks = ",".join("?" * len(rows[0]))
        begun = time.perf_counter()
        conn.executemany(f"INSERT INTO dossiers VALUES ({marks})", rows)  # noqa: S608
        conn.commit()
        return time.perf_counter() - begun


@pytest.mark.bench
async def test_an_import_keeps_up_with_the_bare_insert(sqlite_url: str, tmp_path: Path) -> None:
    """A hundred thousand rows, the first time and again; and again writes nothing, so it is
    faster."""
    database = Database.open(sqlite_url)
    await migrations.upgrade(database)
    async with database.write() as conn:
        await add_unit(conn, "XA01", name="Xã An Hòa", name_key="xa an hoa")
    await database.close()
    file = export(tmp_path)
    new, first = await take_in(sqlite_url, file)
    same, again = await take_in(sqlite_url, file)
    bare = _bare_insert(tmp_path / "motcua.sqlite")
    micro = 1_000_000 / ROWS
    tell(
        f"{ROWS:,} dossiers imported: {first * micro:.0f} µs a row, {first / bare:.1f} times the "
        f"bare insert ({bare * micro:.0f} µs); again: {again * micro:.0f} µs"
    )
    assert (new, same) == (ROWS, 0)
    assert again < first < MOST * bare
