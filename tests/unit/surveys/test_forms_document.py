"""docs/forms.md tells the truth: its forms load, its commands print what it says they print."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from surveys.form import load_form

DOCUMENT = Path(__file__).parents[3] / "docs" / "forms.md"
FENCE = re.compile(r"^```(\w+)[ ]?(form )?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = [match.groups() for match in FENCE.finditer(DOCUMENT.read_text("utf-8"))]
FORMS = {name: text for language, form, name, text in BLOCKS if language == "yaml" and form}
SESSIONS = [text for language, _, _, text in BLOCKS if language == "console"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the document's forms under their names."""
    for name, text in FORMS.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def commands(session: str) -> list[tuple[str, str]]:
    """Each command of a session with what it prints."""
    parts = re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]
    return [(command, printed) for command, _, printed in (part.partition("\n") for part in parts)]


def test_the_document_has_examples_of_everything() -> None:
    """Every block is a form or a session, and every kind and key is shown at least once."""
    assert len(FORMS) + len(SESSIONS) == len(BLOCKS)
    shown = "\n".join(FORMS.values())
    kinds = ("choice", "scale", "yes_no", "text")
    keys = ("when:", "short:", "criterion:", "complaint:", "words:", "no_answer:", "best:")
    for wanted in (*(f"kind: {kind}" for kind in kinds), *keys, "decision_no:", "valid_to:"):
        assert wanted in shown, wanted


@pytest.mark.parametrize("name", FORMS)
def test_the_forms_load(folder: Path, name: str) -> None:
    """Every form of the document can be used, with the criteria of the circular."""
    assert load_form(folder / name, known_criteria={*"123456789"}).questions


@pytest.mark.parametrize("session", SESSIONS, ids=lambda text: text.splitlines()[0][2:40])
def test_the_sessions_print_what_they_say(folder: Path, session: str) -> None:
    """Every command prints exactly what is shown under it."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for command, printed in commands(session):
        done = subprocess.run(
            ["bash", "-c", f"{{ {command}; }} 2>stderr"],
            cwd=folder,
            env=os.environ | {"PATH": path, "MOTCUA_LANG": "vi"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        errors = (folder / "stderr").read_text("utf-8")
        told = errors if "try" not in command else ""
        assert done.stdout + told == printed
