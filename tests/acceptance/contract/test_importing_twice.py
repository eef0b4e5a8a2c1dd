"""The same file again changes nothing; what was rejected can be mended and taken in."""

import csv
from pathlib import Path

import pytest

from tests.acceptance.support.command import Motcua
from tests.acceptance.support.files import STYLES, write_one
from tests.acceptance.support.form import PHIEU5
from tests.acceptance.support.office import Office, rows_of, taken_in


def test_every_file_a_second_time(office: Office) -> None:
    """All rows are as before, and so is the rating."""
    before = office.motcua.json("rate", "2021-Q2")
    for kind, report in taken_in(office.motcua, office.files).items():
        rows = rows_of(office.district)[kind]
        assert report["rows"] == report["accepted"] == report["same"] == rows, kind
        assert report["new"] == report["changed"] == report["rejected"] == 0, kind
    assert office.motcua.json("rate", "2021-Q2") == before


def answers(
    dossier: str,
    *,
    form: str = "phieu5",
    answered_at: str = "02/04/2021",
    satisfaction: str = "very",
) -> list[str]:
    """A row of answers with one question answered."""
    return [dossier, form, answered_at, "giấy", satisfaction, *[""] * len(PHIEU5)]


FAULTS: dict[str, list[tuple[list[str], dict[int, str]]]] = {
    "units": [
        (["Z01", "Xã Một", "thon", "xa", "", "", ""], {2: "xa"}),
        (["Z02", "", "xa", "xa", "", "", ""], {1: "Xã Hai"}),
        (["Z03", "Xã Ba", "xa", "xa", "ZZZ", "", ""], {4: "H00"}),
        (["Z04", "Xã Bốn", "xa", "xa", "", "31/02/2020", ""], {5: "28/02/2020"}),
        (["Z09", "Xã Khác", "xa", "xa", "", "", ""], {0: "Z05"}),
    ],
    "dossiers": [
        (["", "X01", "Khai sinh", "Trực tiếp", "01/04/2021", "", "", "", "2", "", ""], {0: "E-1"}),
        (["E-2", "Xã Lạ", "", "Trực tiếp", "01/04/2021", "", "", "", "2", "", ""], {1: "X01"}),
        (["E-3", "X01", "", "Bồ câu", "01/04/2021", "", "", "", "2", "", ""], {3: "BCCI"}),
        (["E-4", "X01", "", "BCCI", "31/04/2021", "", "", "", "2", "", ""], {4: "30/04/2021"}),
        (["E-5", "X01", "", "BCCI", "01/04/2021", "mai", "", "", "2", "", ""], {5: "02/04/2021"}),
        (["E-6", "X01", "", "BCCI", "01/04/2021", "", "", "", "11", "", ""], {8: "4"}),
        (["E-9", "X02", "", "BCCI", "01/04/2021", "", "", "", "2", "", ""], {0: "E-7"}),
    ],
    "answers": [
        (answers("D-0", satisfaction="great"), {4: "very"}),
        (answers("D-404", satisfaction="very"), {0: "D-1"}),
        (answers("D-2", form="phieu9"), {1: "phieu5"}),
        (answers("D-3", answered_at="hôm qua"), {2: "2021-04-03"}),
        (answers("D-5", satisfaction="satisfied"), {0: "D-4"}),
    ],
    "facts": [
        (["X01", "2021-Q2", "niceness", "1"], {2: "publicity", 3: "one"}),
        (["X01", "2021-Q5", "publicity", "one"], {1: "2019-Q1"}),
        (["X99", "2021-Q2", "publicity", "one"], {0: "X02", 1: "2019-Q1"}),
        (["X01", "2019-Q1", "onspot_share", "1.01"], {3: "1"}),
        (["X01", "2019-Q1", "onestop_share", "-0.1"], {3: "0.1"}),
        (["X01", "2019-Q1", "complaints_total", "2.5"], {3: "2"}),
        (["X01", "2019-Q2", "publicity", "maybe"], {3: "poor"}),
    ],
    "scores": [
        (["X01", "2019-Q1", "self", "10", "1", ""], {3: "1"}),
        (["X01", "2019-Q1", "self", "2", "2.1", ""], {4: "2"}),
        (["X01", "2019-Q1", "self", "3", "-1", ""], {4: "0"}),
        (["X01", "2019-Q1", "perhaps", "4", "1", ""], {2: "appraised"}),
        (["X99", "2019-Q1", "self", "5", "1", ""], {0: "X01"}),
        (["X01", "quý hai", "self", "6", "1", ""], {1: "2019-Q1"}),
    ],
}
"""Rows that cannot be taken, and what has to be written instead, by the place of the cell."""
GOOD = {
    "units": ["Z09", "Xã Chín", "xa", "xa", "", "", ""],
    "dossiers": ["E-9", "X01", "", "BCCI", "01/04/2021", "", "", "", "2", "", ""],
    "answers": answers("D-5"),
    "facts": ["X09", "2019-Q1", "publicity", "one"],
    "scores": ["X09", "2019-Q1", "self", "9", "1", ""],
}


