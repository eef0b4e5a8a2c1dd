"""The page without JavaScript: the same chat, rendered by the server, one form for everything.

For browsers without scripts, and where no cookie is kept (in a messenger's frame, say): then the
signed session travels in the form. With a cookie each form carries a tag over its session, so that
no other site can post into it.
"""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Literal
from unicodedata import normalize

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.channels.base import Put
from bot.channels.web.chats import Chats
from bot.channels.web.languages import language_of
from bot.channels.web.news_page import line
from bot.channels.web.sessions import Session, Sessions, new_session
from bot.client_address import client_network
from bot.posted_forms import read_form
from bot.visitors import Visitors
from surveys.store.citizens.web_messages import Author, WebMessage
from surveys.texts import Catalog
from surveys.typed_words import TEXT_LIMIT

PAGE = Path(__file__).parent / "pages" / "plain.html"
PATH = "/plain"
SHOWN = 60
"""The last bubbles of the chat."""
ANSWER_SECONDS = 4.0
"""How long a post waits for the bot's answer before the page is shown without it."""
QUIET_SECONDS = 0.3
"""An answer is complete when nothing more came for so long."""
SAME = frozenset({"same-origin", "none"})
NOTHING = ""


class Posted(BaseModel):
    """The fields of a form. `kind`: `text` and `start` as the page posts them, `look` changes
    nothing, `end` ends the session; a button posts its `data` alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str = Field(pattern=r"^[A-Za-z0-9-]{8,64}$")
    kind: Literal["text", "start", "look", "end", "tap"] = "tap"
    text: str = Field(default="", max_length=20_000)
    data: str = Field(default="", max_length=64)
    tag: str = ""
    session: str = ""
    language: str = Field(default="", max_length=16)


@dataclass(frozen=True, slots=True)
class Visit:
    """Who looks at the page; `in_form`: no cookie came, so the form carries the session."""

    session: str
    in_form: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainPage:
    """The routes of the plain page; `policy` is its content security policy."""

    chats: Chats
    put: Put
    visitors: Visitors
    sessions: Sessions
    texts: Mapping[str, Catalog]
    title: str
    policy: str
    days: int
    proxy_header: str = ""

    def routes(self) -> list[web.RouteDef]:
        """One address: shown by GET, which changes nothing, and posted to by its own forms."""
        return [web.get(PATH, self.show), web.post(PATH, self.receive)]

    async def show(self, request: web.Request) -> web.Response:
        """Show the chat so far; a new visitor gets a session."""
        found = self.sessions.read(request)
        visit = Visit(found.id if found else new_session(), in_form=found is None)
        wanted = request.query.get("lang", "")
        return await self._render(visit, await self._bubbles(visit.session), wanted)

    async def receive(self, request: web.Request) -> web.Response:
        """Persist what was done, wait a little for the answer, and show it."""
        posted = _read(await read_form(request))
        if posted is None:
            raise web.HTTPBadRequest(text="not a form of the page")
        if request.headers.get("Sec-Fetch-Site", "none") not in SAME:
            raise web.HTTPForbidden
        network = client_network(request, self.proxy_header)
        if not self.visitors.may_speak(network, len(posted.text)):
            raise web.HTTPTooManyRequests
        visit = self._visit(request, posted)
        before = await self._bubbles(visit.session)
        if posted.kind == "end":
            return await self._end(visit)
        if event := _event(posted, before):
            event["network"] = network
            if not await self.chats.takes(visit.session, event):
                return await self._render(visit, before, posted.language, busy=True)
            await self.put([self.chats.to_raw(visit.session, event)])
            before = await self._answered(visit.session, before)
        return await self._render(visit, before, posted.language)

    def _visit(self, request: web.Request, posted: Posted) -> Visit:
        """Raises 403 if the form is not this session's; a form without any begins a new one."""
        cookie, carried = self.sessions.read(request), self.sessions.parse(posted.session)
        if cookie is not None and self.sessions.is_tag(cookie.id, posted.tag):
            return Visit(cookie.id, in_form=False)
        if cookie is not None and _is_same(cookie, carried):
            return Visit(cookie.id, in_form=False)
        if cookie is None and carried is not None:
            return Visit(carried.id, in_form=True)
        if cookie is None and posted.kind == "start":
            return Visit(new_session(), in_form=True)
        raise web.HTTPForbidden(text="open the page first")

    async def _end(self, visit: Visit) -> web.Response:
        await self.chats.end(visit.session)
        response = web.Response(status=303, headers={"Location": PATH})
        self.sessions.end(response)
        return response

    async def _bubbles(self, session: str) -> list[WebMessage]:
        found: list[WebMessage] = []
        async with aclosing(self.chats.messages(session, 0)) as pages:
            async for page in pages:
                found += page.messages
                if page.is_last:
                    break
        return found

    async def _answered(self, session: str, before: list[WebMessage]) -> list[WebMessage]:
        """The bubbles once the bot has answered, or after a while without."""
        found, last = list(before), before[-1].id if before else 0
        async with aclosing(self.chats.messages(session, last)) as pages:
            with suppress(TimeoutError, StopAsyncIteration):
                async with asyncio.timeout(ANSWER_SECONDS):
                    while not any(one.author == Author.BOT for one in found[len(before) :]):
                        found += (await anext(pages)).messages
            with suppress(TimeoutError, StopAsyncIteration):
                while True:
                    async with asyncio.timeout(QUIET_SECONDS):
                        found += (await anext(pages)).messages
        return found

    async def _render(
        self, visit: Visit, bubbles: Sequence[WebMessage], wanted: str, *, busy: bool = False
    ) -> web.Response:
        language = _language(bubbles, wanted)
        texts = self.texts[language]
        fields = self._fields(visit, language)
        values = {
            "lang": language,
            "title": escape(self.title),
            "fields": fields,
            "bubbles": _talk(bubbles[-SHOWN:], texts, fields),
            "note": _says(texts, "not_taken") if busy else _note(bubbles, texts),
            "news": line(await self.chats.news(), texts),
        }
        for name in ("leave", "talk", "words", "placeholder", "send", "refresh", "browser"):
            values[name] = escape(texts.text(f"page.{name}"))
        html = PAGE.read_text("utf-8")
        for name, value in values.items():
            html = html.replace(f"{{{{{name}}}}}", value)
        status = 429 if busy else 200
        response = web.Response(text=html, content_type="text/html", status=status)
        response.headers["Content-Security-Policy"] = self.policy
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        self.sessions.give(response, visit.session, self.days)
        return response

    def _fields(self, visit: Visit, language: str) -> str:
        """The hidden fields of a form: its number, the language, and the proof of the session."""
        proof = ("tag", self.sessions.tag(visit.session))
        if visit.in_form:
            proof = ("session", self.sessions.value(visit.session))
        values = dict([("id", secrets.token_hex(16)), ("language", language), proof])
        return "".join(
            f'<input type="hidden" name="{name}" value="{value}">' for name, value in values.items()
        )


