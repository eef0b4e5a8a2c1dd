"""The routes of the page: what it posts, and the stream of bubbles it listens to."""

import asyncio
import json
import re
import secrets
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Literal, Protocol

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.channels import registry
from bot.channels.base import ChannelContext, Put, Raw
from bot.channels.web.visitors import Visitors
from surveys.store.citizens.web_messages import WebMessage

COOKIE = "motcua_chat"
YEAR_SECONDS = 365 * 24 * 3600
PAGES = Path(__file__).parent / "pages"
READY = b"event: ready\ndata: all that was said so far\n\n"
_SESSION = re.compile(r"[!-~]{16,64}")
"""Ours are 22 letters and signs; a cookie may hold any bytes, which no database would keep."""
STILL_HERE = b": still here\n\n"


class Bubbles(Protocol):
    """Where the page's bubbles come from (`WebChannel`)."""

    def messages(self, session: str, last_id: int) -> AsyncIterator[list[WebMessage]]:
        """Those after `last_id`, then new ones as they are written."""
        ...


class Event(BaseModel):
    """What the page posts for one thing its citizen did; `id` is the page's own and makes a
    repeated post harmless."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[A-Za-z0-9-]{8,64}$")
    kind: Literal["text", "tap", "start"]
    text: str = Field(default="", max_length=20_000)
    data: str = Field(default="", max_length=64)
    language: str = Field(default="", max_length=16)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebChat:
    """The routes of the page. `frames` are origins that may show the page in a frame."""

    bubbles: Bubbles
    put: Put
    visitors: Visitors
    title: str
    secure: bool
    proxy_header: str = ""
    demo: bool = False
    frames: Sequence[str] = ()

    def routes(self) -> list[web.RouteDef]:
        """`/` is the page, `/chat/…` what it talks to, `/pages/…` its style and script."""
        return [
            web.get("/", self.page),
            web.post("/chat/events", self.receive),
            web.get("/chat/messages", self.stream),
            web.get("/pages/{name}", page_file),
        ]

    async def page(self, request: web.Request) -> web.Response:
        """The chat; gives a new visitor a session."""
        html = (PAGES / "chat.html").read_text("utf-8")
        html = html.replace("{{title}}", escape(self.title))
        html = html.replace("{{demo}}", "yes" if self.demo else "no")
        response = web.Response(text=html, content_type="text/html")
        response.headers["Content-Security-Policy"] = self._policy()
        response.headers["Referrer-Policy"] = "no-referrer"
        if not _SESSION.fullmatch(request.cookies.get(COOKIE, "")):
            self._give_session(response)
        return response

    async def receive(self, request: web.Request) -> web.Response:
        """Persist what the citizen did, then say so (202). A repeated post changes nothing."""
        session = _session(request)
        if not self.visitors.may_speak(self._address(request)):
            raise web.HTTPTooManyRequests
        try:
            event = Event.model_validate_json(await request.read())
        except ValidationError as error:
            return web.json_response({"error": error.error_count()}, status=400)
        await self.put([raw_event(session, event.model_dump())])
        return web.json_response({"id": event.id}, status=202)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: every bubble after `Last-Event-ID`, then each new one."""
        session = _session(request)
        last = _number(request.headers.get("Last-Event-ID") or request.query.get("after", ""))
        response = web.StreamResponse(headers={"Cache-Control": "no-store"})
        response.content_type = "text/event-stream"
        await response.prepare(request)
        end = READY
        try:
            async for found in self.bubbles.messages(session, last):
                await response.write(b"".join(map(_event, found)) + end)
                end = STILL_HERE
        except (ConnectionResetError, asyncio.CancelledError):
            pass
        return response

    def _policy(self) -> str:
        """Nothing from elsewhere; only other channels' web clients may show the page in a frame."""
        frames = " ".join(("'self'", *self.frames))
        return (
            f"default-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors {frames}"
        )

    def _address(self, request: web.Request) -> str:
        named = request.headers.get(self.proxy_header, "") if self.proxy_header else ""
        return named.rpartition(",")[2].strip() or request.remote or ""

    def _give_session(self, response: web.Response) -> None:
        response.set_cookie(
            COOKIE,
            secrets.token_urlsafe(16),
            max_age=YEAR_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=self.secure,
        )


def make_chat(context: ChannelContext, bubbles: Bubbles, put: Put) -> WebChat:
    """The routes of this deployment's page."""
    settings = context.settings
    return WebChat(
        bubbles=bubbles,
        put=put,
        visitors=Visitors(per_minute=settings.page_posts_per_minute, clock=time.monotonic),
        proxy_header=settings.proxy_header,
        title=settings.authority,
        secure=settings.public_url.startswith("https"),
        demo=context.demo,
        frames=[origin for one in registry.all_traits().values() if (origin := one.web_client)],
    )


def raw_event(session: str, event: Mapping[str, Any]) -> Raw:
    """What a page posted, as it is kept: its id makes a repeated post harmless."""
    payload = json.dumps({**event, "session": session}, ensure_ascii=False)
    return Raw(event_key=f"{session}:{event['id']}", address=session, payload=payload)


async def page_file(request: web.Request) -> web.StreamResponse:
    """Style, script and icon of the pages; nothing outside their folder."""
    file = PAGES / Path(request.match_info["name"]).name
    if not file.is_file() or file.suffix == ".html":
        raise web.HTTPNotFound
    return web.FileResponse(file, headers={"Cache-Control": "no-cache"})


def _session(request: web.Request) -> str:
    session = request.cookies.get(COOKIE, "")
    if not _SESSION.fullmatch(session):
        raise web.HTTPForbidden(text="open the page first")
    return session


def _number(text: str) -> int:
    """The bubble id; 0 (before every bubble) if the text is not a number."""
    return int(text) if re.fullmatch("[0-9]{1,18}", text) else 0


def _event(message: WebMessage) -> bytes:
    body = {"author": message.author, "at": message.at.isoformat(), **message.body}
    data = json.dumps(body, ensure_ascii=False)
    return f"id: {message.id}\ndata: {data}\n\n".encode()
