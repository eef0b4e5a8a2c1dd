"""`motcua check`: what an officer sees, and what a script reads."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

import admin
from admin.kit.cli import run
from admin.kit.texts import load_texts
from scoring.reconcile import Cause, Code

SAMPLES = sorted((Path(admin.__file__).parent / "samples" / "printed").glob("*.csv"))
AN_LAO = next(sample for sample in SAMPLES if "an-lao" in sample.name)
RIGHT = "Đơn vị;Tiếp nhận;Đúng và trước hạn;Trễ hạn;Đang giải quyết\nXã A;1.000;900;60;40\n"
WRONG = RIGHT.replace("60", "61")


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """A table with one error."""
    path = tmp_path / "bang.csv"
    path.write_text(WRONG, "utf-8")
    return path


def workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[object]]]) -> Path:
    """An XLSX; numbers between 0 and 1 are formatted as percentages."""
    with xlsxwriter.Workbook(path) as book:
        percent = book.add_format({"num_format": "0.00%"})
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for at, row in enumerate(rows):
                for across, cell in enumerate(row):
                    share = isinstance(cell, float) and cell < 1
                    page.write(at, across, cell, percent if share else None)
    return path


def result(capsys: pytest.CaptureFixture[str], *args: str) -> dict[str, Any]:
    """What `motcua check … --format json` prints."""
    assert run(["check", *args, "--format", "json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_json_names_every_figure(sheet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Place, stated, recomputed, difference, causes and a sentence, as decimal strings."""
    found = result(capsys, str(sheet))
    assert (found["file"], found["comparisons"], found["wrong"]) == ("bang.csv", 2, 1)
    [finding] = found["findings"]
    assert finding["code"] == "parts_not_whole"
    assert (finding["row"], finding["column"], finding["cell"]) == ("Xã A", "Tiếp nhận", "B2")
    assert [finding[k] for k in ("stated", "recomputed", "difference")] == ["1000", "1001", "1"]
    assert finding["message"] == (
        "Xã A · Tiếp nhận [B2]: Các phần cộng lại khác số tổng. Nêu 1.000, tính lại 1.001 "
        "(chênh +1). Cộng: Đúng và trước hạn + Trễ hạn + Đang giải quyết."
    )


