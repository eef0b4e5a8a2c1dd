"""What the period decides: the rulebook, whether its basis holds, what a year is made of."""

import json
from pathlib import Path
from typing import Any

import pytest

from admin.kit import cli
from tests.integration.office import KEY

UNITS = "code,name,level,block\nXA01,UBND xã An Hòa,xa,xa\n"
DOSSIERS = (
    "code,unit,channel,received_at,due_at,finished_at,returned_at,status\n"
    "000.17.22.H56-210503-0001,XA01,1,03/05/2021,10/05/2021,10/05/2021,10/05/2021,10\n"
)
ENDED = "rulebook_basis_ended"


@pytest.fixture(autouse=True)
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database with one unit."""
    monkeypatch.setenv("MOTCUA_DATABASE_URL", f"sqlite:///{tmp_path}/motcua.sqlite")
    monkeypatch.setenv("MOTCUA_KEY", KEY)
    (tmp_path / "units.csv").write_text(UNITS, "utf-8")
    assert cli.run(["db", "upgrade"]) == 0
    assert cli.run(["units", "import", str(tmp_path / "units.csv")]) == 0
    return tmp_path


def rated(capsys: pytest.CaptureFixture[str], *line: str) -> dict[str, Any]:
    """The JSON of `rate`."""
    capsys.readouterr()
    assert cli.run(["rate", *line, "--format", "json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def codes(found: dict[str, Any]) -> list[str]:
    """The codes of its warnings."""
    return [warning["code"] for warning in found["warnings"]]


def test_a_basis_that_has_ended_is_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    """The last day of NĐ 61/2018 is 30/6/2025; afterwards the rulebook works, and says so."""
    kept = ("--rulebook", "tt01-2018")
    before = rated(capsys, "2025-06-01..2025-06-30")
    assert before["rulebook"] == "tt01-2018"
    assert ENDED not in codes(before)
    assert before["rulebook_details"]["in_force"]
    assert rated(capsys, "2025-07-01..2025-07-31")["rulebook"] == "nd118-2025"
    after = rated(capsys, "2025-07-01..2025-07-31", *kept)
    assert (after["rulebook"], codes(after)[0]) == ("tt01-2018", ENDED)
    assert "30/06/2025" in after["warnings"][0]["message"]
    assert "MOTCUA_RULEBOOK_DECISION" in after["warnings"][0]["message"]


def test_a_decision_of_the_authority_takes_its_place(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its number is in the result instead of the warning, on the terminal and for programs."""
    monkeypatch.setenv("MOTCUA_RULEBOOK_DECISION", "QĐ 12/QĐ-UBND ngày 15/7/2025")
    monkeypatch.setenv("MOTCUA_RULEBOOK", "tt01-2018")
    found = rated(capsys, "2025-07-01..2025-07-31")
    assert ENDED not in codes(found)
    assert found["rulebook_details"]["local_decision"] == "QĐ 12/QĐ-UBND ngày 15/7/2025"
    assert cli.run(["rate", "2025-07-01..2025-07-31"]) == 0
    shown = capsys.readouterr()
    assert "QĐ 12/QĐ-UBND" in shown.out
    assert "không có hiệu lực" not in shown.err


def _facts(office: Path, *rows: str) -> None:
    file = office / "facts.csv"
    file.write_text("\n".join(("unit,period,fact,value", *rows)) + "\n", "utf-8")
    assert cli.run(["facts", "import", str(file)]) == 0


def test_a_year_carries_what_its_quarters_hold(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Complaints are added up, publicity is that of the last quarter; a gap is named, not 0."""
    (office / "dossiers.csv").write_text(DOSSIERS, "utf-8")
    assert cli.run(["dossiers", "import", str(office / "dossiers.csv")]) == 0
    every = [f"XA01,2021-Q{n},publicity,{'poor' if n < 4 else 'both'}" for n in range(1, 5)]
    complaints = [
        f"XA01,2021-Q{n},complaints_{what},{count}"
        for n in (1, 2, 3)
        for what, count in (("total", 1), ("on_time", 1), ("prolonged", 0))
    ]
    _facts(office, *every, *complaints)
    gap = rated(capsys, "2021")
    (xa01,) = gap["units"]
    assert (xa01["criteria"]["6"]["points"], xa01["criteria"]["8"]) == ("2.0", None)
    lacking = [w["message"] for w in gap["warnings"] if w["code"] == "fact_lacking_in_parts"]
    assert len(lacking) == 1
    assert all("2021-Q4" in message and "An Hòa" in message for message in lacking)
    last = (("total", 1), ("on_time", 0), ("prolonged", 0))
    _facts(office, *(f"XA01,2021-Q4,complaints_{what},{count}" for what, count in last))
    whole = rated(capsys, "2021")
    assert whole["units"][0]["criteria"]["8"]["points"] == "0.0"  # 3 of 4 on time
    assert "fact_lacking_in_parts" not in codes(whole)
    _facts(office, "XA01,2021,complaints_total,0")
    assert rated(capsys, "2021")["units"][0]["criteria"]["8"]["points"] == "2.0"
