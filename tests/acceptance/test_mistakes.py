"""An officer's slips: nothing is lost or changed behind their back, and they are told."""

import shutil
from pathlib import Path

import pytest

from tests.acceptance.contract.faults import DOSSIER, assert_refused, rows_in, small_office
from tests.acceptance.files import Style, write_one
from tests.acceptance.form import PHIEU5
from tests.acceptance.process import Motcua

AS_HOA = ("--as", "hoa")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Motcua:
    """Two units and a dossier, made once."""
    return small_office(tmp_path_factory.mktemp("mistakes"))


@pytest.fixture
def office(opened: Motcua, tmp_path: Path) -> Motcua:
    """A copy of the office for one test."""
    for file in opened.folder.glob("motcua.sqlite*"):
        shutil.copy(file, tmp_path)
    return Motcua(folder=tmp_path, url=f"sqlite:///{tmp_path}/motcua.sqlite")


def rows_of_file(file: Path, *lines: str) -> str:
    """Write a file of lines; its name."""
    file.write_text("\n".join((*lines, "")), "utf-8")
    return file.name


def complain(office: Motcua) -> str:
    """A paper form that complains of an officer, and a verifier; the complaint's reference."""
    header = f"dossier,form,answered_at,channel,{','.join(PHIEU5)}"
    said = ",".join("yes" if name == "conduct" else "" for name in PHIEU5)
    file = rows_of_file(office.folder / "p.csv", header, f"D-0,phieu5,02/04/2021,giấy,{said}")
    assert office("answers", "import", file).code == 0
    assert office(*AS_HOA, "staff", "add", "hoa", "--role", "verifier").code == 0
    (found,) = office.json(*AS_HOA, "verify", "list", "2021-Q2", "--doubt", "complaint")
    return str(found["reference"])


def test_a_decided_complaint_is_not_flipped_by_the_way(office: Motcua) -> None:
    """Who decides again is told what was decided and has to say that it is meant."""
    decide = (*AS_HOA, "verify", "complaint", complain(office))
    assert office(*decide, "upheld", "--reason", "đã gọi hỏi").code == 0
    before = rows_in(office)
    flipped = office(*decide, "refuted", "--reason", "nhầm")
    assert_refused(flipped, "vi")
    assert all(word in flipped.err for word in ("hoa", "upheld", "đã gọi hỏi", "--again"))
    assert rows_in(office) == before
    changed = office(*decide, "refuted", "--reason", "nhầm", "--again")
    assert (changed.code, "upheld" in changed.err) == (0, True)
    (last,) = office.json("audit", "list", "--limit", "1")
    assert "upheld" in str(last["details"])
    assert "refuted" in str(last["details"])


def test_a_unit_that_is_not_there_has_no_empty_list(office: Motcua) -> None:
    """An empty list would say that nothing is left to verify."""
    complain(office)
    assert_refused(office(*AS_HOA, "verify", "list", "2021-Q2", "--unit", "X99"), "vi")
    assert len(office.json(*AS_HOA, "verify", "list", "2021-Q2", "--unit", "xã x01")) == 1
    assert office.json(*AS_HOA, "verify", "list", "2021-Q2", "--unit", "X02") == []


def test_a_criterion_named_twice_is_decided_once(office: Motcua) -> None:
    """One row in the trail."""
    office(*AS_HOA, "staff", "add", "hoa", "--role", "verifier")
    before = rows_in(office)
    confirm = (*AS_HOA, "verify", "confirm", "D-0", "1", "1", "--reason", "đúng")
    assert office(*confirm).code == 0
    assert (rows_in(office) - before)["verifications"] == 1


def test_lowered_grades_are_one_line(office: Motcua) -> None:
    """Many units without the same figures: a count and their codes."""
    second = ["D-1", "X02", *DOSSIER[2:]]
    office("dossiers", "import", write_one("dossiers", [second], Style(), office.folder))
    scores = [
        [unit, "2021-Q2", "appraised", str(number), "2", ""]
        for unit in ("X01", "X02")
        for number in range(1, 8)
    ]
    office("scores", "import", write_one("scores", scores, Style(), office.folder))
    said = office("rate", "2021-Q2").out
    (line,) = [one for one in said.splitlines() if "hạ mức xếp loại" in one]
    assert "2 đơn vị" in line
    assert "X01, X02" in line
    assert "thiếu chỉ số 8" not in said


def test_a_tally_as_csv_says_what_it_leaves_out(office: Motcua) -> None:
    """The reach of the survey has other columns; it is named where it can be had."""
    told = office("tally", "2021-Q2", "--out", "t.csv").err.splitlines()
    assert len(told) == 2
    assert ".xlsx" in told[1]
    assert len(office("tally", "2021-Q2", "--out", "t.xlsx").err.splitlines()) == 1
