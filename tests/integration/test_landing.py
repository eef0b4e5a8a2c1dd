"""The pages of printed codes: the phone chooses; a counter is rated, and a flood is seen."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import func, select

from admin.tallying.result import Tally, read_tally
from bot.channels import registry
from bot.conversation.codes import token_in_link
from bot.landing.routes import make_landing
from bot.server import Health, make_server
from surveys.form import shipped_forms
from surveys.period import Preset, parse_period
from surveys.store.base.database import Database
from surveys.store.base.schema import counter_ratings, dossier_evidence
from surveys.store.dossiers import links
from surveys.store.pushing import counters
from surveys.store.results.tallies import Dimension
from surveys.store.system import form_versions
from tests.fakes.context import channel_context
from tests.fakes.zalo_oa import APP_ID, APP_SECRET, OA_ID, OA_SECRET
from tests.integration.rows import add_dossier, add_unit

Client = TestClient[web.Request, web.Application]
NOW = datetime(2021, 6, 1, 3, 0, tzinfo=UTC)
TOKEN = "a" * 22
TELEGRAM = {"telegram_token": "1:a", "telegram_api_base": "http://127.0.0.1:1"}


@asynccontextmanager
async def landing(database: Database, **settings: Any) -> AsyncIterator[Client]:  # noqa: ANN401
    """A visitor of the pages."""
    context = channel_context(database, clock=lambda: NOW, **settings)
    channels = registry.open_channels(context)
    pages = make_landing(context, channels)

    async def well() -> Health:
        return Health(parts={}, queues={})

    async with TestClient(TestServer(make_server(pages.routes(), well))) as client:
        yield client
    for channel in channels:
        await channel.close()


async def _receipt(database: Database) -> int:
    async with database.write() as conn:
        number = await add_dossier(conn, await add_unit(conn, name="Xã <Một>"), "HS-BI-MAT")
        await links.make(conn, number, TOKEN, NOW, timedelta(days=1))
    return number


async def _counter(database: Database) -> None:
    async with database.write() as conn:
        unit = await add_unit(conn, name="Xã Một")
        await counters.make(conn, TOKEN, unit, "Quầy 2", NOW, timedelta(days=1))
        await form_versions.register(conn, shipped_forms(), NOW)


async def test_the_phone_chooses_the_channel(database: Database) -> None:
    """Every channel's deep link, without a script; neither dossier nor person is named."""
    await _receipt(database)
    async with landing(database, public_url="https://mot.cua") as client:
        answer = await client.get(f"/l/{TOKEN}")
        text = await answer.text()
    assert answer.status == 200
    assert f'href="https://mot.cua/#{TOKEN}"' in text
    assert "Xã &lt;Một&gt;" in text
    assert "HS-BI-MAT" not in text
    assert "<script" not in text
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert not answer.cookies


async def test_a_link_that_carries_nothing_says_what_to_send(database: Database) -> None:
    """Zalo's link opens the chat only: the page shows the line to send there, which the
    conversation understands, and every other channel's link beside it."""
    await _receipt(database)
    zalo = {
        "zalo_oa_app_id": APP_ID,
        "zalo_oa_app_secret": APP_SECRET,
        "zalo_oa_secret": OA_SECRET,
        "zalo_oa_id": OA_ID,
    }
    async with landing(database, public_url="https://mot.cua", **zalo) as client:
        text = await (await client.get(f"/l/{TOKEN}?lang=vi")).text()
    assert f'href="https://zalo.me/{OA_ID}"' in text
    (pasted,) = re.findall(r'class="pasted">([^<]+)<', text)
    assert token_in_link(pasted) == TOKEN
    assert f'href="https://mot.cua/#{TOKEN}"' in text


async def test_a_code_that_is_over_says_so(database: Database) -> None:
    """Unknown, expired and revoked codes: a kind page, in the visitor's language."""
    await _receipt(database)
    async with landing(database) as client:
        english = {"Accept-Language": "en-GB,en;q=0.9"}
        unknown = await client.get(f"/l/{'b' * 22}", headers=english)
        assert (unknown.status, "ask at the counter" in await unknown.text()) == (404, True)
        async with database.write() as conn:
            assert await links.revoke(conn, NOW) == 1
        over = await client.get(f"/l/{TOKEN}")
        assert (over.status, "thu hồi" in await over.text()) == (410, True)


