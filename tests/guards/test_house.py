"""The shape of the house: sizes, texts in both languages, locks, nothing that points outside."""

import ast
import re
import subprocess
from itertools import chain
from pathlib import Path
from statistics import median, quantiles

import pytest

from surveys.texts import Catalog, differences

ROOT = Path(__file__).parents[2]
ROOMS = ("admin", "bot", "scoring", "surveys", "migrations")
SOURCES = sorted(
    file for room in ROOMS for file in (ROOT / room).rglob("*.py") if "versions" not in file.parts
)
LONGEST_FILE = 400
LONGEST_FUNCTION = 40


def _lengths() -> dict[str, int]:
    """Lines of every function without its docstring."""
    found: dict[str, int] = {}
    for file in SOURCES:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found[f"{file.relative_to(ROOT)}:{node.name}"] = _length(node)
    return found


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def test_files_are_one_idea_long() -> None:
    """No file of the product has more than 400 lines."""
    long = {str(f.relative_to(ROOT)): len(f.read_text("utf-8").splitlines()) for f in SOURCES}
    assert {name: count for name, count in long.items() if count > LONGEST_FILE} == {}


def test_functions_fit_the_eye() -> None:
    """Half within 7 lines, nine of ten under 23, none longer than a screen."""
    lengths = _lengths()
    assert median(lengths.values()) <= 7
    assert quantiles(lengths.values(), n=10)[-1] < 23
    assert {name: count for name, count in lengths.items() if count > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("folder", ["admin/locales", "bot/locales"])
def test_every_text_is_there_in_both_languages(folder: str) -> None:
    """Vietnamese and English have the same keys with the same placeholders."""
    vi, en = (Catalog.load(ROOT / folder, language) for language in ("vi", "en"))
    assert differences(vi, en) == []
    assert vi.texts


def test_every_refusal_has_its_sentence() -> None:
    """Every code of a Refusal in the source has its text."""
    texts = Catalog.load(ROOT / "admin/locales", "vi")
    code = re.compile(r"""Refusal\(\s*"([a-z_]+\.[a-z_.]+)["]""")
    used = set(chain.from_iterable(code.findall(f.read_text("utf-8")) for f in SOURCES))
    assert sorted(c for c in used if f"errors.{c}" not in texts) == []
    assert used


def test_locks_pin_hashes_and_name_no_address() -> None:
    """Every requirement has its hash, and no lock file holds a URL."""
    for lock in ROOT.glob("requirements*.lock"):
        text = lock.read_text("utf-8")
        assert "://" not in text
        pinned = re.findall(r"^\S+==\S+.*\\$", text, re.MULTILINE)
        assert len(pinned) == len(re.findall(r"^\S+==", text, re.MULTILINE)) > 20


def test_nothing_points_outside() -> None:
    """No tracked file carries a path of somebody's machine or the name of a package registry."""
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    forbidden = re.compile(
        "|".join(["/wo" + "rk/", "/ro" + "ot/", "py" + "pi\\.org", "pythonh" + "osted"])
    )
    found = [
        name
        for name in tracked
        if name and not name.endswith((".png", ".xlsx", ".xls", ".ods")) and _holds(forbidden, name)
    ]
    assert found == []


def _holds(pattern: re.Pattern[str], name: str) -> bool:
    file = ROOT / name
    return file.is_file() and bool(pattern.search(file.read_text("utf-8", errors="replace")))
