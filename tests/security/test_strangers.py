"""Strangers from any number of addresses store no more than the limit; citizens go on."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import aiohttp
import pytest

from bot import app
from bot.messages import Incoming, IncomingKind
from bot.strangers import MOST_CHATS, Strangers
from surveys.store.base import schema
from surveys.store.base.database import Database
from surveys.store.dossiers import links
from surveys.store.queues import arrivals, inbox, outbox
from tests.fakes.channel import FakeChannel
from tests.fakes.context import KEYS, channel_context
from tests.fakes.hours import ANY_HOUR
from tests.integration.queue_rows import rows_of, update_from
from tests.integration.rows import add_dossier, add_unit
from tests.security.running import ANYWHERE, running, visiting

HEADER = "X-Forwarded-For"
SMALL = {**ANYWHERE, "strangers_mb": 1, "proxy_header": HEADER}
TOKEN, WELCOME, HELP = "y" * 22, "Đồng ý", "Ông/Bà có thể nhắn"
BUSY = 429
LONG = "😀" * 4_000
MB = 1_000_000
NUMBERS = count()


def _strangers(database: Database, now: datetime | None = None, *, megabytes: int = 1) -> Strangers:
    context = channel_context(database, **SMALL | {"strangers_mb": megabytes})
    moment = now or datetime(2021, 6, 1, 3, tzinfo=UTC)
    return Strangers(
        database=database, settings=context.settings, keyring=lambda: KEYS, clock=lambda: moment
    )


def _text(
    text: str = "chào", *, address: str = "a", bot: str = "main", network: str = ""
) -> Incoming:
    return Incoming(
        channel="fake",
        bot=bot,
        address=address,
        kind=IncomingKind.TEXT,
        text=text,
        network=network,
    )


@asynccontextmanager
async def _served(database: Database) -> AsyncIterator[tuple[app.Service, str]]:
    """A service with one returned dossier, whose link is `TOKEN`."""
    context = channel_context(database, **SMALL)
    async with database.write() as conn:
        number = await add_dossier(conn, await add_unit(conn), "000.17.22.H56-210503-0001")
        await links.make(conn, number, TOKEN, context.clock(), timedelta(days=90))
    async with running(context) as (service, base):
        yield service, base


async def _flood(base: str, posts: int, text: str = LONG) -> list[int]:
    """Post from as many addresses, each with a new session; the statuses."""
    found = []
    for _ in range(posts):
        async with visiting(base) as visitor:
            number = next(NUMBERS)
            event = {"id": f"flood-{number:06}", "kind": "text", "text": text}
            headers = {HEADER: f"198.18.{number // 250}.{number % 250}"}
            url = f"{base}/chat/events"
            async with visitor.http.post(url, json=event, headers=headers) as answer:
                found.append(answer.status)
    return found


async def _drained(database: Database) -> None:
    """Wait until everything is handled and answered."""
    async with asyncio.timeout(30):
        while True:
            async with database.read() as conn:
                came = await inbox.count_waiting(conn)
                goes = await outbox.count_waiting(conn)
            if not sum(came.values()) and not sum(goes.values()):
                return
            await asyncio.sleep(0.05)


@dataclass(frozen=True)
class Size:
    """The files of a SQLite database."""

    file: Path

    def __call__(self) -> int:
        """Their bytes, without the journal, which is overwritten from its beginning."""
        return self.file.stat().st_size


async def test_the_database_stops_growing(
    sqlite_database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """However many addresses write; the citizen who opened a dossier goes on; health tells."""
    size = Size(tmp_path / "motcua.sqlite")
    async with _served(sqlite_database) as (service, base), visiting(base) as citizen:
        assert await citizen.does("start", text=TOKEN) == 202
        await citizen.hears(WELCOME)
        before = size()
        first = await _flood(base, 100)
        assert first[0] == 202
        assert first[-1] == BUSY
        await _drained(sqlite_database)
        full = size()
        assert full - before < 3 * MB
        assert await _flood(base, 100, "x") == [BUSY] * 100
        assert size() == full
        await citizen.says("trợ giúp", HELP)
        service.vitals.fresh_seconds = 0.0
        health = await service.health()
        assert (health.well, health.parts["strangers"]) == (True, "refused")
        assert health.numbers["strangers_refused"] == 1.0
        assert "MOTCUA_STRANGERS_MB" in health.reasons[0]
    alarms = [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR]
    assert ["strangers are refused" in one for one in alarms] == [True]


async def test_what_is_counted_is_what_is_stored(sqlite_database: Database, tmp_path: Path) -> None:
    """Within a fifth, for short texts and for the longest."""
    size = Size(tmp_path / "motcua.sqlite")
    for text, posts in (("xin chào ạ", 200), (LONG, 30)):
        async with _served_plain(sqlite_database) as (service, base):
            await _flood(base, 10, text)
            await _drained(sqlite_database)
            before, counted = size(), service.strangers.counted_kb
            await _flood(base, posts, text)
            await _drained(sqlite_database)
            stored = (size() - before) / 1_000
            assert 0.5 < stored / (service.strangers.counted_kb - counted) < 1.2


@asynccontextmanager
async def _served_plain(database: Database) -> AsyncIterator[tuple[app.Service, str]]:
    context = channel_context(database, **SMALL | {"strangers_mb": 100})
    async with running(context) as found:
        yield found


async def test_a_link_opens_the_door(sqlite_database: Database) -> None:
    """For a newcomer too, on both pages; not one that nobody gave out."""
    async with _served(sqlite_database) as (_, base):
        await _flood(base, 100)
        async with visiting(base) as newcomer:
            assert await newcomer.does("text", text="chào") == BUSY
            assert await newcomer.does("start", text="z" * 22) == BUSY
            assert await newcomer.does("start", text=TOKEN) == 202
            await newcomer.hears(WELCOME)
            await newcomer.taps(WELCOME, "Câu 1/")
        async with aiohttp.ClientSession() as http:
            start = {"id": "event-0001", "kind": "start"}
            async with http.post(f"{base}/plain", data=start) as answer:
                assert answer.status == BUSY
                assert "nhắn lại sau" in await answer.text()


async def test_a_link_that_was_passed_on_lets_few_in(sqlite_database: Database) -> None:
    """Otherwise one link would open the house to everybody."""
    async with _served(sqlite_database) as (_, base):
        await _flood(base, 100)
        taken = []
        for _ in range(MOST_CHATS + 2):
            async with visiting(base) as one:
                taken.append(await one.does("start", text=TOKEN))
                if taken[-1] == 202:
                    await one.hears(WELCOME)
    assert taken == [202] * MOST_CHATS + [BUSY] * 2


async def test_an_address_that_writes_much_is_held_back_first(database: Database) -> None:
    """From a quarter of the limit on; others still get the rest."""
    strangers = _strangers(database)
    loud = _text("x" * 4_000, network="192.0.2.1")
    while not await strangers.refuses(loud):
        pass
    assert 250 <= strangers.counted_kb < 270
    assert not await strangers.refuses(_text(address="b", network="192.0.2.2"))


async def test_one_chat_shuts_nobody_out(database: Database) -> None:
    """However much it writes; a messenger names no address."""
    strangers = _strangers(database, megabytes=10)
    said = [await strangers.refuses(_text()) for _ in range(800)]
    assert (said[0], said[-1]) == (False, True)
    assert 2_400 <= strangers.counted_kb < 2_600
    assert not await strangers.refuses(_text(address="b"))


async def test_all_processes_count_together(database: Database) -> None:
    """Also one that starts later; the next ten minutes begin anew."""
    first, second = _strangers(database), _strangers(database)
    for one in (first, second):
        assert not await one.refuses(_text("x" * 450_000))
        await one.add_up()
    await first.add_up()
    later = _strangers(database)
    await later.add_up()
    assert [await one.refuses(_text()) for one in (first, second, later)] == [True] * 3
    assert not await later.refuses(_text(bot="another"))
    next_one = _strangers(database, datetime(2021, 6, 1, 3, 10, tzinfo=UTC))
    await next_one.add_up()
    assert not await next_one.refuses(_text())


async def test_a_messenger_says_so_once_and_keeps_nothing(database: Database) -> None:
    """The refused update is gone, and no chat is remembered."""
    fake = FakeChannel()
    context = channel_context(database, **{**ANYWHERE, **ANY_HOUR, "strangers_mb": 1})
    service = await app.assemble(context, [fake])
    await service.strangers.refuses(_text("x" * 1_000_000))
    task = _run(service)
    async with database.write() as conn:
        events = [update_from(str(n), "chat", '{"chat": "a", "text": "chào"}') for n in range(3)]
        await arrivals.put_many(conn, events)
    async with task:
        pass
    assert [("quá nhiều người" in text) for text in fake.texts] == [True]
    assert await rows_of(database, schema.contacts) == []
    (kept,) = await rows_of(database, schema.inbox)
    assert (kept["state"], kept["payload"]) == ("done", "")


@asynccontextmanager
async def _run(service: app.Service) -> AsyncIterator[None]:
    """Let the worker handle what waits."""
    working = asyncio.create_task(service.worker.run())
    yield
    assert await service.worker.stop(20)
    await working