def test_csv_is_one_line_a_finding(sheet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same findings for a spreadsheet."""
    assert run(["check", str(sheet), "--format", "csv"]) == 0
    [line] = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert (line["severity"], line["code"], line["difference"]) == ("wrong", "parts_not_whole", "1")


def test_people_see_a_table_and_the_outcome(
    sheet: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numbers the Vietnamese way on standard output, the outcome on standard error."""
    monkeypatch.setenv("COLUMNS", "140")
    assert run(["check", str(sheet)]) == 0
    out, err = capsys.readouterr()
    assert "Các phần cộng lại khác số tổng (1)" in out
    assert "1.000" in out
    assert "+1" in out
    assert err == "Đã so 2 phép tính: 1 chỗ không khớp, 0 điều cần lưu ý.\n"


def test_findings_are_the_result_unless_strict(sheet: Path, tmp_path: Path) -> None:
    """Exit 0 with findings, 1 with --strict, 0 when everything adds up."""
    right = tmp_path / "dung.csv"
    right.write_text(RIGHT, "utf-8")
    assert run(["check", str(sheet)]) == 0
    assert run(["check", str(sheet), "--strict"]) == 1
    assert run(["check", str(right), "--strict"]) == 0


def test_notes_alone_are_no_errors(tmp_path: Path) -> None:
    """--strict minds figures that cannot be right, not what is worth a look."""
    path = tmp_path / "tre.csv"
    rows = "".join(f"Xã {name};10;8;2\n" for name in "ABC")
    path.write_text(f"Đơn vị;Tiếp nhận;Đã trả;Trễ hạn\n{rows}", "utf-8")
    assert run(["check", str(path), "--strict"]) == 0


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("sample", SAMPLES, ids=[sample.stem for sample in SAMPLES])
def test_every_finding_of_the_samples_can_be_told(
    sample: Path, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """In both languages, with no placeholder left and nothing of the program's inside."""
    assert run(["--lang", language, "check", str(sample), "--format", "json"]) == 0
    messages = [one["message"] for one in json.loads(capsys.readouterr().out)["findings"]]
    for message in messages:
        assert not {"{", "}", "Decimal", "None", "_"} & set(message.replace("(", " ").split())
        assert "{" not in message


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_code_and_cause_has_its_words(language: str) -> None:
    """A new kind of finding cannot be forgotten in the locale files."""
    texts = load_texts(language).catalog
    keys = [f"check.{part}.{code}" for part in ("titles", "details") for code in Code]
    keys += [f"check.causes.{cause}" for cause in Cause]
    assert [key for key in keys if key not in texts] == []


def test_a_workbook_may_hold_counts_and_percentages_as_numbers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """183 and 8 and 4,37 % shown from 0.0437 add up; 4,47 % does not."""
    header = ("Đơn vị", "Tiếp nhận", "Trễ hạn", "Tỷ lệ trễ (%)")
    rows = [header, ("Phòng A", 183, 8, 0.0437), ("Phòng B", 27, 1, 0.0370)]
    path = workbook(tmp_path / "dung.xlsx", {"Bảng": rows})
    assert result(capsys, str(path))["findings"] == []
    rows[1] = ("Phòng A", 183, 8, 0.0447)
    path = workbook(tmp_path / "sai.xlsx", {"Bảng": rows})
    [finding] = result(capsys, str(path))["findings"]
    assert (finding["cell"], finding["stated"], finding["recomputed"]) == ("D2", "4.47", "4.37")


def test_sheets_without_a_period_are_not_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Quý I and Quý II have other figures for the same unit; with the same period they clash."""
    header = ("Đơn vị", "Tiếp nhận", "Trễ hạn")
    one, two = ("Xã A", 10, 1), ("Xã A", 12, 1)
    path = workbook(tmp_path / "quy.xlsx", {"Quý I": [header, one], "Quý II": [header, two]})
    assert result(capsys, str(path))["findings"] == []
    period = ("Kỳ báo cáo", "2020")
    sheets = {"Một": [period, header, one], "Hai": [period, header, two]}
    [finding] = result(capsys, str(workbook(tmp_path / "ky.xlsx", sheets)))["findings"]
    assert (finding["code"], finding["sheet"]) == ("two_values", "Hai")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", "\t", ","])
def test_a_csv_is_read_as_spreadsheets_save_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], encoding: str, delimiter: str
) -> None:
    """Unicode of any kind; semicolons, tabs or commas."""
    path = tmp_path / "bang.csv"
    path.write_text(WRONG.replace(";", delimiter), encoding)
    assert result(capsys, str(path))["wrong"] == 1


def test_the_quota_and_the_rounding_can_be_chosen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--quota asks for a least share of forms; --rounding says how percentages should be cut."""
    forms = tmp_path / "phieu.csv"
    forms.write_text("Kỳ;Số phiếu;Hồ sơ làm mẫu số\nQuý IV/2019;150;2.024\n", "utf-8")
    assert result(capsys, str(forms))["findings"] == []
    for quota in ("10", "10%"):
        [finding] = result(capsys, str(forms), "--quota", quota)["findings"]
        assert finding["recomputed"] == "203"
    cut = result(capsys, str(AN_LAO), "--rounding", "truncate")["findings"]
    assert not any("truncated" in finding["code"] for finding in cut)


@pytest.mark.parametrize("quota", ["400", "mười", "-1"])
def test_a_quota_that_is_no_percentage_is_wrong_use(
    sheet: Path, quota: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, and what is wanted."""
    assert run(["check", str(sheet), f"--quota={quota}"]) == 2
    assert "từ 0 đến 100" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("abc;1\n", "không có dòng tiêu đề nào hiểu được"),
        ("Đơn vị;Tiếp nhận\nXã A;nhiều\n", "bang.csv, ô B2, cột “Tiếp nhận”: “nhiều”"),
        ("Đơn vị;Tiếp nhận\nXã A;1;2\n", "bang.csv, ô C2: “2” nằm ngoài"),
        ("Nhận định;thấp\nĐơn vị;Tiếp nhận\nXã A;1\n", "bang.csv, dòng 1: không hiểu “thấp”"),
        ("<html></html>", "HTML"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_place(
    tmp_path: Path, content: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 1, one sentence on standard error, nothing on standard output."""
    path = tmp_path / "bang.csv"
    path.write_text(content, "utf-8")
    assert run(["check", str(path)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert sentence in err


def test_a_broken_workbook_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that only begins like a workbook."""
    path = tmp_path / "hong.xlsx"
    path.write_bytes(b"PK\x03\x04 hong")
    assert run(["check", str(path)]) == 1
    assert "hong.xlsx" in capsys.readouterr().err


def test_a_table_with_nothing_to_compare_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One column of figures proves nothing, and that is not “everything adds up”."""
    path = tmp_path / "it.csv"
    path.write_text("Đơn vị;Tiếp nhận\nXã A;1\n", "utf-8")
    assert run(["check", str(path)]) == 0
    assert "không có hai con số nào liên quan" in capsys.readouterr().err
