"""A review that can be done: codes can be copied, groups are confirmed at once, row by row."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.acceptance.support.command import MOTCUA, Motcua

CODES = [f"000.11.22.H18-210426-{number:05}" for number in range(1, 9)]
HEAD = "code,unit,procedure,channel,received_at,due_at,finished_at,returned_at,status"
DOSSIERS = [
    HEAD,
    *(
        f"{code},XA01,Khai sinh,Trực tiếp,03/05/2021,10/05/2021,09/05/2021,10/05/2021,10"
        for code in CODES
    ),
]
ANSWERS = [
    "dossier,form,answered_at,channel,on_time,contacts,contacts_own_fault,publicity,conduct",
    *(f"{code},phieu5,11/05/2021,paper,late,none,,poor,no" for code in CODES[:6]),
    *(f"{code},phieu5,11/05/2021,paper,early,many,yes,both,no" for code in CODES[6:7]),
    f"{CODES[7]},phieu5,11/05/2021,paper,early,none,,both,yes",
]
BATCH = ("verify", "confirm", "2021-Q2", "--all-of", "timing", "--reason-code", "system_dates")


@pytest.fixture(scope="module")
def quarter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database of one quarter."""
    folder = tmp_path_factory.mktemp("review")
    motcua = Motcua(folder=folder, url="sqlite:///motcua.sqlite")
    assert motcua("db", "upgrade").code == 0
    units = ["code,name,level,block", "XA01,UBND xã An Hòa,xa,xa"]
    for kind, lines in (("units", units), ("dossiers", DOSSIERS), ("answers", ANSWERS)):
        file = folder / f"{kind}.csv"
        file.write_text("\n".join(lines) + "\n", "utf-8")
        assert motcua.json(kind, "import", file)["rejected"] == 0
    return folder


@pytest.fixture
def motcua(quarter: Path, tmp_path: Path) -> Motcua:
    """The command on a copy of that database."""
    shutil.copytree(quarter, tmp_path, dirs_exist_ok=True)
    return Motcua(folder=tmp_path, url="sqlite:///motcua.sqlite")


@pytest.mark.parametrize("width", ["80", "120"])
def test_codes_can_be_copied(motcua: Motcua, width: str) -> None:
    """Whole at either width, under the name of their group with its count."""
    line = [str(MOTCUA), "--database-url", motcua.url, "verify", "list", "2021-Q2"]
    env = {"PATH": os.environ["PATH"], "COLUMNS": width}
    listed = subprocess.run(
        line, cwd=motcua.folder, env=env, capture_output=True, check=True, timeout=60
    ).stdout.decode()
    assert all(code in listed for code in CODES)
    assert "timing: người dân nhớ khác ngày của hệ thống (6)" in listed
    assert max(map(len, listed.splitlines())) <= int(width)


def test_a_group_is_confirmed_at_once(motcua: Motcua) -> None:
    """Counted first, then written with a row of the log each; a second time there is nothing."""
    told = motcua(*BATCH)
    assert (told.code, "6 chỗ" in told.err) == (0, True)
    assert len(motcua.json("verify", "list", "2021-Q2")) == 8
    assert motcua(*BATCH, "--yes").code == 0
    left = motcua.json("verify", "list", "2021-Q2")
    assert sorted(one["doubt"] for one in left) == ["complaint", "own_fault"]
    rows = motcua.json("audit", "list", "--action", "verify.confirm")
    assert sorted(row["subject"] for row in rows) == [f"dossier:{code}" for code in CODES[:6]]
    assert {row["details"]["reason"] for row in rows} == {"Theo ngày ghi trên hệ thống"}
    again = motcua(*BATCH, "--yes")
    assert (again.code, "không còn" in again.err) == (1, True)


