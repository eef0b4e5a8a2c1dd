"""One sentence for whatever goes wrong."""

import errno
import sqlite3

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from admin.kit.refusals import refusal, sentence
from admin.kit.texts import load_texts
from scoring.errors import Refusal as ScoringRefusal
from surveys.errors import Refusal

VI, EN = load_texts("vi"), load_texts("en")


def test_a_refusal_of_either_room_has_its_text() -> None:
    """With its params in it."""
    for kind in (Refusal, ScoringRefusal):
        told = sentence(EN, kind("sheets.empty", file="so.csv"))
        assert told.startswith("The file so.csv has no rows")


def test_a_refusal_without_text_is_readable() -> None:
    """Also one whose text wants what it does not have."""
    assert refusal(VI, "moon.too_far", {"km": 384400}) == "moon: too far (km: 384400)"
    assert refusal(VI, "moon.too_far", {}) == "moon: too far"
    assert refusal(VI, "sheets.empty", {"line": 1}) == "sheets: empty (line: 1)"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (FileNotFoundError(errno.ENOENT, "x", "so.csv"), "There is no file so.csv"),
        (PermissionError(errno.EACCES, "x", "so.csv"), "so.csv may not be read or written"),
        (IsADirectoryError(errno.EISDIR, "x", "so"), "so is a folder"),
        (OSError(errno.ENOSPC, "x", "so"), "The disk is full"),
        (
            OSError(errno.EIO, "Input/output error", "so"),
            "so cannot be read or written: Input/output",
        ),
        (OSError(errno.EADDRINUSE, "in use", None), "Another program is using the network port"),
        (
            ConnectionRefusedError(errno.ECONNREFUSED, "x"),
            "The PostgreSQL server cannot be reached",
        ),
        (TimeoutError(), "The PostgreSQL server cannot be reached"),
        (sqlite3.DatabaseError("file is not a database"), "no SQLite database"),
        (sqlite3.DatabaseError("database disk image is malformed"), "The database is damaged"),
    ],
)
def test_troubles_of_the_machine(error: Exception, said: str) -> None:
    """Files, disk, ports, connections."""
    assert said in sentence(EN, error)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("database is locked", "The database is busy"),
        ("database or disk is full", "The disk is full"),
        ("attempt to write a readonly database", "can only be read"),
        ("unable to open database file", "cannot be opened"),
    ],
)
def test_troubles_of_the_database(reason: str, said: str) -> None:
    """By what the driver says."""
    error = OperationalError("INSERT …", {"phone": "0912345678"}, sqlite3.OperationalError(reason))
    assert said in sentence(EN, error)


def test_the_values_of_a_failed_statement_are_not_told() -> None:
    """They may name a citizen."""
    error = IntegrityError(
        "INSERT …", {"phone": "0912345678"}, sqlite3.IntegrityError("0912345678")
    )
    told = sentence(VI, error)
    assert "0912345678" not in told
    assert "IntegrityError" in told