def _read(form: Mapping[str, Any]) -> Posted | None:
    plain = {name: value for name, value in form.items() if isinstance(value, str)}
    try:
        return Posted.model_validate(plain)
    except ValidationError:
        return None


def _is_same(cookie: Session, carried: Session | None) -> bool:
    return carried is not None and cookie.id == carried.id


def _event(posted: Posted, bubbles: Sequence[WebMessage]) -> dict[str, Any] | None:
    """What the page with a script would post; None if there is nothing to keep."""
    text, data = normalize("NFC", posted.text).strip()[:TEXT_LIMIT], ""
    if posted.kind == "tap":
        labels = {one["data"]: one["label"] for one in _choices(bubbles) if one.get("data")}
        if posted.data not in labels:
            return None
        text, data = labels[posted.data], posted.data
    elif posted.kind == "look" or (posted.kind == "text" and not text):
        return None
    event = {"id": posted.id, "kind": posted.kind, "text": text, "data": data}
    return event | {"language": posted.language}


def _choices(bubbles: Sequence[WebMessage]) -> list[dict[str, Any]]:
    """The buttons of the last bubble of the bot."""
    said = [one for one in bubbles if one.author == Author.BOT]
    return [choice for row in said[-1].body.get("buttons", ()) for choice in row] if said else []


def _language(bubbles: Sequence[WebMessage], wanted: str) -> str:
    """That of the bot's last words, else the one that is wanted."""
    said = [one for one in bubbles if one.author == Author.BOT]
    if said:
        return language_of(said[-1].body)
    return wanted if wanted in {"vi", "en"} else "vi"


def _note(bubbles: Sequence[WebMessage], texts: Catalog) -> str:
    """What to do on a first visit, or while the answer is on its way."""
    if not bubbles:
        return f'<p class="note">{escape(texts.text("page.first"))}</p>'
    if bubbles[-1].author == Author.CITIZEN:
        return _says(texts, "waiting")
    return ""


def _says(texts: Catalog, key: str) -> str:
    return f'<p class="note" role="status">{escape(texts.text(f"page.{key}"))}</p>'


def _talk(bubbles: Sequence[WebMessage], texts: Catalog, fields: str) -> str:
    last = bubbles[-1] if bubbles else None
    return "".join(_bubble(one, texts, fields if one is last else "") for one in bubbles)


def _bubble(one: WebMessage, texts: Catalog, fields: str) -> str:
    """One bubble: who speaks, what, and under the last one its buttons."""
    text = str(one.body.get("brief") or one.body["text"])
    speaker = texts.text("page.we" if one.author == Author.BOT else "page.you")
    rows = one.body.get("buttons", ()) if fields else ()
    return (
        f'<li class="{one.author}" lang="{language_of(one.body)}">'
        f'<span class="hidden">{escape(speaker)} </span>{escape(text)}{_form(rows, fields)}</li>'
    )


def _form(rows: Sequence[Sequence[Mapping[str, Any]]], fields: str) -> str:
    if not rows:
        return NOTHING
    shown = "".join(f'<div class="row">{"".join(map(_button, row))}</div>' for row in rows)
    return f'<form method="post" action="{PATH}#end" class="buttons">{fields}{shown}</form>'


def _button(choice: Mapping[str, Any]) -> str:
    label = escape(str(choice["label"]))
    if choice.get("url"):
        return f'<a href="{escape(str(choice["url"]))}" rel="noopener">{label}</a>'
    kind = ' class="aside"' if choice.get("aside") else ""
    return (
        f'<button name="data" value="{escape(str(choice.get("data", "")))}"{kind}>{label}</button>'
    )
