"""An officer's quarter on the command line: taken in, doubted, verified, rated, explained."""

import csv
import io
import json
import shutil
from pathlib import Path

import pytest

from admin.kit.identity import os_user
from tests.acceptance.support.command import Motcua

UNITS = ("code,name,level,block", "XA01,UBND xã An Hòa,xa,xa", "XA02,UBND xã An Tân,xa,xa")
DOSSIERS = (
    "code,unit,procedure,channel,received_at,due_at,finished_at,returned_at,status,officer",
    "H56-210503-0001,XA01,Khai sinh,online,03/05/2021,10/05/2021,09/05/2021,10/05/2021,10,Hoa",
    "H56-210503-0002,XA01,Khai sinh,Trực tiếp,03/05/2021,10/05/2021,12/05/2021,12/05/2021,10,",
    "H56-210503-0003,XA01,Khai sinh,Trực tiếp,03/05/2021,,05/05/2021,05/05/2021,10,",
    "H56-210503-0004,XA02,Khai tử,Trực tiếp,03/05/2021,10/05/2021,,,4,",
)
ANSWERS = (
    "dossier,form,answered_at,channel,satisfaction,on_time,contacts,contacts_own_fault,conduct",
    "H56-210503-0001,phieu4,11/05/2021,paper,very,late,none,,no",
    "H56-210503-0002,phieu4,13/05/2021,paper,unsatisfied,,many,yes,yes",
)
FACTS = ("unit,period,fact,value", "XA01,2021-Q2,publicity,both", "XA01,2021-Q2,onspot_share,1")
FIRST = "H56-210503-0001"


