"""Workbooks to hand in: readable, printable, with the figures of the JSON; nothing overwritten."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from admin.kit import cli
from admin.kit.formulas import without_formula
from admin.reporting import workbook
from tests.acceptance.support.district import drawn
from tests.acceptance.support.files import STYLES, write
from tests.integration.office import KEY


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a district in a database, which the settings name."""
    folder = tmp_path_factory.mktemp("office")
    files = write(drawn(5, busiest=20), STYLES[0], folder)
    reported = ("answers", "facts", "scores")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOTCUA_DATABASE_URL", f"sqlite:///{folder}/motcua.sqlite")
        patch.setenv("MOTCUA_KEY", KEY)
        patch.setenv("MOTCUA_AUTHORITY", "UBND huyện An Lão")
        for line in (
            ["db", "upgrade"],
            ["units", "import", str(files.units)],
            ["dossiers", "import", str(files.dossiers), "--steps", str(files.steps)],
            *([name, "import", str(getattr(files, name))] for name in reported),
        ):
            assert cli.run(line) == 0, line
        yield folder


def _made(file: Path, *line: str) -> Workbook:
    assert cli.run([*line, "--out", str(file)]) == 0
    return load_workbook(file)


def _json(capsys: pytest.CaptureFixture[str], *line: str) -> Any:  # noqa: ANN401 - any JSON
    capsys.readouterr()
    assert cli.run([*line, "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def _rows(sheet: Worksheet, head: str) -> list[dict[str, Any]]:
    """The rows under the header line that begins with `head`, up to a blank line."""
    lines = [list(row) for row in sheet.iter_rows(values_only=True)]
    start = next(place for place, line in enumerate(lines) if line[0] == head)
    found = []
    for line in lines[start + 1 :]:
        if not any(value is not None for value in line):
            break
        found.append(dict(zip(map(str, lines[start]), line, strict=True)))
    return found


def _visible(book: Workbook) -> list[Worksheet]:
    return [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]


def test_a_rating_in_a_workbook(
    office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Points, totals and grades of every unit; grades by block; what to act on; the policies."""
    told = _json(capsys, "rate", "2021-Q2")
    book = _made(tmp_path / "r.xlsx", "rate", "2021-Q2", "--compare")
    assert book.active is not None
    assert book.active.title == "Tổng hợp"
    units = _rows(book["Từng đơn vị"], "Mã")
    names = told["names"]["grades"] | told["names"]["states"]
    for shown, unit in zip(units[:-1], told["units"], strict=True):
        assert (shown["Mã"], shown["Tên"]) == (unit["code"], unit["name"])
        assert shown["Tổng"] == (unit["total"] and float(unit["total"]))
        assert shown["Xếp loại"] == names[unit["grade"] or unit["state"]]
        for number, score in unit["criteria"].items():
            assert shown[f"CS{number}"] == (score and float(score["points"]))
    assert units[-1]["Nhận"] == told["totals"]["received"]
    blocks = _rows(book["Tổng hợp"], "Khối")
    assert [block["Tốt"] for block in blocks] == [one["grades"]["tot"] for one in told["blocks"]]
    attended = _rows(book["Cần lưu ý"], "Nội dung")
    assert {row["Mã"] for row in attended} >= {one["code"] for one in told["attention"]["overdue"]}
    assert len(_rows(book["Quy ước"], "Chỗ luật để ngỏ")) == len(told["policies"])
    assert _rows(book["So sánh"], "Mã")
    assert len(_rows(book["Tự chấm và thẩm định"], "Mã")) == 3 * len(told["scores"])


def test_a_tally_in_a_workbook(
    office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The words of questions and options, unit names, shares and totals; ids in hidden sheets."""
    told = _json(capsys, "tally", "2021-Q2")
    book = _made(tmp_path / "t.xlsx", "tally", "2021-Q2")
    assert next(sheet.title for sheet in _visible(book)) == "Tổng hợp"
    assert list(book["rows"].iter_rows(values_only=True))[1:] == [
        tuple(row.values()) for row in told["rows"]
    ]
    answers = _rows(book["Câu trả lời"], "Mã đơn vị")
    asked = {(row["form"], row["question"]) for row in told["rows"] if row["count"]}
    counts = [row["count"] for row in told["rows"] if (row["form"], row["question"]) in asked]
    assert [row["Số phiếu"] for row in answers] == counts
    assert {"Rất hài lòng", "Chưa hài lòng"} <= {row["Trả lời"] for row in answers}
    assert all(row["Tên đơn vị"] for row in answers)
    reach = _rows(book["Phát và thu phiếu"], "Mã đơn vị")
    assert reach[-1]["Mã đơn vị"] == "Tổng cộng"
    assert reach[-1]["Thu về"] == sum(row["answered"] for row in told["response"])
    whole = {one["question"]: one for one in told["whole"]["questions"]}
    first = _rows(book["Tổng hợp"], "Câu hỏi")[0]
    assert round(100 * first["Tỷ lệ"], 1) == float(whole["satisfaction"]["shares"]["very"])


def test_a_published_workbook_gives_nothing_away(office: Path, tmp_path: Path) -> None:
    """Small counts are hidden on every sheet, and no sum is there to derive them from."""
    book = _made(tmp_path / "p.xlsx", "tally", "2021-Q2", "--public", "--by", "unit")
    shown = [
        value
        for name in ("Câu trả lời", "Tổng hợp")
        for row in book[name].iter_rows(min_row=5, values_only=True)
        for value in row
    ]
    assert "<5" in shown
    assert not [value for value in shown if isinstance(value, int) and 0 < value < 5]
    assert "Tổng cộng" not in [row[0].value for row in book["Phát và thu phiếu"].iter_rows()]


@pytest.mark.parametrize(
    "line", [("rate", "2021-Q2"), ("tally", "2021-Q2"), ("onestop", "2021-Q2")]
)
def test_every_sheet_prints(line: tuple[str, ...], office: Path, tmp_path: Path) -> None:
    """Headed, on A4 across, one page wide, its head frozen and repeated; charts are native."""
    file = tmp_path / "f.xlsx"
    sheets = _visible(_made(file, *line))
    for sheet in sheets:
        assert sheet["A1"].value == "UBND huyện An Lão"
        assert sheet["A3"].value == "Quý II năm 2021 (từ 15/03/2021 đến hết 14/06/2021)"
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert _printed_inches(sheets[0]) < 10.7
    assert sheets[0].row_breaks.brk
    for sheet in sheets[1:]:
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert (sheet.freeze_panes, sheet.print_title_rows) == ("B6", "$5:$5")
        assert sheet.auto_filter.ref.startswith("A5:")
    with zipfile.ZipFile(file) as parts:
        assert len([name for name in parts.namelist() if name.startswith("xl/charts/chart")]) == 2
        assert b"<f>" not in b"".join(
            parts.read(name) for name in parts.namelist() if "worksheets/sheet" in name
        )


def _printed_inches(sheet: Worksheet) -> float:
    """How wide a sheet is on paper that is not fitted to a page; its charts are on pages of their
    own."""
    scale = int(sheet.page_setup.scale or 100) / 100
    return float(scale * sum(7 * one.width + 5 for one in sheet.column_dimensions.values()) / 96)


def test_percentages_have_one_decimal(office: Path, tmp_path: Path) -> None:
    """Every percentage on every sheet, and no cell too narrow for its number."""
    for line in (("rate", "2021-Q2"), ("tally", "2021-Q2"), ("onestop", "2021-Q2")):
        for sheet in _visible(_made(tmp_path / f"{line[0]}.xlsx", *line)):
            for row in sheet.iter_rows(min_row=5):
                for cell in row:
                    if isinstance(cell.value, int | float):
                        width = sheet.column_dimensions[cell.column_letter].width
                        assert len(f"{cell.value:,.1f}") < width
                        assert "%" not in cell.number_format or cell.number_format == "0.0%"


@pytest.mark.parametrize("suffix", ["xlsx", "csv", "json"])
@pytest.mark.parametrize("command", ["rate", "tally"])
def test_no_file_is_overwritten(
    command: str, suffix: str, office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --force an existing file stays what it is, and the way on is named."""
    file = tmp_path / f"dossiers.{suffix}"
    file.write_text("mine")
    capsys.readouterr()
    assert cli.run([command, "2021-Q2", "--out", str(file)]) == 1
    assert "--force" in capsys.readouterr().err
    assert file.read_text() == "mine"
    assert cli.run([command, "2021-Q2", "--out", str(file), "--force"]) == 0
    assert file.stat().st_size > 100
    assert [one.name for one in tmp_path.iterdir()] == [file.name]


@pytest.mark.parametrize("option", ["--missing", "--officials"])
def test_a_list_is_no_rating(option: str, office: Path, tmp_path: Path) -> None:
    """A file that would not hold what was asked for is not written."""
    assert cli.run(["rate", "2021-Q2", option, "--out", str(tmp_path / "r.xlsx")]) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_csv_opens_in_a_spreadsheet(office: Path, tmp_path: Path) -> None:
    """Letters whole by the byte order mark; what looks like a formula is a text."""
    assert cli.run(["rate", "2021-Q2", "--out", str(tmp_path / "r.csv")]) == 0
    assert (tmp_path / "r.csv").read_bytes().startswith("\ufeffcode,".encode())
    texts = ["=1+1", "@SUM(A1)", "+84912", "-0.5", "-cmd", "Xã An Hòa", 7, None]
    assert [without_formula(text) for text in texts] == [
        *("'=1+1", "'@SUM(A1)", "+84912", "-0.5", "'-cmd", "Xã An Hòa", 7, None)
    ]


def test_a_sheet_too_long_goes_on_in_the_next(
    office: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No row is cut at the limit of a worksheet, and the notes say so."""
    whole = _made(tmp_path / "whole.xlsx", "tally", "2021-Q2")
    monkeypatch.setattr(workbook, "MAX_ROWS", 101)
    split = _made(tmp_path / "split.xlsx", "tally", "2021-Q2")
    for name, head in (("rows", 1), ("Câu trả lời", workbook.HEAD_ROWS + 1)):
        parts = [sheet for sheet in split.worksheets if sheet.title.startswith(name)]
        assert len(parts) > 1
        assert max(sheet.max_row for sheet in parts) <= 101
        rows = [r for s in parts for r in s.iter_rows(min_row=head + 1, values_only=True)]
        assert rows == list(whole[name].iter_rows(min_row=head + 1, values_only=True))
    notes = [row[0].value for row in split["Ghi chú"].iter_rows()]
    assert any("trang sau" in str(note) for note in notes)
