"""A service whose log is kept in a file, to be read while it runs."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.acceptance.support.serving import ADDRESS, hears_ctrl_c


class Logged(NamedTuple):
    """A service that is ready, its log, which still grows, and the id of its process."""

    address: str
    log: Path
    pid: int


@contextmanager
def logged(*command: str | Path, env: dict[str, str]) -> Iterator[Logged]:
    """Start a serving command and wait until it is ready."""
    log = Path(env.get("TMPDIR", "/tmp")) / f"motcua-log-{time.monotonic_ns()}"  # noqa: S108
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [*command], stderr=stream, stdin=subprocess.DEVNULL, env=env, preexec_fn=hears_ctrl_c
        )
    try:
        yield Logged(_address(process, log), log, process.pid)
    finally:
        process.kill()
        process.wait(20)
        log.unlink()


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    for _ in range(600):
        if found := ADDRESS.search(log.read_text("utf-8")):
            return found[1]
        assert process.poll() is None, log.read_text("utf-8")
        time.sleep(0.1)
    raise AssertionError("not ready within a minute")
