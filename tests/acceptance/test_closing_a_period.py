"""A closed period: what was signed stays, late rows are taken in, and `period diff` tells them."""

import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from openpyxl import load_workbook
from sqlalchemy import create_engine, text

from surveys.store.base.schema import invitations
from tests.acceptance.support.closed_quarter import ANSWERS_HEAD, CLOSE, HEAD, make_quarter, take
from tests.acceptance.support.command import Motcua

LATE_DOSSIER = (
    HEAD,
    "H56-210503-0002,XA01,Khai sinh,Trực tiếp,03/05/2021,10/05/2021,09/05/2021,12/05/2021,10,",
)
LATE_ANSWER = (ANSWERS_HEAD, "H56-210503-0003,phieu4,13/05/2021,paper,very,none,none,no")
LATE_FACT = ("unit,period,fact,value", "XA01,2021-Q2,publicity,poor")


@pytest.fixture(scope="module")
def quarter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database of one quarter."""
    return make_quarter(tmp_path_factory.mktemp("quarter"))


@pytest.fixture
def motcua(quarter: Path, tmp_path: Path) -> Motcua:
    """The command on a copy of that database."""
    shutil.copytree(quarter, tmp_path, dirs_exist_ok=True)
    return Motcua(folder=tmp_path, url="sqlite:///motcua.sqlite")


@pytest.fixture
def closed(motcua: Motcua) -> Motcua:
    """The same after the quarter was closed."""
    assert motcua(*CLOSE).code == 0
    return motcua


def _correct(motcua: Motcua) -> None:
    for kind, lines in (
        ("dossiers", LATE_DOSSIER),
        ("answers", LATE_ANSWER),
        ("facts", LATE_FACT),
    ):
        take(motcua, kind, lines)


def _unsigned(found: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if key not in {"signed", "closing"}}


READ = (
    ("rate", "2021-Q2"),
    ("rate", "2021-Q2", "--weights", "xa=1"),
    ("tally", "2021-Q2"),
    ("tally", "2021-Q2", "--by", "block,procedure,channel"),
    ("tally", "2021-Q2", "--by", "level"),
    ("explain", "XA01", "2021-Q2"),
    ("explain", "XA01", "2021-Q2", "1"),
)


def test_signed_figures_stay(motcua: Motcua) -> None:
    """Whatever comes in later, each command prints what was signed, and today's with --live."""
    before = [motcua.json(*line) for line in READ]
    officials = motcua("rate", "2021-Q2", "--officials").out
    assert motcua(*CLOSE).code == 0
    _correct(motcua)
    for line, was in zip(READ, before, strict=True):
        found = motcua.json(*line)
        assert found["signed"] is True, line
        if line[-1] == "1":  # the reasons are today's records, and say that they changed
            found["dossiers"], was["dossiers"] = (
                [one["outcome"] for one in told["dossiers"]] for told in (found, was)
            )
        assert _unsigned(found) == was, line
        live = motcua.json(*line, "--live")
        assert live["signed"] is False
        assert _unsigned(live) != was or "--weights" in line, line
    assert motcua("rate", "2021-Q2", "--officials").out == officials


def test_a_report_prints_what_was_signed(motcua: Motcua) -> None:
    """Of either kind; the file of figures says so."""

    def figures(*more: str) -> dict[str, Any]:
        assert motcua("report", "2021-Q2", "--out", "r", "--force", *more).code == 0
        found: dict[str, Any] = json.loads((motcua.folder / "r" / "so-lieu.json").read_text())
        return found

    kinds = ((), ("--kind", "onestop"))
    before = [figures(*kind) for kind in kinds]
    assert motcua(*CLOSE).code == 0
    _correct(motcua)
    for kind, was in zip(kinds, before, strict=True):
        found = figures(*kind)
        assert found["signed"] is True
        assert _unsigned(found) | {"printed": 0} == was | {"printed": 0}
        live = figures(*kind, "--live")
        assert live["signed"] is False
        assert _unsigned(live) != was


