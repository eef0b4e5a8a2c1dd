"""Requests about the template: send it, and ask for its quota, quality and ratings."""

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from bot.channels.zalo.api import Api
from bot.channels.zalo.requests import Refused, Unanswered
from bot.settings import Settings
from surveys.errors import Refusal

FACTS = ("code", "codes", "unit", "authority", "returned_on", "link", "token")
SHORTENED = "…"
WRONG_METHOD = frozenset({-106, -404, -405})
"""Refusals of the method, Zalo's and HTTP's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What Zalo answered: its id of the message, and the day's quota if it said so."""

    message_id: str
    daily: int | None = None
    remaining: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """Templates a day, and what remains of today's."""

    daily: int
    remaining: int


def params_from(settings: Settings) -> Mapping[str, str]:
    """Template parameter → the fact that it says.

    Raises Refusal `zalo_template.params` for what is not a list of `parameter=fact`.
    """
    pairs = [pair.partition("=") for pair in settings.zalo_template_params.split()]
    for name, sign, fact in pairs:
        if not name or not sign or fact not in FACTS:
            raise Refusal(
                "zalo_template.params", part=f"{name}{sign}{fact}", known=", ".join(FACTS)
            )
    return {name: fact for name, _, fact in pairs}


def template_data(
    params: Mapping[str, str], facts: Mapping[str, str], longest: Mapping[str, int]
) -> dict[str, str]:
    """The data of the template, composed and not longer than each parameter may be."""
    known = {**facts, "token": facts.get("link", "").rpartition("#")[2]}
    return {
        name: _fitted(known.get(fact, ""), longest.get(name, 0)) for name, fact in params.items()
    }


def _fitted(text: str, longest: int) -> str:
    composed = unicodedata.normalize("NFC", text).strip()
    if not longest or len(composed) <= longest:
        return composed
    return f"{composed[: longest - 1].rstrip()}{SHORTENED}"


def zalo_number(address: str) -> str:
    """`+84987654321` as Zalo writes it: `84987654321`."""
    return address.lstrip("+")


class WrongMethod(Refused):
    """Zalo does not take this method."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateApi:
    """The calls; every one raises `bot.channels.zalo.requests.RequestError`."""

    api: Api
    settings: Settings
    methods: Counter[str] = field(default_factory=Counter)
    """Answers of `rating/get` by the method that was taken."""

    async def send_to_phone(self, address: str, data: Mapping[str, str], tracking_id: str) -> Sent:
        """Send to a phone number, or to its hash."""
        number = zalo_number(address)
        path, whom = "/message/template", {"phone": number}
        if self.settings.zalo_template_hash_phone:
            path = "/message/template/hashphone"
            whom = {"hash_phone": hashlib.sha256(number.encode()).hexdigest()}
        body = self._body(data) | whom | {"tracking_id": tracking_id}
        return _sent(await self.api.post(path, body, base=self._base))

    async def send_to_user(self, user_id: str, data: Mapping[str, str]) -> Sent:
        """Send to a Zalo id, which takes no tracking id."""
        body = self._body(data) | {"user_id": user_id}
        return _sent(await self.api.post("/v3.0/oa/message/template", body))

    async def quota(self) -> Quota:
        """The quota of today. Raises Unanswered if the answer has none."""
        found = await self.api.get("/message/quota", base=self._base)
        daily, remaining = number_in(found, "dailyQuota"), number_in(found, "remainingQuota")
        if daily is None or remaining is None:
            raise Unanswered("the answer has no quota")
        return Quota(daily=daily, remaining=remaining)

    async def quality(self) -> str:
        """HIGH, MEDIUM, LOW or UNDEFINED; the worse of today's and the week's."""
        found = await self.api.get("/quality", base=self._base)
        said = {str(value).upper() for value in found.values()}
        return next((one for one in ("LOW", "MEDIUM", "HIGH") if one in said), "UNDEFINED")

    async def template(self) -> Mapping[str, Any]:
        """Status, parameters and quality of the template."""
        asked = {"template_id": self.settings.zalo_template_id.strip()}
        return await self.api.get("/template/info/v2", asked, base=self._base)

    async def ratings(
        self, *, from_ms: int, to_ms: int, offset: int, limit: int
    ) -> Mapping[str, Any]:
        """One page of the ratings given in this time: `data` with a list, and `total` if Zalo says
        it."""
        asked = {
            "template_id": self.settings.zalo_template_id.strip(),
            "from_time": str(from_ms),
            "to_time": str(to_ms),
            "offset": str(offset),
            "limit": str(limit),
        }
        *first, last = self._methods
        for method in first:
            with suppress(WrongMethod):
                return await self._ratings(method, asked)
        return await self._ratings(last, asked)

    @property
    def _methods(self) -> Sequence[str]:
        """Those to try, in this order."""
        chosen = self.settings.zalo_template_rating_method
        known = ("POST", "GET") if chosen == "any" else (chosen,)
        return [one for one in known if self.methods[one]] or known

    async def _ratings(self, method: str, asked: Mapping[str, str]) -> Mapping[str, Any]:
        """Raises WrongMethod as well."""
        try:
            if method == "GET":
                found = await self.api.get("/rating/get", asked, base=self._base)
            else:
                path = f"/rating/get?{urlencode(asked)}"
                found = await self.api.post(path, {}, base=self._base)
        except Refused as error:
            if error.code in WRONG_METHOD:
                raise WrongMethod(error.code, error.message) from None
            raise
        self.methods[method] += 1
        return found if "data" in found else {"data": found.get("", [])}

    def _body(self, data: Mapping[str, str]) -> dict[str, Any]:
        body: dict[str, Any] = {
            "template_id": self.settings.zalo_template_id.strip(),
            "template_data": dict(data),
        }
        is_try = self.settings.zalo_template_mode == "development"
        return body | ({"mode": "development"} if is_try else {})

    @property
    def _base(self) -> str:
        return self.settings.zalo_template_api_base


def _sent(data: Mapping[str, Any]) -> Sent:
    """Raises Unanswered without an id: nobody could match the rating."""
    found = data.get("msg_id") or data.get("message_id")
    if not found:
        raise Unanswered("the answer has no message id")
    quota = data.get("quota")
    quota = quota if isinstance(quota, Mapping) else {}
    return Sent(
        message_id=str(found),
        daily=number_in(quota, "dailyQuota"),
        remaining=number_in(quota, "remainingQuota"),
    )


def number_in(data: Mapping[str, Any], name: str) -> int | None:
    """A number that Zalo writes as a string, or a number."""
    text = str(data.get(name, "")).strip()
    return int(text) if text.isdecimal() else None
