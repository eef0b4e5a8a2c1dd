"""Runs the real `motcua` as people run it: a process of its own."""

import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import TextIO

from tests.acceptance.support import forked
from tests.acceptance.support.forked import Forked

MOTCUA = Path(sys.executable).with_name("motcua")
ADDRESS = re.compile(r"(http://127\.0\.0\.1:\d+)/(?:\s|$)")


@dataclass(slots=True)
class Running:
    """A serving `motcua`; `said` is what it wrote to standard error until it was ready."""

    process: Forked
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
    inner, outer = os.pipe()
    with Path(os.devnull).open("rb") as nothing, os.fdopen(outer, "wb") as errors:
        streams = (nothing.fileno(), 1, errors.fileno())
        process = forked.start(arguments, os.environ if env is None else env, streams=streams)
    try:
        yield _when_ready(process, os.fdopen(inner, encoding="utf-8"))
    finally:
        process.kill()
        process.wait(20)


def hears_ctrl_c() -> None:
    """Undo that a suite started with `&` ignores SIGINT: its children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _when_ready(process: Forked, told: TextIO) -> Running:
    said: list[str] = []
    for line in told:
        said.append(line)
        if found := ADDRESS.search(line):
            Thread(target=_drain, args=(told,), daemon=True).start()
            return Running(process=process, address=found[1], said="".join(said))
    told.close()
    raise AssertionError(f"not ready, exit code {process.wait(5)}:\n{''.join(said)}")


def _drain(told: TextIO) -> None:
    with told:
        told.read()
