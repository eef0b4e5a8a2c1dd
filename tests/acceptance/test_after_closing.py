"""After a closing: whatever makes a figure another one is named as its cause."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from openpyxl import load_workbook

from admin.reporting.pdf import office_program
from tests.acceptance.support.closed_quarter import ANSWERS_HEAD, CLOSE, HEAD, make_quarter, take
from tests.acceptance.support.command import Motcua

UNITS_HEAD = "code,name,level,block,valid_to,successor"
ENTERED_LATE = (HEAD, "H56-210503-0009,XA02,Khai tử,Trực tiếp,02/03/2021,10/05/2021,,,4,")
DIFF = ("period", "diff", "2021-Q2")


@pytest.fixture(scope="module")
def quarter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database of one closed quarter."""
    folder = make_quarter(tmp_path_factory.mktemp("quarter"))
    assert Motcua(folder=folder, url="sqlite:///motcua.sqlite")(*CLOSE).code == 0
    return folder


@pytest.fixture
def closed(quarter: Path, tmp_path: Path) -> Motcua:
    """The command on a copy of that database."""
    shutil.copytree(quarter, tmp_path, dirs_exist_ok=True)
    return Motcua(folder=tmp_path, url="sqlite:///motcua.sqlite")


def _undo(motcua: Motcua, *kinds: str) -> None:
    """Undo the imports of these kinds, the first first."""
    for kind in kinds:
        listed = motcua.json("imports", "list")
        done = (one["id"] for one in listed if (one["kind"], one["state"]) == (kind, "done"))
        number = next(done)
        assert motcua("imports", "undo", str(number), "--yes").code == 0


def _told(motcua: Motcua) -> dict[str, Any]:
    """The differences, in which nothing is without a cause."""
    found: dict[str, Any] = motcua.json(*DIFF)
    for kind in ("figures", "dossiers", "reported"):
        assert [one for one in found[kind] if not one["causes"]] == []
    assert found["figures"]
    addendum = motcua("report", "2021-Q2", "--addendum", "--out", "dc", "--force")
    assert addendum.code == 0
    assert json.loads((motcua.folder / "dc" / "dinh-chinh.json").read_text("utf-8")) == found
    return found


def _acts(motcua: Motcua, found: dict[str, Any]) -> set[tuple[str, str]]:
    """Kind of each cause, and the action of its row in the log."""
    log = {row["id"]: row["action"] for row in motcua.json("audit", "list")}
    return {(one["kind"], log[one["audit"]]) for one in found["causes"]}


@pytest.mark.parametrize("kinds", [("answers",), ("answers", "dossiers"), ("facts",)])
def test_an_undone_import_is_the_cause(closed: Motcua, kinds: tuple[str, ...]) -> None:
    """Of answers that are gone and of dossiers that left, although no row of theirs is left."""
    _undo(closed, *kinds)
    assert _acts(closed, _told(closed)) == {("undo", "imports.undo")}
    told = closed(*DIFF).out
    assert "hoàn tác lần nhập" in told
    assert "phieu4." not in told


def test_an_undone_import_is_no_cause_of_what_it_did_not_bring(closed: Motcua) -> None:
    """A later import that was undone again brought nothing to what was signed."""
    late = (ANSWERS_HEAD, "H56-210503-0003,phieu4,13/05/2021,paper,very,none,none,no")
    take(closed, "answers", late)
    _undo(closed, "answers")
    assert closed.json(*DIFF)["causes"] == []
    _undo(closed, "answers")
    assert len(_told(closed)["causes"]) == 1


@pytest.mark.parametrize(
    "line",
    [
        "XA02,UBND xã An Tân,xa,xa,01/04/2021,XA01",
        "XA01,UBND xã An Hòa,huyen,phong,,",
        "XA03,UBND xã An Vinh,xa,xa,,",
    ],
)
def test_a_changed_unit_is_a_cause(closed: Motcua, line: str) -> None:
    """One that was merged, has another level and block, or is new."""
    take(closed, "units", (UNITS_HEAD, line))
    found = _told(closed)
    assert _acts(closed, found) == {("import", "units.import")}
    assert {one["kind"] for one in found["reported"]} >= {"unit"}
    told = " ".join(closed(*DIFF).out.split())
    assert "đơn vị" in told
    assert "includes" not in told


