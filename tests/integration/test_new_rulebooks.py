"""A rulebook nobody knew, from the import of its facts to the printed rating."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from admin.kit import cli
from tests.integration.office import KEY

TOY = str(Path(__file__).parents[1] / "unit" / "scoring" / "rulebooks" / "toy-2020.yaml")
UNITS = "code,name,level,block\nXA01,UBND xã An Hòa,xa,xa\nXA02,UBND xã An Tân,xa,xa\n"
DOSSIERS = (
    "code,unit,channel,received_at,due_at,finished_at,returned_at,status\n"
    "000.17.22.H56-210503-0001,XA01,1,03/05/2021,10/05/2021,09/05/2021,10/05/2021,10\n"
    "000.17.22.H56-210503-0002,XA01,1,03/05/2021,10/05/2021,10/05/2021,10/05/2021,10\n"
)
FACTS = (
    "Đơn vị,Kỳ,Số liệu,Giá trị\n"
    "XA01,2021-05,Ghế,10\nXA01,2021-05,Số ghế hỏng,6\nXA01,2021-05,tidy_share,50%\n"
    '"XA02",2021-05,jury,"7,5"\n'
)
RATE = ("rate", "2021-05", "--rulebook", TOY)


@pytest.fixture(autouse=True)
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two communes; one returned two dossiers, of the other only a fact is known."""
    monkeypatch.setenv("MOTCUA_DATABASE_URL", f"sqlite:///{tmp_path}/motcua.sqlite")
    monkeypatch.setenv("MOTCUA_KEY", KEY)
    assert cli.run(["db", "upgrade"]) == 0
    for kind, text in (("units", UNITS), ("dossiers", DOSSIERS)):
        file = tmp_path / f"{kind}.csv"
        file.write_text(text, "utf-8")
        assert cli.run([kind, "import", str(file)]) == 0
    file = tmp_path / "facts.csv"
    file.write_text(FACTS, "utf-8")
    assert cli.run(["facts", "import", str(file), "--rulebook", TOY]) == 0
    return tmp_path


def printed(capsys: pytest.CaptureFixture[str], *line: str) -> str:
    """What the command writes."""
    capsys.readouterr()
    assert cli.run([*line]) == 0
    return capsys.readouterr().out


def test_it_rates_and_explains_without_code(capsys: pytest.CaptureFixture[str]) -> None:
    """JSON keeps its keys; groups, shares and ranks stand beside them."""
    found: dict[str, Any] = json.loads(printed(capsys, *RATE, "--format", "json"))
    first, second = found["units"]
    assert (first["total"], first["reachable"], first["grade"]) == ("7.50", "15", None)
    assert first["groups"]["room"] == {"points": "7.50", "reachable": "15", "max": "15"}
    assert first["criteria"]["early"]["share"] == "50.0"
    assert first["criteria"]["kind"] is None
    assert (second["state"], second["total"], second["reachable"]) == ("scored", "7.50", "12")
    assert found["blocks"][0]["grades"] == {}
    assert found["names"]["groups"] == {"room": "Phòng", "people": "Người"}
    table = printed(capsys, "--lang", "en", *RATE)
    assert "Room" in table
    assert "7.50/15" in table
    line = ("explain", "XA01", "2021-05", "early", "--rulebook", TOY)
    explained = json.loads(printed(capsys, *line, "--format", "json"))
    assert explained["whole"] == 2  # the dossiers that are counted
    terms = explained["figures"]["measure"]["terms"]
    assert terms == {"outcomes.1.early": "1", "dossiers": "2"}
    assert "50%" in printed(capsys, *line)


