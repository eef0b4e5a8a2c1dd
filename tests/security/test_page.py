"""Strangers at the page: long texts, many streams, forged addresses."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence

import pytest
from aiohttp import ClientResponse, ClientSession, CookieJar, web
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.base import Raw
from bot.channels.web import channel as web_channel
from bot.channels.web.channel import WebChannel
from bot.channels.web.chat import WebChat
from bot.channels.web.sessions import COOKIE
from bot.channels.web.visitors import MAX_ADDRESS_STREAMS, MAX_SESSION_STREAMS
from bot.client_address import network_of
from bot.server import Health, make_server
from bot.visitors import MAX_ADDRESSES, MAX_TEXT_PER_MINUTE, Visitors
from surveys.store.base.database import Database
from surveys.store.citizens import web_messages
from surveys.store.citizens.web_messages import Author, NewMessage
from tests.fakes.context import channel_context, page_sessions
from tests.integration.rows import NOW
from tests.security.running import ANYWHERE, running

Client = TestClient[web.Request, web.Application]
SESSION = "s" * 22
HEADER = "X-Forwarded-For"
STOPPED_WITHIN = 2.5
"""Seconds; what is left of a request is cut off after five."""


class Page:
    """A page behind a proxy; what was posted to it is in `kept`."""

    def __init__(self, database: Database) -> None:
        self.kept: list[Raw] = []
        self.channel = WebChannel(channel_context(database))
        self.chat = WebChat(
            chats=self.channel,
            put=self._put,
            visitors=Visitors(per_minute=5, clock=lambda: 0.0),
            title="",
            sessions=page_sessions(),
            proxy_header=HEADER,
        )

    async def _put(self, raws: Sequence[Raw]) -> None:
        self.kept += raws


@pytest.fixture
def page(sqlite_database: Database) -> Page:
    """On an empty database."""
    return Page(sqlite_database)


@pytest.fixture
async def client(page: Page) -> AsyncIterator[Client]:
    """A visitor."""

    async def well() -> Health:
        return Health(parts={}, queues={})

    client: Client = TestClient(TestServer(make_server(page.chat.routes(), well)))
    await client.start_server()
    yield client
    await client.close()


async def _post(client: Client, text: str, number: int = 0, *forwarded: str) -> int:
    event = {"id": f"event-{number:04}", "kind": "text", "text": text}
    headers = [(HEADER, one) for one in forwarded]
    async with client.post(
        "/chat/events",
        json=event,
        cookies={COOKIE: page_sessions().value(SESSION)},
        headers=headers,
    ) as answer:
        return answer.status


async def _listen(client: Client, session: str, address: str = "192.0.2.1") -> ClientResponse:
    return await client.get(
        "/chat/messages",
        cookies={COOKIE: page_sessions().value(session)},
        headers={HEADER: address},
    )


async def test_a_text_is_cut_before_it_is_kept(page: Page, client: Client) -> None:
    """At the 4,000 characters that an answer may have."""
    assert await _post(client, "đ" * 9_000) == 202
    assert len(json.loads(page.kept[0].payload)["text"]) == 4_000


def test_half_a_character_becomes_a_question_mark(page: Page) -> None:
    """However it comes in: nothing is stored that is no text."""
    raw = page.channel.to_raw(SESSION, {"id": "event-0001", "kind": "text", "text": "a\ud83d"})
    assert json.loads(raw.payload)["text"] == "a?"


async def test_the_session_is_kept_sealed(page: Page, client: Client) -> None:
    """The session opens the chat; without the key nothing that is stored reveals it."""
    await _post(client, "xin chào")
    (raw,) = page.kept
    assert SESSION not in raw.payload.decode() + raw.event_key
    incoming = page.channel.parse(json.loads(raw.payload))
    assert incoming is not None
    assert (incoming.address, incoming.text) == (SESSION, "xin chào")
    await _post(client, "xin chào")
    assert page.kept[1].event_key == raw.event_key


async def test_the_network_goes_with_a_post(page: Page, client: Client) -> None:
    """So that look-ups are limited for each address, whatever cookie it shows."""
    await _post(client, "xin chào", 0, "192.0.2.1")
    incoming = page.channel.parse(json.loads(page.kept[0].payload))
    assert incoming is not None
    assert incoming.network == "192.0.2.1"


def test_a_post_of_the_first_version_is_still_read(page: Page) -> None:
    """It may wait in the inbox while the program is renewed."""
    incoming = page.channel.parse({"id": "1", "session": SESSION, "kind": "text", "text": "a"})
    assert incoming is not None
    assert incoming.address == SESSION


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 202),
    ],
)
async def test_another_site_cannot_post(
    page: Page, client: Client, headers: dict[str, str], status: int
) -> None:
    """With the citizen's cookie: the browser says where a post comes from."""
    event = json.dumps({"id": "event-0001", "kind": "text", "text": "/xoa"})
    sent = {"Content-Type": "application/json"} | headers
    answer = await client.post(
        "/chat/events", data=event, headers=sent, cookies={COOKIE: page_sessions().value(SESSION)}
    )
    assert (answer.status, len(page.kept)) == (status, int(status == 202))


