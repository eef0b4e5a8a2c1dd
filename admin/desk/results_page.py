"""The officer's page of the demo: live figures, and a button for the crowd."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from aiohttp import web

from admin.demo.crowd import Crowd
from admin.demo.district import PERIOD, Figures, read_figures
from admin.kit.texts import Texts
from admin.rating.unit_evidence import unit_evidence
from bot.app import Service
from scoring.law import Rulebook
from scoring.rating import rate
from surveys.privacy import link_token
from surveys.store.dossiers import links
from surveys.store.results import samples, tallies
from surveys.tally import Reach

PAGES = Path(__file__).parent / "pages"
LARGEST_CROWD = 2_000
TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerPage:
    """`/officer` and what it asks for; `/demo/…` is what the phone's demo strip asks for."""

    service: Service
    rulebook: Rulebook
    crowd: Crowd
    texts: Texts

    def routes(self) -> list[web.AbstractRouteDef]:
        """Everything the demo adds to the bot's own server."""
        return [
            web.get("/officer", self.page),
            web.get("/officer/summary", self.summary),
            web.post("/officer/crowd", self.start_crowd),
            web.get("/officer/{name:officer\\.(?:css|js)}", self.file),
            web.post("/demo/case", self.case),
            web.get("/demo/code", self.code),
        ]

    async def page(self, _request: web.Request) -> web.StreamResponse:
        """The page itself."""
        return web.FileResponse(PAGES / "officer.html")

    async def file(self, request: web.Request) -> web.StreamResponse:
        """Its style and script."""
        return web.FileResponse(PAGES / request.match_info["name"])

    async def summary(self, _request: web.Request) -> web.Response:
        """Counts, the rating as `motcua rate --format json` gives it, and the crowd."""
        async with self.service.database.read() as conn:
            units = await unit_evidence(conn, PERIOD)
            reach = await tallies.reach(conn, PERIOD, ())
        rating = rate(self.rulebook, units.evidence).as_json(PERIOD.as_json(), self.texts.language)
        return web.json_response(
            {
                "from_day": f"{PERIOD.start:%d/%m/%Y}",
                "to_day": f"{PERIOD.end:%d/%m/%Y}",
                "rating": rating,
                "counts": _counts(reach) | {"simulated": units.simulated},
                "gaps": gaps(self.texts),
                "crowd": {
                    "running": self.crowd.running,
                    "done": self.crowd.done,
                    "total": self.crowd.total,
                },
            }
        )

    async def start_crowd(self, request: web.Request) -> web.Response:
        """Let `size` simulated citizens answer; 409 while others still do."""
        size = request.query.get("size", "")
        if not size.isdecimal() or not 1 <= int(size) <= LARGEST_CROWD:
            raise web.HTTPBadRequest
        if self.crowd.running:
            raise web.HTTPConflict
        self.crowd.begin(await self._tokens(int(size)))
        return web.json_response({"total": self.crowd.total}, status=202)

    async def case(self, _request: web.Request) -> web.Response:
        """A link to a returned dossier nobody was asked about; 404 when none is left."""
        tokens = await self._tokens(1)
        if not tokens:
            raise web.HTTPNotFound
        return web.json_response({"token": tokens[0]})

    async def code(self, _request: web.Request) -> web.Response:
        """The code of a dossier still in work, to look up."""
        async with self.service.database.read() as conn:
            codes = await samples.in_work(conn, 50)
        return web.json_response({"code": secrets.choice(codes)})

    async def _tokens(self, count: int) -> list[str]:
        lasts = timedelta(days=self.service.settings.link_days)
        tokens: list[str] = []
        async with self.service.database.write() as conn:
            now = self.service.clock()
            for dossier in await samples.unasked(conn, PERIOD, count):
                tokens.append(link_token(secrets.token_bytes(16)))
                await links.make(conn, dossier, tokens[-1], now, lasts)
        return tokens


def gaps(texts: Texts) -> list[str]:
    """A sentence for each unit whose printed parts do not add up."""
    return [_gap(texts, one) for one in read_figures() if one.gap]


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


def _counts(reach: Sequence[Reach]) -> dict[str, Any]:
    whole = {
        name: sum(getattr(one, name) for one in reach)
        for name in ("returned", "issued", "delivered", "answered", "valid")
    }
    share = (
        str((Decimal(100 * whole["answered"]) / whole["issued"]).quantize(TENTH, ROUND_HALF_UP))
        if whole["issued"]
        else None
    )
    return {**whole, "response_rate": share}