def test_a_fact_of_another_period_is_no_cause(closed: Motcua) -> None:
    """Two imports of the same fact: only that of the closed period is named."""
    head = "unit,period,fact,value"
    take(closed, "facts", (head, "XA01,2021-Q2,publicity,poor"))
    (cause,) = _told(closed)["causes"]
    assert "đúng cả niêm yết và điện tử" in " ".join(closed(*DIFF).out.split())
    take(closed, "facts", (head, "XA01,2021-Q3,publicity,one"))
    assert _told(closed)["causes"] == [cause]


def test_answers_cut_off_by_retention_have_a_cause(closed: Motcua) -> None:
    """Which dossier they were about is not known any more; that there were some is."""
    late = (ANSWERS_HEAD, "H56-210503-0003,phieu4,13/05/2021,paper,very,none,none,no")
    take(closed, "answers", late)
    assert closed("purge", "--yes").code == 0
    found = _told(closed)
    assert _acts(closed, found) == {("cut_off", "purge")}


def test_the_one_stop_figures_stay(closed: Motcua) -> None:
    """`onestop` prints what was signed, marked; today's with --live; unmerged ones are today's."""
    was = closed.json("onestop", "2021-Q2")
    assert was["signed"] is True
    take(closed, "dossiers", (HEAD, "H56-210503-0004,XA02,Khai tử,BCCI,03/05/2021,10/05/2021,,,8,"))
    assert closed.json("onestop", "2021-Q2") == was
    live = closed.json("onestop", "2021-Q2", "--live")
    assert (live["signed"], live["whole"]["stopped"], live["whole"]["post"]) == (False, 1, 1)
    assert closed.json("onestop", "2021-Q2", "--apart")["signed"] is False
    assert "SỐ ĐÃ KÝ" in closed("onestop", "2021-Q2").out
    rows = closed("onestop", "2021-Q2", "--format", "csv").out.splitlines()
    assert rows[0].endswith(",signed")
    assert closed("onestop", "2021-Q2", "--out", "mc.xlsx").code == 0
    shown = [one for one in load_workbook(closed.folder / "mc.xlsx") if one.sheet_state != "hidden"]
    assert all("SỐ ĐÃ KÝ" in str(sheet["A3"].value) for sheet in shown)


def test_a_period_without_closing_has_no_mark(quarter: Path) -> None:
    """Neither key in the one-stop figures of an open period."""
    motcua = Motcua(folder=quarter, url="sqlite:///motcua.sqlite")
    assert not {"signed", "closing"} & motcua.json("onestop", "2021-05").keys()


def test_differences_of_the_flow_are_told(tmp_path: Path, database_url: str) -> None:
    """A pending dossier that was withdrawn, one that came before the period and was sent late: no
    rating shows them, the one-stop report does.
    """
    closed = Motcua(folder=make_quarter(tmp_path, database_url), url=database_url)
    assert closed(*CLOSE).code == 0
    lines = ("H56-210503-0004,XA02,Khai tử,BCCI,03/05/2021,10/05/2021,,,8,", ENTERED_LATE[1])
    take(closed, "dossiers", (HEAD, *lines))
    found = _told(closed)
    flow = {f["figure"]: (f["before"], f["after"]) for f in found["figures"] if f["of"] == "intake"}
    assert flow == {
        "direct": (1, 0),
        "post": (0, 1),
        "carried_over": (0, 1),
        "stopped": (0, 1),
    }
    changes = {one["dossier"]: one["changes"] for one in found["dossiers"]}
    (withdrawn,) = changes["H56-210503-0004"]
    assert withdrawn == {
        "field": "intake",
        "before": ["direct", "overdue"],
        "after": ["post", "stopped"],
    }
    told = " ".join(closed(*DIFF).out.split())
    assert "carried_over" not in told
    assert "dừng" in told


