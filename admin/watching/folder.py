"""The watched folder: which files are complete, and where each one is on its way.

A file is taken in three renames at most: from the folder into `working/` under a name of its own,
then into `done/` or `rejected/`. A rename is atomic, so after a power cut each file is in exactly
one place, and the next start continues from there.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from admin.kit.files import PRIVATE, draft_of
from surveys.errors import Refusal

DONE, REJECTED, WORKING = "done", "rejected", "working"
LOCK = ".motcua-watch.lock"
REPORT = ".report.json"
UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart", ".download")
OURS = (".rejected.csv", ".rejected.xlsx", REPORT)


@dataclass(slots=True, kw_only=True)
class WatchedFolder:
    """A folder in which files are dropped. `settle` is how many seconds a file must not have
    changed before it is read."""

    path: Path
    settle: float
    _seen: dict[str, tuple[int, int, float]] = field(default_factory=dict)

    def prepare(self) -> None:
        """Make the folders. Raises Refusal `watch.no_folder`."""
        if not self.path.is_dir():
            raise Refusal("watch.no_folder", folder=self.path)
        for name in (DONE, REJECTED, WORKING):
            (self.path / name).mkdir(mode=0o700, exist_ok=True)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder; the system releases it if this process dies.

        Raises Refusal `watch.held` while another process holds it.
        """
        handle = os.open(self.path / LOCK, os.O_CREAT | os.O_RDWR, PRIVATE)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise Refusal("watch.held", folder=self.path) from None
            yield
        finally:
            os.close(handle)

    def ignored(self) -> dict[str, str]:
        """The entries that are never taken, each with the reason (a text key)."""
        found = {}
        for entry in sorted(self.path.iterdir()):
            reason = _reason(entry)
            if reason and entry.name not in {DONE, REJECTED, WORKING, LOCK}:
                found[entry.name] = reason
        return found

    def complete(self, now: float) -> list[Path]:
        """The files that have not changed for `settle` seconds; `now` is a clock in seconds.

        Their size and time have to be the same at two looks that far apart.
        """
        files = [entry for entry in sorted(self.path.iterdir()) if _reason(entry) is None]
        before, self._seen = self._seen, {}
        ready = []
        for file in files:
            found = file.stat()
            size, changed = found.st_size, found.st_mtime_ns
            known = before.get(file.name)
            since = known[2] if known and known[:2] == (size, changed) else now
            self._seen[file.name] = (size, changed, since)
            if now - since >= self.settle:
                ready.append(file)
        return ready

    def claim(self, file: Path, now: datetime) -> "Task":
        """Move a file into `working/`, under a name that nothing else has."""
        stem = f"{now:%Y%m%d-%H%M%S}"
        number, name = 1, f"{stem}-{file.name}"
        while self._is_taken(name):
            number += 1
            name = f"{stem}-{number}-{file.name}"
        file.rename(self.path / WORKING / name)
        _sync(self.path / WORKING)
        return Task(folder=self.path, name=name)

    def begun(self) -> list["Task"]:
        """The files in `working/`: a process died with them, or could not go on."""
        entries = sorted((self.path / WORKING).iterdir())
        for entry in entries:
            if entry.name.endswith(".part"):
                entry.unlink()
        names = [entry.name for entry in entries if not entry.name.endswith((*OURS, ".part"))]
        return [Task(folder=self.path, name=name) for name in names]

    def _is_taken(self, name: str) -> bool:
        return any((self.path / place / name).exists() for place in (WORKING, DONE, REJECTED))


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One file on its way."""

    folder: Path
    name: str

    @property
    def file(self) -> Path:
        """Where it is read."""
        return self.folder / WORKING / self.name

    def report(self) -> dict[str, Any] | None:
        """Its report, wherever that is by now; None if it is not written."""
        for place in (WORKING, DONE, REJECTED):
            file = self.folder / place / f"{self.name}{REPORT}"
            if file.exists():
                found: dict[str, Any] = json.loads(file.read_text("utf-8"))
                return found
        return None

    def write_report(self, body: dict[str, Any], encode: Callable[[object], object]) -> None:
        """Write its report, completely or not at all."""
        file = self._beside(REPORT)
        with draft_of(file, PRIVATE) as draft, draft.open("w", encoding="utf-8") as out:
            json.dump(body, out, ensure_ascii=False, indent=2, default=encode)
            out.flush()
            os.fsync(out.fileno())

    def move(self, place: str) -> None:
        """Move it to `done/` or `rejected/`: what belongs to it first, then the file."""
        target = self.folder / place
        for suffix in (".rejected.csv", ".rejected.xlsx", REPORT, ""):
            source = self._beside(suffix)
            if source.exists():
                source.rename(target / source.name)
        _sync(target)

    def _beside(self, suffix: str) -> Path:
        return self.file.with_name(f"{self.name}{suffix}")


def _reason(entry: Path) -> str | None:
    """Why an entry of the folder is never taken; None for a file that is."""
    name = entry.name
    if name.startswith((".", "~$")):
        return "hidden"
    if name.lower().endswith(UNFINISHED):
        return "unfinished"
    if name.lower().endswith(OURS):
        return "ours"
    if entry.is_symlink() or not entry.is_file():
        return "no_file"
    return None


def _sync(folder: Path) -> None:
    """Let a rename into this folder outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
