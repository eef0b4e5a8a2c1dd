"""JSON over HTTP to a channel's server, with what is known of a request that failed.

A request that certainly was not received may be sent again; one that may have been received must
not be repeated blindly.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 10.0
CONNECTIONS = 64


class RequestFailed(Exception):
    """There is no answer; `reason` names no address, since an address may contain a token."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NeverSent(RequestFailed):
    """No connection was made: the request was certainly not received."""


class NoAnswer(RequestFailed):
    """The request was sent, at least in part, and no whole answer came: its effect is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer of any status. `body` is its JSON object, empty if it is something else."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str]


class JsonClient:
    """Requests with JSON answers over one pool of connections."""

    def __init__(self, *, connections: int = CONNECTIONS) -> None:
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Open the pool; a second call does nothing."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections),
                cookie_jar=aiohttp.DummyCookieJar(),
            )

    async def close(self) -> None:
        """Close every connection; a second call does nothing."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def post(
        self,
        url: str,
        body: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        seconds: float = ANSWER_SECONDS,
    ) -> Answer:
        """POST a JSON object; `seconds` is how long the answer may take. Raises RequestFailed."""
        sent = json.dumps(body or {}, ensure_ascii=False).encode()
        kind = {"Content-Type": "application/json"}
        return await self._request("POST", url, sent, kind | dict(headers or {}), seconds)

    async def post_form(
        self,
        url: str,
        form: Mapping[str, str],
        *,
        headers: Mapping[str, str] | None = None,
        seconds: float = ANSWER_SECONDS,
    ) -> Answer:
        """POST the fields of a form, as token endpoints want them. Raises RequestFailed."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        sent = urlencode(form).encode()
        return await self._request("POST", url, sent, kind | dict(headers or {}), seconds)

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        seconds: float = ANSWER_SECONDS,
    ) -> Answer:
        """GET an address with its query. Raises RequestFailed."""
        return await self._request("GET", url, None, dict(headers or {}), seconds)

    async def _request(
        self, method: str, url: str, data: bytes | None, sent: Mapping[str, str], seconds: float
    ) -> Answer:
        await self.open()
        if self._session is None:
            raise RuntimeError("the pool is closed")
        patience = aiohttp.ClientTimeout(
            total=CONNECT_SECONDS + seconds, sock_connect=CONNECT_SECONDS, sock_read=seconds
        )
        try:
            async with self._session.request(
                method, url, data=data, headers=sent, timeout=patience, allow_redirects=False
            ) as response:
                found = _parse(await response.read())
                headers = response.headers
                return Answer(status=response.status, body=found, headers=headers)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            # Without its cause, which may quote the address.
            raise _failure(error) from None


def _parse(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _failure(error: Exception) -> RequestFailed:
    reason = type(error).__name__
    match error:
        case aiohttp.ConnectionTimeoutError() | aiohttp.InvalidURL():
            return NeverSent(reason)
        case aiohttp.ClientConnectorError():
            return NeverSent(f"{reason}: {error.host}:{error.port} {error.os_error.strerror}")
        case _:
            return NoAnswer(reason)
