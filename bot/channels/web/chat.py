"""The routes of the page: its posts, and the stream of bubbles it receives."""

import asyncio
import json
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Literal
from unicodedata import normalize

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.channels import registry
from bot.channels.base import ChannelContext, Put
from bot.channels.web.chats import Chats
from bot.channels.web.news_page import NEWS_PATH, line, render
from bot.channels.web.plain import PlainPage
from bot.channels.web.sessions import YEAR_DAYS, Sessions, new_session
from bot.channels.web.visitors import Streams
from bot.client_address import client_network
from bot.endless import endless
from bot.texts import load_texts
from bot.visitors import Visitors
from surveys.store.citizens.web_messages import WebMessage
from surveys.texts import Catalog
from surveys.typed_words import TEXT_LIMIT

SAME = "same-origin"
PAGES = Path(__file__).parent / "pages"
LANGUAGE = "vi"
"""Of the page until the chat speaks another."""
TEXTS = [
    "we",
    "you",
    "connecting",
    "online",
    "weak",
    "away",
    "elsewhere",
    "sending",
    "busy",
    "leave",
    "leave_help",
    "leave_sure",
    "leave_failed",
    "help",
    "words",
    "placeholder",
    "send",
    "talk",
    "simple",
    "simple_why",
]
"""The texts of the page and its script."""
READY = b"event: ready\ndata: all that was said so far\n\n"
STILL_HERE = b": still here\n\n"
REPLACED = b"event: replaced\ndata: the page is open elsewhere too\n\n"


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
    """The routes of the page. `frames` are origins that may show the page in a frame; `days` is how
    long a session lasts after the last visit, unless a dossier is followed."""

    chats: Chats
    put: Put
    visitors: Visitors
    sessions: Sessions
    title: str
    texts: Mapping[str, Catalog] = field(default_factory=load_texts)
    days: int = 30
    proxy_header: str = ""
    demo: bool = False
    frames: Sequence[str] = ()
    streams: Streams = field(default_factory=Streams)

    def routes(self) -> list[web.RouteDef]:
        """`/` is the page, `/chat/…` its requests, `/pages/…` its style and script."""
        return [
            web.get("/", self.page),
            web.post("/chat/events", self.receive),
            web.post("/chat/end", self.end),
            web.get("/chat/messages", self.stream),
            web.get(NEWS_PATH, self.news),
            web.get("/pages/{name}", page_file),
            *self._plain().routes(),
        ]

    def _plain(self) -> PlainPage:
        """The same chat for browsers without scripts or cookies."""
        return PlainPage(
            chats=self.chats,
            put=self.put,
            visitors=self.visitors,
            sessions=self.sessions,
            texts=self.texts,
            title=self.title,
            policy=f"{self._policy()}; script-src 'none'; form-action 'self'",
            days=self.days,
            proxy_header=self.proxy_header,
        )

    async def page(self, request: web.Request) -> web.Response:
        """Serve the chat; gives a new visitor a session."""
        html = (PAGES / "chat.html").read_text("utf-8")
        values = self._values() | {"news": line(await self.chats.news(), self.texts[LANGUAGE])}
        for name, value in values.items():
            html = html.replace(f"{{{{{name}}}}}", value)
        response = web.Response(text=html, content_type="text/html")
        response.headers["Content-Security-Policy"] = self._policy()
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        await self._give_session(request, response)
        return response

    async def news(self, _request: web.Request) -> web.Response:
        """Serve what changed because of the answers."""
        html = render(await self.chats.news(), self.texts, self.title)
        response = web.Response(text=html, content_type="text/html")
        response.headers["Content-Security-Policy"] = f"{self._policy()}; script-src 'none'"
        return response

    def _values(self) -> dict[str, str]:
        """What the page is filled with; it can change its language by itself."""
        texts = {language: page_texts(catalog) for language, catalog in self.texts.items()}
        as_json = json.dumps(texts, ensure_ascii=False).replace("<", "\\u003c")
        first = {name: escape(text) for name, text in texts[LANGUAGE].items()}
        fixed = {"lang": LANGUAGE, "title": escape(self.title), "texts": as_json}
        return first | fixed | {"demo": "yes" if self.demo else "no"}

    async def end(self, request: web.Request) -> web.Response:
        """End the session in the browser and the database, so that another person can use it."""
        session = self._session(request)
        _require_own_page(request)
        await self.chats.end(session)
        response = web.json_response({})
        self.sessions.end(response)
        return response

    async def receive(self, request: web.Request) -> web.Response:
        """Persist what the citizen did, then answer 202. A repeated post changes nothing."""
        session = self._session(request)
        _require_own_page(request)
        event = _read_event(await request.read())
        written = len(event.text) if event else 0
        network = client_network(request, self.proxy_header)
        if not self.visitors.may_speak(network, written):
            raise web.HTTPTooManyRequests
        if event is None:
            return web.json_response({"error": "not an event of the page"}, status=400)
        kept = event.model_copy(update={"text": normalize("NFC", event.text)[:TEXT_LIMIT]})
        posted = kept.model_dump() | {"network": network}
        if not await self.chats.takes(session, posted):
            raise web.HTTPTooManyRequests
        await self.put([self.chats.to_raw(session, posted)])
        return web.json_response({"id": event.id}, status=202)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Stream server-sent events: every bubble after `Last-Event-ID`, then each new one."""
        session, address = self._session(request), client_network(request, self.proxy_header)
        if self.streams.is_full(address):
            raise web.HTTPTooManyRequests
        last = _number(request.headers.get("Last-Event-ID") or request.query.get("after", ""))
        response = web.StreamResponse(headers={"Cache-Control": "no-store"})
        response.content_type = "text/event-stream"
        with self.streams.holding(session, address) as replaced, endless(request):
            await response.prepare(request)
            with suppress(ConnectionResetError, asyncio.CancelledError):
                await self._follow(response, session, last, replaced)
        return response

    async def _follow(
        self, response: web.StreamResponse, session: str, last: int, replaced: asyncio.Event
    ) -> None:
        """Write bubble by bubble: a client that does not read holds one of them, not all."""
        end = READY
        async for page in self.chats.messages(session, last):
            for message in page.messages:
                await response.write(_event(message))
            if page.is_last:
                await response.write(end)
                end = STILL_HERE
            if replaced.is_set():
                await response.write(REPLACED)
                return

    def _policy(self) -> str:
        """The content security policy: own origin only; channels' web clients may frame it."""
        frames = " ".join(("'self'", *self.frames))
        return (
            f"default-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors {frames}"
        )

    async def _give_session(self, request: web.Request, response: web.Response) -> None:
        """Extend the visitor's session, or give a new one if it has expired."""
        session = self.sessions.read(request)
        follows = session is not None and await self.chats.follows(session.id)
        is_over = session is None or (session.age_days > self.days and not follows)
        kept = new_session() if session is None or is_over else session.id
        self.sessions.give(response, kept, YEAR_DAYS if follows else self.days)

    def _session(self, request: web.Request) -> str:
        session = self.sessions.read(request)
        if session is None:
            raise web.HTTPForbidden(text="open the page first")
        return session.id


