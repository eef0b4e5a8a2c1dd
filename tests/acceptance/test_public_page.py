"""The public page: small cells hidden, open data with a dictionary, readable by everybody."""

import csv
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, sync_playwright

from tests.acceptance.support.command import Motcua
from tests.acceptance.support.district import drawn
from tests.acceptance.support.files import STYLES, write

CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
HIDDEN = "*"


@pytest.fixture(scope="module")
def motcua(tmp_path_factory: pytest.TempPathFactory) -> Motcua:
    """A district in a database, and its page in `trang`."""
    folder = tmp_path_factory.mktemp("public")
    command = Motcua(folder=folder, url="sqlite:///motcua.sqlite")
    files = write(drawn(5, busiest=40), STYLES[0], folder)
    reported = ("answers", "facts", "scores")
    for line in (
        ("db", "upgrade"),
        ("units", "import", files.units),
        ("dossiers", "import", files.dossiers, "--steps", files.steps),
        *((name, "import", getattr(files, name)) for name in reported),
        ("report", "2021-Q2", "--public", "trang"),
    ):
        assert command(*line).code == 0, line
    return command


def _rows(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(file.read_text("utf-8-sig").splitlines()))


def _data(motcua: Motcua) -> Path:
    return motcua.folder / "trang" / "du-lieu"


def test_no_small_count_is_published(motcua: Motcua) -> None:
    """Neither of a unit nor of all; what is shown is what was counted, zeros too."""
    tally = motcua.json("tally", "2021-Q2")
    counted: dict[tuple[str, str], int] = {}
    for row in tally["rows"]:
        if row["question"] == "satisfaction":
            place = (row["unit"], row["option"])
            counted[place] = counted.get(place, 0) + row["count"]
    shown = 0
    for unit in _rows(_data(motcua) / "don-vi.csv"):
        cells = {key: value for key, value in unit.items() if key.startswith("satisfaction_")}
        assert cells
        for key, value in cells.items():
            count = counted[unit["code"], key.removeprefix("satisfaction_")]
            assert value == HIDDEN or (value == str(count) and (count == 0 or count >= 5))
            shown += value != HIDDEN
    assert shown
    for row in _rows(_data(motcua) / "phieu.csv"):
        assert row["count"] == HIDDEN or int(row["count"]) == 0 or int(row["count"]) >= 5


def test_points_of_few_answers_are_hidden(motcua: Motcua) -> None:
    """A criterion that fewer than five citizens made, and never alone within a unit's total."""
    rated = {unit["code"]: unit for unit in motcua.json("rate", "2021-Q2")["units"]}
    hidden = 0
    for unit in _rows(_data(motcua) / "don-vi.csv"):
        scores = rated[unit["code"]]["criteria"]
        given = motcua.json("rate", "2021-Q2")["scores"].get(unit["code"], {})
        marks = {n for n in scores if unit[f"cs{n}"] == HIDDEN}
        few = {
            n
            for n in ("3", "4", "7")
            if scores[n] and 0 < scores[n]["n"] < 5 and given.get(n, {}).get("appraised") is None
        }
        assert few <= marks
        hidden += len(marks)
        if unit["total"] not in ("", HIDDEN):
            assert unit["total"] == rated[unit["code"]]["total"]
            assert len(marks) != 1
    assert hidden


def test_every_column_is_explained(motcua: Motcua) -> None:
    """The dictionary names each column of each file, and the sign of a hidden cell."""
    explained = {(row["file"], row["column"]) for row in _rows(_data(motcua) / "tu-dien.csv")}
    for name in ("don-vi.csv", "phieu.csv"):
        head = (_data(motcua) / name).read_text("utf-8-sig").splitlines()[0].split(",")
        assert {(name, column) for column in head} <= explained
    assert ("*", HIDDEN) in explained


def test_the_signed_page_stays(motcua: Motcua) -> None:
    """After closing it says so, in the page and in its data; an existing page is kept."""
    assert motcua("report", "2021-Q2", "--public", "trang").code == 1
    assert motcua("period", "close", "2021-Q2").code == 0
    assert motcua("report", "2021-Q2", "--public", "ky").code == 0
    page = (motcua.folder / "ky" / "index.html").read_text("utf-8")
    told = json.loads((motcua.folder / "ky" / "du-lieu" / "ket-qua.json").read_text("utf-8"))
    assert told["signed"] is True
    assert told["closing"]["digest"] in page
    assert "<script" not in page
    before = json.loads((_data(motcua) / "ket-qua.json").read_text("utf-8"))
    assert {key: told[key] for key in before} == before


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's chromium, headless."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@pytest.mark.browser
@pytest.mark.timeout(120)
@pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")
@pytest.mark.parametrize("look", [{"width": 320}, {"width": 1280}, {"dark": True, "width": 1280}])
def test_everybody_can_read_it(motcua: Motcua, browser: Browser, look: dict[str, Any]) -> None:
    """axe finds nothing, at a phone's width, at a desk's and in the dark; nothing runs over."""
    page = browser.new_page(
        viewport={"width": look["width"], "height": 900},
        color_scheme="dark" if "dark" in look else "light",
    )
    page.goto((motcua.folder / "trang" / "index.html").as_uri())
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= look["width"]
    charts = page.locator("svg[role=img]")
    assert charts.count() >= 2
    assert all(charts.nth(n).get_attribute("aria-label") for n in range(charts.count()))
    page.close()
