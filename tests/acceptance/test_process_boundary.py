"""A command of each family as a process: what the tests that run in one process rely on."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.support.command import MOTCUA, Motcua
from tests.acceptance.support.faults import small_office

LINES = (
    "units list",
    "dossiers show D-0 --format json",
    "forms list --format csv",
    "invite 2021-Q2 --dry-run",
    "delivery status",
    "answers import nowhere.csv",
    "facts import nowhere.csv",
    "scores import nowhere.csv",
    "verify list 2021-Q2",
    "tally 2021-Q2 --format json",
    "rate 2021-Q2",
    "rate 2021-Q2 --format csv",
    "explain X01 2021-Q2",
    "check nowhere.csv",
    "rulebooks list",
    "staff list",
    "audit verify",
    "citizen export --dossier D-404",
    "citizen erase --dossier D-0",
    "purge --dry-run",
    "telegram check",
    "db check",
    "rats",
    "--lang en rate --help",
)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Motcua:
    """Two units and a dossier."""
    return small_office(tmp_path_factory.mktemp("boundary"))


@pytest.mark.parametrize("line", LINES)
def test_a_process_says_what_the_function_says(office: Motcua, line: str) -> None:
    """Exit code, standard output and standard error; a forked one as well."""
    alone = office.process(*line.split(), typed="n\n")
    assert alone == office(*line.split(), typed="n\n")
    assert alone == office.forked(*line.split(), typed="n\n")
    assert alone.out + alone.err


def test_the_function_leaves_no_trace(office: Motcua, tmp_path: Path) -> None:
    """Neither folder nor environment nor streams of the tests change."""
    import os
    import sys

    before = dict(os.environ), Path.cwd(), sys.stdout
    Motcua(folder=tmp_path, url=office.url)("units", "list", lang="en")
    assert (dict(os.environ), Path.cwd(), sys.stdout) == before


@pytest.mark.parametrize("line", ["rate 2021-Q2", "units list --format json", "audit list"])
def test_a_reader_that_stops_reading_is_no_failure(office: Motcua, line: str) -> None:
    """`set -o pipefail; motcua … | head -1` goes on: what was asked for was printed."""
    where = f"{shlex.quote(str(MOTCUA))} --database-url {shlex.quote(office.url)} {line}"
    for rest in ("| true", ">&-"):
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", f"{where} {rest}"],
            cwd=office.folder,
            env=office.environment(),
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b""), rest


@pytest.mark.parametrize(
    "line", ["dossiers show {0}", "facts import {0}.csv", "units alias add {0} X01"]
)
def test_signs_that_are_no_unicode_are_refused(office: Motcua, line: str) -> None:
    """As a file name from another system, or a terminal with another encoding, has them."""
    name = os.fsdecode(b"f\xff")
    facts = "unit,period,fact,value\nX01,2021-Q2,publicity,both\n"
    (office.folder / f"{name}.csv").write_text(facts, "utf-8")
    refused = office.process(*line.format(name).split())
    assert refused.code == 1
    assert "UTF-8" in refused.err
    assert len(refused.err.splitlines()) == 1
    assert office.json("imports", "list", "--limit", "1")[0]["kind"] != "facts"
