"""A review that can be done: codes can be copied, groups are confirmed at once, row by row."""

import os
import shutil
import subprocess
from pathlib import Path

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
