"""What the demo adds to the bot's pages: a dossier to rate, a code to look up, a crowd."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp import web

from admin.demo.crowd import Crowd
from admin.demo.district import PERIOD, Figures, read_figures
from admin.kit.texts import Texts
from bot.app import Service
from surveys.privacy import link_token
from surveys.store.dossiers import links
from surveys.store.results import samples

MAX_CROWD = 2_000
CODES_OFFERED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOffers:
    """`/demo/…` for the phone's demo strip, `/officer/crowd` for the officer's page."""

    service: Service
    crowd: Crowd
    texts: Texts

    def routes(self) -> list[web.AbstractRouteDef]:
        """Everything the demo adds to the server."""
        return [
            web.post("/officer/crowd", self.start_crowd),
            web.post("/demo/case", self.case),
            web.get("/demo/code", self.code),
        ]

    def summary(self) -> dict[str, Any]:
        """What the officer's page shows only in the demo: the report's gaps, the crowd."""
        crowd = self.crowd
        return {
            "gaps": gaps(self.texts),
            "crowd": {"running": crowd.running, "done": crowd.done, "total": crowd.total},
        }

    async def start_crowd(self, request: web.Request) -> web.Response:
        """Start `size` simulated citizens; 409 while others are running."""
        size = request.query.get("size", "")
        if not size.isdecimal() or not 1 <= int(size) <= MAX_CROWD:
            raise web.HTTPBadRequest
        if self.crowd.running:
            raise web.HTTPConflict
        self.crowd.begin(await self._tokens(int(size)))
        return web.json_response({"total": self.crowd.total}, status=202)

    async def case(self, _request: web.Request) -> web.Response:
        """A link to a returned dossier without an invitation; 404 if there is none left."""
        tokens = await self._tokens(1)
        if not tokens:
            raise web.HTTPNotFound
        return web.json_response({"token": tokens[0]})

    async def code(self, _request: web.Request) -> web.Response:
        """The code of a dossier in progress, to look up."""
        async with self.service.database.read() as conn:
            codes = await samples.sample_in_work(conn, CODES_OFFERED, among=_dossiers())
        return web.json_response({"code": secrets.choice(codes)})

    async def _tokens(self, count: int) -> list[str]:
        lasts = timedelta(days=self.service.settings.link_days)
        tokens: list[str] = []
        async with self.service.database.write() as conn:
            now = self.service.clock()
            for dossier in await samples.sample_unasked(conn, PERIOD, count, among=_dossiers()):
                tokens.append(link_token(secrets.token_bytes(16)))
                await links.make(conn, dossier, tokens[-1], now, lasts)
        return tokens


def gaps(texts: Texts) -> list[str]:
    """One sentence per unit whose printed parts do not add up."""
    return [_gap(texts, one) for one in read_figures() if one.gap]


def _dossiers() -> int:
    """The number of dossiers in the sample district."""
    return sum(unit.received for unit in read_figures())


def _gap(texts: Texts, unit: Figures) -> str:
    return texts.text(
        "demo.gap",
        unit=unit.name,
        received=texts.shown(unit.received),
        on_time=texts.shown(unit.on_time),
        late=texts.shown(unit.late),
        pending=texts.shown(unit.pending),
        gap=unit.gap,
        used=texts.shown(unit.on_time_used),
    )
