"""`motcua` as a process that does not load its modules anew: forked from one that has them.

It has an id, streams, folder and environment of its own, hears signals, can be killed and has an
exit code, as the process of a shell has; only the second of processor time for loading is saved.
Tests of the start itself, of pipes, and with another clock (LD_PRELOAD) start the command instead.
"""

import gc
import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from multiprocessing.reduction import DupFd
from pathlib import Path
from subprocess import TimeoutExpired
from typing import Any, Literal, TextIO

from admin.kit.cli import main

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["__main__", "tests.acceptance.support.preloaded"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What a process is started with; `streams` are standard input, output and error."""

    args: Sequence[str]
    env: Mapping[str, str]
    folder: Path
    streams: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Forked:
    """A running process, with what `subprocess.Popen` can do."""

    process: ForkServerProcess

    @property
    def pid(self) -> int:
        """Its id."""
        assert self.process.pid is not None
        return self.process.pid

    @property
    def returncode(self) -> int | None:
        """The exit code; negative if it was a signal, None while it runs."""
        return self.process.exitcode

    def poll(self) -> int | None:
        """The same, as a question."""
        return self.returncode

    def send_signal(self, sign: int) -> None:
        """Unless it has ended."""
        if self.returncode is None:
            os.kill(self.pid, sign)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; raises `subprocess.TimeoutExpired`."""
        self.process.join(timeout)
        if self.returncode is None:
            raise TimeoutExpired("motcua", timeout or 0)
        return self.returncode


def start(
    args: Sequence[str | Path],
    env: Mapping[str, str],
    *,
    streams: Sequence[int],
    folder: Path | None = None,
) -> Forked:
    """Start `motcua ARGS` on copies of these three file descriptors."""
    given = Start(
        args=[*map(str, args)],
        env=dict(env),
        folder=folder or Path.cwd(),
        streams=streams,
    )
    process = CONTEXT.Process(target=_run, args=(_Passed(given),))
    process.start()
    return Forked(process)


class _Passed:
    """A start whose descriptors go along when it is sent to the new process."""

    def __init__(self, given: Start) -> None:
        self.given = given

    def __reduce__(self) -> tuple[Any, ...]:
        given = self.given
        streams = [DupFd(stream) for stream in given.streams]
        return _received, (given.args, given.env, given.folder, streams)


def _received(args: Sequence[str], env: Mapping[str, str], folder: Path, streams: Any) -> Start:  # noqa: ANN401
    return Start(args=args, env=env, folder=folder, streams=streams)


def _run(given: Start) -> None:
    """In the new process: become the command."""
    gc.freeze()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, stream in enumerate(given.streams):
        received = stream.detach()
        os.dup2(received, number)
        os.close(received)
    sys.stdin, sys.stdout, sys.stderr = _opened(0, "r"), _opened(1, "w"), _opened(2, "w")
    os.chdir(given.folder)
    os.environ.clear()
    os.environ.update(given.env)
    sys.argv = ["motcua", *given.args]
    main()


def _opened(number: int, mode: Literal["r", "w"]) -> TextIO:
    return os.fdopen(number, mode, encoding="utf-8", closefd=False)
