"""Requests with the access token, within the minute's limit, each refused token renewed once."""

import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.channels.zalo.errors import ErrorClass, meaning_of
from bot.channels.zalo.requests import Answer, Http, Refused, TooMany, Unanswered
from bot.channels.zalo.tokens import TokenChain

RESERVE = 20
"""Requests of a minute that are left unused: other programs of the app may be counted too."""


class Api:
    """The calls of one app. `counts` are the refusals by code since the process began."""

    def __init__(self, http: Http, chain: TokenChain, base: str) -> None:
        self.counts: Counter[int] = Counter()
        self.trouble: Refused | None = None
        """The last refusal that a person has to mend; None after a success."""
        self.remaining: int | None = None
        """Requests left of the minute, as the last answer said."""
        self._http = http
        self._chain = chain
        self._base = base
        self._held_until = 0.0

    async def post(
        self, path: str, body: Mapping[str, Any], *, base: str | None = None
    ) -> Mapping[str, Any]:
        """One call, at `base` or the Official Account's root; returns the answer's `data`.

        Raises NoToken, Refused for an error of Zalo's, and what `Http.post` raises.
        """
        url = f"{base or self._base}{path}"
        return await self._with_token(lambda token: self._http.post(url, body, _signed(token)))

    async def get(
        self, path: str, params: Mapping[str, str] | None = None, *, base: str | None = None
    ) -> Mapping[str, Any]:
        """The same for a GET."""
        url, query = f"{base or self._base}{path}", params or {}
        return await self._with_token(lambda token: self._http.get(url, query, _signed(token)))

    async def _with_token(self, ask: Callable[[str], Awaitable[Answer]]) -> Mapping[str, Any]:
        self._check_hold()
        token = await self._chain.access()
        try:
            return self._read(await ask(token.text))
        except Refused as error:
            if meaning_of(error).kind is not ErrorClass.REFRESH:
                raise
        token = await self._chain.after_refusal(token)
        return self._read(await ask(token.text))

    def _read(self, answer: Answer) -> Mapping[str, Any]:
        self._note_limit(answer)
        try:
            data = read_data(answer.body)
        except Refused as error:
            self.counts[error.code] += 1
            if meaning_of(error).kind is ErrorClass.PERSON:
                self.trouble = error
            raise
        self.trouble = None
        return data

    def _note_limit(self, answer: Answer) -> None:
        """Hold this process until the next minute if the requests of this one are nearly gone."""
        self.remaining = answer.remaining
        if answer.remaining is not None and answer.remaining <= min(RESERVE, answer.limit or 0):
            self._held_until = time.time() // 60 * 60 + 60

    def _check_hold(self) -> None:
        left = self._held_until - time.time()
        if left > 0:
            raise TooMany("the requests of this minute are used up", min(left, 60.0))


def _signed(token: str) -> Mapping[str, str]:
    return {"access_token": token}


def read_data(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The `data` of an answer. Raises Refused for an error, Unanswered for a strange shape."""
    code = str(body.get("error", ""))
    if code == "0":
        data = body.get("data")
        return data if isinstance(data, dict) else {"": data} if data is not None else {}
    said = body.get("message") or body.get("error_description") or body.get("error_name") or ""
    if code.lstrip("-").isdigit():
        raise Refused(int(code), str(said))
    if code or said:
        raise Refused(0, str(said or code))
    raise Unanswered("the answer has no error code")