async def test_a_tap_is_counted_in_the_tally_and_in_no_dossier(database: Database) -> None:
    """One visitor counts once a day; the answer is about the unit only."""
    await _counter(database)
    async with landing(database) as client:
        page = await client.get(f"/q/{TOKEN}")
        options = re.findall(r'name="option" value="(\w+)"', await page.text())
        assert options == ["very", "satisfied", "unsatisfied"]
        for option in ("very", "unsatisfied"):
            thanks = await client.post(f"/q/{TOKEN}", data={"option": option})
            assert (thanks.status, "Cảm ơn" in await thanks.text()) == (200, True)
    tally = await _tally(database)
    assert [one for one in tally.rows() if one["count"]] == [
        {
            "unit": "XA01",
            "form": "counter",
            "question": "satisfaction",
            "option": "very",
            "count": 1,
        }
    ]
    assert [(one.rated, one.flood) for one in tally.counters] == [(1, 0)]
    assert [(one.answered, one.valid) for one in tally.reach] == [(0, 0)]
    async with database.read() as conn:
        assert await conn.scalar(select(func.count()).select_from(dossier_evidence)) == 0
        kept = (await conn.execute(select(counter_ratings))).mappings().one()
    assert "127.0.0.1" not in str(dict(kept))


async def test_a_flood_is_refused_by_address_and_marked_by_counter(database: Database) -> None:
    """One address gets its share; what a counter gets beyond its own is kept and does not count."""
    await _counter(database)
    settings = {"counter_ratings_per_hour_address": 4, "counter_ratings_per_hour": 3}
    statuses = []
    for _ in range(6):
        async with landing(database, **settings) as client:
            await client.get(f"/q/{TOKEN}")
            answer = await client.post(f"/q/{TOKEN}", data={"option": "very"})
            statuses.append(answer.status)
    assert statuses == [200] * 4 + [429] * 2
    tally = await _tally(database)
    assert [(one.rated, one.flood) for one in tally.counters] == [(3, 1)]
    assert [one["count"] for one in tally.rows() if one["count"]] == [3]


async def test_a_flood_from_many_addresses_fills_no_disk(sqlite_database: Database) -> None:
    """What counts of a counter is kept ten times over; the rest is refused."""
    await _counter(sqlite_database)
    settings = {"counter_ratings_per_hour_address": 99, "counter_ratings_per_hour": 1}
    statuses = []
    for _ in range(12):
        async with landing(sqlite_database, **settings) as client:
            await client.get(f"/q/{TOKEN}")
            answer = await client.post(f"/q/{TOKEN}", data={"option": "very"})
            statuses.append(answer.status)
    assert statuses == [200] * 10 + [429] * 2
    tally = await _tally(sqlite_database)
    assert [(one.rated, one.flood) for one in tally.counters] == [(1, 9)]


async def test_only_the_page_itself_can_tap(database: Database) -> None:
    """Another site's form, a tap without the page, an option that is none: nothing is kept."""
    await _counter(database)
    async with landing(database) as client:
        first = await client.post(f"/q/{TOKEN}", data={"option": "very"})
        await client.get(f"/q/{TOKEN}")
        elsewhere = {"Sec-Fetch-Site": "cross-site"}
        other = await client.post(f"/q/{TOKEN}", data={"option": "very"}, headers=elsewhere)
        wrong = await client.post(f"/q/{TOKEN}", data={"option": "<b>"})
        missing = await client.post(f"/q/{'b' * 22}", data={"option": "very"})
        assert [one.status for one in (first, other, wrong, missing)] == [400, 400, 400, 404]
        async with database.write() as conn:
            assert await counters.revoke(conn, 1, NOW, None) == 1
        assert (await client.get(f"/q/{TOKEN}")).status == 410
    async with database.read() as conn:
        assert await conn.scalar(select(func.count()).select_from(counter_ratings)) == 0


async def test_traces_of_visitors_are_dropped_and_ratings_stay(database: Database) -> None:
    """After the retention period neither session nor network can be matched again."""
    await _counter(database)
    for _ in range(2):
        async with landing(database) as client:
            await client.get(f"/q/{TOKEN}")
            await client.post(f"/q/{TOKEN}", data={"option": "very"})
    async with database.write() as conn:
        assert await counters.forget_visitors(conn, NOW.date() + timedelta(days=1)) == 2
        assert await counters.forget_visitors(conn, NOW.date() + timedelta(days=1)) == 0
    assert [(one.rated, one.flood) for one in (await _tally(database)).counters] == [(2, 0)]


async def _tally(database: Database) -> Tally:
    period = parse_period("2021-Q2", Preset.ADMINISTRATIVE)
    async with database.read() as conn:
        return await read_tally(conn, period, (Dimension.UNIT,), "phieu5", 10)
