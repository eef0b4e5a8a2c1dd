"""A criterion is declared once: in a copy of the product three files get an entry, no other."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import surveys

ROOT = Path(surveys.__file__).parent.parent
ROOMS = ("surveys", "scoring", "bot", "admin", "migrations", "tests")

DECLARED = '''
        Criterion(
            number="10",
            column="waiting",
            codes=IntEnum("Waiting", {"MISSING": 0, "SHORT": 1, "LONG": 2}),
            derive=lambda record: IntEnum("Waiting", {"MISSING": 0, "SHORT": 1, "LONG": 2})(
                2 if any(one.option == "long" for one in record.answers) else 0
            ),
            questions=("waiting",),
            review={2: ReviewReason.FIELD_CHECK},
        ),
    )
}
"""By number'''
SUPPORTED = """CRITERIA: Mapping[str, SupportedCriterion] = {
    "10": _by_dossier("short", "long"),"""
RULES = """criteria:
  "10":
    name: {vi: Thời gian chờ, en: Waiting time}
    scope: dossier
    source: a local decision
    outcomes:
      short: {points: 2, text: {vi: chờ ít, en: short}}
      long: {points: 0, text: {vi: chờ lâu, en: long}}
"""
ENTRIES = (
    ("surveys/criteria.py", '\n    )\n}\n"""By number', DECLARED),
    ("scoring/supported.py", "CRITERIA: Mapping[str, SupportedCriterion] = {", SUPPORTED),
    ("scoring/rulebooks/tt01-2018.yaml", "criteria:\n", RULES),
)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The product with one criterion more."""
    for room in ROOMS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / room, tmp_path / room, ignore=ignored)
    for name, before, after in ENTRIES:
        file = tmp_path / name
        text = file.read_text("utf-8")
        assert before in text
        file.write_text(text.replace(before, after, 1), "utf-8")
    return tmp_path


def test_a_tenth_criterion_is_stored_reviewed_verified_rated_and_explained(copied: Path) -> None:
    """Two citizens say "long"; an officer sets one of the dossiers to "short"."""
    args = [sys.executable, "-m", "tests.integration.tenth_criterion"]
    done = subprocess.run(
        [*args, f"sqlite:///{copied}/motcua.sqlite"],
        cwd=copied,
        env={"PYTHONPATH": str(copied), "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "criteria": [str(number) for number in range(1, 11)],
        "score": {"points": "1.0", "n": 2},
        "queue": [["D1", "10", "long"], ["D2", "10", "long"]],
        "stored": [1, 2],
        "reasons": 1,
        "outcome": "chờ ít",
    }
