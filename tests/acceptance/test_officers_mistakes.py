"""An officer's slips: nothing is lost or changed unnoticed, and they are told."""

import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest

import migrations
from tests.acceptance.support.command import Motcua
from tests.acceptance.support.faults import (
    DOSSIER,
    assert_misused,
    assert_refused,
    rows_in,
    small_office,
)
from tests.acceptance.support.files import Style, write_one
from tests.acceptance.support.form import PHIEU5

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
    assert office("staff", "add", "hoa", "--role", "verifier").code == 0
    (found,) = office.json(*AS_HOA, "verify", "list", "2021-Q2", "--doubt", "complaint")
    return str(found["reference"])


def test_a_decided_complaint_is_not_flipped_by_the_way(office: Motcua) -> None:
    """Who decides again is told what was decided and has to confirm."""
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
    """One row in the audit log."""
    office("staff", "add", "hoa", "--role", "verifier")
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


WIDE = "dossier,form,satisfaction,satisfaction"
HEADER = "code,unit,received_at,procedure"


@pytest.mark.parametrize("taken", ["mine.txt", "steps.csv", "units.csv", "folder"])
def test_rejects_take_nobody_elses_place(office: Motcua, taken: str) -> None:
    """A file or folder of the officer's own is neither replaced nor, without rejects, removed."""
    (office.folder / "folder").mkdir()
    rows_of_file(office.folder / "mine.txt", "Mã hồ sơ quan trọng")
    rows_of_file(office.folder / "units.csv", "code,name,level")
    steps = rows_of_file(office.folder / "steps.csv", "dossier,agency", "D-0,Y tế")
    file = rows_of_file(office.folder / "d.csv", HEADER, "D-0,X01,01/04/2021,")
    before = rows_in(office), sorted(office.folder.iterdir())
    refused = office("dossiers", "import", file, "--steps", steps, "--rejects", taken)
    assert_refused(refused, "vi")
    assert taken in refused.err
    assert (rows_in(office), sorted(office.folder.iterdir())) == before


def test_two_files_of_rejects_are_two(office: Motcua) -> None:
    """The rejected dossiers do not vanish under the rejected steps."""
    steps = rows_of_file(office.folder / "s.csv", "dossier,agency", "D-404,Y tế")
    file = rows_of_file(office.folder / "d.csv", HEADER, "D-1,X99,01/04/2021,")
    line = ("dossiers", "import", file, "--steps", steps)
    assert_refused(office(*line, "--rejects", "s.csv.rejected.csv"), "vi")
    told = office(*line).err.splitlines()
    assert told[0].startswith("d.csv, dòng 2: ")
    assert any(line.startswith("s.csv, dòng 2: ") for line in told)


@pytest.mark.parametrize(
    ("kind", "lines", "said"),
    [
        ("dossiers", [HEADER, 'D-1,X01,01/04/2021,"Khai sinh', "D-2,X01,01/04/2021,"], "dòng 2"),
        ("dossiers", [HEADER, f"D-1,X01,01/04/2021,{'x' * 140_000}"], "dòng 2"),
        ("dossiers", [f"{HEADER},code"], "Tệp d.csv: cột “code” có hai lần"),
        ("answers", [WIDE, "D-0,phieu5,very,unsatisfied"], "cột “satisfaction” có hai lần"),
    ],
)
def test_a_file_that_would_be_misread(
    office: Motcua, kind: str, lines: list[str], said: str
) -> None:
    """Refused as a whole, since no row of it can be trusted."""
    before = rows_in(office)
    refused = office(kind, "import", rows_of_file(office.folder / "d.csv", *lines))
    assert_refused(refused, "vi")
    assert said in refused.err
    assert rows_in(office) == before


@pytest.mark.parametrize(
    ("kind", "header", "row", "said"),
    [
        ("facts", "unit,period,fact,value", "X01,2021-Q2,dossiers_total,1,000", "ngoặc kép"),
        ("dossiers", HEADER, "D-1,X01,01/04/2199,", "chưa tới"),
        ("dossiers", HEADER, "D-1,X01,44287,", "định dạng"),
        ("dossiers", HEADER, f"{'D' * 900},X01,01/04/2021,", "800"),
        ("units", "code,name,level", f"X09,{'x' * 900},xa", "800"),
        ("answers", "dossier,form,answered_at", "D-0,phieu5,0001-01-01T00:00+14:00", "ngày"),
    ],
)
def test_a_row_that_would_be_misread(
    office: Motcua, kind: str, header: str, row: str, said: str
) -> None:
    """Rejected with its reason, and nothing of it stored."""
    before = rows_in(office)
    done = office(kind, "import", rows_of_file(office.folder / "f.csv", header, row))
    assert (done.code, "loại 1" in done.out) == (1, True), done
    assert done.err.startswith("Dòng 2: ")
    assert said in done.err
    assert set(rows_in(office) - before) <= {"imports", "audit", "forms", "form_versions"}


def test_worksheets_that_are_not_read_are_named(office: Motcua) -> None:
    """A workbook with a sheet for each commune does not lose the second one silently."""
    book = openpyxl.Workbook()
    for name, code in (("Xã một", "E-1"), ("Xã hai", "E-2")):
        sheet = book.create_sheet(name)
        sheet.append(HEADER.split(","))
        sheet.append([code, "X01", "01/04/2021", ""])
    book.save(office.folder / "book.xlsx")
    refused = office("dossiers", "import", "book.xlsx")
    assert_refused(refused, "vi")
    assert "Xã một, Xã hai" in refused.err
    told = office("dossiers", "import", "book.xlsx", "--sheet", "Xã một")
    assert "1 dòng" in told.out
    assert "chưa đọc: Xã hai" in told.err