def test_a_merged_units_correction_is_the_cause_of_its_successors_figures(
    tmp_path: Path, database_url: str
) -> None:
    """Merged before the closing: the dossier is of the old unit, the figure of the new one."""
    motcua = Motcua(folder=make_quarter(tmp_path, database_url), url=database_url)
    take(motcua, "units", (UNITS_HEAD, "XA02,UBND xã An Tân,xa,xa,01/04/2021,XA01"))
    lines = (
        "H56-210503-0008,XA02,Khai tử,Trực tiếp,16/03/2021,20/03/2021,,,4,",
        "H56-210503-0008,XA02,Khai tử,Trực tiếp,16/03/2021,20/03/2021,19/03/2021,19/03/2021,10,",
    )
    take(motcua, "dossiers", (HEAD, lines[0]))
    assert motcua(*CLOSE).code == 0
    take(motcua, "dossiers", (HEAD, lines[1]))
    take(motcua, "facts", ("unit,period,fact,value", "XA02,2021-Q2,publicity,poor"))
    _told(motcua)


def test_what_ends_after_the_period_is_no_difference(closed: Motcua) -> None:
    """A dossier that was pending on the last day is finished in the next quarter."""
    line = "H56-210503-0004,XA02,Khai tử,Trực tiếp,03/05/2021,10/05/2021,20/06/2021,21/06/2021,10,"
    take(closed, "dossiers", (HEAD, line))
    assert closed("report", "2021-Q2", "--addendum", "--out", "dc").code == 1


def test_a_reopened_period_is_said_once(closed: Motcua) -> None:
    """Also by a page that is made of two results of it, or within a year of it."""
    assert closed("period", "reopen", "2021-Q2", "--reason", "Lập lại").code == 0
    for period in ("2021-Q2", "2021"):
        made = closed("report", period, "--public", period)
        assert (made.code, made.err.count("mở lại")) == (0, 1), period


def test_todays_figures_are_by_the_rules_signed_by(quarter: Path, tmp_path: Path) -> None:
    """`--live` of a period closed by another rulebook than the usual one, unless told otherwise."""
    shutil.copytree(quarter, tmp_path, dirs_exist_ok=True)
    motcua = Motcua(folder=tmp_path, url="sqlite:///motcua.sqlite")
    assert motcua("period", "reopen", "2021-Q2", "--reason", "x").code == 0
    by = ("--policy", "late_without_complaint=ignore_time")
    assert motcua(*CLOSE, *by).code == 0
    signed = motcua.json("rate", "2021-Q2")
    live = motcua.json("rate", "2021-Q2", "--live")
    assert live["units"] == signed["units"]
    assert live["policies"] == signed["policies"]
    assert motcua("report", "2021-Q2", "--out", "r", "--live").code == 0
    figures = json.loads((tmp_path / "r" / "so-lieu.json").read_text("utf-8"))
    assert motcua("report", "2021-Q2", "--out", "s").code == 0
    before = json.loads((tmp_path / "s" / "so-lieu.json").read_text("utf-8"))
    assert figures["rating"] == before["rating"]
    usual = motcua.json("rate", "2021-Q2", "--live", "--rulebook", "tt01-2018")
    assert usual["policies"] != signed["policies"]


def test_figures_by_the_day_promised_last_are_explained_and_have_causes(
    quarter: Path, tmp_path: Path
) -> None:
    """A dossier that was promised again: late by the first day before and after, early and then
    late by the second, which the period was closed by.
    """
    shutil.copytree(quarter, tmp_path, dirs_exist_ok=True)
    motcua = Motcua(folder=tmp_path, url="sqlite:///motcua.sqlite")
    assert motcua("period", "reopen", "2021-Q2", "--reason", "x").code == 0
    head = HEAD.replace("officer", "rescheduled_to")
    line = "H56-210503-0005,XA01,Khai sinh,online,03/05/2021,06/05/2021,{0},{0},10,12/05/2021"
    take(motcua, "dossiers", (head, line.format("11/05/2021")))
    assert motcua(*CLOSE, "--policy", "due_basis=current").code == 0
    before = _explained(motcua)
    assert before["H56-210503-0005"] == "early"
    take(motcua, "dossiers", (head, line.format("13/05/2021")))
    assert _explained(motcua) == before
    assert _explained(motcua, "--live")["H56-210503-0005"] == "late"
    found = _told(motcua)
    assert ("unit", "XA01", "cs1") in {(f["of"], f["code"], f["figure"]) for f in found["figures"]}
    (dossier,) = found["dossiers"]
    assert dossier["dossier"] == "H56-210503-0005"