def test_a_group_needs_a_reason_and_is_no_complaint(motcua: Motcua) -> None:
    """One sentence each; each complaint is decided for itself."""
    refused = motcua("verify", "confirm", "2021-Q2", "--all-of", "timing", "--yes")
    assert (refused.code, len(refused.err.splitlines())) == (1, 1)
    assert motcua("verify", "confirm", "2021-Q2", "--all-of", "complaint").code == 2
    assert len(motcua.json("verify", "list", "2021-Q2")) == 8


def test_publicity_counts_by_the_units_fact(motcua: Motcua) -> None:
    """What a citizen says of it is shown, and is not said to count."""
    row = motcua.json("verify", "show", CODES[0])["criteria"]["6"]
    assert (row["raw"], row["by_fact"], row["points"]) == ("poor", True, "–")
    assert "tính theo dữ kiện" in row["outcome_words"]


HEAD_ROW = 5
"""The row of the headings, below office, title and period."""


def _written(motcua: Motcua, name: str = "s.xlsx") -> tuple[Any, Any, dict[str, int]]:
    """The sheet of the quarter: workbook, page, and the column of each heading."""
    done = motcua("verify", "list", "2021-Q2", "--out", name)
    assert (done.code, done.out) == (0, "")
    book = openpyxl.load_workbook(motcua.folder / name)
    page = book["Thẩm định"]
    return book, page, {cell.value: cell.column for cell in page[HEAD_ROW]}


def _fill(page: Any, columns: dict[str, int], row: int, decision: str, why: str) -> None:  # noqa: ANN401
    page.cell(row, columns["Quyết định"]).value = decision
    page.cell(row, columns["Lý do của cán bộ"]).value = why


def _counts(report: dict[str, Any]) -> tuple[int, int, int, int]:
    assert report["accepted"] + report["rejected"] == report["rows"]
    return report["rows"], report["new"], report["same"], report["rejected"]


def test_a_sheet_offers_the_decisions_of_each_row(motcua: Motcua) -> None:
    """In words, by a drop-down list of its own for each kind of item; never over another file."""
    book, page, columns = _written(motcua)
    assert page.max_row == HEAD_ROW + 8
    assert page.cell(HEAD_ROW + 1, columns["Mã hồ sơ"]).value == CODES[0]
    assert "muộn hơn ngày hẹn" in page.cell(HEAD_ROW + 1, columns["Nay thấy, nghe nói"]).value
    assert "hẹn trả 10/05/2021" in page.cell(HEAD_ROW + 1, columns["Căn cứ, câu trả lời"]).value
    offered = {}
    for rule in page.data_validations.dataValidation:
        name, _, cells = rule.formula1.partition("!")
        listed = [cell.value for (cell,) in book[name][cells.replace("$", "")]]
        offered[str(rule.sqref)] = listed
    column = page.cell(1, columns["Quyết định"]).column_letter
    assert offered[f"{column}6:{column}11"][:2] == [
        "Xác nhận như đang có",
        "Đổi thành: sớm hơn ngày hẹn",
    ]
    assert offered[f"{column}12"] == ["Phản ánh đúng", "Phản ánh không đúng"]
    assert motcua("verify", "list", "2021-Q2", "--out", "s.xlsx").code == 1
    assert motcua("verify", "list", "2021-Q2", "--out", "s.xlsx", "--force").code == 0


