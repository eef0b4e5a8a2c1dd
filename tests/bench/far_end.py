"""The far end of a broadcast, in a process of its own: notes when each message arrived.

    python -m tests.bench.far_end PORT

POST /send takes a message, GET /heard gives all texts with their moments (CLOCK_MONOTONIC, which
all processes of a machine share).
"""

import sys
import time

from aiohttp import web

heard: list[tuple[str, float]] = []


async def send(request: web.Request) -> web.Response:
    """Note a message."""
    heard.append(((await request.json())["text"], time.monotonic()))
    return web.Response(text=str(len(heard)))


async def tell(_request: web.Request) -> web.Response:
    """Everything that arrived."""
    return web.json_response(heard)


if __name__ == "__main__":
    app = web.Application(client_max_size=1 << 20)
    app.add_routes([web.post("/send", send), web.get("/heard", tell)])
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)
