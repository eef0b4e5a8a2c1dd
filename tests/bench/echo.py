"""The reference of a tap: a bare echo bot on aiohttp that keeps nothing.

python -m tests.bench.echo PORT API_ROOT TOKEN

It understands updates of Telegram, posted to /hook, and events of a Zalo Official Account, posted
to /zalo/webhook.
"""

import asyncio
import json
import sys

import aiohttp
from aiohttp import web


async def serve(port: int, root: str, token: str) -> None:
    """Answer every update with a message, then say 200."""
    async with aiohttp.ClientSession() as session:

        async def receive(request: web.Request) -> web.Response:
            message = json.loads(await request.read())["message"]
            answer = {"chat_id": message["chat"]["id"], "text": message["text"]}
            async with session.post(f"{root}/bot{token}/sendMessage", json=answer) as done:
                await done.read()
            return web.Response()

        async def receive_event(request: web.Request) -> web.Response:
            raw = await request.read()
            if not raw:
                return web.Response()
            event = json.loads(raw)
            answer = {
                "recipient": {"user_id": event["sender"]["id"]},
                "message": {"text": event["message"]["text"]},
            }
            address, headers = f"{root}/v3.0/oa/message/cs", {"access_token": token}
            async with session.post(address, json=answer, headers=headers) as done:
                await done.read()
            return web.Response()

        server = web.Application()
        hooks = [web.post("/hook", receive), web.post("/zalo/webhook", receive_event)]
        server.add_routes(hooks)
        runner = web.AppRunner(server, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port, backlog=1_024).start()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2], sys.argv[3]))
