"""`motcua` as a stranger runs it: its exit code, what it wrote where.

Most tests ask what a command does, not how it is started: they run it in this process, with its
own folder, environment and streams. What serves runs as a forked process (`Motcua.forked`), and
whatever is about the start of processes as a new one (`Motcua.process`). That all say the same is
tested in `test_process_boundary`.
"""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from admin.kit.cli import run
from tests.acceptance.support import forked

MOTCUA = Path(sys.executable).with_name("motcua")
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")
SERVING = {"serve", "demo"}


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
        if SERVING.intersection(args):
            return self.forked(*args, typed=typed, **settings)
        with _surroundings(self.folder, self._env(settings), typed) as (out, err):
            # A thread of its own: the test may be within a running event loop.
            with ThreadPoolExecutor(1) as thread:
                code = thread.submit(run, self._line(args)).result()
            return Outcome(code=code, out=out.getvalue().decode(), err=err.getvalue().decode())

    def process(self, *args: str | Path, typed: str = "", **settings: str) -> Outcome:
        """The same in a process of its own."""
        done = subprocess.run(
            [MOTCUA, *self._line(args)],
            cwd=self.folder,
            env=self._env(settings),
            input=typed.encode(),
            capture_output=True,
            timeout=120,
            check=False,
        )
        return Outcome(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())

    def forked(self, *args: str | Path, typed: str = "", **settings: str) -> Outcome:
        """The same, without loading the modules anew: see `forked`."""
        with TemporaryFile() as typed_in, TemporaryFile() as out, TemporaryFile() as err:
            typed_in.write(typed.encode())
            typed_in.seek(0)
            streams = [one.fileno() for one in (typed_in, out, err)]
            env = self._env(settings)
            process = forked.start(self._line(args), env, streams=streams, folder=self.folder)
            try:
                code = process.wait(120)
            finally:
                process.kill()
            return Outcome(code=code, out=_read(out), err=_read(err))

    def json(self, *args: str | Path) -> Any:  # noqa: ANN401 - whatever JSON holds
        """What a command that must succeed prints with `--format json`."""
        return self(*args, "--format", "json").json()

    def environment(self, **settings: str) -> dict[str, str]:
        """The environment of a process started otherwise."""
        return self._env(settings)

    def _line(self, args: tuple[str | Path, ...]) -> list[str]:
        return ["--database-url", self.url, *map(str, args)]

    def _env(self, settings: Mapping[str, str]) -> dict[str, str]:
        given = dict(self.settings) | dict(settings)
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        return kept | {f"MOTCUA_{name.upper()}": value for name, value in given.items()}


@contextmanager
def _surroundings(
    folder: Path, env: Mapping[str, str], typed: str
) -> Iterator[tuple[io.BytesIO, io.BytesIO]]:
    """Folder, environment and standard streams of a process; yields its output and errors."""
    before = os.environ.copy(), Path.cwd(), (sys.stdin, sys.stdout, sys.stderr)
    out, err = io.BytesIO(), io.BytesIO()
    try:
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(env)
        sys.stdin = io.TextIOWrapper(io.BytesIO(typed.encode()), "utf-8")
        sys.stdout, sys.stderr = _written(out), _written(err)
        yield out, err
    finally:
        environment, place, (sys.stdin, sys.stdout, sys.stderr) = before
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(place)


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


def _written(stream: io.BytesIO) -> io.TextIOWrapper:
    return io.TextIOWrapper(stream, "utf-8", errors="replace", write_through=True)