async def test_a_name_too_long_for_a_file_is_not_there(client: Client) -> None:
    """And fails on nothing."""
    assert (await client.get(f"/pages/{'x' * 300}")).status == 404


async def test_an_address_fills_no_disk(page: Page, client: Client) -> None:
    """Its posts of a minute have a share of characters too."""
    statuses = [await _post(client, "đ" * 15_000, number) for number in range(4)]
    assert statuses == [202, 202, 429, 429]
    assert MAX_TEXT_PER_MINUTE < 3 * 15_000


@pytest.mark.parametrize(
    "lines",
    [
        ["198.51.100.{n}", "192.0.2.1"],
        ["198.51.100.{n}, 192.0.2.1"],
        ["192.0.2.1:{n}"],
        ["::ffff:192.0.2.1"],
        ["2001:db8::{n}"],
        ["[2001:db8::{n}]:80"],
        ["any text {n}"],
    ],
)
async def test_a_forged_address_wins_nothing(client: Client, lines: list[str]) -> None:
    """What our own proxy wrote counts: the last address of the last line, by line and port."""
    statuses = [
        await _post(client, "x", n, *(line.format(n=n) for line in lines)) for n in range(1, 8)
    ]
    assert statuses == [202] * 5 + [429] * 2


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:DB8:0:0:1::1", "2001:db8::/64"),
        ("2001:db8::ffff%eth0", "2001:db8::/64"),
        ("nobody", ""),
        ("", ""),
    ],
)
def test_one_line_has_one_name(text: str, network: str) -> None:
    """However its address is written."""
    assert network_of(text) == network


def test_a_used_up_address_is_not_pushed_out() -> None:
    """By ten thousand others that said one word each."""
    visitors = Visitors(per_minute=5, clock=lambda: 0.0)
    assert [visitors.may_speak("loud") for _ in range(6)] == [True] * 5 + [False]
    for number in range(MAX_ADDRESSES + 200):
        visitors.may_speak(str(number))
    assert not visitors.may_speak("loud")


async def test_an_address_holds_so_many_streams(client: Client) -> None:
    """One more is refused; another address is not."""
    streams = [await _listen(client, f"{n:022}") for n in range(MAX_ADDRESS_STREAMS)]
    assert {stream.status for stream in streams} == {200}
    refused, other = await _listen(client, "x" * 22), await _listen(client, "y" * 22, "192.0.2.2")
    assert (refused.status, other.status) == (429, 200)
    for stream in [*streams, refused, other]:
        stream.close()


async def test_a_session_holds_three_streams(client: Client) -> None:
    """The oldest makes room, and is told."""
    streams = [await _listen(client, SESSION) for _ in range(MAX_SESSION_STREAMS + 1)]
    async with asyncio.timeout(10):
        said = await streams[0].read()
    assert b"event: replaced" in said
    assert all(not stream.content.at_eof() for stream in streams[1:])
    for stream in streams:
        stream.close()


async def test_a_stop_waits_for_no_open_page(sqlite_database: Database) -> None:
    """Every open page holds a stream without an end; it is ended, and the browser asks again."""
    context = channel_context(sqlite_database, **ANYWHERE)
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as http:
        async with running(context) as (_, base):
            async with http.get(f"{base}/"):
                pass
            stream = await http.get(f"{base}/chat/messages")
            await stream.content.readuntil(b"event: ready")
            began = time.monotonic()
        assert time.monotonic() - began < STOPPED_WITHIN
        await stream.read()


async def test_a_long_chat_comes_whole_and_in_order(
    page: Page, client: Client, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In small pages, then `ready` once; of an endless one the newest bubbles."""
    chat_key = page.channel.chat_key(SESSION)
    async with sqlite_database.write() as conn:
        for number in range(55):
            body = {"text": f"tin {number}"}
            new = NewMessage(chat_key=chat_key, author=Author.BOT, body=body, at=NOW)
            await web_messages.add(conn, new)
    assert await _read_all(client) == [f"tin {number}" for number in range(55)]
    monkeypatch.setattr(web_channel, "MOST_SHOWN", 50)
    assert await _read_all(client) == [f"tin {number}" for number in range(5, 55)]


async def _read_all(client: Client) -> list[str]:
    stream = await _listen(client, SESSION)
    said = b""
    async with asyncio.timeout(10):
        while b"event: ready" not in said:
            said += await stream.content.readany()
    stream.close()
    return [json.loads(line[6:])["text"] for line in said.split(b"\n") if line[:7] == b"data: {"]
