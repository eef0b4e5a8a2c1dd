"""`motcua serve`: the bot, with every configured channel, until it is told to stop."""

import asyncio
import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from admin.kit.channels import channel_context, channel_title
from admin.kit.runtime import Runtime, leaf
from bot import app

STOPS = (signal.SIGINT, signal.SIGTERM)


@leaf("serve")
async def command(runtime: Runtime) -> None:
    """Serve until SIGTERM or Ctrl-C, then finish what is in work."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for talkative in ("httpx", "alembic"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
    database = await runtime.database()
    service = await app.assemble(channel_context(runtime, database, clock=now))

    def ready(port: int) -> None:
        host, _ = runtime.settings.address
        runtime.say("serve.ready", address=f"http://{host}:{port}/")
        for channel in service.channels.channels:
            runtime.say("serve.channel", channel=channel_title(runtime, channel.name))

    with stopping() as stop:
        await app.run(service, service.channels.routes(), stop, ready)
    runtime.say("serve.stopped")


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


def now() -> datetime:
    """The clock of the running service, in UTC."""
    return datetime.now(UTC)
