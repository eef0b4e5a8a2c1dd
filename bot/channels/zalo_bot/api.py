"""Calls of the Zalo Bot API: POST with JSON to `<base>/bot<token>/<method>`.

Every answer is `{"ok": bool, "result": …, "error_code": …, "description": …}`; `ok` decides, not
the HTTP status.
"""

from collections.abc import Mapping
from typing import Any

from bot.channels.base import ChannelUnavailable
from bot.json_requests import ANSWER_SECONDS, Answer, JsonClient, NoAnswer, RequestFailed

TIMED_OUT = 408
"""Nothing happened within the time of a poll."""


class ApiError(Exception):
    """Zalo answered that it did not do it. `code` is Zalo's, or the HTTP status; `seconds` is how
    long it asks to wait."""

    def __init__(self, code: int, reason: str, seconds: float = 0.0) -> None:
        super().__init__(f"{code} {reason}".strip())
        self.code = code
        self.reason = f"{code} {reason}".strip()
        self.seconds = seconds


class BotApi:
    """The methods of one bot."""

    def __init__(self, base: str, token: str, client: JsonClient | None = None) -> None:
        """`base` is the root address of the API, without `/bot`."""
        self.client = client or JsonClient()
        self._root = f"{base}/bot{token}"

    async def call(
        self,
        method: str,
        params: Mapping[str, Any] | None = None,
        *,
        seconds: float = ANSWER_SECONDS,
    ) -> Any:  # noqa: ANN401 - JSON
        """The result of a method. Raises ApiError or RequestFailed."""
        answer = await self.client.post(f"{self._root}/{method}", params, seconds=seconds)
        body = answer.body
        if body.get("ok") is True:
            return body.get("result")
        if "ok" not in body and answer.status == 200:
            raise NoAnswer("the answer cannot be read")
        raise ApiError(_code(answer), str(body.get("description") or ""), _seconds(answer))

    async def ask(self, method: str, params: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """The result of a method about the bot itself. Raises ApiError and ChannelUnavailable."""
        try:
            found = await self.call(method, params)
        except RequestFailed as error:
            raise ChannelUnavailable(error.reason) from None
        return found if isinstance(found, Mapping) else {}


def _code(answer: Answer) -> int:
    code = answer.body.get("error_code")
    if isinstance(code, str) and code.lstrip("-").isdecimal():
        return int(code)
    return code if isinstance(code, int) else answer.status


def _seconds(answer: Answer) -> float:
    given = answer.body.get("parameters")
    asked = given.get("retry_after") if isinstance(given, Mapping) else None
    try:
        return max(0.0, float(asked or answer.headers.get("Retry-After") or 0))
    except (TypeError, ValueError):
        return 0.0
