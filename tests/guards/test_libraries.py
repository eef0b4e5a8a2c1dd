"""What the product is built on: bounded above, locked within the bounds, used by the front door."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LIBRARIES = [Requirement(one) for one in PROJECT["project"]["dependencies"]]
LOCKS = ("requirements.lock", "requirements-dev.lock")
CALENDAR = {"tzdata"}
"""Versioned by year: a later one is newer data."""


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda one: one.name)
def test_a_library_is_locked_within_an_upper_bound(library: Requirement) -> None:
    """`make lock` cannot bring a next major version in unnoticed."""
    bounded = any(one.operator == "<" for one in library.specifier)
    assert bounded or library.name in CALENDAR
    for lock in LOCKS:
        text = (ROOT / lock).read_text("utf-8")
        versions = re.findall(rf"^{canonicalize_name(library.name)}==(\S+)", text, re.MULTILINE)
        assert versions
        assert all(library.specifier.contains(one) for one in versions)


def test_the_database_is_used_through_public_names() -> None:
    """No private module or attribute of SQLAlchemy or aiosqlite: those change without notice."""
    private = re.compile(
        r"(?:sqlalchemy|aiosqlite)[\w.]*\._\w|from sqlalchemy\S* import .*\b_\w|sqlalchemy\.util"
    )
    for file in (ROOT / "surveys" / "store").rglob("*.py"):
        text = file.read_text("utf-8")
        assert not private.search(text), file
        assert "noqa: SLF001" not in text, file
