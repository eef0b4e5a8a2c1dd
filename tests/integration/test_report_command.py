"""`motcua report`: its files, its refusals, its figures beside those of `rate` and `tally`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from admin.figures.stored import as_text, from_json
from admin.kit import cli
from tests.acceptance.support.district import drawn
from tests.acceptance.support.files import STYLES, write
from tests.integration.office import KEY

PERIOD = "2021-Q2"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a district in a database, which the settings name."""
    folder = tmp_path_factory.mktemp("office")
    files = write(drawn(5, busiest=20), STYLES[0], folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOTCUA_DATABASE_URL", f"sqlite:///{folder}/motcua.sqlite")
        patch.setenv("MOTCUA_KEY", KEY)
        patch.setenv("MOTCUA_REPORT_AGENCY", "UBND huyện An Lão")
        for line in (
            ["db", "upgrade"],
            ["units", "import", str(files.units)],
            ["dossiers", "import", str(files.dossiers), "--steps", str(files.steps)],
            *([n, "import", str(getattr(files, n))] for n in ("answers", "facts", "scores")),
        ):
            assert cli.run(line) == 0, line
        yield folder


@pytest.fixture(scope="module")
def report(office: Path) -> Path:
    """The folder of the quarter's report."""
    folder = office / "bao-cao"
    assert cli.run(["report", PERIOD, "--out", str(folder)]) == 0
    return folder


def _json(capsys: pytest.CaptureFixture[str], *line: str) -> Any:  # noqa: ANN401 - any JSON
    capsys.readouterr()
    assert cli.run([*line, "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def _figures(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "so-lieu.json").read_text("utf-8"))
    return found


def test_its_figures_are_those_of_rate_and_tally(
    report: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Points, totals, grades, means and responses, unit by unit."""
    rated, tallied = _json(capsys, "rate", PERIOD), _json(capsys, "tally", PERIOD)
    rating = _figures(report)["rating"]
    for one, other in zip(rating["units"], rated["units"], strict=True):
        points = {key: score and score["points"] for key, score in other["criteria"].items()}
        assert (one["code"], one["values"]) == (other["code"], points)
        same = ("state", "total", "grade", "received", "dossiers", "responses", "reachable")
        assert [one[key] for key in same] == [other[key] for key in same]
    assert {one["id"]: one["mean"] for one in rating["criteria"]} == rated["overall"]["criteria"]
    assert {b["id"]: b["mean"] for b in rating["blocks"]} == {
        b["block"]: b["mean"] for b in rated["blocks"]
    }
    answered = tallied["whole"]["response"][0]
    survey = _figures(report)["survey"]
    assert {key: survey[key] for key in answered} == answered


def test_stored_figures_print_again_as_they_were(report: Path) -> None:
    """What is read back is what was written, to the last digit."""
    stored = _figures(report)
    assert json.loads(as_text(from_json(stored))) == stored


def test_received_is_resolved_and_pending(report: Path) -> None:
    """The flow of dossiers balances, unit by unit."""
    for unit in _figures(report)["intake"]["units"]:
        counts = unit["counts"]
        come = sum(counts[key] for key in ("online", "direct", "post", "carried_over"))
        fates = ("early", "same_day", "late", "unknown", "in_time", "overdue", "stopped")
        assert come == sum(counts[key] for key in fates)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ([PERIOD], "Đã có tệp"),
        (["2090-Q1"], "chưa bắt đầu"),
        (["2026-01-01..2090-01-01"], "chưa kết thúc"),
    ],
)
def test_refusals_are_one_sentence_and_leave_nothing(
    report: Path, capsys: pytest.CaptureFixture[str], line: list[str], said: str
) -> None:
    """A report that is there, a period to come, a period not over."""
    before = sorted(report.parent.iterdir())
    written = (report / "so-lieu.json").read_bytes()
    assert cli.run(["report", *line, "--out", str(report)]) == 1
    [told] = capsys.readouterr().err.splitlines()
    assert said in told
    assert sorted(report.parent.iterdir()) == before
    assert (report / "so-lieu.json").read_bytes() == written
