"""Sends python-telegram-bot's requests over aiohttp, so that the product uses one HTTP stack.

Every failure says whether the request can have reached Telegram: if it certainly has not, it may
be sent again; if it may have, it must not be repeated blindly.
"""

import json
from datetime import timedelta
from typing import Any

import aiohttp
from telegram.error import NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

TOO_MANY_REQUESTS = 429
SERVER_ERROR = 500
DEFAULT_WAIT_SECONDS = 5

Timeout = Any
"""Seconds, None for no limit, or BaseRequest.DEFAULT_NONE for the default of this transport."""


class NeverLeft(NetworkError):
    """No connection was made: Telegram has certainly not received the request."""


class ConnectTimedOut(NeverLeft, TimedOut):
    """No connection was made in time, or none was free."""


class NoAnswer(NetworkError):
    """The request was sent, at least in part, without a usable answer: its effect is unknown."""


class AnswerTimedOut(NoAnswer, TimedOut):
    """The request was sent and the answer did not come in time."""


class ServerError(NetworkError):
    """Telegram, or a proxy in front of it, answered 5xx: treated as not done."""


class TooManyRequests(RetryAfter):
    """429: not done, and nothing more for `seconds`."""

    def __init__(self, seconds: int) -> None:
        # Past RetryAfter's own constructor, which warns about the type of its attribute.
        TelegramError.__init__(self, f"Too Many Requests: retry after {seconds}")
        self._retry_after = timedelta(seconds=seconds)
        self.seconds = seconds


class AiohttpRequest(BaseRequest):
    """A transport for `telegram.Bot`; the same object may serve its two kinds of requests.

    Times are seconds. `media_write_timeout` is for requests that carry a file. `proxy` is the
    address of an HTTP proxy, for places from which Telegram cannot be reached directly.
    """

    __slots__ = ("_connections", "_media_write_timeout", "_proxy", "_session", "_timeouts")

    def __init__(
        self,
        *,
        connections: int = 64,
        read_timeout: float | None = 10.0,
        write_timeout: float | None = 10.0,
        connect_timeout: float | None = 5.0,
        pool_timeout: float | None = 5.0,
        media_write_timeout: float | None = 30.0,
        proxy: str | None = None,
    ) -> None:
        self._connections = connections
        self._timeouts = (read_timeout, write_timeout, connect_timeout, pool_timeout)
        self._media_write_timeout = media_write_timeout
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """Seconds that an answer may take."""
        return self._timeouts[0]

    async def initialize(self) -> None:
        """Open the connection pool; a second call does nothing."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
            )

    async def shutdown(self) -> None:
        """Close every connection; a second call does nothing."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Timeout = BaseRequest.DEFAULT_NONE,
        write_timeout: Timeout = BaseRequest.DEFAULT_NONE,
        connect_timeout: Timeout = BaseRequest.DEFAULT_NONE,
        pool_timeout: Timeout = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Send one request; returns status and body. Raises NeverLeft, NoAnswer, ServerError or
        TooManyRequests; the library raises its own errors for other refusals."""
        given = (read_timeout, write_timeout, connect_timeout, pool_timeout)
        uploads = request_data is not None and request_data.contains_files
        status, body = await self._exchange(
            method, url, _form(request_data), self._timeout(given, uploads=uploads)
        )
        if status >= SERVER_ERROR or status == TOO_MANY_REQUESTS:
            raise _refusal(status, body)
        return status, body

    async def _exchange(
        self, method: str, url: str, form: aiohttp.FormData | None, patience: aiohttp.ClientTimeout
    ) -> tuple[int, bytes]:
        if self._session is None:
            raise RuntimeError("AiohttpRequest is not initialized")
        try:
            async with self._session.request(
                method, url, data=form, timeout=patience, proxy=self._proxy, allow_redirects=False
            ) as response:
                return response.status, await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            # Without its cause, which may quote the URL, and the URL contains the token.
            raise _failure(error) from None

    def _timeout(self, given: tuple[Timeout, ...], *, uploads: bool) -> aiohttp.ClientTimeout:
        defaults = list(self._timeouts)
        if uploads:
            defaults[1] = self._media_write_timeout
        read, write, connect, pool = (
            default if value is self.DEFAULT_NONE else value
            for value, default in zip(given, defaults, strict=True)
        )
        return aiohttp.ClientTimeout(
            total=_sum(pool, connect, write, read),
            connect=_sum(pool, connect),
            sock_connect=connect,
            sock_read=read,
        )

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Parse the answer as a dict. Raises NoAnswer if it is not an answer of the Bot API.

        Unlike the library's method it does not log the answer, which may contain a citizen's
        words.
        """
        try:
            answer = json.loads(payload)
        except ValueError:
            answer = None
        if not isinstance(answer, dict) or not answer.keys() & {"result", "description"}:
            raise NoAnswer("the answer cannot be read")
        return answer


def _form(data: RequestData | None) -> aiohttp.FormData | None:
    if data is None:
        return None
    form = aiohttp.FormData(data.json_parameters, quote_fields=False)
    for name, (filename, content, kind) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form


def _sum(*seconds: float | None) -> float | None:
    known = [value for value in seconds if value is not None]
    return sum(known) if len(known) == len(seconds) else None


def _failure(error: Exception) -> NetworkError:
    reason = type(error).__name__
    match error:
        case aiohttp.ConnectionTimeoutError():
            return ConnectTimedOut(reason)
        case aiohttp.ClientConnectorError():
            return NeverLeft(f"{reason}: {error.host}:{error.port} {error.os_error.strerror}")
        case aiohttp.ClientHttpProxyError() | aiohttp.InvalidURL():
            return NeverLeft(reason)
        case TimeoutError():
            return AnswerTimedOut(reason)
        case _:
            return NoAnswer(reason)


def _refusal(status: int, body: bytes) -> TelegramError:
    try:
        answer = AiohttpRequest.parse_json_payload(body)
    except NoAnswer:
        answer = {}
    if status == TOO_MANY_REQUESTS:
        seconds = answer.get("parameters", {}).get("retry_after", DEFAULT_WAIT_SECONDS)
        return TooManyRequests(int(seconds))
    return ServerError(f"{status} {answer.get('description', '')}".rstrip())
