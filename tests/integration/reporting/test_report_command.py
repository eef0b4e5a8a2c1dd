"""`motcua report`: its files, its refusals, its figures next to those of `rate` and `tally`."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

from admin.figures.stored import as_text, from_json
from admin.kit import cli
from surveys.errors import Refusal
from tests.integration.reporting.reading import PERIOD, Told, figures_of, lines_of

PRINTED = ("printed", "charts")
"""What `so-lieu.json` has besides the figures."""


def test_its_figures_are_those_of_rate_and_tally(report: Path, told: Told) -> None:
    """Points, totals, grades, means and responses, unit by unit."""
    rated, tallied = told("rate", PERIOD), told("tally", PERIOD)
    rating = figures_of(report)["rating"]
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
    survey = figures_of(report)["survey"]
    assert {key: survey[key] for key in answered} == answered


def test_its_intake_is_that_of_onestop(report: Path, told: Told) -> None:
    """The same counts, which balance unit by unit."""
    shown = told("onestop", PERIOD)
    for unit, other in zip(figures_of(report)["intake"]["units"], shown["units"], strict=True):
        assert unit["counts"].items() <= other.items()
        assert other["difference"] == 0
        assert other["received"] == other["resolved"] + other["pending"] + other["stopped"]
    assert shown["whole"]["received"] == sum(unit["received"] for unit in shown["units"]) > 0


def test_stored_figures_print_again_as_they_were(report: Path) -> None:
    """What is read back is what was written, to the last digit; another format is refused."""
    stored = {k: value for k, value in figures_of(report).items() if k not in PRINTED}
    assert json.loads(as_text(from_json(stored))) == stored
    with pytest.raises(Refusal, match=r"report\.stored"):
        from_json(stored | {"format": 99})


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ([PERIOD], "Đã có tệp"),
        (["2090-Q1"], "chưa bắt đầu"),
        (["2026-01-01..2090-01-01"], "chưa kết thúc"),
        ([PERIOD, "--force", "--template", "thieu.docx"], "Không tìm thấy"),
    ],
)
def test_refusals_are_one_sentence_and_leave_nothing(
    report: Path, capsys: pytest.CaptureFixture[str], line: list[str], said: str
) -> None:
    """A report that is there, a period to come, a period not over, a template that is not there."""
    before = sorted(report.parent.iterdir())
    written = (report / "so-lieu.json").read_bytes()
    assert cli.run(["report", *line, "--out", str(report)]) == 1
    [sentence] = capsys.readouterr().err.splitlines()
    assert said in sentence
    assert sorted(report.parent.iterdir()) == before
    assert (report / "so-lieu.json").read_bytes() == written


def test_other_files_of_the_folder_stay(report: Path) -> None:
    """A signed copy in the folder survives a second run with --force."""
    signed = report / "da-ky.pdf"
    signed.write_bytes(b"signed")
    assert cli.run(["report", PERIOD, "--out", str(report), "--force"]) == 0
    names = {one.name for one in report.iterdir()}
    assert names == {"da-ky.pdf", "bao-cao.docx", "phu-luc.xlsx", "so-lieu.json", "bieu-do"}
    assert signed.read_bytes() == b"signed"


def test_a_period_that_is_not_over_says_so(office: Path, tmp_path: Path) -> None:
    """With --provisional the document names the day that was counted to."""
    span = "2026-01-01..2090-01-01"
    assert cli.run(["report", span, "--out", str(tmp_path / "r"), "--provisional"]) == 0
    figures = figures_of(tmp_path / "r")
    assert figures["as_of"] < figures["span"]["end"]
    assert any(one.startswith("Số liệu tạm tính") for one in figures["printed"]["luu_y"])


def test_a_period_without_anything(office: Path, tmp_path: Path) -> None:
    """No unit scored, nothing returned: the sentences for none."""
    assert cli.run(["report", "1990-Q1", "--out", str(tmp_path / "r")]) == 0
    printed = figures_of(tmp_path / "r")["printed"]
    assert printed["diem"]["cau"] == "Trong kỳ chưa có đơn vị nào được chấm điểm."
    assert printed["lay_y_kien"]["cau"].startswith("Trong kỳ không có hồ sơ nào")
    assert printed["mot_cua"]["cau"].endswith("không có hồ sơ nào phát sinh.")
    assert printed["so_sanh"] == []


def test_a_period_without_dossiers_is_told(
    office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rating, report and public page all say that nothing was imported; no other period does."""
    folder = tmp_path / "r"
    for line in (
        ["rate", "2018-Q2"],
        ["report", "2018-Q2", "--out", str(folder)],
        ["report", "2018-Q2", "--public", str(tmp_path / "p")],
    ):
        assert cli.run(line) == 0
        shown = capsys.readouterr()
        assert "chưa có hồ sơ nào được nhập" in " ".join((shown.out + shown.err).split())
    assert any(line.startswith("Chưa có hồ sơ nào của kỳ này") for line in lines_of(folder))
    page = (tmp_path / "p" / "index.html").read_text("utf-8")
    assert "Chưa có hồ sơ nào của kỳ này được nhập" in page
    assert cli.run(["rate", PERIOD]) == 0
    assert "chưa có hồ sơ nào được nhập" not in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["quarter", "onestop"])
def test_a_period_without_dossiers_says_so_under_every_heading(
    office: Path, tmp_path: Path, kind: str
) -> None:
    """No heading is followed by the next one of its level, and no chart is promised."""
    assert office
    assert cli.run(["report", "2018-Q2", "--kind", kind, "--out", str(tmp_path / kind)]) == 0
    lines = lines_of(tmp_path / kind)
    sections = [re.match(r"\d\. [A-ZĐ][^,.:;]*$", line) for line in lines]
    assert sum(one is not None for one in sections) > 3
    assert not [a for a, b in pairwise(sections) if a and b]
    assert not [line for line in lines if "biểu đồ" in line.lower()]
