"""The start-up cost of a command, compared with its libraries and with an earlier version.

BENCH_PARENT names the `motcua` of another version, in its own environment.
"""

import os
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pytest

from tests.acceptance.support.command import KEPT, MOTCUA
from tests.acceptance.support.district import drawn
from tests.acceptance.support.files import STYLES, write
from tests.bench.telling import tell

PARENT = os.environ.get("BENCH_PARENT")
ROUNDS = 15
LIBRARIES = "import click, yaml, pydantic, sqlalchemy"
LINES = ("--help", "units list", "tally 2021-Q2", "rate 2021-Q2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One version of `motcua` with a small district of its own."""

    name: str
    command: Path
    folder: Path

    @classmethod
    def with_a_district(cls, name: str, command: Path, folder: Path) -> "Program":
        """18 units, 423 dossiers, 86 responses, taken in by the version itself."""
        folder.mkdir()
        made = cls(name=name, command=command, folder=folder)
        made.run("db", "upgrade")
        files = write(drawn(0), STYLES[0], folder)
        for kind in ("units", "dossiers", "answers", "facts", "scores"):
            made.run(kind, "import", str(getattr(files, kind)))
        return made

    def run(self, *args: str) -> float:
        """Run one command; its processor time, user and system, in seconds."""
        return _cost([str(self.command), *args], self.folder)


def _cost(command: Sequence[str], folder: Path) -> float:
    before = _spent()
    subprocess.run(command, cwd=folder, env=_env(), capture_output=True, check=True)
    return _spent() - before


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _env() -> Mapping[str, str]:
    return {name: os.environ[name] for name in KEPT if name in os.environ}


@pytest.mark.bench
@pytest.mark.timeout(900)
def test_a_command_costs_little_more_than_its_libraries(tmp_path: Path) -> None:
    """`rate` within 3 times the bare import of its libraries; within 0.6 of the version before
    issue 10, where that is given. In turn, the median of each."""
    ours = Program.with_a_district("now", MOTCUA, tmp_path / "now")
    parent = Program.with_a_district("parent", Path(PARENT), tmp_path / "then") if PARENT else None
    costs: dict[tuple[str, str], list[float]] = {}
    for _ in range(ROUNDS):
        bare = _cost([sys.executable, "-c", LIBRARIES], tmp_path)
        costs.setdefault(("libraries", "import"), []).append(bare)
        for program in filter(None, (ours, parent)):
            for line in LINES:
                costs.setdefault((program.name, line), []).append(program.run(*line.split()))
    middle = {key: median(values) for key, values in costs.items()}
    for (name, line), seconds in middle.items():
        beside = middle.get(("parent", line), middle["libraries", "import"])
        tell(f"start, {name}, {line}: {seconds * 1000:,.0f} ms ({seconds / beside:.2f} x)")
    assert middle["now", "rate 2021-Q2"] <= 3 * middle["libraries", "import"]
    if parent:
        assert middle["now", "rate 2021-Q2"] <= 0.6 * middle["parent", "rate 2021-Q2"]
