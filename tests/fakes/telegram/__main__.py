"""The fake as a process: prints its root address, then serves until it is told to end."""

import argparse
import asyncio
import signal

from tests.fakes.telegram.control import add_control
from tests.fakes.telegram.limits import Limits
from tests.fakes.telegram.server import FakeTelegram
from tests.fakes.telegram.state import TOKEN


async def serve(port: int, token: str, limits: Limits, seed: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    fake = FakeTelegram(token=token, limits=limits, port=port, seed=seed)
    add_control(fake)
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with fake:
        print(fake.root, flush=True)  # noqa: T201 - whoever started us reads it
        await ended.wait()


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.telegram")
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--no-limits", action="store_true", help="never answer 429 by itself")
    parser.add_argument("--seed", type=int, default=0, help="decides faults that have a chance")
    given = parser.parse_args()
    limits = Limits.off() if given.no_limits else Limits()
    asyncio.run(serve(given.port, given.token, limits, given.seed))


if __name__ == "__main__":
    main()