def test_signed_figures_are_marked(closed: Motcua) -> None:
    """In the table, in CSV, and on every sheet of a workbook."""
    assert "SỐ ĐÃ KÝ" in closed("rate", "2021-Q2").out
    assert "SỐ HÔM NAY" in closed("rate", "2021-Q2", "--live").out
    assert "SỐ ĐÃ KÝ" in closed("tally", "2021-Q2").out
    assert closed("rate", "2021-Q2", "--format", "csv").out.splitlines()[0].endswith(",signed")
    for name in ("rate", "tally"):
        file = closed.folder / f"{name}.xlsx"
        assert closed(name, "2021-Q2", "--out", file).code == 0
        shown = [one for one in load_workbook(file).worksheets if one.sheet_state == "visible"]
        assert all("SỐ ĐÃ KÝ" in str(sheet["A3"].value) for sheet in shown)


def test_differences_name_their_causes(closed: Motcua) -> None:
    """Each figure before and after; dossiers, facts and decisions with the rows of the log."""
    assert closed.json("period", "diff", "2021-Q2")["figures"] == []
    _correct(closed)
    decide = ("verify", "change", "H56-210503-0001", "1", "same_day", "--reason", "Nhập chậm")
    assert closed(*decide).code == 0
    found = closed.json("period", "diff", "2021-Q2")
    figures = {(f["of"], f["code"], f["figure"]): f for f in found["figures"]}
    signed, live = (closed.json("rate", "2021-Q2", *more) for more in ((), ("--live",)))
    for number in ("1", "6", "3"):
        one = figures["unit", "XA01", f"cs{number}"]
        points = [told["units"][0]["criteria"][number]["points"] for told in (signed, live)]
        assert [one["before"], one["after"]] == points
        assert one["causes"]
    assert figures["tally", "XA01", "phieu4.satisfaction.very"]["after"] == 2
    dossiers = {one["dossier"][-1]: one for one in found["dossiers"]}
    assert dossiers["2"]["changes"][0] == {"field": "cs1", "before": "late", "after": "early"}
    log = {row["id"]: row["action"] for row in closed.json("audit", "list")}
    acts = {one["cause"]: log[one["audit"]] for one in found["causes"]}
    assert [acts[number] for number in dossiers["2"]["causes"]] == ["dossiers.import"]
    assert [acts[number] for number in dossiers["3"]["causes"]] == ["answers.import"]
    assert [acts[number] for number in dossiers["1"]["causes"]] == ["verify.change"]
    (fact,) = found["reported"]
    assert (fact["name"], fact["before"], fact["after"]) == ("publicity", "both", "poor")
    assert [acts[number] for number in fact["causes"]] == ["facts.import"]
    assert "H56-210503-0002" in closed("period", "diff", "2021-Q2").out


@pytest.mark.parametrize("kind", ["dossiers", "answers", "facts"])
def test_an_import_says_what_falls_into_a_closed_period(motcua: Motcua, kind: str) -> None:
    """One note with the count and the period, in a dry run too; before closing there is none, and
    for what the database has already."""
    rows = {"dossiers": LATE_DOSSIER, "answers": LATE_ANSWER, "facts": LATE_FACT}[kind]
    file = motcua.folder / f"{kind}.csv"
    file.write_text("\n".join(rows) + "\n", "utf-8")
    assert motcua.json(kind, "import", file, "--dry-run")["warnings"] == {}
    assert motcua(*CLOSE).code == 0
    said = motcua.json(kind, "import", file, "--dry-run")
    assert said["warnings"] == {"closed_period": 1}
    assert said["warning_details"]["closed_period"]["words"] == {"2021-Q2": 1}
    done = motcua(kind, "import", file)
    assert "1 dòng thuộc kỳ đã chốt (“2021-Q2”)" in " ".join((done.out + done.err).split())
    assert motcua.json(kind, "import", file)["warnings"] == {}
    assert motcua("period", "reopen", "2021-Q2", "--reason", "x").code == 0


