"""Several public pages, and one page's own tables, taken together: an attacker subtracts."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.acceptance.support.command import Motcua

HIDDEN = "*"
UNITS = [f"XA{n:02d}" for n in range(1, 4)]
HEAD = "code,unit,procedure,channel,received_at,due_at,finished_at,returned_at,status"
ANSWERS = (
    "dossier,form,answered_at,channel,satisfaction,contacts,contacts_own_fault,agencies,conduct"
)
FACTS = {
    "publicity": "both",
    "onspot_share": "1",
    "complaints_total": "0",
    "online_procedures_eligible": "10",
    "online_procedures_deployed": "5",
    "online_dossiers_unresolved_or_late": "0",
}
Answer = tuple[str, str, str]
"""Satisfaction, contacts, contacts_own_fault."""


def _office(
    folder: Path, answers: Iterable[tuple[str, str, Answer, int]], unasked: Iterable[str] = ()
) -> Motcua:
    """Units, and (unit, day, answer, how many times) dossiers with their answers; of the
    first unit further ones without, due on these days of May.
    """
    motcua = Motcua(folder=folder, url="sqlite:///motcua.sqlite")
    files = {
        "units": ["code,name,level,block", *(f"{u},UBND xã {u},xa,xa" for u in UNITS)],
        "dossiers": [HEAD],
        "answers": [ANSWERS],
        "facts": ["unit,period,fact,value"],
    }
    for unit, day, (satisfied, contacts, fault), count in answers:
        for _ in range(count):
            code = f"D{len(files['dossiers']):04d}"
            online = "Trực tuyến" if len(files["dossiers"]) % 2 else "Trực tiếp"
            files["dossiers"].append(
                f"{code},{unit},Khai sinh,{online},{day},31/12/2021,{day},{day},10"
            )
            given = f"{satisfied},{contacts},{fault},none,no"
            files["answers"].append(f"{code},phieu5,{day},paper,{given}")
    line = "L{0},XA01,Khai sinh,Trực tuyến,01/05/2021,{1}/05/2021,05/05/2021,05/05/2021,10"
    files["dossiers"] += [line.format(number, day) for number, day in enumerate(unasked)]
    for unit in UNITS:
        for quarter in ("2021-Q1", "2021-Q2"):
            files["facts"] += [f"{unit},{quarter},{name},{value}" for name, value in FACTS.items()]
    assert motcua("db", "upgrade").code == 0
    for kind, lines in files.items():
        file = folder / f"{kind}.csv"
        file.write_text("\n".join(lines) + "\n", "utf-8")
        done = motcua.json(kind, "import", file)
        assert (done["rejected"], done["accepted"]) == (0, len(lines) - 1), done
    return motcua


def _page(motcua: Motcua, period: str) -> dict[str, Any]:
    assert motcua("report", period, "--public", period).code == 0
    told: dict[str, Any] = json.loads(
        (motcua.folder / period / "du-lieu" / "ket-qua.json").read_text("utf-8")
    )
    return told


def _cell(page: dict[str, Any], unit: str, key: str) -> Any:  # noqa: ANN401 - a number or a sign
    return next(one for one in page["units"] if one["code"] == unit)[key]


VERY, UNHAPPY = ("very", "none", ""), ("unsatisfied", "none", "")


def test_half_a_year_less_a_quarter_tells_nothing(tmp_path: Path) -> None:
    """Two unhappy citizens of the first quarter, ten of the second: the sum is hidden, too."""
    first, second = "01/02/2021", "01/05/2021"
    motcua = _office(
        tmp_path,
        [(unit, day, VERY, 20) for unit in UNITS for day in (first, second)]
        + [(unit, day, UNHAPPY, 12) for unit in UNITS[1:] for day in (first, second)]
        + [("XA01", first, UNHAPPY, 2), ("XA01", second, UNHAPPY, 10)],
    )
    key = "satisfaction_unsatisfied"
    pages = [_page(motcua, period) for period in ("2021-Q1", "2021-Q2", "2021-H1")]
    assert [_cell(page, "XA01", key) for page in pages] == [HIDDEN, 10, HIDDEN]


def test_half_a_years_points_less_a_quarters_tell_nothing(tmp_path: Path) -> None:
    """One answer in the first quarter, eight in the second: points of nine tell those of one."""
    many = ("very", "many", "no")
    motcua = _office(
        tmp_path,
        [("XA01", "01/02/2021", many, 1), ("XA01", "01/05/2021", VERY, 8)]
        + [(unit, day, VERY, 20) for unit in UNITS[1:] for day in ("01/02/2021", "01/05/2021")],
    )
    pages = [_page(motcua, period) for period in ("2021-Q1", "2021-Q2", "2021-H1")]
    shown = [_cell(page, "XA01", "cs3") for page in pages]
    assert (shown[0], shown[2]) == (HIDDEN, HIDDEN)
    assert shown[1] != HIDDEN


def test_a_follow_up_question_does_not_tell_who_was_asked(tmp_path: Path) -> None:
    """Three came once more: hidden with those who came often, whom the next question counts."""
    motcua = _office(
        tmp_path,
        [("XA01", "01/05/2021", VERY, 50), ("XA01", "01/05/2021", ("very", "once", ""), 3)]
        + [("XA01", "01/05/2021", ("very", "many", fault), 10) for fault in ("yes", "no")],
    )
    _page(motcua, "2021-Q2")
    file = motcua.folder / "2021-Q2" / "du-lieu" / "phieu.csv"
    rows = list(csv.DictReader(file.read_text("utf-8-sig").splitlines()))
    counts = {(row["question"], row["option"]): row["count"] for row in rows}
    assert counts["contacts", "once"] == counts["contacts", "many"] == HIDDEN
    assert {counts["contacts_own_fault", option] for option in ("yes", "no")} == {HIDDEN}
    assert counts["agencies", "none"] == "73"


def test_counts_of_all_units_do_not_tell_the_points_of_one(tmp_path: Path) -> None:
    """Fifteen contacts counted in all, fourteen told by a unit's points: the last one is hidden."""
    motcua = _office(
        tmp_path,
        [
            ("XA01", "01/05/2021", VERY, 10),
            ("XA01", "01/05/2021", ("very", "once", ""), 4),
            ("XA02", "01/05/2021", ("very", "once", ""), 1),
        ],
    )
    page = _page(motcua, "2021-Q2")
    counts = {
        row["option"]: row["count"] for row in page["answers"] if row["question"] == "contacts"
    }
    assert _cell(page, "XA02", "cs3") == HIDDEN
    assert HIDDEN in {counts["none"], counts["once"], _cell(page, "XA01", "cs3")}


def test_a_grade_does_not_tell_hidden_points(tmp_path: Path) -> None:
    """The only unit, not best in time, is excellent: only if its one citizen was content."""
    motcua = _office(tmp_path, [("XA01", "01/05/2021", VERY, 1)], unasked=("09", "09", "02"))
    rated = next(one for one in motcua.json("rate", "2021-Q2")["units"] if one["code"] == "XA01")
    assert (rated["grade"], rated["criteria"]["1"]["points"]) == ("xuat_sac", "1.5")
    page = _page(motcua, "2021-Q2")
    told = {key: _cell(page, "XA01", key) for key in ("cs1", "cs3", "cs4", "cs7", "total", "grade")}
    assert told.pop("cs1") == "1.5"
    assert set(told.values()) == {HIDDEN}
    html = (tmp_path / "2021-Q2" / "index.html").read_text("utf-8")
    assert "Xuất sắc 1/" not in html
    assert "1 trên 1" not in html
