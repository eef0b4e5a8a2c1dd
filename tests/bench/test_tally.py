"""Files of `motcua tally` grow with their rows: 1,000 and 8,000 groups, each by a bare writer.

BENCH_GROUPS sets the larger number (8,000); below it figures are told, not judged.
"""

import csv
import os
from pathlib import Path
from time import process_time

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from admin.kit.texts import load_texts
from admin.reporting.result_files import write_tally
from admin.tallying.result import Tally
from admin.tallying.view import TallyView
from surveys.form import current, shipped_forms
from surveys.store.results.tallies import Dimension
from surveys.tally import Cell, Reach, complete, complete_reach
from tests.bench.telling import tell
from tests.bench.year import YEAR

FEW, JUDGED = 1_000, 8_000
MANY = int(os.environ.get("BENCH_GROUPS", JUDGED))
FORMS = (current(shipped_forms(), "phieu5", YEAR.end),)
ALLOWED = 1.25
"""How much more our time may grow from the few groups to the many than the bare writer's."""


@pytest.mark.bench
@pytest.mark.timeout(3600)
def test_a_tally_of_many_groups_is_linear(tmp_path: Path) -> None:
    """Completing the groups and writing the workbook and the CSV take as much more time as the
    bare writers of the same cells."""
    grown, told = [], []
    for groups in (FEW, MANY):
        begun = process_time()
        tally = _tally(groups)
        counted = process_time() - begun
        book, file = tmp_path / f"{groups}.xlsx", tmp_path / f"{groups}.csv"
        ours, ours_csv = _timed(tally, book), _timed(tally, file)
        bare, cells = _bare(book, tmp_path / "bare.xlsx")
        bare_csv = _bare_csv(file, tmp_path / "bare.csv")
        grown.append((counted + ours + ours_csv, bare + bare_csv))
        told.append(
            f"{groups:,} groups, {cells:,} cells: counted {counted:,.2f} s, xlsx {ours:,.2f} s"
            f" (bare XlsxWriter {bare:,.2f} s, {ours / bare:.2f} x), csv {ours_csv:,.2f} s"
            f" (bare {bare_csv:,.2f} s)"
        )
    (few, bare_few), (many, bare_many) = grown
    growth, bare_growth = many / few, bare_many / bare_few
    tell(f"tally, {'; '.join(told)}; grown {growth:.2f} x, the bare writers {bare_growth:.2f} x")
    if MANY >= JUDGED:
        assert growth <= ALLOWED * bare_growth


def _tally(groups: int) -> Tally:
    """A count for every option of every group, as `read_tally` makes it."""
    named = [(f"U{number // 8:04}", f"Thủ tục {number % 8}") for number in range(groups)]
    counted = [
        Cell(group=group, form=form.id, question=asked.id, option=option.id, count=place + 1)
        for group in named
        for form in FORMS
        for asked in form.questions
        for place, option in enumerate(asked.options)
    ]
    reach = [Reach(group=group, returned=40, issued=40, answered=9, valid=9) for group in named]
    return Tally(
        period=YEAR,
        by=(Dimension.UNIT, Dimension.PROCEDURE),
        forms=FORMS,
        cells=tuple(complete(counted, named, FORMS)),
        reach=tuple(complete_reach(reach, named)),
        quota_percent=10,
    )


def _timed(tally: Tally, file: Path) -> float:
    begun = process_time()
    view = TallyView(texts=load_texts("vi"), tally=tally)
    write_tally(view, file, office="UBND tỉnh", unit_names={})
    return process_time() - begun


def _bare(file: Path, made: Path) -> tuple[float, int]:
    """Processor seconds of the same cells by hand, and how many there are."""
    found = CalamineWorkbook.from_path(str(file))
    sheets = [found.get_sheet_by_name(name).to_python() for name in found.sheet_names]
    cells = sum(value != "" for rows in sheets for row in rows for value in row)
    begun = process_time()
    with xlsxwriter.Workbook(str(made), {"constant_memory": True}) as book:
        style = book.add_format({"border": 1})
        for rows in sheets:
            sheet = book.add_worksheet()
            for place, row in enumerate(rows):
                for column, value in enumerate(row):
                    sheet.write(place, column, value, style)
    return process_time() - begun, cells


def _bare_csv(file: Path, made: Path) -> float:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    begun = process_time()
    with made.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return process_time() - begun