def test_a_later_complaint_is_told_in_words(closed: Motcua) -> None:
    """What it is about and what became of it, without ids."""
    late = (ANSWERS_HEAD, "H56-210503-0003,phieu4,13/05/2021,paper,very,none,none,yes")
    take(closed, "answers", late)
    told = closed("period", "diff", "2021-Q2").out
    assert "thái độ: phản ánh chờ xác minh" in " ".join(told.split())
    assert "pending" not in told
    reference = closed.json("verify", "list", "2021-Q2", "--doubt", "complaint")[0]["reference"]
    assert closed("verify", "complaint", reference, "refuted", "--reason", "Đã gặp").code == 0
    assert closed("report", "2021-Q2", "--addendum", "--out", "dc").code == 0
    book = load_workbook(closed.folder / "dc" / "dinh-chinh.xlsx")
    causes = [[str(cell.value) for cell in row] for row in book["Vì sao"].iter_rows(min_row=6)]
    assert f"{reference}: phản ánh không đúng (Đã gặp)" in [row[4] for row in causes]
    assert all(re.fullmatch(r"\d\d/\d\d/\d{4} \d\d:\d\d", row[1]) for row in causes)


def test_forms_issued_later_have_a_cause(closed: Motcua) -> None:
    """Invitations sent after closing, and paper forms reported then; each on its own figure."""
    take(closed, "facts", ("unit,period,fact,value", "XA01,2021-Q2,forms_handed_out,9"))
    engine = create_engine(f"sqlite:///{closed.folder}/motcua.sqlite")
    with engine.begin() as conn:
        later = datetime(2030, 1, 1, tzinfo=UTC)
        moments = dict.fromkeys(("made_at", "issued_at", "delivered_at"), later)
        made = {"dossier_id": 3, "form": "phieu5", "state": "delivered", **moments}
        conn.execute(invitations.insert().values(made))
    engine.dispose()
    found = closed.json("period", "diff", "2021-Q2")
    figures = {f["figure"]: f for f in found["figures"] if f["of"] == "reach"}
    kinds = {one["cause"]: one["kind"] for one in found["causes"]}
    told = {name: {kinds[n] for n in one["causes"]} for name, one in figures.items()}
    assert told == {"issued": {"issued", "import"}, "delivered": {"delivered"}}
    assert (figures["issued"]["before"], figures["issued"]["after"]) == (7, 10)
    assert "lời mời đến nơi sau khi chốt" in closed("period", "diff", "2021-Q2").out
    assert closed("report", "2021-Q2", "--addendum", "--out", "dc").code == 0


def test_the_addendum_tells_figures_and_causes(closed: Motcua) -> None:
    """As a document, a workbook and JSON; no dossier is named in the document."""
    line = ("report", "2021-Q2", "--addendum", "--out", "dc")
    refused = closed(*line)
    assert (refused.code, "không cần" in refused.err) == (1, True)
    assert not (closed.folder / "dc").exists()
    _correct(closed)
    assert closed(*line).code == 0
    told = json.loads((closed.folder / "dc" / "dinh-chinh.json").read_text("utf-8"))
    assert told == closed.json("period", "diff", "2021-Q2")
    document = Document(str(closed.folder / "dc" / "dinh-chinh.docx"))
    cells = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert ["Đơn vị", "UBND xã An Hòa", "CS1", "1,3", "2,0", "1"] in cells
    lines = [one.text for one in document.paragraphs]
    log = {row["action"]: row["id"] for row in reversed(closed.json("audit", "list"))}
    rows = [log[f"{kind}.import"] for kind in ("dossiers", "answers", "facts")]
    assert all(any(f"dòng nhật ký {row})" in line for line in lines) for row in rows)
    assert "H56-210503" not in " ".join(lines)
    book = load_workbook(closed.folder / "dc" / "dinh-chinh.xlsx")
    assert [sheet.title for sheet in book] == ["Con số", "Hồ sơ", "Dữ kiện, điểm, đơn vị", "Vì sao"]
    assert closed(*line).code == 1


