"""A command of each family as a process: what the tests that run in one process rely on."""

from pathlib import Path

import pytest

from tests.acceptance.support.command import Motcua
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
    """Exit code, standard output and standard error."""
    alone = office.process(*line.split(), typed="n\n")
    assert alone == office(*line.split(), typed="n\n")
    assert alone.out + alone.err


def test_the_function_leaves_no_trace(office: Motcua, tmp_path: Path) -> None:
    """Neither folder nor environment nor streams of the tests change."""
    import os
    import sys

    before = dict(os.environ), Path.cwd(), sys.stdout
    Motcua(folder=tmp_path, url=office.url)("units", "list", lang="en")
    assert (dict(os.environ), Path.cwd(), sys.stdout) == before
