"""Tells systemd that the service is ready, alive or stopping (sd_notify(3)); silent without it."""

import logging
import os
import socket
from contextlib import suppress
from dataclasses import dataclass

READY, ALIVE, STOPPING = "READY=1", "WATCHDOG=1", "STOPPING=1"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ServiceManager:
    """The manager that listens at this socket; empty: there is none."""

    place: str = ""

    @classmethod
    def from_environment(cls) -> "ServiceManager":
        """The manager that started this process."""
        return cls(os.environ.get("NOTIFY_SOCKET", ""))

    def tell(self, *words: str) -> None:
        """Send words of the protocol; a manager that does not listen is no error."""
        if not self.place:
            return
        target = f"\0{self.place[1:]}" if self.place.startswith("@") else self.place
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.settimeout(0)
            line.sendto("\n".join(words).encode(), target)