def test_a_period_is_closed_once(closed: Motcua) -> None:
    """A second time, reopened twice, not over, not begun, empty: one sentence and nothing else."""
    for line, words in (
        (CLOSE, "đã được"),
        (("period", "close", "2099-Q2"), "chưa đến"),
        (("period", "close", "2020-01-01..2099-01-01"), "mới xong"),
        (("period", "close", "2019-Q2"), "không có gì để chốt"),
        (("period", "reopen", "2020-Q2", "--reason", "x"), "chưa chốt lần nào"),
        (("period", "reopen", "2021-Q2", "--reason", " "), "ghi lý do"),
        (("period", "diff", "2020-Q2"), "chưa chốt lần nào"),
        (("rate", "2021-Q2", "--policy", "late_without_complaint=ignore_time"), "--live"),
        (("rate", "2021-Q2", "--rulebook", "dam-rong-2020"), "--live"),
        ((*CLOSE, "--files", "nowhere"), "nowhere"),
    ):
        refused = closed(*line)
        assert (refused.code, refused.out) == (1, ""), line
        assert words in refused.err, line
        assert len(refused.err.splitlines()) == 1, line
    assert closed("rate", "2021-Q2", "--rulebook", "tt01-2018").code == 0
    assert closed("period", "reopen", "2021-Q2", "--reason", "Lập lại").code == 0
    again = closed("period", "reopen", "2021-Q2", "--reason", "Lập lại")
    assert (again.code, "chưa chốt lại" in again.err) == (1, True)
    assert "signed" not in closed.json("rate", "2021-Q2")
    assert closed(*CLOSE).code == 0
    assert [(one["number"], one["action"]) for one in closed.json("period", "list")] == [
        (1, "close"),
        (1, "reopen"),
        (2, "close"),
    ]


def test_a_dry_run_writes_nothing(motcua: Motcua) -> None:
    """It tells what would be signed, and what is still open."""
    told = motcua.json(*CLOSE, "--dry-run")
    assert (told["dossiers"], told["to_review"], told["dry_run"]) == (3, 1, True)
    assert motcua.json("period", "list") == []
    assert "signed" not in motcua.json("rate", "2021-Q2")


def test_signed_files_are_recognised(motcua: Motcua) -> None:
    """A report that was changed afterwards is not the one that was signed."""
    folder = motcua.folder / "bao-cao"
    folder.mkdir()
    (folder / "bao-cao.docx").write_bytes(b"as signed")
    (folder / "phu-luc.xlsx").write_bytes(b"annexes")
    assert motcua(*CLOSE, "--files", folder).code == 0
    (folder / "bao-cao.docx").write_bytes(b"as wished")
    (folder / "phu-luc.xlsx").unlink()
    (listed,) = motcua.json("period", "list", "2021-Q2", "--files", folder / "bao-cao.docx")
    assert listed["compared_files"] == [
        {"file": "bao-cao.docx", "state": "changed"},
        {"file": "phu-luc.xlsx", "state": "missing"},
    ]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE closing_parts SET body = x'00' WHERE name = 'rating'",
        "DELETE FROM closing_parts WHERE name = 'dossiers'",
        "UPDATE closings SET manifest = replace(manifest, '2021-Q2', '2021-Q3')",
        "UPDATE closings SET digest = 'x'",
    ],
)
def test_a_changed_closing_is_found(closed: Motcua, change: str) -> None:
    """The digest in the audit log covers everything that was signed."""
    assert closed("db", "check").code == 0
    with create_engine(f"sqlite:///{closed.folder}/motcua.sqlite").begin() as conn:
        conn.execute(text(change))
    checked = closed("db", "check", "--format", "json")
    states = {row["check"]: row["state"] for row in json.loads(checked.out)}
    assert (checked.code, states["closings"], states["audit"]) == (1, "wrong", "right")


def test_a_backup_carries_closings(closed: Motcua) -> None:
    """Restored, the signed figures are the same, and so is the digest."""
    _correct(closed)
    signed = closed.json("rate", "2021-Q2")
    assert closed("db", "backup", "copy.sqlite").code == 0
    assert closed("period", "reopen", "2021-Q2", "--reason", "Lập lại").code == 0
    assert closed("db", "restore", "copy.sqlite", "--yes", "--force").code == 0
    assert closed.json("rate", "2021-Q2") == signed
    assert closed("db", "check").code == 0


def test_the_same_days_are_the_same_period(closed: Motcua) -> None:
    """By whatever name; another quarter under the other preset is another period."""
    named = closed.json("rate", "2021-03-15..2021-06-14")
    assert named["signed"] is True
    calendar = closed("rate", "2021-Q2", "--format", "json", PERIODS="calendar").json()
    assert "signed" not in calendar
