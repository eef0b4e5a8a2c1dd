"""Shared by commands that serve: the clock, and an event that stops them."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

STOPS = (signal.SIGINT, signal.SIGTERM)


def now() -> datetime:
    """The clock of a running service, in UTC."""
    return datetime.now(UTC)


@contextmanager
def stopping() -> Iterator[asyncio.Event]:
    """An event that SIGTERM and Ctrl-C set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in STOPS:
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in STOPS:
            loop.remove_signal_handler(number)
