"""The routes of the API."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.api import openapi
from bot.api.access import Access
from bot.api.dossiers import Pushes
from bot.api.intake import Intake
from bot.api.problems import Refused, answer, language_of, refuse
from bot.api.shapes import Survey
from bot.channels.base import ChannelContext
from surveys.dossier import normal_code
from surveys.store.base.database import Database
from surveys.store.pushing import survey_states
from surveys.store.pushing.api_tokens import System
from surveys.texts import Catalog

Served = Callable[[web.Request, System], Awaitable[web.Response]]


@dataclass(frozen=True, kw_only=True)
class Api:
    """The API of one deployment. `form` is the form whose survey it describes."""

    access: Access
    pushes: Pushes
    database: Database
    texts: Mapping[str, Catalog]
    form: str
    zone: ZoneInfo

    def routes(self) -> list[web.AbstractRouteDef]:
        """`/api/dossiers`, `/api/dossiers/{code}/survey` and `/api/openapi.json`."""
        return [
            web.post("/api/dossiers", self._serve(self._push)),
            web.get("/api/dossiers/{code}/survey", self._serve(self._survey)),
            web.get("/api/openapi.json", self._document),
        ]

    @cached_property
    def document(self) -> dict[str, object]:
        """The OpenAPI document."""
        return openapi.document(list(self.pushes.intake.fields))

    def _serve(self, served: Served) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                return await served(request, await self.access.find_system(request))
            except Refused as refused:
                return refuse(refused, self.texts[language_of(request)])

        return handle

    async def _push(self, request: web.Request, system: System) -> web.Response:
        return await self.pushes.take(request, system, language_of(request))

    async def _survey(self, request: web.Request, system: System) -> web.Response:
        """A dossier of another unit is refused in the words of one that does not exist."""
        code = normal_code(request.match_info["code"])
        async with self.database.read_inline() as conn:
            found = await survey_states.find(conn, code, self.form)
        if found is None or not system.covers(found.unit_id):
            raise Refused(404, "no_dossier", dossier=code)
        told = Survey(
            dossier=found.code,
            state=found.state,
            asked_on=self._day(found.asked_at),
            answered_on=self._day(found.answered_at),
        )
        return answer(told)

    async def _document(self, _request: web.Request) -> web.Response:
        return answer(self.document)

    def _day(self, moment: datetime | None) -> date | None:
        return None if moment is None else moment.astimezone(self.zone).date()


def make_api(context: ChannelContext, intake: Intake) -> Api:
    """The API of this deployment; `intake` takes the dossiers."""
    settings, database = context.settings, context.database
    access = Access(
        database=database,
        keyring=context.keyring,
        clock=time.monotonic,
        per_minute=settings.api_requests_per_minute,
        proxy_header=settings.proxy_header,
    )
    return Api(
        access=access,
        pushes=Pushes(database=database, intake=intake, clock=context.clock),
        database=database,
        texts=context.texts,
        form=settings.form,
        zone=settings.zone,
    )
