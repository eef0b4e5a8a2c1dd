"""docs/check.md tells the truth: its example is found to be as it says, and it names every code."""

import os
import re
import subprocess
import sys
from pathlib import Path

from scoring.reconcile import Code
from tests.unit.scoring.reconcile.sheets import WORDS

DOCUMENT = Path(__file__).parents[3] / "docs" / "check.md"
TEXT = DOCUMENT.read_text("utf-8")
EXAMPLE = re.compile(r"^```csv file (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SESSION = re.compile(r"^```console\n\$ (.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_example_prints_what_it_says(tmp_path: Path) -> None:
    """The command under the example prints exactly what is shown below it."""
    [(name, content)] = re.findall(
        r"^```csv file (\S+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL
    )
    [(command, printed)] = re.findall(
        r"^```console\n\$ (.*?)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL
    )
    (tmp_path / name).write_text(content, "utf-8")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=tmp_path,
        env=os.environ | {"PATH": path, "MOTCUA_LANG": "vi"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout + done.stderr == printed


def test_every_kind_of_finding_is_named() -> None:
    """Every code in the JSON is in the document."""
    assert [code.value for code in Code if f"`{code}`" not in TEXT] == []


def test_the_lines_it_shows_are_known() -> None:
    """Every setting line of both halves is one the program reads."""
    shown = re.findall(r"`([^`;|\n]+);[^`\n]*`", TEXT)
    assert len(shown) >= 16
    assert [word for word in shown if WORDS.setting(word) is None] == []