def make_chat(context: ChannelContext, chats: Chats, put: Put) -> WebChat:
    """The routes of this deployment's page."""
    settings = context.settings
    return WebChat(
        chats=chats,
        put=put,
        visitors=Visitors(per_minute=settings.page_posts_per_minute, clock=time.monotonic),
        proxy_header=settings.proxy_header,
        texts=context.texts,
        title=settings.authority,
        sessions=Sessions(
            keyring=context.keyring,
            today=lambda: context.clock().date(),
            secure=settings.public_url.startswith("https"),
        ),
        days=settings.interview_days,
        demo=context.demo,
        frames=[origin for one in registry.all_traits().values() if (origin := one.web_client)],
    )


def page_texts(catalog: Catalog) -> dict[str, str]:
    """The page's own texts, by their names in its script."""
    return {name: catalog.text(f"page.{name}") for name in TEXTS}


async def page_file(request: web.Request) -> web.StreamResponse:
    """Serve style, script and icon of the pages, and nothing outside their folder."""
    name = request.match_info["name"]
    if name not in {file.name for file in PAGES.iterdir() if file.suffix != ".html"}:
        raise web.HTTPNotFound
    return web.FileResponse(PAGES / name, headers={"Cache-Control": "no-cache"})


def _require_own_page(request: web.Request) -> None:
    """Refuse posts from other sites: these cannot send JSON, and the browser names the origin.
    Raises 415, 403."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    if request.headers.get("Sec-Fetch-Site", SAME) not in {SAME, "none"}:
        raise web.HTTPForbidden


def _read_event(body: bytes) -> Event | None:
    try:
        return Event.model_validate_json(body)
    except ValidationError:
        return None


def _number(text: str) -> int:
    """The bubble id; 0 (before every bubble) if the text is not a number."""
    return int(text) if re.fullmatch("[0-9]{1,18}", text) else 0


def _event(message: WebMessage) -> bytes:
    body = {"author": message.author, "at": message.at.isoformat(), **message.body}
    data = json.dumps(body, ensure_ascii=False)
    return f"id: {message.id}\ndata: {data}\n\n".encode()
