"""The page's session: given by the server alone, kept no longer than needed, ended for good."""

import asyncio
from datetime import date, timedelta

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from sqlalchemy import select

from bot.channels.web.channel import WebChannel
from bot.channels.web.sessions import COOKIE, HTTPS_COOKIE, YEAR_DAYS, Sessions, new_session
from surveys.privacy import Keyring
from surveys.store.base import schema
from surveys.store.base.database import Database
from surveys.store.citizens import linked_dossiers
from surveys.store.citizens.linked_dossiers import Via
from tests.fakes.context import KEYS, channel_context
from tests.integration.rows import NOW, add_dossier, add_unit
from tests.security.running import ANYWHERE, running, visiting

DAY = date(2026, 1, 1)


def _sessions(day: date = DAY, *, secure: bool = False, keys: Keyring = KEYS) -> Sessions:
    return Sessions(keyring=lambda: keys, today=lambda: day, secure=secure)


def _with(value: str, name: str = COOKIE) -> web.Request:
    return make_mocked_request("GET", "/", headers={"Cookie": f"{name}={value}"})


def test_only_what_the_server_gave_is_a_session() -> None:
    """Not an id somebody chose, not another deployment's, not one with another day."""
    mine, session = _sessions(), new_session()
    given = mine.value(session)
    found = mine.read(_with(given))
    assert found is not None
    assert (found.id, found.age_days) == (session, 0)
    others = _sessions(keys=Keyring(bytes(range(1, 33)))).value(session)
    day = given.split(".")[1]
    forged = given.replace(day, str(int(day) + 300))
    for value in ("attacker-chosen-session", session, others, forged, given + "a", ""):
        assert mine.read(_with(value)) is None


def test_a_session_ends_after_a_year() -> None:
    """Also where the browser would still show it; a clock set back ends none."""
    value = _sessions().value(new_session())
    for days, lasts in ((-2, True), (YEAR_DAYS, True), (YEAR_DAYS + 1, False)):
        found = _sessions(DAY + timedelta(days=days)).read(_with(value))
        assert (found is not None) is lasts


def test_with_https_the_cookie_is_this_hosts_own() -> None:
    """A sibling site cannot set it, and a plain one is none."""
    mine, response = _sessions(secure=True), web.Response()
    mine.give(response, new_session(), 30)
    cookie = response.cookies[HTTPS_COOKIE]
    assert (cookie["path"], cookie["domain"], cookie["secure"]) == ("/", "", True)
    assert mine.read(_with(cookie.value)) is None
    assert mine.read(_with(cookie.value, HTTPS_COOKIE)) is not None


@pytest.mark.parametrize(("follows", "days"), [(False, 30), (True, YEAR_DAYS)])
async def test_a_session_lasts_as_long_as_it_is_needed(
    sqlite_database: Database, *, follows: bool, days: int
) -> None:
    """A month; a year while a dossier is followed."""
    context = channel_context(sqlite_database, **ANYWHERE)
    async with running(context) as (service, base), visiting(base) as visitor:
        await visitor.does("start")
        await visitor.hears("")
        (page,) = [one for one in service.channels.channels if isinstance(one, WebChannel)]
        session = visitor.session.split(".")[0]
        async with sqlite_database.write() as conn:
            unit = await add_unit(conn, "XA01", name="UBND xã An Hòa")
            number = await add_dossier(conn, unit, "D1")
            key = schema.contacts.c.chat_key == page.chat_key(session)
            contact = await conn.scalar(select(schema.contacts.c.id).where(key))
            assert contact is not None
            await linked_dossiers.link(conn, contact, [number], Via.CODE, NOW)
            await linked_dossiers.follow(conn, contact, number, follows=follows)
        async with visitor.http.get(f"{base}/") as answer:
            cookie = answer.cookies[COOKIE]
        assert int(cookie["max-age"]) == days * 24 * 3600
        assert cookie.value.startswith(session)


async def test_another_person_sees_nothing_of_the_one_before(sqlite_database: Database) -> None:
    """After „đổi người dùng“ the old cookie opens an empty chat of a stranger."""
    context = channel_context(sqlite_database, **ANYWHERE)
    async with running(context) as (_, base), visiting(base) as visitor:
        await visitor.says("xin chào", "")
        old = visitor.session
        async with visitor.http.post(f"{base}/chat/end", json={}) as answer:
            assert answer.status == 200
        assert list(visitor.http.cookie_jar) == []
        async with visitor.http.get(f"{base}/"):
            assert visitor.session != old
        async with aiohttp.ClientSession(cookies={COOKIE: old}) as thief:
            stream = await thief.get(f"{base}/chat/messages")
            async with asyncio.timeout(10):
                assert (await stream.content.readline()).startswith(b"event: ready")
            stream.close()
        rows = select(schema.contacts.c.chat_key, schema.contacts.c.address_sealed)
        async with sqlite_database.read() as conn:
            assert [tuple(row) for row in await conn.execute(rows)] == [(None, None)]


async def test_another_site_ends_no_session(sqlite_database: Database) -> None:
    """As it cannot post."""
    context = channel_context(sqlite_database, **ANYWHERE)
    async with running(context) as (_, base), visiting(base) as visitor:
        for headers, status in (
            ({"Content-Type": "text/plain"}, 415),
            ({"Content-Type": "application/json", "Sec-Fetch-Site": "same-site"}, 403),
        ):
            answer = await visitor.http.post(f"{base}/chat/end", data="{}", headers=headers)
            assert answer.status == status