def test_it_fills_rows_and_a_workbook(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A column a criterion and a group, and how many each share is of."""
    rows = list(csv.DictReader(printed(capsys, *RATE, "--format", "csv").splitlines()))
    assert (rows[0]["cswaiting"], rows[0]["csearly"], rows[0]["csearly_n"]) == ("5.00", "50.0", "2")
    assert (rows[0]["group_room"], rows[1]["group_room"]) == ("7.50", "")
    assert cli.run([*RATE, "--out", str(office / "toy.xlsx")]) == 0
    assert (office / "toy.xlsx").stat().st_size > 0


def test_it_is_checked_and_told(capsys: pytest.CaptureFixture[str]) -> None:
    """The metrics with their rules, the groups with their maxima."""
    assert cli.run(["rulebooks", "check", TOY]) == 0
    told = " ".join(printed(capsys, "--lang", "en", "rulebooks", "explain", TOY).split())
    assert "(seats − broken seats) / (seats)" in told
    assert "all of them from 80%" in told
    assert "Room (room): at most 15 points: waiting, tidy" in told
    assert "a share, worth no points" in told
    listed = printed(capsys, "facts", "list", "2021-05", "--format", "json")
    assert {row["fact"] for row in json.loads(listed)} == {
        "seats",
        "seats_broken",
        "tidy_share",
        "jury",
    }
    assert {row["value"] for row in json.loads(listed)} == {"10", "6", "0.5", "7.5"}
    table = printed(capsys, "facts", "list", "2021-05")
    assert "7,5" in table
    assert "7.5" not in table


def test_officials_are_refused_where_there_are_no_rules(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With the way out."""
    assert cli.run([*RATE, "--officials"]) == 1
    assert "--rulebook" in capsys.readouterr().err


def test_the_decree_of_today_has_shares_and_no_points(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Answers are counted by question; every key of the contract is there, total and grade null."""
    file = office / "answers.csv"
    file.write_text(
        "dossier,form,answered_at,channel,satisfaction,extra_cost\n"
        "000.17.22.H56-210503-0001,phieu5,11/05/2021,web,very,no\n"
        "000.17.22.H56-210503-0002,phieu5,12/05/2021,web,unsatisfied,decline\n",
        "utf-8",
    )
    assert cli.run(["answers", "import", str(file)]) == 0
    rate = ("rate", "2021-05", "--rulebook", "nd118-2025")
    found = json.loads(printed(capsys, *rate, "--format", "json"))
    first, second = found["units"]
    assert (first["state"], second["state"]) == ("scored", "no_dossiers")
    assert (first["total"], first["grade"], first["reachable"]) == (None, None, "0")
    shares = {number: score["share"] for number, score in first["criteria"].items() if score}
    assert shares["i"] == "50.00"
    assert shares["a"] == "100.00"
    assert first["criteria"]["e"]["n"] == 1  # who declines to say is no evidence
    assert found["overall"]["shares"]["i"]["denominator"] == "2"
    assert "tỉnh" in found["rulebook_details"]["compiled_by"]
    table = printed(capsys, "--lang", "en", *rate)
    assert "All units together" in table
    assert "50.00%" in table
    explained = printed(capsys, "--lang", "en", "explain", "XA01", "2021-05", "i", *rate[2:])
    assert "1 / 2 = 50%" in explained
    assert cli.run([*rate, "--out", str(office / "decree.xlsx")]) == 0


def test_the_index_of_the_portal_is_rated_from_imported_facts(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its facts are known without naming the rulebook; a group without figures is not 0."""
    file = office / "portal.csv"
    file.write_text(
        "unit,period,fact,value\n"
        "XA01,2021-05,hồ sơ giải quyết đúng hạn (Cổng),9\nXA01,2021-05,q766_received,10\n"
        "XA01,2021-05,petitions,0\nXA01,2021-05,petitions_on_time,0\n"
        "XA02,2021-05,petitions,3\nXA02,2021-05,petitions_on_time,4\n",
        "utf-8",
    )
    assert cli.run(["facts", "import", str(file)]) == 0
    refused = capsys.readouterr()
    assert "petitions_on_time" in refused.out + refused.err  # a part above its whole
    rate = ("rate", "2021-05", "--rulebook", "qd766-2022")
    found = json.loads(printed(capsys, *rate, "--format", "json"))
    first = found["units"][0]
    assert (first["total"], first["reachable"], first["grade"]) == ("24.00", "26", None)
    assert first["criteria"]["on_time"]["beside"] == "100.00"
    assert first["groups"]["truc_tuyen"]["points"] is None
    assert "24,00/26" in printed(capsys, *rate)
    line = ("explain", "XA01", "2021-05", "on_time", *rate[2:])
    explained = json.loads(printed(capsys, *line, "--format", "json"))
    assert explained["whole"] == 2
    assert cli.run([*rate, "--out", str(office / "portal.xlsx")]) == 0
