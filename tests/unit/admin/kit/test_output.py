"""Results for people and for programs."""

import json
from datetime import date, datetime
from decimal import Decimal

import pytest

from admin.kit.output import Format, show
from admin.kit.tables import Column, Row, written
from admin.kit.texts import load_texts

ROWS: list[Row] = [
    {"code": "XA01", "share": Decimal("14.64"), "count": 15121, "day": date(2020, 12, 31)},
    {"code": "[b]XA02", "share": None, "count": 0, "day": None},
]
COLUMNS = [Column(key=key, title=f"Cột {key}") for key in ("code", "share", "count", "day")]


def test_a_table_is_written_as_people_write(capsys: pytest.CaptureFixture[str]) -> None:
    """Comma before decimals, points between thousands, days with slashes, titles, no markup."""
    show(load_texts("vi"), ROWS, COLUMNS, Format.TABLE, "Bảng 1")
    lines = [line.split() for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert lines[0] == ["Bảng", "1"]
    assert lines[1] == ["Cột", "code", "Cột", "share", "Cột", "count", "Cột", "day"]
    assert lines[3] == ["XA01", "14,64", "15.121", "31/12/2020"]
    assert lines[4] == ["[b]XA02", "0"]


def test_json_is_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    """Decimals as text, ISO days, accents as they are."""
    show(load_texts("en"), ROWS, COLUMNS, Format.JSON)
    printed = capsys.readouterr().out
    assert json.loads(printed)[0] == {
        "code": "XA01",
        "share": "14.64",
        "count": 15121,
        "day": "2020-12-31",
    }


def test_csv_is_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    """Keys as header, nothing is an empty cell."""
    show(load_texts("vi"), ROWS, COLUMNS, Format.CSV)
    assert capsys.readouterr().out.splitlines() == [
        "code,share,count,day",
        "XA01,14.64,15121,2020-12-31",
        "[b]XA02,,0,",
    ]


def test_an_empty_result_is_empty_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    """And people are told, apart from the data."""
    show(load_texts("vi"), [], COLUMNS, Format.JSON)
    assert json.loads(capsys.readouterr().out) == []
    show(load_texts("vi"), [], COLUMNS, Format.TABLE)
    assert "Không có dòng nào." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        (15121, "15.121", "15,121"),
        (Decimal("1.40"), "1,4", "1.4"),
        (Decimal("0.372340"), "0,37234", "0.37234"),
        (True, "có", "yes"),
        (datetime(2021, 3, 15, 8, 5), "15/03/2021 08:05", "15/03/2021 08:05"),
        ("1.5", "1.5", "1.5"),
        (None, "", ""),
    ],
)
def test_values_in_the_users_language(value: object, vi: str, en: str) -> None:
    """Text is left alone."""
    assert (written(load_texts("vi"), value), written(load_texts("en"), value)) == (vi, en)
