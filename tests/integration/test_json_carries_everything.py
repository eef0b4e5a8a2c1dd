"""Whatever figure the terminal prints, a program finds in the JSON of the same command.

One district is taken in by the command line, in this process; every line printed is walked.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from admin.kit import cli
from tests.acceptance.support.district import drawn
from tests.acceptance.support.files import STYLES, write
from tests.guards.test_house import ROOT
from tests.integration.office import KEY

NUMBER = re.compile(r"\d+(?:\.\d+)?")
COMMANDS = (
    "rate 2021-Q2 --compare",
    "rate 2021-Q2 --weights phong=0.4,xa=0.6",
    "tally 2021-Q2",
    "tally 2021-Q2 --public --by question",
    "explain X03 2021-Q2",
    "explain X03 2021-Q2 1 --limit 5",
    "explain X03 2021-Q2 7 --limit 5",
    "explain X03 2021-Q2 9",
    "verify list 2021-Q2",
    "delivery status",
)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a district in a database, which the settings name."""
    folder = tmp_path_factory.mktemp("office")
    files = write(drawn(5, busiest=20), STYLES[0], folder)
    reported = ("answers", "facts", "scores")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOTCUA_DATABASE_URL", f"sqlite:///{folder}/motcua.sqlite")
        patch.setenv("MOTCUA_KEY", KEY)
        for line in (
            ["db", "upgrade"],
            ["units", "import", str(files.units)],
            ["dossiers", "import", str(files.dossiers), "--steps", str(files.steps)],
            *([kind, "import", str(getattr(files, kind))] for kind in reported),
            ["staff", "add", "hoa", "--role", "clerk", "--role", "verifier"],
        ):
            assert cli.run(line) == 0, line
        yield folder


def _said(capsys: pytest.CaptureFixture[str], *line: str) -> str:
    capsys.readouterr()
    assert cli.run(["--as", "hoa", *line]) == 0, line
    return capsys.readouterr().out


def _leaves(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        yield from map(str, value)
        for one in value.values():
            yield from _leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one)
    else:
        yield str(value)


def _numbers(text: str) -> set[str]:
    """Every figure, written one way: no thousands, a point, no zeros at the end or in front."""
    text = re.sub(r"(?<=\d)\.(?=\d{3}\b)", "", text)
    found = NUMBER.findall(re.sub(r"(?<=\d),(?=\d)", ".", text))
    return {f"{Decimal(one).normalize():f}" for one in found}


def _sizes(told: Any) -> set[str]:  # noqa: ANN401 - any JSON
    """How many entries a list has for each doubt: a heading of the review says it."""
    doubts = [one["doubt"] for one in told if "doubt" in one] if isinstance(told, list) else []
    return {str(count) for count in Counter(doubts).values()}


def _known(value: Any) -> set[str]:  # noqa: ANN401 - any JSON
    return set().union(*map(_numbers, _leaves(value)))