@pytest.fixture(scope="module")
def quarter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database into which everything of the quarter was taken."""
    folder = tmp_path_factory.mktemp("quarter")
    command = Motcua(folder=folder, url="sqlite:///motcua.sqlite")
    assert command("db", "upgrade").code == 0
    for kind, lines in (
        ("units", UNITS),
        ("dossiers", DOSSIERS),
        ("answers", ANSWERS),
        ("facts", FACTS),
    ):
        file = folder / f"{kind}.csv"
        file.write_text("\n".join(lines) + "\n", "utf-8")
        report = command.json(kind, "import", file)
        assert (report["accepted"], report["rejected"]) == (len(lines) - 1, 0)
    return folder


@pytest.fixture
def motcua(quarter: Path, tmp_path: Path) -> Motcua:
    """The command on a copy of that database."""
    shutil.copytree(quarter, tmp_path, dirs_exist_ok=True)
    return Motcua(folder=tmp_path, url="sqlite:///motcua.sqlite")


def _criteria(motcua: Motcua) -> dict[str, str | None]:
    one = motcua.json("rate", "2021-Q2")["units"][0]
    return {number: score and score["points"] for number, score in one["criteria"].items()}


def test_a_decision_moves_the_rating(motcua: Motcua) -> None:
    """Review items are listed, decided with a reason, counted, and in an unbroken audit log."""
    assert _criteria(motcua)["1"] == "1.0"  # early 2, late 0, no promised day left out
    as_hoa = ("--as", "hoa", "verify")
    assert motcua(*as_hoa, "list", "2021-Q2").code == 1
    assert motcua("staff", "add", "hoa").code == 0
    doubts = motcua.json(*as_hoa, "list", "2021-Q2")
    assert [(one["doubt"], one["dossier"][-1]) for one in doubts] == [
        ("complaint", "2"),
        ("own_fault", "2"),
        ("timing", "1"),
    ]
    change = (*as_hoa, "change", FIRST, "1", "same_day", "--reason", "Nhập phần mềm chậm")
    assert motcua(*change).code == 0
    reference = doubts[0]["reference"]
    refuted = (*as_hoa, "complaint", reference, "refuted", "--reason", "Đã xác minh")
    assert motcua(*refuted).code == 0
    points = _criteria(motcua)
    assert (points["1"], points["7"]) == ("0.5", "1.0")
    shown = motcua.json(*as_hoa, "show", FIRST)
    assert shown["criteria"]["1"]["raw"] == "early"
    assert shown["criteria"]["1"]["outcome"] == "same_day"
    trail = motcua.json("audit", "list", "--action", "verify")
    assert [one["action"] for one in trail] == ["verify.complaint", "verify.change"]
    assert trail[1]["details"]["reason"] == "Nhập phần mềm chậm"
    assert motcua("audit", "verify").code == 0


def test_only_the_right_people_decide(motcua: Motcua) -> None:
    """Without the right nothing is decided; only an admin gives rights; one always remains."""
    assert motcua("staff", "add", "hoa", "--role", "reporter").code == 0
    refuse = ("verify", "refuse", FIRST, "1", "--reason", "x")
    for actor in ("nam", "hoa"):
        denied = motcua("--as", actor, *refuse)
        assert (denied.code, actor in denied.err) == (1, True)
    assert motcua("--as", "nam", "staff", "add", "nam").code == 1
    assert motcua("--as", "hoa", "staff", "add", "nam").code == 1
    assert motcua("staff", "remove", os_user()).code == 1
    assert motcua("staff", "add", "lan", "--role", "admin").code == 0
    assert motcua("--as", "lan", "staff", "add", "nam").code == 0
    assert motcua("--as", "nam", *refuse).code == 0
    assert motcua("--as", "nam", "verify", "refuse", FIRST, "1").code == 2
    assert _criteria(motcua)["1"] == "0.0"


def test_the_officials_part_is_for_reporters(motcua: Motcua) -> None:
    """Officials are rated from the dossiers that name them, and shown to who may see it."""
    assert motcua("--as", "lan", "rate", "2021-Q2", "--officials").code == 1
    motcua("staff", "add", "lan", "--role", "reporter")
    (official,) = motcua.json("--as", "lan", "rate", "2021-Q2", "--officials")
    assert (official["unit"], official["official"], official["cs1"]) == ("XA01", "Hoa", "2.0")
    assert official["total"] == "6.0"
    assert (official["n"], official["reachable"]) == (1, "6")


def test_explain_leads_from_the_grade_to_the_dossier(motcua: Motcua) -> None:
    """Each step is said in words, with the article; codes are masked."""
    grade = motcua("explain", "XA01", "2021-Q2")
    assert "Điều 13" in grade.out
    criterion = motcua.json("explain", "UBND xã An Hòa", "2021-Q2", "3")
    assert criterion["whole"] == 2
    assert "2/3" in criterion["because"][-1]
    assert FIRST not in json.dumps(criterion)
    assert [one["outcome"] for one in criterion["dossiers"]] == ["none", "many_own_fault"]
    assert "H56-210503-••••" in criterion["dossiers"][0]["dossier"]
    late = motcua.json("explain", "XA01", "2021-Q2", "1", "--outcome", "late", "--limit", "1")
    assert (late["whole"], late["dossiers"][0]["points"]) == (1, "0")
    assert motcua("explain", "XA01", "2021-Q2", "11").code == 1
    assert motcua("--as", "lan", "explain", "XA01", "2021-Q2", "1", "--codes").code == 1


def test_rating_in_every_form(motcua: Motcua) -> None:
    """Table, CSV and JSON; reminders, comparison, weights; what cannot be used is refused."""
    table = motcua("rate", "2021-Q2", "--compare")
    assert all(word in table.out for word in ("UBND xã An Hòa", "2021-Q1", "2020-Q2", "Quy ước"))
    rows = list(csv.DictReader(io.StringIO(motcua("rate", "2021-Q2", "--format", "csv").out)))
    assert [(row["code"], row["cs1"], row["cs2"]) for row in rows] == [
        ("XA01", "1.0", ""),
        ("XA02", "", ""),
    ]
    assert [row["code"] for row in motcua.json("rate", "2021-Q2", "--missing")] == ["XA02"]
    weighted = motcua.json("rate", "2021-Q2", "--weights", "xa=1")["overall"]
    assert weighted["weighted_by_block"] == weighted["unit_mean"]
    leading = motcua.json("rate", "2021-Q2", "--weights", "unit_mean")["overall"]
    assert leading["printed"] == "unit_mean"
    kind = motcua.json("rate", "2021-Q2", "--policy", "late_without_complaint=ignore_time")
    assert kind["units"][0]["criteria"]["7"]["points"] == "1.0"
    assert motcua("rate", "2021-Q2", "--policy", "late_without_complaint=maybe").code == 1
    for wrong in ("xa", "xa=-1", "xa=0", "huyen=1", "=1"):
        assert motcua("rate", "2021-Q2", "--weights", wrong).code == 1
    assert motcua("rate", "2021-Q5").code == 1
    assert motcua("rate", "2021-Q2", "--rulebook", "tt99").code == 1


def test_rulebooks_are_compared_and_checked(motcua: Motcua, tmp_path: Path) -> None:
    """What differs is listed key by key; a broken one is refused with file and line."""
    keys = [one["key"] for one in motcua.json("rulebooks", "diff", "tt01-2018", "dam-rong-2020")]
    assert "policies.late_without_complaint.chosen" in keys
    broken = tmp_path / "own.yaml"
    broken.write_text("id: own\nid: own\n", "utf-8")
    refused = motcua("rulebooks", "check", broken)
    assert refused.code == 1
    assert f"{broken}, dòng 2" in refused.err
