"""A district with a quarter of dossiers, answers, facts and scores; its reports."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from admin.kit import cli
from tests.acceptance.support.district import drawn
from tests.acceptance.support.files import STYLES, write
from tests.integration.office import KEY
from tests.integration.reporting.reading import PERIOD, Told

SETTINGS = {
    "KEY": KEY,
    "REPORT_AGENCY": "UBND huyện An Lão",
    "REPORT_PARENT": "UBND tỉnh Bình Định",
    "REPORT_AREA": "huyện An Lão",
    "REPORT_PLACE": "An Lão",
}


@pytest.fixture(scope="package")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a district in a database, which the settings name."""
    folder = tmp_path_factory.mktemp("office")
    files = write(drawn(5, busiest=20), STYLES[0], folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOTCUA_DATABASE_URL", f"sqlite:///{folder}/motcua.sqlite")
        for name, value in SETTINGS.items():
            patch.setenv(f"MOTCUA_{name}", value)
        for line in (
            ["db", "upgrade"],
            ["units", "import", str(files.units)],
            ["dossiers", "import", str(files.dossiers), "--steps", str(files.steps)],
            *([n, "import", str(getattr(files, n))] for n in ("answers", "facts", "scores")),
        ):
            assert cli.run(line) == 0, line
        yield folder


@pytest.fixture(scope="package")
def report(office: Path) -> Path:
    """The folder of the quarter's report."""
    folder = office / "bao-cao"
    assert cli.run(["report", PERIOD, "--out", str(folder)]) == 0
    return folder


@pytest.fixture(scope="package")
def reports(office: Path, report: Path) -> dict[str, Path]:
    """The folders of one report of each kind."""
    folders = {"quarter": report, "year": office / "nam", "onestop": office / "mot-cua"}
    assert cli.run(["report", "2020", "--out", str(folders["year"])]) == 0
    line = ["report", PERIOD, "--kind", "onestop", "--out", str(folders["onestop"])]
    assert cli.run(line) == 0
    return folders


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    """What a command prints as JSON."""

    def run(*line: str) -> Any:  # noqa: ANN401 - any JSON
        capsys.readouterr()
        assert cli.run([*line, "--format", "json"]) == 0
        return json.loads(capsys.readouterr().out)

    return run
