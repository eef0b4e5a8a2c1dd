"""`motcua report` compared with `rate` and `tally`, and with a bare XlsxWriter of the same cells.

BENCH_RESPONSES sets the size (1,000,000); below 1,000,000 figures are told, not judged.
"""

import gc
from collections.abc import AsyncIterator
from pathlib import Path
from time import process_time

import pytest
import xlsxwriter
from openpyxl import load_workbook

from admin.figures.gathering import Order, gather
from admin.figures.model import Kind, ReportFigures
from admin.kit.texts import load_texts
from admin.rating.rating_phrases import RatingPhrases
from admin.rating.result import read_rating
from admin.reporting.annexes import write_annexes
from admin.reporting.document.office import Office
from admin.tallying.result import read_tally
from bot.report_settings import ReportSettings
from surveys.period import Preset
from tests.bench.telling import tell
from tests.bench.test_rate import (
    JUDGED_FROM,
    MEGABYTES,
    RESPONSES,
    RULEBOOK,
    Arena,
    _best,
    _filled,
    _process_megabytes,
)
from tests.bench.year import YEAR

ORDER = Order(
    kind=Kind.QUARTER,
    period=YEAR,
    phrases=RatingPhrases(texts=load_texts("vi"), rulebook=RULEBOOK, day=YEAR.end),
    preset=Preset.ADMINISTRATIVE,
    form="phieu5",
    quota_percent=10,
    near_days=3,
    as_of=YEAR.end,
)
OFFICE = Office(settings=ReportSettings(), authority="UBND tỉnh")


@pytest.fixture
async def arena(database_url: str) -> AsyncIterator[Arena]:
    """RESPONSES dossiers with nine answers each, on either kind of database."""
    made = await _filled(database_url, RESPONSES, answered=True)
    yield made
    await made.database.close()


@pytest.mark.bench
@pytest.mark.timeout(3600)
async def test_a_report_reads_little_more_than_rate_and_tally(arena: Arena, tmp_path: Path) -> None:
    """All figures of a report, with the flow of dossiers and two earlier periods: within 1.2 x a
    rating and a tally; its annexes within 1.5 x a bare XlsxWriter; all under 300 MB."""
    gc.freeze()
    (rated, _), (tallied, _), (ours, figures) = await _best(
        lambda: _rate(arena), lambda: _tally(arena), lambda: _gather(arena)
    )
    files, bare, cells = _files(figures, tmp_path)
    megabytes = _process_megabytes(arena.url, "report", "2021", "--out", str(tmp_path / "r"))
    kind = "sqlite" if arena.database.is_sqlite else "postgres"
    tell(
        f"report, {kind}, {RESPONSES:,} dossiers, {len(figures.rating.units):,} units: figures"
        f" {ours:,.2f} s; rate {rated:,.2f} s + tally {tallied:,.2f} s"
        f" ({ours / (rated + tallied):.2f} x); annexes of {cells:,} cells {files:,.2f} s, bare"
        f" XlsxWriter {bare:,.2f} s ({files / bare:.2f} x); process {megabytes:,.0f} MB"
    )
    assert megabytes < MEGABYTES
    if RESPONSES >= JUDGED_FROM:
        assert ours <= 1.2 * (rated + tallied)
        assert files <= 1.5 * bare


async def _rate(arena: Arena) -> object:
    async with arena.database.read() as conn:
        return await read_rating(conn, RULEBOOK, YEAR)


async def _tally(arena: Arena) -> object:
    async with arena.database.read() as conn:
        return await read_tally(conn, YEAR, (), "phieu5", 10)


async def _gather(arena: Arena) -> ReportFigures:
    async with arena.database.read() as conn:
        return await gather(conn, ORDER)


def _files(figures: ReportFigures, folder: Path) -> tuple[float, float, int]:
    """Processor seconds of the annexes, and of the same cells by hand; how many cells."""
    file = folder / "phu-luc.xlsx"
    ours = min(_timed(figures, file) for _ in range(3))
    book = load_workbook(file, read_only=True)
    sheets = [[list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book]
    cells = sum(value is not None for rows in sheets for row in rows for value in row)
    bare = min(_by_hand(sheets, folder / "bare.xlsx") for _ in range(3))
    return ours, bare, cells


def _timed(figures: ReportFigures, file: Path) -> float:
    begun = process_time()
    write_annexes(figures, OFFICE, file)
    return process_time() - begun


def _by_hand(sheets: list[list[list[object]]], file: Path) -> float:
    begun = process_time()
    with xlsxwriter.Workbook(str(file), {"constant_memory": True}) as book:
        style = book.add_format({"border": 1})
        for rows in sheets:
            sheet = book.add_worksheet()
            for place, row in enumerate(rows):
                for column, value in enumerate(row):
                    sheet.write(place, column, value, style)
    return process_time() - begun
