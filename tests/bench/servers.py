"""The servers whose speed is compared, each in a process of its own.

python -m tests.bench.servers bare|durable|library PORT DATABASE_URL
"""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from aiohttp import web
from telegram import Update
from telegram.ext import ApplicationBuilder, TypeHandler

from bot.channels.base import Raw
from bot.channels.telegram.receive import Webhook
from bot.inbox import Inbox
from surveys.store.base.database import Database
from tests.bench.load import SECRET
from tests.integration.queue_rows import KEYS

PATH = "/telegram/webhook"
TOKEN = "123456:bench-token"


async def bare(port: int, _url: str) -> None:
    """The reference: aiohttp, which parses the same JSON and says 200."""

    async def receive(request: web.Request) -> web.Response:
        json.loads(await request.read())
        return web.Response()

    await _serve([web.post(PATH, receive)], port)
    await asyncio.Event().wait()


async def durable(port: int, url: str) -> None:
    """Ours: the webhook that answers once the update is committed."""
    inbox = Inbox(Database.open(url), KEYS)

    async def put(raws: Sequence[Raw]) -> None:
        for raw in raws:
            await inbox.put(
                channel="telegram",
                bot="bench",
                event_key=raw.event_key,
                address=raw.address,
                payload=raw.payload,
            )

    await _serve(Webhook(secret=SECRET, put=put).routes(), port)
    await asyncio.Event().wait()


async def library(port: int, _url: str) -> None:
    """python-telegram-bot's own webhook server, with a handler that does nothing."""

    async def nothing(_update: Update, _context: object) -> None: ...

    async def api(request: web.Request) -> web.Response:
        me = {"id": 123456, "is_bot": True, "first_name": "bench", "username": "bench_bot"}
        return web.json_response({"ok": True, "result": me if "getMe" in request.path else True})

    root = await _serve([web.post("/{call:.*}", api)], 0)
    app = ApplicationBuilder().token(TOKEN).base_url(f"http://127.0.0.1:{root}/bot").build()
    app.add_handler(TypeHandler(Update, nothing))
    await app.initialize()
    await app.start()
    assert app.updater is not None
    await app.updater.start_webhook(
        "127.0.0.1",
        port,
        PATH.lstrip("/"),
        webhook_url=f"https://bench.invalid{PATH}",
        secret_token=SECRET,
    )
    await asyncio.Event().wait()


async def _serve(routes: Sequence[web.AbstractRouteDef], port: int) -> int:
    server = web.Application()
    server.add_routes(routes)
    runner = web.AppRunner(server, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=1_024).start()
    address: Any = runner.addresses[0]
    return int(address[1])


SERVERS: dict[str, Callable[[int, str], Coroutine[Any, Any, None]]] = {
    "bare": bare,
    "durable": durable,
    "library": library,
}

if __name__ == "__main__":
    name, port, url = sys.argv[1:]
    asyncio.run(SERVERS[name](int(port), url))
