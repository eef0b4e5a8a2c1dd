"""Tests are found by what they are about: the folder says the part, the file says the subject."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
FILES = sorted(TESTS.rglob("test_*.py"))
SHARED = {"__init__", "conftest"}


def test_every_file_says_what_it_is_about() -> None:
    """A docstring; its first line is what `make list-tests` prints."""
    subjects = {file: ast.get_docstring(ast.parse(file.read_text("utf-8"))) for file in FILES}
    assert [str(file) for file, subject in subjects.items() if not subject] == []


def test_unit_tests_stand_where_their_subject_stands() -> None:
    """`tests/unit/bot/delivery` is about `bot/delivery`; only the fakes are the tests' own."""
    folders = {file.parent.relative_to(TESTS / "unit") for file in FILES if "unit" in file.parts}
    assert [
        str(one) for one in folders if one.parts[0] != "fakes" and not (ROOT / one).is_dir()
    ] == []


def test_what_acceptance_tests_share_is_in_one_folder() -> None:
    """Besides the tests themselves there are only `conftest.py` and `support/`."""
    beside = [
        file.name
        for file in (TESTS / "acceptance").rglob("*.py")
        if file not in FILES and file.parent.name != "support" and file.stem not in SHARED
    ]
    assert beside == []