@pytest.fixture(scope="module")
def motcua(tmp_path_factory: pytest.TempPathFactory) -> Motcua:
    """A database with units, and nothing else."""
    folder = tmp_path_factory.mktemp("repeating")
    motcua = Motcua(folder=folder, url=f"sqlite:///{folder}/motcua.sqlite")
    assert motcua("db", "upgrade").code == 0
    names = [("H00", "Ủy ban"), *((f"X{n:02}", f"Xã Số {n}") for n in range(1, 10))]
    rows = [[code, name, "xa", "xa", "", "", ""] for code, name in names]
    assert motcua.json("units", "import", write_one("units", rows, STYLES[0], folder))["new"] == 10
    dossiers = [
        [f"D-{n}", "X01", "", "BCCI", "01/04/2021", *["02/04/2021"] * 3, "10", "", ""]
        for n in range(6)
    ]
    file = write_one("dossiers", dossiers, STYLES[0], folder)
    assert motcua.json("dossiers", "import", file)["new"] == 6
    return motcua


@pytest.mark.parametrize("kind", FAULTS)
def test_rejected_rows(kind: str, motcua: Motcua, tmp_path: Path) -> None:
    """Accepted plus rejected is all rows; the rejects, corrected in their file, are imported."""
    faults = FAULTS[kind]
    good = GOOD[kind]
    file = write_one(kind, [good, *(row for row, _ in faults)], STYLES[0], tmp_path)
    rejects = tmp_path / "rejects.csv"
    done = motcua(kind, "import", file, "--rejects", rejects, "--format", "json")
    report = done.json()
    assert report["rejected"] == len(faults), done.err
    assert report["accepted"] + report["rejected"] == report["rows"]
    with rejects.open(encoding="utf-8-sig") as stream:
        header, *rows = csv.reader(stream)
    assert [row[: len(good)] for row in rows] == [row for row, _ in faults]
    assert all(row[-1] for row in rows)
    for row, (_, mends) in zip(rows, faults, strict=True):
        for place, cell in mends.items():
            row[place] = cell
    with rejects.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows, *(row for row, _ in faults[:1])])
    again = motcua.json(kind, "import", rejects, "--dry-run", "--rejects", tmp_path / "again.csv")
    assert again["rejected"] == 1
    assert (tmp_path / "again.csv").read_text("utf-8-sig").splitlines()[0] == ",".join(header)
    with rejects.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    mended = motcua.json(kind, "import", rejects)
    assert (mended["accepted"], mended["rejected"]) == (len(faults), 0)


def test_steps_with_one_bad_row(motcua: Motcua, tmp_path: Path) -> None:
    """All steps of a dossier wait together, so that the mended rejects are all of them."""
    day = "02/04/2021"
    rows = [["D-0", "Nội vụ", day, day], ["D-0", "Y tế", day, "bao giờ"], ["D-1", "Y tế", day, day]]
    file = write_one("steps", rows, STYLES[0], tmp_path)
    dossiers = write_one("dossiers", [GOOD["dossiers"]], STYLES[0], tmp_path)
    rejects = tmp_path / "steps.csv.rejected.csv"
    report = motcua.json("dossiers", "import", dossiers, "--steps", file)["steps"]
    assert (report["accepted"], report["rejected"]) == (1, 2)
    rejects.write_text(rejects.read_text("utf-8").replace("bao giờ", "03/04/2021"), "utf-8")
    mended = motcua.json("dossiers", "import", dossiers, "--steps", rejects)["steps"]
    assert (mended["new"], mended["rejected"]) == (2, 0)
