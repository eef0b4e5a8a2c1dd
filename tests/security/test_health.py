"""`/healthz` says whether a citizen who writes now would be answered, and if not, why."""

import logging
import sqlite3
import time
from contextlib import closing

import aiohttp
import pytest
from sqlalchemy import select

from bot import app, health
from bot.channels.base import ChannelContext, Report
from surveys.store.base import schema
from surveys.store.base.database import Database, now_ms
from tests.fakes.channel import FakeChannel
from tests.fakes.context import channel_context
from tests.integration.conversation.person import NOW
from tests.integration.queue_rows import update_from
from tests.security.running import ANYWHERE, running

WEB = {"channel": "web", "bot": "page"}


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "BEAT_SECONDS", 0.0)
    monkeypatch.setattr(health, "WRITE_SECONDS", 0.5)


async def _service(database: Database, url: str, **settings: object) -> app.Service:
    chosen = {**ANYWHERE, "database_url": url, **settings}
    context: ChannelContext = channel_context(database, **chosen)
    service = await app.assemble(context)
    service.vitals.fresh_seconds = 0.0
    return service


async def _reasons(service: app.Service) -> dict[str, str]:
    """What is not well, and whether it is said in words."""
    found = await service.health()
    ill = {part: state for part, state in found.parts.items() if state != "ok"}
    assert (found.well, len(found.reasons)) == (not ill, len(ill))
    assert all(len(one) > 40 for one in found.reasons)
    return ill


async def _old_message(database: Database, minutes: float, **columns: object) -> None:
    async with database.write() as conn:
        event = update_from("1")
        row = {**WEB, "event_key": event.event_key, "chat_key": "c", "payload": "{}"}
        age = {"received_ms": await _now_ms(database) - int(minutes * 60_000), "state": "new"}
        await conn.execute(schema.inbox.insert().values(**row, **age, **columns))


async def _old_reply(database: Database, minutes: float) -> None:
    moment = await _now_ms(database) - int(minutes * 60_000)
    async with database.write() as conn:
        seen = {"language": "vi", "status": "active", "first_seen_at": NOW, "last_seen_at": NOW}
        await conn.execute(schema.contacts.insert().values(id=1, **WEB, chat_key="c", **seen))
        row = {"kind": "reply", "lane": 0, "message": {}, "dedup_key": "1", "state": "due"}
        times = {"due_ms": moment, "made_ms": moment}
        await conn.execute(schema.outbox.insert().values(contact_id=1, **WEB, **row, **times))


async def _now_ms(database: Database) -> int:
    async with database.read() as conn:
        return await conn.scalar(select(now_ms())) or 0


async def test_all_is_well(database: Database, database_url: str) -> None:
    """What came just now, or waits for a retry, is no trouble."""
    service = await _service(database, database_url)
    later = await _now_ms(database) + 60_000
    await _old_message(database, 60, not_before_ms=later)
    await _old_reply(database, 1)
    assert await _reasons(service) == {}


async def test_a_message_that_nobody_handles(database: Database, database_url: str) -> None:
    """Unless others of its bot are handled meanwhile."""
    service = await _service(database, database_url)
    await _old_message(database, 3)
    assert await _reasons(service) == {"messages": "waiting"}
    service.worker.last_success["web", "page"] = time.monotonic()
    assert await _reasons(service) == {}


async def test_a_reply_that_does_not_leave(database: Database, database_url: str) -> None:
    """As after a clock that was once ahead."""
    service = await _service(database, database_url)
    await _old_reply(database, 3)
    assert await _reasons(service) == {"replies": "waiting"}
    assert (await service.health()).numbers["oldest_reply_seconds"] >= 180


async def test_a_late_reply_of_one_channel(sqlite_database: Database, sqlite_url: str) -> None:
    """As while Zalo refuses a whole account: whoever watches the page alone is told that it is
    well, or a load balancer would take every server away."""
    service = await _service(sqlite_database, sqlite_url)
    await _old_reply(sqlite_database, 3)
    service.vitals.states = {"web": "ok", "zalo_oa": "ok"}
    found = await service.health()
    assert (found.well, found.of("web").well, found.of("zalo_oa").well) == (False, False, True)


async def test_an_unhandled_message_of_one_channel(
    sqlite_database: Database, sqlite_url: str
) -> None:
    """The same for what came in: the others' messages are handled."""
    service = await _service(sqlite_database, sqlite_url)
    await _old_message(sqlite_database, 3)
    service.vitals.states = {"web": "ok", "zalo_oa": "ok"}
    found = await service.health()
    assert (found.well, found.of("web").well, found.of("zalo_oa").well) == (False, False, True)


async def test_a_disk_without_room(sqlite_database: Database, sqlite_url: str) -> None:
    """Before writing fails."""
    service = await _service(sqlite_database, sqlite_url, disk_reserve_mb=10**9)
    assert await _reasons(service) == {"disk": "full"}


async def test_a_database_that_takes_no_write(sqlite_database: Database, sqlite_url: str) -> None:
    """Another program holds its lock; once it is free all is well again."""
    service = await _service(sqlite_database, sqlite_url)
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as other:
        other.execute("BEGIN IMMEDIATE")
        assert await _reasons(service) == {"database": "unwritable"}
    assert await _reasons(service) == {}


