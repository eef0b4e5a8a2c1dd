"""Refusals of the API: a status, a code for programs, a sentence for people."""

from collections.abc import Mapping

import msgspec
from aiohttp import web

from bot.api.shapes import Failed, Problem
from surveys.texts import LANGUAGES, Catalog


class Refused(Exception):
    """A request that is refused as a whole; its sentence is the text `api.problems.<code>`."""

    def __init__(
        self, status: int, code: str, headers: Mapping[str, str] | None = None, **params: object
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.headers = dict(headers or {})
        self.params = params


def language_of(request: web.Request) -> str:
    """The first known language of `Accept-Language`; Vietnamese without one."""
    for wish in request.headers.get("Accept-Language", "").lower().split(","):
        known = wish.strip()[:2]
        if known in LANGUAGES:
            return known
    return LANGUAGES[0]


def answer(body: object, status: int = 200) -> web.Response:
    """A JSON answer."""
    headers = {"Cache-Control": "no-store"}
    return web.Response(
        body=msgspec.json.encode(body), status=status, content_type="application/json",
        headers=headers,
    )  # fmt: skip


def refuse(refused: Refused, texts: Catalog) -> web.Response:
    """The answer to a refused request."""
    message = texts.text(f"api.problems.{refused.code}", **refused.params)
    response = answer(Failed(error=Problem(code=refused.code, message=message)), refused.status)
    response.headers.update(refused.headers)
    return response
