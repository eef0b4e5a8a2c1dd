"""Starting what is measured, or measured against, in a process of its own."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


@asynccontextmanager
async def serving(module: str, *before: str, after: tuple[str, ...] = ()) -> AsyncIterator[int]:
    """Run `python -m module *before PORT *after` and yield the port it listens at."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *before, str(port), *after
    )
    try:
        await _listens(port)
        assert process.returncode is None
        yield port
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
