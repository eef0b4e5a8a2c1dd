"""Runs the real `motcua` as people run it: a process of its own."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

MOTCUA = Path(sys.executable).with_name("motcua")
ADDRESS = re.compile(r"(http://127\.0\.0\.1:\d+)/(?:\s|$)")


@dataclass(slots=True)
class Running:
    """A serving `motcua`; `said` is what it wrote to standard error until it was ready."""

    process: subprocess.Popen[str]
    address: str
    said: str

    def kill(self) -> None:
        """SIGKILL: what a power cut is to a process."""
        self.process.kill()
        self.process.wait(20)

    def stop(self) -> int:
        """Ctrl-C; returns the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)


@contextmanager
def running(*arguments: str, env: dict[str, str] | None = None) -> Iterator[Running]:
    """Start `motcua ARGUMENTS`, wait until it prints its address, end it at the end."""
    process = subprocess.Popen(
        [MOTCUA, *arguments],
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        env=env,
        preexec_fn=hears_ctrl_c,
    )
    try:
        yield _when_ready(process)
    finally:
        process.kill()
        process.wait(20)


def hears_ctrl_c() -> None:
    """Undo that a suite started with `&` ignores SIGINT: its children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _when_ready(process: subprocess.Popen[str]) -> Running:
    said: list[str] = []
    assert process.stderr is not None
    for line in process.stderr:
        said.append(line)
        if found := ADDRESS.search(line):
            Thread(target=process.stderr.read, daemon=True).start()
            return Running(process=process, address=found[1], said="".join(said))
    raise AssertionError(f"not ready, exit code {process.wait(5)}:\n{''.join(said)}")