def test_a_sheet_is_tried_then_imported_and_a_second_time_does_nothing(motcua: Motcua) -> None:
    """Every decision has its row in the log; rows without a decision do nothing."""
    book, page, columns = _written(motcua)
    _fill(page, columns, 6, "Xác nhận như đang có", "Đúng sổ")
    _fill(page, columns, 7, "đổi thành: TRỄ HẸN", "Nhập nhầm ngày")
    _fill(page, columns, 8, "change: same_day", "Nhập nhầm ngày")
    _fill(page, columns, 12, "Phản ánh không đúng", "Đã gặp hai bên")
    book.save(motcua.folder / "s.xlsx")
    tried = motcua.json("verify", "import", "s.xlsx")
    assert (_counts(tried), tried["dry_run"]) == ((8, 4, 4, 0), True)
    assert len(motcua.json("verify", "list", "2021-Q2")) == 8
    assert _counts(motcua.json("verify", "import", "s.xlsx", "--yes")) == (8, 4, 4, 0)
    left = motcua.json("verify", "list", "2021-Q2")
    assert [one["dossier"] for one in left] == [CODES[6], *CODES[3:6]]
    shown = motcua.json("verify", "show", CODES[1])["criteria"]["1"]
    assert (shown["raw"], shown["outcome"]) == ("early", "late")
    log = motcua.json("audit", "list", "--action", "verify")
    said = [row["action"].removeprefix("verify.") for row in log]
    assert sorted(said) == ["change", "change", "complaint", "confirm", "import"]
    assert _counts(motcua.json("verify", "import", "s.xlsx", "--yes")) == (8, 0, 8, 0)
    assert len(motcua.json("audit", "list", "--action", "verify")) == 5


def test_wrong_rows_come_back_by_cell(motcua: Motcua) -> None:
    """Corrected, the file of rejected rows is taken; the good rows were taken at once."""
    book, page, columns = _written(motcua)
    for row in range(6, 14):
        _fill(page, columns, row, "Xác nhận như đang có", "Đúng sổ")
    page.cell(6, columns["Mã hồ sơ"]).value = "000.11.22.H18-210426-99999"
    page.cell(7, columns["Đang tính"]).value = "trễ hẹn"
    page.cell(8, columns["Chỉ số"]).value = "3"
    _fill(page, columns, 9, "Duyệt", "")  # said before the reason, which is not there either
    page.cell(10, columns["Lý do của cán bộ"]).value = None
    page.cell(11, columns["Quyết định"]).value = None
    book.save(motcua.folder / "s.xlsx")
    done = motcua("verify", "import", "s.xlsx", "--yes", "--format", "json")
    report = done.json()
    assert _counts(report) == (8, 1, 0, 7)
    for cell in ("A6", "E7", "A8", "I9", "J10", "I11", "I12"):
        assert cell in done.err, cell
    back = openpyxl.load_workbook(motcua.folder / "s.xlsx.rejected.xlsx").worksheets[0]
    assert back.max_row == 8
    heads = {cell.value: cell.column for cell in back[1]}
    back.cell(8, heads["Quyết định"]).value = "Phản ánh đúng"
    back.parent.save(motcua.folder / "again.xlsx")
    assert _counts(motcua.json("verify", "import", "again.xlsx", "--yes"))[1] == 1


def test_a_sheet_without_its_columns_is_refused(motcua: Motcua) -> None:
    """Which one is missing, in one sentence; nothing is written."""
    _, page, columns = _written(motcua)
    page.delete_cols(columns["Quyết định"])
    page.parent.save(motcua.folder / "s.xlsx")
    done = motcua("verify", "import", "s.xlsx", "--yes")
    assert (done.code, "Quyết định" in done.err) == (1, True)


def test_outcomes_are_written_in_words_or_ids(motcua: Motcua) -> None:
    """`show` prints both, `change` takes both, and names both where it refuses."""
    show, change = ("verify", "show", CODES[0]), ("verify", "change", CODES[0], "1")
    assert "(early)" in motcua(*show).out
    done = motcua(*change, "Đúng ngày hẹn", "--reason", "Nhập chậm")
    assert (done.code, "đúng ngày hẹn (same_day)" in done.err) == (0, True)
    assert motcua.json(*show)["criteria"]["1"]["outcome"] == "same_day"
    assert "(same_day)" in motcua(*show).out
    assert motcua(*change, "late", "--reason", "Nhập chậm").code == 0
    refused = motcua(*change, "sớm", "--reason", "Nhập chậm")
    assert (refused.code, "early (sớm hơn ngày hẹn)" in refused.err) == (1, True)
