"""The routes that printed codes open: `/l/TOKEN` of a receipt, `/q/TOKEN` of a counter's poster.

`/l/TOKEN` lets the phone choose the channel, and writes nothing: a preview of the link answers
nothing. The token is in the path, since a page without a script has no other way to learn it;
the server logs no paths, and no page sends a referrer.
"""

import re
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.channels.base import Channel, ChannelContext, ChannelUnavailable
from bot.client_address import client_network
from bot.landing.pages import STYLE, Pages, Tap, Way
from bot.posted_forms import read_form
from bot.visitors import Visitors
from surveys.form import Form, current, in_language, shipped_forms
from surveys.store.dossiers import links
from surveys.store.pushing import counters
from surveys.store.pushing.counters import Counter, Rating
from surveys.texts import LANGUAGES, Catalog

FORM = "counter"
COOKIE = "motcua_counter"
COOKIE_DAYS = 30
SESSION = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)
SAME = frozenset({"same-origin", "none"})
LINK, COUNTER = "/l/{token:[A-Za-z0-9_-]{22}}", "/q/{token:[A-Za-z0-9_-]{22}}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """The pages of one deployment."""

    context: ChannelContext
    channels: Sequence[Channel]
    visitors: Visitors

    def routes(self) -> list[web.AbstractRouteDef]:
        """The pages and their style."""
        return [
            web.get(LINK, self.choose),
            web.get(COUNTER, self.ask),
            web.post(COUNTER, self.rate),
            web.get("/landing/style.css", style),
        ]

    async def choose(self, request: web.Request) -> web.Response:
        """The channels in which the dossier of a receipt can be opened."""
        pages, token = self._pages(request), request.match_info["token"]
        if not self._may(request):
            return pages.sorry("too_many", 429)
        async with self.context.database.read_inline() as conn:
            link = await links.find(conn, token)
        if link is None:
            return pages.sorry("unknown", 404)
        if not link.is_open(self.context.clock()):
            return pages.sorry("over", 410)
        return pages.choice(link.unit_name, await self._ways(pages.texts, request, token))

    async def ask(self, request: web.Request) -> web.Response:
        """The rating of a counter."""
        pages, counter = self._pages(request), await self._counter(request)
        if isinstance(counter, web.Response):
            return counter
        if "done" in request.query:
            return pages.thanks(_title(counter))
        (question,) = self._form().questions
        language = pages.texts.language
        taps = [Tap(one.id, in_language(one.text, language)) for one in question.options]
        response = pages.counter(_title(counter), in_language(question.text, language), taps)
        if not SESSION.fullmatch(request.cookies.get(COOKIE, "")):
            self._give_session(response)
        return response

    async def rate(self, request: web.Request) -> web.Response:
        """Keep the tap, then show thanks; a page of another site cannot tap for its visitors."""
        pages, counter = self._pages(request), await self._counter(request)
        if isinstance(counter, web.Response):
            return counter
        session = request.cookies.get(COOKIE, "")
        form, option = self._form(), (await read_form(request)).get("option", "")
        is_ours = request.headers.get("Sec-Fetch-Site", "none") in SAME
        known = form.questions[0].option(option) is not None
        if not (is_ours and known and SESSION.fullmatch(session)):
            return pages.sorry("not_ours", 400)
        if not await self._keep(request, counter, form, option):
            return pages.sorry("too_many", 429)
        language = {"lang": request.query["lang"]} if "lang" in request.query else {}
        raise web.HTTPSeeOther(request.rel_url.with_query(done="1", **language))

    async def _keep(self, request: web.Request, counter: Counter, form: Form, option: str) -> bool:
        settings, ring = self.context.settings, self.context.keyring()
        now = self.context.clock()
        network = client_network(request, settings.proxy_header)
        rating = Rating(
            counter_id=counter.id,
            form=form.id,
            form_version=form.version,
            question=form.questions[0].id,
            option=option,
            day=now.astimezone(settings.zone).date(),
            at_s=int(now.timestamp()),
            visitor=ring.sign("counter visitor", request.cookies[COOKIE]),
            network=ring.sign("counter network", network) if network else "",
        )
        async with self.context.database.write() as conn:
            return await counters.rate(
                conn,
                rating,
                most_of_counter=settings.counter_ratings_per_hour,
                most_of_network=settings.counter_ratings_per_hour_address,
            )

    async def _counter(self, request: web.Request) -> Counter | web.Response:
        """The counter of this address, or the page that says why there is none."""
        pages = self._pages(request)
        if not self._may(request):
            return pages.sorry("too_many", 429)
        async with self.context.database.read_inline() as conn:
            counter = await counters.find(conn, request.match_info["token"])
        if counter is None:
            return pages.sorry("unknown", 404)
        return counter if counter.is_open(self.context.clock()) else pages.sorry("over", 410)

    async def _ways(self, texts: Catalog, request: web.Request, token: str) -> list[Way]:
        """The deep links of the channels that have one and can be reached."""
        found = []
        for channel in self.channels:
            try:
                link = await channel.link(token)
            except ChannelUnavailable:
                continue
            if link:
                title = _words(texts, f"channels.{channel.name}") or channel.name
                hint = _words(texts, f"channel_hints.{channel.name}")
                pasted = self._own_link(request) if channel.traits.link_is_bare else ""
                found.append(Way(title[:1].upper() + title[1:], link, hint, pasted))
        return found

    def _own_link(self, request: web.Request) -> str:
        """The address of this page, for a chat that its link cannot be told in."""
        base = self.context.settings.public_url.rstrip("/")
        return f"{base}{request.path}" if base else str(request.url.with_query(None))

    def _form(self) -> Form:
        today = self.context.clock().astimezone(self.context.settings.zone).date()
        return current(shipped_forms(), FORM, today)

    def _give_session(self, response: web.Response) -> None:
        response.set_cookie(
            COOKIE,
            secrets.token_urlsafe(16),
            max_age=COOKIE_DAYS * 86_400,
            path="/q/",
            httponly=True,
            samesite="Lax",
            secure=self.context.settings.public_url.startswith("https"),
        )

    def _may(self, request: web.Request) -> bool:
        network = client_network(request, self.context.settings.proxy_header)
        return self.visitors.may_speak(network)

    def _pages(self, request: web.Request) -> Pages:
        texts = self.context.texts[_language(request)]
        return Pages(texts=texts, title=self.context.settings.authority)


def make_landing(context: ChannelContext, channels: Sequence[Channel]) -> Landing:
    """The pages of this deployment, with the deep links of these channels."""
    per_minute = context.settings.page_posts_per_minute
    visitors = Visitors(per_minute=per_minute, clock=time.monotonic)
    return Landing(context=context, channels=channels, visitors=visitors)


async def style(_request: web.Request) -> web.StreamResponse:
    """The style of the pages."""
    return web.FileResponse(STYLE, headers={"Cache-Control": "max-age=3600"})


def _title(counter: Counter) -> str:
    return f"{counter.unit_name} – {counter.name}" if counter.name else counter.unit_name


def _words(texts: Catalog, key: str) -> str:
    """The text of a channel; a plug-in from elsewhere may have none."""
    return texts.text(key) if key in texts else ""


def _language(request: web.Request) -> str:
    wishes = [request.query.get("lang", ""), *_accepted(request.headers)]
    return next((one for one in wishes if one in LANGUAGES), LANGUAGES[0])


def _accepted(headers: Mapping[str, str]) -> list[str]:
    return [one.strip()[:2].lower() for one in headers.get("Accept-Language", "").split(",")]