def test_signs_nobody_sees_are_not_stored(office: Motcua) -> None:
    """A zero byte would be kept by SQLite and break PostgreSQL."""
    file = rows_of_file(office.folder / "n.csv", HEADER, "N-\x001\x1b,X01,01/04/2021,Khai\x07 sinh")
    assert office("dossiers", "import", file).code == 0
    assert office.json("dossiers", "show", "N-1")["procedure"] == "Khai sinh"


@pytest.mark.parametrize(
    "line",
    [
        "rate 0001-Q1",
        "rate 2021-Q2 --weights xa=1e999",
        "explain X01 2021-Q2 5 --outcome late",
        "explain X01 2021-Q2 --outcome late",
        "db backup /dev/null --force",
        "--database-url sqlite:/// units list",
        "--database-url sqlite:///:memory: units list",
        "--database-url postgresql://u:hidden@127.0.0.1:99999/x units list",
        "--database-url postgresql://u:hidden@[::1/x units list",
        "--database-url sqlite:///damaged.sqlite units list",
        "db restore damaged.sqlite --force --yes",
    ],
)
def test_refused(office: Motcua, line: str) -> None:
    """One sentence without a secret, and nothing is written."""
    sound = (office.folder / "motcua.sqlite").read_bytes()
    pages = [sound[place : place + 4096] for place in range(0, len(sound), 4096)]
    damaged = b"".join([*pages[:2], *(b"\xff" * 200 + page[200:] for page in pages[2:])])
    (office.folder / "damaged.sqlite").write_bytes(damaged)
    before = rows_in(office)
    refused = office(*line.split())
    assert_refused(refused, "vi")
    assert "không lường trước" not in refused.err
    assert "hidden" not in refused.err
    assert rows_in(office) == before


@pytest.mark.parametrize(
    "line",
    [
        "invite 2021-Q2 --sample nan",
        f"delivery retry {10**30}",
        f"imports show {10**30}",
        f"imports list --limit {10**30}",
        f"audit list --limit {10**30}",
    ],
)
def test_a_number_that_is_none(office: Motcua, line: str) -> None:
    """The range is named."""
    before = rows_in(office)
    refused = office(*line.split())
    assert_misused(refused, "vi")
    assert "Cần một số từ" in refused.err
    assert "e+" not in refused.err
    assert "…" not in refused.err
    assert rows_in(office) == before


def test_nobody_gets_rights(office: Motcua) -> None:
    """An officer without a name could never be held to anything."""
    before = office.json("staff", "list")
    assert_refused(office("staff", "add", " ", "--role", "verifier"), "vi")
    assert office.json("staff", "list") == before


def test_a_setting_beyond_the_calendar(office: Motcua) -> None:
    """Refused as the service begins, not as the first citizen complains."""
    for name in ("complaint_days", "link_days"):
        assert_refused(office("serve", listen="127.0.0.1:0", **{name: "99999999999"}), "vi")


def test_a_key_file_that_is_none(office: Motcua) -> None:
    """Any bytes."""
    (office.folder / "k.key").write_bytes(b"\xff\xfe\x00")
    (office.folder / "k.key").chmod(0o600)
    file = rows_of_file(office.folder / "d.csv", HEADER)
    assert_refused(office("dossiers", "import", file, key_file="k.key"), "vi")


def test_where_nothing_may_be_written(office: Motcua) -> None:
    """Rejected rows that find no place: another one is asked for, and nothing is taken in."""
    file = rows_of_file(office.folder / "d.csv", HEADER, "D-1,X99,01/04/2021,", "D-2,X01,,")
    before = rows_in(office)
    refused = office("dossiers", "import", file, "--rejects", "/sys/rejects.csv")
    assert_refused(refused, "vi")
    assert "--rejects TỆP" in refused.err
    assert rows_in(office) == before
    told = office("tally", "2021-Q2", "--out", "/sys/tally.csv")
    assert_refused(told, "vi")
    assert "/sys/tally.csv;" in told.err


def test_a_file_that_may_not_be_read(office: Motcua) -> None:
    """No matter of how the command is written: exit code 1 (root reads it, and finds no column)."""
    file = rows_of_file(office.folder / "d.csv", "something,else")
    (office.folder / file).chmod(0)
    assert_refused(office("units", "import", file), "vi")


def test_restoring_an_older_version_blames_no_key(office: Motcua) -> None:
    """The key is there: the row has no seal because the schema is old."""
    with closing(sqlite3.connect(office.folder / "old.bak")) as conn:
        migrations.make_sqlite(conn, "0001")
    restored = office("db", "restore", "old.bak", "--force", "--yes")
    assert restored.code == 0, restored.err
    assert "vì bản sao thuộc bản cũ" in restored.err
    assert "khóa" not in restored.err
    assert "motcua db upgrade" in restored.err


def test_the_size_of_a_backup_is_written_as_people_do(office: Motcua) -> None:
    """With the decimal mark of the language."""
    assert re.search(r"\(\d+,\d MB\)", office("db", "backup", "a.bak").out)
    assert re.search(r"\(\d+\.\d MB\)", office("--lang", "en", "db", "backup", "b.bak").out)