async def test_a_database_that_is_away(sqlite_database: Database, sqlite_url: str) -> None:
    """Its driver fails."""
    service = await _service(sqlite_database, sqlite_url)
    async with sqlite_database.write() as conn:
        await conn.run_sync(schema.metadata.drop_all)
    assert await _reasons(service) == {"database": "unreachable"}


async def test_the_answer_is_503_and_says_why(sqlite_database: Database, sqlite_url: str) -> None:
    """For a monitor and for people; `/metrics` is elsewhere."""
    full = {"database_url": sqlite_url, "disk_reserve_mb": 10**9, "metrics_listen": "127.0.0.1:0"}
    context = channel_context(sqlite_database, **{**ANYWHERE, **full})
    async with running(context) as (_, base), aiohttp.ClientSession() as http:
        async with http.get(f"{base}/healthz") as answer:
            said = await answer.json()
            assert (answer.status, said["status"]) == (503, "ill")
            assert "đĩa" in said["reasons"][0].lower()
        async with http.get(f"{base}/metrics") as answer:
            assert answer.status == 404


async def test_metrics_have_a_listener_of_their_own(
    sqlite_database: Database, sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """By default on loopback; a port that is taken keeps nobody from being answered."""
    async with running(channel_context(sqlite_database, **ANYWHERE)) as (_, base):
        taken = base.removeprefix("http://")
        more = {"metrics_listen": taken, "database_url": sqlite_url}
        with caplog.at_level(logging.WARNING):
            async with running(channel_context(sqlite_database, **{**ANYWHERE, **more})):
                assert "MOTCUA_METRICS_LISTEN" in caplog.text


async def test_metrics_can_be_had_where_they_were(sqlite_database: Database) -> None:
    """With the setting `same`."""
    context = channel_context(sqlite_database, **{**ANYWHERE, "metrics_listen": "same"})
    async with (
        running(context) as (_, base),
        aiohttp.ClientSession() as http,
        http.get(f"{base}/metrics") as answer,
    ):
        assert "motcua_look_ups_last_hour 0.0" in await answer.text()


class _Reporting(FakeChannel):
    """A channel that reports, unless it has nothing to say."""

    said: Report | None = None

    async def report(self) -> Report:
        if self.said is None:
            raise OSError
        return self.said


async def test_a_channel_reports_of_itself(sqlite_database: Database, sqlite_url: str) -> None:
    """Its figures are metrics, its warnings are said; a channel that fails to report hides no
    other, and the service stays well."""
    service = await _service(sqlite_database, sqlite_url)
    silent, busy = _Reporting(name="silent"), _Reporting(name="busy")
    busy.said = Report(numbers={"messages_this_month": 2_400}, warnings=["Near the limit."])
    service.vitals.channels = [silent, busy]
    found = await service.health()
    assert found.well
    assert found.reasons == ["Near the limit."]
    assert found.numbers["busy_messages_this_month"] == 2_400


@pytest.mark.parametrize(("state", "is_well"), [("ok", True), ("ending", True), ("lost", False)])
async def test_tokens_that_end_are_a_part(
    sqlite_database: Database, sqlite_url: str, state: str, *, is_well: bool
) -> None:
    """503 only once no message goes any more; before that the reason is said."""
    service = await _service(sqlite_database, sqlite_url)
    channel = _Reporting(name="zalo_oa")
    channel.said = Report(tokens=state, warnings=[] if state == "ok" else ["Renew them."])
    service.vitals.channels = [channel]
    found = await service.health()
    assert found.parts["zalo_oa_tokens"] == state
    assert (found.well, list(found.reasons)) == (is_well, list(channel.said.warnings))


async def test_a_monitor_may_ask_about_one_channel(
    sqlite_database: Database, sqlite_url: str
) -> None:
    """A Zalo that may not send makes the whole ill, since its citizens are not answered; whoever
    watches the page alone is told that the page is well."""
    context = channel_context(sqlite_database, **{**ANYWHERE, "database_url": sqlite_url})
    async with running(context) as (service, base), aiohttp.ClientSession() as http:
        zalo = _Reporting(name="zalo_oa")
        zalo.said = Report(tokens="lost", warnings=["Renew them."])
        service.vitals.channels, service.vitals.fresh_seconds = [zalo], 0.0
        service.vitals.states = {"web": "ok", "zalo_oa": "ok", "zalo_bot": "not set up"}
        wanted = {"": 503, "?channel=web": 200, "?channel=zalo_oa": 503}
        wanted |= {"?channel=zalo_bot": 503, "?channel=nothing": 404, "?channel=": 404}
        for query, status in wanted.items():
            async with http.get(f"{base}/healthz{query}") as answer:
                assert answer.status == status, query
        async with http.get(f"{base}/healthz?channel=web") as answer:
            said = await answer.json()
        assert said["status"] == "ok"
        assert "zalo_oa_tokens" not in said["parts"]
        assert said["channels"]["zalo_bot"] == "not set up"
