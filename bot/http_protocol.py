"""How aiohttp's protocol answers what is no HTTP: with one short line of log, which quotes nothing.

The library's own line holds the request with its cookies, and a traceback, for each of as many bad
requests as anybody likes to send.
"""

import asyncio
import logging
from http import HTTPStatus

from aiohttp import web

logger = logging.getLogger(__name__)
SAFE = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
"""On every answer, whatever it is."""
LOG_SECONDS = 60.0


class MalformedLog:
    """Says at most once a minute that malformed requests came, and how many."""

    def __init__(self) -> None:
        self._count = 0
        self._said_at = float("-inf")

    def note(self, status: int, error: BaseException | None) -> None:
        """One more."""
        self._count += 1
        now = asyncio.get_running_loop().time()
        if now - self._said_at >= LOG_SECONDS:
            reason = type(error).__name__ if error else "none"
            logger.warning("malformed requests: %s (%s, %s)", self._count, status, reason)
            self._count, self._said_at = 0, now


class QuietHandler(web.RequestHandler):
    """aiohttp's protocol for one connection, but for what it says of errors."""

    __slots__ = ("_malformed",)

    def __init__(self, manager: web.Server, malformed: MalformedLog) -> None:
        super().__init__(
            manager,
            loop=asyncio.get_running_loop(),
            access_log=None,  # type: ignore[arg-type]  # as `web.AppRunner` allows
            auto_decompress=False,
            lingering_time=0,
        )
        self._malformed = malformed

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - it quotes the request
    ) -> web.StreamResponse:
        """Answer with the status alone and close."""
        self._malformed.note(status, exc)
        if request.writer.output_size > 0:
            raise ConnectionError("an answer was begun already")
        response = web.Response(status=status, text=HTTPStatus(status).phrase, headers=SAFE)
        response.headers["Server"] = ""
        response.force_close()
        return response
