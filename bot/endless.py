"""Responses that stream until the client goes away: a stop ends them instead of waiting."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import web

STREAMING: web.AppKey[set[asyncio.Task[Any]]] = web.AppKey("streaming", set)


def end_streams_on_stop(app: web.Application) -> None:
    """Cancel, when the server stops, the requests of this application that are `endless`."""
    streaming = app[STREAMING] = set()

    async def end(_app: web.Application) -> None:
        for task in streaming:
            task.cancel()

    app.on_shutdown.append(end)


@contextmanager
def endless(request: web.Request) -> Iterator[None]:
    """While this request is answered by a stream that has no end."""
    task = request.task
    request.app[STREAMING].add(task)
    try:
        yield
    finally:
        request.app[STREAMING].discard(task)
