"""`motcua tally` against an independent count of the same files."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.acceptance.support.district import PERIODS
from tests.acceptance.support.office import Office
from tests.acceptance.support.reckoning import Reckoner, tally

COLUMNS = ("unit", "form", "question", "option", "count")


def tallied(office: Office, period: str, suffix: str, folder: Path) -> Path:
    """The file the command wrote; nothing went to standard output."""
    out = folder / f"tally.{suffix}"
    done = office.motcua("tally", period, "--out", out)
    assert (done.code, done.out) == (0, "")
    return out


@pytest.mark.parametrize("period", PERIODS[:2])
def test_tally(office: Office, period: str, tmp_path: Path) -> None:
    """Every option of every question of every unit, chosen or not, and how far the survey came."""
    told = json.loads(tallied(office, period, "json", tmp_path).read_text("utf-8"))
    reckoner = Reckoner(district=office.district, period=period)
    counts, reach = tally(reckoner)
    assert {tuple(row[c] for c in COLUMNS[:4]): row["count"] for row in told["rows"]} == counts
    assert len(told["rows"]) == len(counts)
    assert told["period"] == reckoner.rating()["period"]
    assert [{**row, **one} for row, one in zip(told["response"], reach, strict=True)] == told[
        "response"
    ]
    assert all({"issued", "delivered"} <= row.keys() for row in told["response"])


def test_same_rows_in_every_kind_of_file(one_office: Office, tmp_path: Path) -> None:
    """CSV and XLSX carry the rows of the JSON, in the same order."""
    told = json.loads(tallied(one_office, "2021-Q2", "json", tmp_path).read_text("utf-8"))
    rows: list[tuple[Any, ...]] = [tuple(row[c] for c in COLUMNS) for row in told["rows"]]
    with tallied(one_office, "2021-Q2", "csv", tmp_path).open(encoding="utf-8-sig") as stream:
        read = list(csv.reader(stream))
    assert read == [list(COLUMNS), *([*map(str, row)] for row in rows)]
    book = load_workbook(tallied(one_office, "2021-Q2", "xlsx", tmp_path), read_only=True)
    sheet = book.worksheets[0]
    assert list(sheet.iter_rows(values_only=True)) == [COLUMNS, *rows]
