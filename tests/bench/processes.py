"""Starting what is measured, or measured against, in a process of its own."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running program, and the port it listens at."""

    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """Processor time it has used so far, in all its threads."""
        ticks = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def serving(module: str, *before: str, after: tuple[str, ...] = ()) -> AsyncIterator[int]:
    """Run `python -m module *before PORT *after` and yield the port it listens at."""
    async with running(module, *before, after=after) as server:
        yield server.port


@asynccontextmanager
async def running(module: str, *before: str, after: tuple[str, ...] = ()) -> AsyncIterator[Server]:
    """Run `python -m module *before PORT *after` until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *before, str(port), *after
    )
    try:
        await _listens(port)
        assert process.returncode is None
        yield Server(port=port, pid=process.pid)
    finally:
        process.kill()
        await process.wait()


async def _listens(port: int) -> None:
    for _ in range(300):
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.1)
    raise TimeoutError
