"""The page's own address: who may post what, and what a stranger can learn."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.base import Raw
from bot.channels.web.channel import WebChannel
from bot.channels.web.chat import WebChat
from bot.channels.web.sessions import HTTPS_COOKIE as COOKIE
from bot.server import Health, make_server
from bot.visitors import Visitors
from surveys.store.base.database import Database
from tests.fakes.context import channel_context, page_sessions

Client = TestClient[web.Request, web.Application]
EVENT = {"id": "0123456789", "kind": "text", "text": "xin chào"}


class Desk:
    """A page whose posts are kept in a list."""

    def __init__(self, database: Database, per_minute: int) -> None:
        self.kept: list[dict[str, Any]] = []
        self.chat = WebChat(
            chats=WebChannel(channel_context(database)),
            put=self._put,
            visitors=Visitors(per_minute=per_minute, clock=lambda: 0.0),
            title='Xã "An Hòa" <1>',
            sessions=page_sessions(secure=True),
        )

    async def _put(self, raws: Sequence[Raw]) -> None:
        self.kept += [json.loads(raw.payload) for raw in raws]

    async def client(self) -> Client:
        """A visitor of the page."""

        async def well() -> Health:
            return Health(parts={"database": "ok"}, queues={("inbox", "new"): 3})

        client: Client = TestClient(TestServer(make_server(self.chat.routes(), well)))
        await client.start_server()
        return client


@pytest.fixture
def desk(sqlite_database: Database) -> Desk:
    """A page on an empty database."""
    return Desk(sqlite_database, per_minute=3)


async def test_the_page_gives_a_session_and_lets_nothing_in(desk: Desk) -> None:
    """A first visit gets a cookie no script can read; the title cannot carry markup."""
    client = await desk.client()
    answer = await client.get("/")
    cookie = answer.cookies[COOKIE]
    assert cookie["httponly"]
    assert cookie["secure"]
    assert len(cookie.value) >= 22
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "Xã &quot;An Hòa&quot; &lt;1&gt;" in await answer.text()
    await client.close()


@pytest.mark.parametrize(
    "event",
    [{}, EVENT | {"id": "short"}, EVENT | {"kind": "erase"}, EVENT | {"data": "x" * 65},
     EVENT | {"session": "somebody else's"}],
)  # fmt: skip
async def test_rubbish_is_refused_and_not_kept(desk: Desk, event: dict[str, Any]) -> None:
    """What the page would never post is answered with 400."""
    client = await desk.client()
    answer = await client.post(
        "/chat/events", json=event, cookies={COOKIE: page_sessions().value("s" * 22)}
    )
    assert answer.status == 400
    assert desk.kept == []
    await client.close()


async def test_without_a_session_nothing_is_said(desk: Desk) -> None:
    """A post or a stream needs the cookie of the page."""
    client = await desk.client()
    assert (await client.post("/chat/events", json=EVENT)).status == 403
    assert (await client.get("/chat/messages")).status == 403
    await client.close()


@pytest.mark.parametrize("cookie", ["short", "s" * 22, "s" * 65, "s" * 20 + "é"])
async def test_a_session_that_is_none_is_given_anew(desk: Desk, cookie: str) -> None:
    """Refused when it speaks, not failed on; who opens the page again is let in."""
    client = await desk.client()
    headers = {"Cookie": f"{COOKIE}={cookie}"}
    spoken = await client.post("/chat/events", json=EVENT, headers=headers)
    page = await client.get("/", headers=headers)
    assert (spoken.status, COOKIE in page.cookies, desk.kept) == (403, True, [])
    await client.close()


@pytest.mark.parametrize("last", ["²", "٣", "9" * 30, "-1", "all"])
async def test_a_bubble_that_is_none_comes_before_all(desk: Desk, last: str) -> None:
    """The stream begins at the beginning and does not break off."""
    client = await desk.client()
    cookies = {COOKIE: page_sessions().value("s" * 22)}
    stream = await client.get("/chat/messages", params={"after": last}, cookies=cookies)
    assert (await stream.content.readline()).startswith(b"event: ready")
    stream.close()
    await client.close()


async def test_one_address_cannot_guess_codes_all_day(desk: Desk) -> None:
    """New sessions do not help: the address has its share of a minute."""
    client = await desk.client()
    statuses = []
    for number in range(4):
        cookies = {COOKIE: page_sessions().value(f"{number}" * 22)}
        statuses.append((await client.post("/chat/events", json=EVENT, cookies=cookies)).status)
    assert statuses == [202, 202, 202, 429]
    assert len(desk.kept) == 3
    await client.close()


@pytest.mark.parametrize("name", ["..%2fapp.py", "chat.html", "%2e%2e/settings.py", "nothing.css"])
async def test_only_style_script_and_icon_are_given_out(desk: Desk, name: str) -> None:
    """No file outside the pages' folder, and no page without its session."""
    client = await desk.client()
    assert (await client.get(f"/pages/{name}")).status == 404
    assert (await client.get("/pages/chat.css")).status == 200
    await client.close()


async def test_health_and_metrics(desk: Desk) -> None:
    """Those who run it see whether it is well and what waits."""
    client = await desk.client()
    assert (await (await client.get("/healthz")).json())["status"] == "ok"
    metrics = await (await client.get("/metrics")).text()
    assert 'motcua_rows{queue="inbox",state="new"} 3.0' in metrics
    await client.close()
