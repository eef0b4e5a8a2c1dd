"""The officer's results page: live figures of a period, read from the same data as `rate`."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web

from admin.desk.invitations_part import InvitationsPart
from admin.kit.output import plain
from admin.kit.percent import share
from admin.kit.texts import Texts
from admin.rating.rating_phrases import RatingPhrases
from admin.rating.result import read_rating
from admin.rating.rows import as_json
from scoring.law import Rulebook
from surveys.form import Form
from surveys.period import Period
from surveys.store.asking import funnel
from surveys.store.asking.funnel import STAGES, By
from surveys.store.base.database import Database
from surveys.store.results import tallies
from surveys.tally import Reach

PAGES = Path(__file__).parent / "pages"
COUNTED = ("returned", "issued", "delivered", "answered", "valid")
_dumps = partial(json.dumps, ensure_ascii=False, default=plain)


def _nothing() -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultsPage:
    """`/officer` and the data it requests.

    `place`: the authority's name. `form`: the version that is asked in the period. `beside`:
    further parts of the summary; the page shows those that have figures.
    """

    database: Database
    period: Period
    rulebook: Rulebook
    texts: Texts
    place: str
    form: Form
    beside: Callable[[], Mapping[str, Any]] = _nothing

    def routes(self) -> list[web.AbstractRouteDef]:
        """The page, its files, its figures."""
        return [
            web.get("/officer", self.page),
            web.get("/officer/summary", self.summary),
            web.get("/officer/invitations", self.invitations),
            web.get("/officer/{name:officer\\.(?:css|js)}", self.file),
        ]

    async def page(self, _request: web.Request) -> web.StreamResponse:
        """The page itself."""
        return web.FileResponse(PAGES / "officer.html")

    async def file(self, request: web.Request) -> web.StreamResponse:
        """Its style and script."""
        return web.FileResponse(PAGES / request.match_info["name"])

    async def summary(self, _request: web.Request) -> web.Response:
        """Counts, and the rating as `motcua rate --format json` prints it."""
        async with self.database.read() as conn:
            result = await read_rating(conn, self.rulebook, self.period)
            reach = await tallies.count_reach(conn, self.period, ())
            units = await funnel.count_stages(conn, self.period, self.form.id, By.UNIT)
        phrases = RatingPhrases(texts=self.texts, rulebook=self.rulebook, day=self.period.end)
        found = {
            "place": self.place,
            "from_day": f"{self.period.start:%d/%m/%Y}",
            "to_day": f"{self.period.end:%d/%m/%Y}",
            "rating": as_json(result, phrases),
            "funnel": self._funnel(units),
            "counts": _counts(reach) | {"simulated": result.read.simulated},
            **self.beside(),
        }
        return web.json_response(found, dumps=_dumps)

    async def invitations(self, _request: web.Request) -> web.Response:
        """The figures of `motcua invitations status`, in words."""
        part = InvitationsPart(texts=self.texts, form=self.form)
        async with self.database.read() as conn:
            found = await part.read(conn, self.period)
        return web.json_response(found, dumps=_dumps)

    def _funnel(self, units: Mapping[str, Mapping[str, int]]) -> Sequence[Mapping[str, Any]]:
        """The stages of `motcua invitations status`, of all units together."""
        return [
            {
                "stage": stage,
                "name": self.texts.text(f"invitations.columns.{stage}"),
                "count": sum(counts[stage] for counts in units.values()),
            }
            for stage in STAGES
        ]


def _counts(reach: Sequence[Reach]) -> dict[str, Any]:
    whole = {name: sum(getattr(one, name) for one in reach) for name in COUNTED}
    return {**whole, "response_rate": share(whole["answered"], whole["issued"])}
