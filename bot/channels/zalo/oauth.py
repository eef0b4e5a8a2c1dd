"""Exchanging a code or a refresh token for a pair of tokens (OAuth v4 of Official Accounts)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.zalo.requests import Http, Refused, Unanswered
from bot.setting_types import Secret

PATH = "/v4/oa/access_token"
ACCESS_SECONDS = 90_000
"""How long an access token lives, should the answer not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """An access token, its seconds, and the refresh token for the next pair."""

    access: Secret
    refresh: Secret
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth:
    """The token endpoint, for one app."""

    http: Http
    base: str
    app_id: str
    app_secret: str

    async def by_code(self, code: str, verifier: str = "") -> Pair:
        """Exchange an authorization code, which works once and for ten minutes.

        Raises as `by_refresh_token`.
        """
        form = {"code": code, "grant_type": "authorization_code"}
        return await self._ask(form | ({"code_verifier": verifier} if verifier else {}))

    async def by_refresh_token(self, token: str) -> Pair:
        """Exchange a refresh token, which works once: the old pair is dead from then on.

        Raises Refused, and `Unsent`, `Unanswered`, `ServerFailed` or `TooMany`.
        """
        return await self._ask({"refresh_token": token, "grant_type": "refresh_token"})

    async def _ask(self, form: Mapping[str, str]) -> Pair:
        answer = await self.http.post_form(
            f"{self.base}{PATH}",
            {**form, "app_id": self.app_id},
            {"secret_key": self.app_secret},
        )
        return read_pair(answer.body)


def read_pair(body: Mapping[str, Any]) -> Pair:
    """Read an answer of the token endpoint. Raises Refused for any kind of error it may hold, and
    Unanswered for one that is neither an error nor a whole pair."""
    tokens = [body.get(name) for name in ("access_token", "refresh_token")]
    if all(isinstance(one, str) and one.strip() for one in tokens):
        access, refresh = (Secret(str(one)) for one in tokens)
        return Pair(access=access, refresh=refresh, seconds=_seconds(body.get("expires_in")))
    said = [body.get(name) for name in ("error_name", "error_reason", "error_description")]
    said += [body.get(name) for name in ("message", "error")]
    words = ": ".join(dict.fromkeys(one for one in said if isinstance(one, str) and one))
    code = _code(body.get("error"))
    if words or code:
        raise Refused(code, words or "error")
    raise Unanswered("the answer holds no tokens")


def _code(value: object) -> int:
    text = str(value)
    return int(text) if text.lstrip("-").isdigit() else 0


def _seconds(value: object) -> int:
    text = str(value)
    return int(text) if text.isdigit() and int(text) > 0 else ACCESS_SECONDS