@pytest.mark.parametrize("line", COMMANDS)
def test_every_figure_is_in_the_json(
    line: str, office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Line by line; what the command line itself says may be printed, too."""
    told = json.loads(_said(capsys, *line.split(), "--format", "json"))
    known = _known(told) | _numbers(line) | _sizes(told)
    printed = _said(capsys, *line.split()).splitlines()
    missing = {text: unknown for text in printed if (unknown := _numbers(text) - known)}
    assert missing == {}
    assert printed


def test_every_figure_of_a_dossier_is_in_the_json(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same for a dossier with a decision, whatever was answered about it."""
    doubts = json.loads(_said(capsys, "verify", "list", "2021-Q2", "--format", "json"))
    doubt = next(one for one in doubts if one["criterion"] in {"1", "3", "4"})
    code = doubt["dossier"]
    _said(capsys, "verify", "confirm", code, doubt["criterion"], "--reason", "Đã gọi 2 lần")
    known = _known(json.loads(_said(capsys, "verify", "show", code, "--format", "json")))
    printed = _said(capsys, "verify", "show", code)
    assert _numbers(printed) - known == set()
    assert "Đã gọi 2 lần" in printed


def test_the_lists_of_a_rating_are_data(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each list names the units that the sentences of the terminal name, with their figures."""
    told = json.loads(_said(capsys, "rate", "2021-Q2", "--format", "json"))
    by_code = {unit["code"]: unit for unit in told["units"]}
    found = told["attention"]
    assert {one["code"] for one in found["unfinished"]} == {
        code for code, unit in by_code.items() if unit["state"] in {"not_scored", "insufficient"}
    }
    overdue, few = found["overdue"], found["few_responses"]
    assert overdue
    assert few
    assert all(one["late"] > 0 for one in overdue)
    assert all(by_code[one["code"]]["grade"] for one in few)
    printed = _said(capsys, "rate", "2021-Q2")
    for one in (*overdue, *few, *found["no_online_intake"]):
        assert one["name"] in printed
    for one in found["lowered_grades"]:
        assert one["grade"] != one["grade_in_proportion"]
        assert one["missing"]
    assert {one["policy"] for one in told["policies"]} >= {"rounding", "missing_criteria"}
    assert told["totals"]["received"] == sum(unit["received"] for unit in told["units"])


def test_the_comparison_reaches_the_csv(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each earlier period adds its total and the change, unit by unit."""
    told = json.loads(_said(capsys, "rate", "2021-Q2", "--compare", "--format", "json"))
    header, *rows = _said(capsys, "rate", "2021-Q2", "--compare", "--format", "csv").splitlines()
    keys = header.split(",")
    ids = [past["period"]["id"] for past in told["compared"]]
    assert keys[-4:] == [f"{key}_{one}" for one in ids for key in ("total", "change")]
    assert len(ids) == 2
    first = told["compared"][0]["units"]
    for row in rows:
        code, *_, before, _change, _older, _older_change = row.split(",")
        assert before == (first[code]["before"] or "")


@pytest.mark.parametrize("line", ["rate 2021-Q2 --compare", "tally 2021-Q2"])
def test_every_key_is_documented(
    line: str, office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """docs/results.md names each key besides the contract's, and no other."""
    told = json.loads(_said(capsys, *line.split(), "--format", "json"))
    command = line.split()[0]
    text = (ROOT / "docs/results.md").read_text("utf-8")
    _, section = text.split(f"## `motcua {command} PERIOD --format")
    section = section.split("\n## ")[0]
    keys = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    beside = re.findall(r"`(\w+)`", section.split("Beside ")[1].split("\n")[0])
    sometimes = {"simulated", "hidden_below", "together"}
    assert set(told) == {*keys, *beside} - sometimes


def test_invitations_have_a_total(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The last line sums what the units of the JSON say."""
    line = ("invite", "2021-Q2", "--dry-run", "--sample", "50 %")
    told = json.loads(_said(capsys, *line, "--format", "json"))
    sums = [sum(unit[key] for unit in told) for key in ("returned", "issued", "queued")]
    (last,) = [x for x in _said(capsys, *line).splitlines() if x.strip().startswith("Tổng cộng")]
    assert last.split()[2:5] == [str(number) for number in sums]
    assert sums[0] > 0


@pytest.mark.parametrize("width", [80, 120])
def test_codes_are_whole_at_every_width(
    width: int, office: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `verify list` and `units list` name can be copied into the next command."""
    monkeypatch.setenv("COLUMNS", str(width))
    doubts = json.loads(_said(capsys, "verify", "list", "2021-Q2", "--format", "json"))
    words = set(_said(capsys, "verify", "list", "2021-Q2").split())
    assert {one["dossier"] for one in doubts} <= words
    assert {one["reference"] for one in doubts} - {""} <= words
    units = json.loads(_said(capsys, "units", "list", "--format", "json"))
    printed = _said(capsys, "units", "list")
    assert {unit["code"] for unit in units} <= set(printed.split())
    assert "…" not in printed
    assert max(map(len, printed.splitlines())) <= width
    rated = _said(capsys, "rate", "2021-Q2")
    assert "…" not in rated
    assert max(map(len, rated.split("\n\n")[1].splitlines())) <= width
