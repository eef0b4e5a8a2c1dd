"""`motcua check` vouches for nothing that it could not read."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from admin.checking.printed_tables import load_tables
from scoring.reconcile import load_vocabulary

TABLE = (
    ("Dòng", "Đơn vị", "Tiếp nhận", "Đã giải quyết", "Đúng hạn", "Trễ hạn"),
    ("tổng", "Toàn huyện", 150, 150, 135, 15),
    ("đơn vị", "Xã A", 100, 100, 90, 10),
    ("đơn vị", "Xã B", 50, 50, 45, 5),
)
Run = Callable[..., Any]


def _write(file: Path, *, row: int = 1, column: int = 1, total: tuple[object, ...] = ()) -> Path:
    book = openpyxl.Workbook()
    for down, line in enumerate(TABLE):
        for right, value in enumerate(line):
            book.active.cell(row + down, column + right, value)
    for right, value in enumerate(total, 2):
        cell = book.active.cell(row + 1, column + right, value)
        cell.data_type = "e" if str(value).startswith("#") else "f"
    book.save(file)
    return file


@pytest.mark.parametrize("total", [("#REF!", "#REF!"), ("=SUM(C3:C4)", "=SUM(D3:D4)")])
def test_cells_without_a_value_are_named(total: tuple[str, ...], tmp_path: Path) -> None:
    """Errors and formulas nobody computed; the rest is compared."""
    printed = load_tables(_write(tmp_path / "bang.xlsx", total=total), load_vocabulary())
    assert [(cell.cell, cell.value) for cell in printed.unread] == [
        ("C2", total[0]),
        ("D2", total[1]),
    ]


def test_the_summary_never_says_that_all_is_right(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And with --strict the exit code is 1."""
    from admin.kit.cli import run

    file = _write(tmp_path / "bang.xlsx", total=("#REF!", "#REF!"))
    assert run(["check", str(file)]) == 0
    told = capsys.readouterr().err
    assert "mọi con số đều khớp" not in told
    assert "2 ô không đọc được" in told
    assert "C2 (#REF!), D2 (#REF!)" in told
    assert run(["check", str(file), "--strict"]) == 1
    assert run(["check", str(_write(tmp_path / "dung.xlsx")), "--strict"]) == 0
    assert "mọi con số đều khớp" in capsys.readouterr().err


def test_a_hidden_worksheet_with_numbers_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is not read; an empty one, or one with a note only, is nothing."""
    from admin.kit.cli import run

    file = _write(tmp_path / "bang.xlsx")
    book = openpyxl.load_workbook(file)
    for name, value in (("Số cũ", 150), ("Ghi chú", "nháp")):
        book.create_sheet(name).append([value])
        book[name].sheet_state = "hidden"
    book.save(file)
    assert run(["check", str(file), "--strict"]) == 1
    told = capsys.readouterr().err
    assert "mọi con số đều khớp" not in told
    assert "trang tính ẩn có số: Số cũ." in told


def test_addresses_are_those_of_the_sheet(tmp_path: Path) -> None:
    """A table that begins at C5 has its first total in E6."""
    printed = load_tables(_write(tmp_path / "bang.xlsx", row=5, column=3), load_vocabulary())
    (table,) = printed.tables
    received = table.column("received")
    assert received is not None
    assert table.cell(table.rows[0], received) == "E6"


def test_a_soft_hyphen_in_a_heading_is_nothing(tmp_path: Path) -> None:
    """As it comes from a PDF; no-break spaces neither."""
    (file := tmp_path / "bang.csv").write_text(
        "Dòng;Đơn vị;Tiếp\u00a0nhận;Đã giải\u00ad quyết;Đúng hạn;Trễ hạn\n"
        "tổng;Toàn huyện;1\u00a0150;1\u202f150;1090;60\n",
        "utf-8",
    )
    (table,) = load_tables(file, load_vocabulary()).tables
    assert [column.id for column in table.columns][2:4] == ["received", "resolved"]