def _explained(motcua: Motcua, *more: str) -> dict[str, str]:
    """Dossier → outcome of criterion 1, which together are the counts above them."""
    told = motcua.json("explain", "XA01", "2021-Q2", "1", "--codes", *more)
    outcomes = {one["dossier"]: one["outcome"] for one in told["dossiers"]}
    counted = {one["outcome"]: one["count"] for one in told["figures"]["parts"]}
    for name, count in counted.items():
        assert list(outcomes.values()).count(name) == count, (name, outcomes, counted)
    return outcomes


def test_an_addendum_goes_by_its_own_options(closed: Motcua) -> None:
    """It names the agency, keeps its rows whole and comes as PDF; other options are refused."""
    take(closed, "dossiers", ENTERED_LATE)
    line = ("report", "2021-Q2", "--addendum")
    for options in (("--public", "trang"), ("--out", "dc", "--template", "m.docx", "--live")):
        refused = closed(*line, *options)
        assert refused.code == 1
        [sentence] = refused.err.splitlines()
        assert options[-2] in sentence or "--live" in sentence
    assert not [*closed.folder.glob("trang"), *closed.folder.glob("dc")]
    pdf = [] if office_program() is None else ["--pdf"]
    done = closed(*line, "--out", "dc", *pdf, report_agency="UBND huyện A")
    assert done.code == 0
    document = Document(str(closed.folder / "dc" / "dinh-chinh.docx"))
    assert document.paragraphs[0].text == "UBND HUYỆN A"
    rows = document.tables[0].rows
    assert rows
    assert all("cantSplit" in row._tr.xml for row in rows)
    made = {one.name for one in (closed.folder / "dc").iterdir()}
    assert ("dinh-chinh.pdf" in made) is bool(pdf)


@pytest.mark.parametrize("options", [("--kind", "onestop"), ("--template", "m.docx"), ("--pdf",)])
def test_a_public_page_alone_refuses_options_of_the_document(
    closed: Motcua, options: tuple[str, ...]
) -> None:
    """They were passed over in silence."""
    refused = closed("report", "2021-Q2", "--public", "trang", *options)
    assert refused.code == 1
    assert options[0] in refused.err
    assert not (closed.folder / "trang").exists()


def test_a_kind_that_was_not_signed_needs_live(closed: Motcua) -> None:
    """Today's figures are never printed of a closed period without being asked for."""
    line = ("report", "2021-Q2", "--kind", "year", "--out", "nam")
    refused = closed(*line)
    assert refused.code == 1
    assert "--live" in refused.err
    assert not (closed.folder / "nam").exists()
    assert closed(*line, "--live").code == 0


def test_differences_are_told_as_people_write(closed: Motcua) -> None:
    """Days as 11/05/2021, shares in percent, on the screen; ids and decimals in the JSON."""
    corrected = "H56-210503-0002,XA01,Khai sinh,Trực tiếp,03/05/2021,10/05/2021,11/05/2021,"
    take(closed, "dossiers", (HEAD, f"{corrected}11/05/2021,10,"))
    take(closed, "facts", ("unit,period,fact,value", "XA01,2021-Q2,onspot_share,0.975"))
    shown = closed(*DIFF).out
    for words in ("12/05/2021 → 11/05/2021", " 100% ", " 97,5% "):
        assert words in shown
    assert "2021-05-11" not in shown
    (fact,) = _told(closed)["reported"]
    assert (fact["before"], fact["after"]) == ("1", "0.975")


def test_a_name_that_looks_like_a_day_is_told_as_it_is(closed: Motcua) -> None:
    """There is no such day; the differences are told all the same."""
    take(closed, "units", (UNITS_HEAD, "XA01,2021-02-31,xa,xa,,"))
    told = closed(*DIFF)
    assert told.code == 0
    assert "2021-02-31" in told.out
