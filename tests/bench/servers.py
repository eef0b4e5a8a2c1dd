"""The servers whose speed is compared, each in a process of its own, all with the memory settings
of `motcua serve`.

python -m tests.bench.servers bare|durable|library|zalo_bare|zalo_durable PORT DATABASE_URL
"""

import asyncio
import hashlib
import hmac
import json
import sys
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any

from aiohttp import web
from telegram import Update
from telegram.ext import ApplicationBuilder, TypeHandler

from bot.app import put_all
from bot.channels.base import Put
from bot.channels.telegram.receive import Webhook
from bot.channels.zalo.signature import Verifier
from bot.channels.zalo_oa.parse import CONVERSATION
from bot.channels.zalo_oa.receive import PATH as ZALO_PATH
from bot.channels.zalo_oa.receive import Counts
from bot.channels.zalo_oa.receive import Webhook as EventHook
from bot.inbox import Inbox
from bot.memory import settle_down
from bot.sealing import seal_texts
from bot.settings import load_settings
from surveys.store.base.database import Database
from tests.bench.load import APP_ID, SECRET
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
    """Ours: the webhook that answers once the update is committed, sealed as in service."""
    put = _put(url, name="telegram", bot="bench")
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
    settle_down()
    await asyncio.Event().wait()


async def zalo_bare(port: int, _url: str) -> None:
    """The reference for events of an Official Account: the same signature, the same JSON, 200."""

    async def receive(request: web.Request) -> web.Response:
        raw = await request.read()
        moment = json.loads(raw)["timestamp"]
        text = APP_ID.encode() + raw + moment.encode() + SECRET.encode()
        given = request.headers.get("X-ZEvent-Signature", "").removeprefix("mac=")
        if not hmac.compare_digest(hashlib.sha256(text).hexdigest(), given):
            raise web.HTTPForbidden
        return web.Response()

    await _serve([web.post(ZALO_PATH, receive)], port)
    await asyncio.Event().wait()


async def zalo_durable(port: int, url: str) -> None:
    """Ours: the webhook of the Official Account that answers once the event is committed."""
    hook = EventHook(
        verifier=Verifier.of(load_settings(zalo_oa_app_id=APP_ID, zalo_oa_secret=SECRET)),
        oa_id="",
        is_used=CONVERSATION.__contains__,
        put=_put(url, name="zalo_oa", bot=APP_ID),
        counts=Counts(),
    )
    await _serve(hook.routes(), port)
    await asyncio.Event().wait()


def _put(url: str, **channel: str) -> Put:
    """As in service: the update is sealed, and committed when this returns."""
    inbox = Inbox(Database.open(url), KEYS, seal=partial(seal_texts, KEYS))
    its: Any = SimpleNamespace(**channel)
    return partial(put_all, inbox, its)


async def _serve(routes: Sequence[web.AbstractRouteDef], port: int) -> int:
    server = web.Application()
    server.add_routes(routes)
    runner = web.AppRunner(server, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=1_024).start()
    settle_down()
    address: Any = runner.addresses[0]
    return int(address[1])


SERVERS: dict[str, Callable[[int, str], Coroutine[Any, Any, None]]] = {
    "bare": bare,
    "durable": durable,
    "library": library,
    "zalo_bare": zalo_bare,
    "zalo_durable": zalo_durable,
}

if __name__ == "__main__":
    name, port, url = sys.argv[1:]
    asyncio.run(SERVERS[name](int(port), url))
