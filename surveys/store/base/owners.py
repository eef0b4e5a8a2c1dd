"""The names by which processes own what they work on: messages they send, imports they write."""

import os
import secrets
import socket
from contextlib import suppress
from functools import cache


def own_name() -> str:
    """A new unique name: this computer, this process, and a random part."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


@cache
def process_name() -> str:
    """The name of this process, the same each time."""
    return own_name()


def is_gone(name: str, mine: str) -> bool:
    """Whether the process of this name has certainly ended: it ran on this computer, and its
    process id is free or belongs to this process (`mine`), which is another.
    """
    host, _, process = name.rpartition(":")[0].rpartition(":")
    if name == mine or host != socket.gethostname() or not process.isdecimal():
        return False
    return int(process) == os.getpid() or not _runs(int(process))


def _runs(process: int) -> bool:
    with suppress(PermissionError):
        try:
            os.kill(process, 0)
        except (ProcessLookupError, OverflowError):
            return False
    return True
