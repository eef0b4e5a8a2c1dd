"""The API on a real socket, for tests: its server, and a system that uses it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from admin.pushing.intake import DossierIntake
from bot.api.routes import make_api
from bot.server import Health, make_server
from surveys.store.base.database import Database
from surveys.store.pushing import api_tokens
from tests.fakes.context import KEYS, channel_context

NOW = datetime(2021, 7, 1, 2, 0, tzinfo=UTC)
ROW: dict[str, object] = {
    "code": "HS-1",
    "unit": "XA01",
    "received_at": "2021-05-03",
    "status": "Đang xử lý",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pusher:
    """A system with its token."""

    http: ClientSession
    base: str
    token: str = ""

    async def posts(self, body: object, **headers: str) -> tuple[int, dict[str, Any]]:
        """Push a JSON body; status and answer."""
        sent = {"Authorization": f"Bearer {self.token}", **headers}
        url = f"{self.base}/api/dossiers"
        async with self.http.post(url, json=body, headers=sent) as answer:
            return answer.status, await answer.json()

    async def asks(self, code: str) -> tuple[int, dict[str, Any]]:
        """Ask how far a survey is; status and answer."""
        sent = {"Authorization": f"Bearer {self.token}"}
        url = f"{self.base}/api/dossiers/{code}/survey"
        async with self.http.get(url, headers=sent) as answer:
            return answer.status, await answer.json()


async def give_token(
    database: Database, name: str = "igate", unit_id: int | None = None, webhook: str | None = None
) -> str:
    """A new system's token."""
    async with database.write() as conn:
        return await api_tokens.add(
            conn,
            KEYS,
            name.encode().ljust(32, b"."),
            name=name,
            unit_id=unit_id,
            webhook=(webhook, "signing") if webhook else None,
            at=NOW,
            by="hoa",
        )


@asynccontextmanager
async def pushing(
    database: Database,
    **settings: Any,  # noqa: ANN401
) -> AsyncIterator[Pusher]:
    """A server with the API; the system has no token yet."""
    context = channel_context(database, clock=lambda: NOW, **settings)
    api = make_api(context, DossierIntake(context=context, os_user="may-1"))

    async def well() -> Health:
        return Health(parts={}, queues={})

    async with TestServer(make_server(api.routes(), well)) as server, ClientSession() as http:
        yield Pusher(http=http, base=str(server.make_url("")).rstrip("/"))
