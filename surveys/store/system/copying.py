"""Copies a SQLite database while it is in use, and restores a copy while it is not."""

import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from surveys.errors import Refusal

SIDE_FILES = ("-wal", "-shm", "-journal")


def create(file: Path) -> None:
    """Create an empty file readable by its owner only; SQLite gives its side files the same mode.

    Raises OSError, including FileExistsError.
    """
    os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def copy(source: Path, target: Path) -> None:
    """Make a consistent copy of a database that may be written to meanwhile (SQLite's online
    backup).

    The copy appears under its name only when it is complete, readable by its owner only. Raises
    FileNotFoundError, or Refusal `database.copy_broken`.
    """
    if not source.exists():
        raise FileNotFoundError(errno.ENOENT, "", str(source))
    draft = target.with_name(f"{target.name}.part")
    draft.unlink(missing_ok=True)
    create(draft)
    try:
        _copy_at_once(source, draft)
        draft.replace(target)
    finally:
        remove(draft)


def revision_of(file: Path) -> str | None:
    """The schema revision of a copy; None if it is not a database of this product.

    Raises FileNotFoundError, or Refusal `database.no_copy` (no SQLite file) or `.copy_broken`.
    """
    with file.open("rb") as stream:
        if not stream.read(16).startswith(b"SQLite format 3"):
            raise Refusal("database.no_copy", file=file)
    with closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as conn:
        _require_sound(conn, file)
        return _revision(conn)


def is_empty(file: Path) -> bool:
    """Whether the database is missing or has no table."""
    if not file.exists():
        return True
    with closing(sqlite3.connect(file)) as conn:
        (count,) = conn.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return bool(count == 0)


def put_in_place(copied: Path, target: Path, aside: Path | None) -> None:
    """Move `copied` to the database path `target`; the present database is moved to `aside`.

    Raises Refusal `database.in_use` when another program has the database open.
    """
    if target.exists():
        close_journal(target)
    if aside is not None:
        target.rename(aside)
    remove(target)
    copied.rename(target)


def close_journal(file: Path) -> None:
    """Merge the write-ahead log into the database file; possible only while no program uses it.

    Raises Refusal `database.in_use`.
    """
    with closing(sqlite3.connect(file, timeout=1)) as conn:
        try:
            (mode,) = conn.execute("PRAGMA journal_mode=DELETE").fetchone()
        except sqlite3.OperationalError:
            mode = "locked"
    if mode != "delete":
        raise Refusal("database.in_use", file=file)


def _copy_at_once(source: Path, draft: Path) -> None:
    """Copy in one read of a WAL database: one snapshot, and no writer waits."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(draft)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")
        _require_sound(new, draft)
    with draft.open("rb+") as stream:
        os.fsync(stream.fileno())


def _require_sound(conn: sqlite3.Connection, file: Path) -> None:
    try:
        (found,) = conn.execute("PRAGMA quick_check(1)").fetchone()
    except (
        sqlite3.DatabaseError,
        UnicodeDecodeError,
    ):  # SQLite quotes a damaged name in its message
        found = ""
    if found != "ok":
        raise Refusal("database.copy_broken", file=file)


def _revision(conn: sqlite3.Connection) -> str | None:
    try:
        row = conn.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        return None
    return None if row is None else str(row[0])


def remove(file: Path) -> None:
    """Delete a database and SQLite's side files, as far as they exist."""
    for suffix in ("", *SIDE_FILES):
        Path(f"{file}{suffix}").unlink(missing_ok=True)
