"""Makes aiohttp's protocol log malformed requests in one short line that quotes nothing.

The library itself logs each bad request with its cookies and a traceback, which any client could
use to flood the log.
"""

import asyncio
import logging
from http import HTTPStatus

from aiohttp import web

logger = logging.getLogger(__name__)
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self';"
        " frame-ancestors 'none'"
    ),
}
"""Headers of every response, errors included."""
LOG_SECONDS = 60.0


class MalformedLog:
    """Logs the number of malformed requests, at most once a minute."""

    def __init__(self) -> None:
        self._count = 0
        self._said_at = float("-inf")

    def note(self, status: int, error: BaseException | None) -> None:
        """Count one malformed request."""
        self._count += 1
        now = asyncio.get_running_loop().time()
        if now - self._said_at >= LOG_SECONDS:
            reason = type(error).__name__ if error else "none"
            logger.warning("malformed requests: %s (%s, %s)", self._count, status, reason)
            self._count, self._said_at = 0, now


class QuietHandler(web.RequestHandler):
    """aiohttp's protocol for one connection, with quiet error handling."""

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
        """Answer with only the status, and close. A request with bytes that are no text, which the
        library quotes (an unknown `Expect`), is the client's error.
        """
        if isinstance(exc, UnicodeError):
            status = HTTPStatus.BAD_REQUEST
        self._malformed.note(status, exc)
        if request.writer.output_size > 0:
            raise ConnectionError("an answer was begun already")
        response = web.Response(status=status, text=HTTPStatus(status).phrase, headers=SAFE)
        response.headers["Server"] = ""
        response.force_close()
        return response
