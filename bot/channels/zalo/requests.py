"""Requests to Zalo's servers. Every failure says whether the request can have had its effect.

Zalo answers most errors with HTTP 200 and a code in the body, OAuth errors also with other field
names: only a body of the expected shape counts as a success.
"""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from bot.json_requests import Answer as JsonAnswer
from bot.json_requests import JsonClient, NeverSent, RequestFailed

MAX_SAID = 200
"""The most characters repeated of what Zalo says."""


class RequestError(Exception):
    """A request without its effect, or without knowing it; `reason` is for staff."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unsent(RequestError):
    """No connection was made: Zalo has certainly not received the request."""


class Unanswered(RequestError):
    """The request was sent and no usable answer came: its effect is unknown."""


class ServerFailed(RequestError):
    """Zalo, or a proxy in front of it, answered 5xx: treated as not done."""


class TooMany(RequestError):
    """HTTP 429: not done; nothing more for `seconds`."""

    def __init__(self, reason: str, seconds: float) -> None:
        super().__init__(reason)
        self.seconds = seconds


class NoToken(RequestError):
    """There is no usable access token now: not sent. `is_lost`: only a person can authorise."""

    def __init__(self, reason: str, *, is_lost: bool) -> None:
        super().__init__(reason)
        self.is_lost = is_lost


class Refused(RequestError):
    """Zalo answered with an error: not done. `code` is Zalo's, `message` its own words."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{message[:MAX_SAID]} ({code})")
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer; `limit` and `remaining` are the requests of this minute, if it says so."""

    body: Mapping[str, Any]
    limit: int | None = None
    remaining: int | None = None


class Http:
    """Requests over one pool of connections, opened at the first request."""

    def __init__(self) -> None:
        self._client = JsonClient()

    async def post(self, url: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
        """POST a JSON object; raises Unsent, Unanswered, ServerFailed or TooMany."""
        return await _read(self._client.post(url, body, headers=headers))

    async def get(self, url: str, params: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        """GET with a query; raises as `post`."""
        query = f"{url}?{urlencode(params)}" if params else url
        return await _read(self._client.get(query, headers=headers))

    async def post_form(
        self, url: str, form: Mapping[str, str], headers: Mapping[str, str]
    ) -> Answer:
        """POST a form; raises as `post`."""
        return await _read(self._client.post_form(url, form, headers=headers))

    async def close(self) -> None:
        """Close the connections; a second call does nothing."""
        await self._client.close()


async def _read(asking: Awaitable[JsonAnswer]) -> Answer:
    try:
        answer = await asking
    except NeverSent as error:
        raise Unsent(error.reason) from None
    except RequestFailed as error:
        raise Unanswered(error.reason) from None
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        raise TooMany("HTTP 429", float(_number(answer.headers.get("Retry-After")) or 30))
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise ServerFailed(f"HTTP {answer.status}")
    if not answer.body:
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise Refused(-answer.status, f"HTTP {answer.status}")
        raise Unanswered("the answer cannot be read")
    return Answer(
        body=answer.body,
        limit=_number(answer.headers.get("X-RateLimit-Limit")),
        remaining=_number(answer.headers.get("X-RateLimit-Remain")),
    )


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None
