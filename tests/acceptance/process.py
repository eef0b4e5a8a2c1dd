"""`motcua` as a stranger runs it: a process, its exit code, what it wrote where."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MOTCUA = Path(sys.executable).with_name("motcua")
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str

    def json(self) -> Any:  # noqa: ANN401 - whatever JSON holds
        """Standard output, read; fails with what was said when it is no JSON or not done."""
        assert self.code == 0, self.err
        return json.loads(self.out)


@dataclass(frozen=True, slots=True, kw_only=True)
class Motcua:
    """The command in a folder of its own, on one database; no setting comes from outside."""

    folder: Path
    url: str
    settings: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, *args: str | Path, typed: str = "", **settings: str) -> Outcome:
        """Run one command line and wait; `typed` is its standard input."""
        given = dict(self.settings) | settings
        done = subprocess.run(
            [MOTCUA, "--database-url", self.url, *map(str, args)],
            cwd=self.folder,
            env={name: os.environ[name] for name in KEPT if name in os.environ}
            | {f"MOTCUA_{name.upper()}": value for name, value in given.items()},
            input=typed.encode(),
            capture_output=True,
            timeout=120,
            check=False,
        )
        return Outcome(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())

    def json(self, *args: str | Path) -> Any:  # noqa: ANN401 - whatever JSON holds
        """What a command that must succeed prints with `--format json`."""
        return self(*args, "--format", "json").json()
