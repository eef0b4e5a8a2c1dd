"""The page without a script, and without a cookie: the whole form, rendered by the server."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from urllib.parse import urlsplit

import aiohttp
from sqlalchemy import select

from surveys.store.base import schema
from surveys.store.base.database import Database
from surveys.store.dossiers import links
from tests.fakes.context import KEYS, channel_context
from tests.integration.rows import DUE, add_dossier, add_unit
from tests.security.running import ANYWHERE, Visitor, running, visiting

TOKEN, CODE = "p" * 22, "000.17.22.H56-210503-0001"
FIELDS = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
BOT = '<li class="bot"'
BUTTON = re.compile(r'<button name="data" value="([^"]*)"[^>]*>([^<]*)</button>')
SHORT = ("Rất hài lòng", "Không lần nào", "Không phải liên hệ cơ quan nào", "Không")


@dataclass(kw_only=True)
class Reader:
    """A browser that runs no script: it has what is on the page, and the page's forms."""

    http: aiohttp.ClientSession
    base: str
    html: str = ""
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)

    async def opens(self, path: str = "/plain") -> str:
        """Open the page."""
        async with self.http.get(f"{self.base}{path}") as answer:
            return await self._shows(answer)

    async def sends(self, **fields: str) -> str:
        """Press a button of the page's form, then look until the bot has answered."""
        before = self.html.count(BOT)
        said = await self.posts(**fields)
        for _ in range(20):
            if self.html.count(BOT) > before:
                break
            said = await self.posts(kind="look")
        return said

    async def posts(self, **fields: str) -> str:
        """Press a button of the page's form; what is on the page afterwards."""
        hidden = dict(FIELDS.findall(self.html))
        post = self.http.post(f"{self.base}/plain", data=hidden | fields)
        async with post as answer:
            return await self._shows(answer)

    async def taps(self, label: str) -> str:
        """Press the button with this label."""
        data = {unescape(text): value for value, text in BUTTON.findall(self.html)}
        return await self.sends(data=unescape(data[label]))

    async def _shows(self, answer: aiohttp.ClientResponse) -> str:
        self.status, self.headers = answer.status, dict(answer.headers)
        self.html = await answer.text()
        return unescape(re.sub("<[^>]+>", " ", self.html))


async def _dossier(database: Database, **columns: object) -> None:
    async with database.write() as conn:
        unit = await add_unit(conn, "XA01", name="UBND xã An Hòa")
        row = {"simulated": False} | columns
        number = await add_dossier(conn, unit, CODE, **row)
        await links.make(conn, number, TOKEN, datetime.now().astimezone(), timedelta(days=9))


@asynccontextmanager
async def _visit(database: Database) -> AsyncIterator[Visitor]:
    context = channel_context(database, **ANYWHERE)
    async with running(context) as (_, base), visiting(base) as visitor:
        yield visitor


async def _answers(database: Database) -> dict[str, str]:
    async with database.read() as conn:
        rows = await conn.execute(select(schema.answers.c.question, schema.answers.c.option))
        return {row.question: row.option for row in rows}


async def test_the_whole_form_without_a_script(database: Database) -> None:
    """A pasted link with a full stop behind it, consent, four taps, send; all is stored."""
    await _dossier(database)
    async with _visit(database) as visitor:
        reader = Reader(http=visitor.http, base=visitor.base)
        assert "xin dán vào ô dưới đây" in await reader.opens()
        said = await reader.sends(kind="text", text=f"{visitor.base}/#{TOKEN}.")
        assert "UBND xã An Hòa" in said
        await reader.taps("Đồng ý")
        for label in SHORT:
            said = await reader.taps(label)
        assert "Phần chính đã xong" in said
        assert "Cảm ơn" in await reader.taps("Gửi luôn")
    assert await _answers(database) == {
        "satisfaction": "very",
        "contacts": "none",
        "agencies": "none",
        "conduct": "no",
    }


async def test_without_cookies_the_form_carries_the_session(sqlite_database: Database) -> None:
    """In a messenger's frame, say; what is posted twice happens once."""
    await _dossier(sqlite_database)
    bare = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
    async with _visit(sqlite_database) as visitor, bare:
        reader = Reader(http=bare, base=visitor.base)
        start = {"id": "start-0001", "kind": "start", "text": TOKEN}
        assert "UBND xã An Hòa" in await reader.sends(**start)
        await reader.taps("Đồng ý")
        page = reader.html
        await reader.taps("Hài lòng")
        reader.html = page
        data = {unescape(text): value for value, text in BUTTON.findall(page)}
        await reader.posts(data=unescape(data["Hài lòng"]))
        said = await reader.posts(kind="look")
        assert said.count("Câu 2/4") == 1


async def test_the_look_up_without_a_script(sqlite_database: Database) -> None:
    """Code, second proof, days."""
    work = {"status": 4, "finished_at": None, "returned_at": None}
    await _dossier(sqlite_database, **work, phone_sealed=KEYS.seal("+84912345678"))
    async with _visit(sqlite_database) as visitor:
        reader = Reader(http=visitor.http, base=visitor.base)
        await reader.opens()
        assert "4 số cuối" in await reader.sends(kind="text", text=CODE)
        assert f"{DUE:%d/%m/%Y}" in await reader.sends(kind="text", text="5678")


async def test_other_sites_cannot_post_into_it(sqlite_database: Database) -> None:
    """Not without the form's tag, not with another session's, not from another site."""
    async with _visit(sqlite_database) as visitor:
        reader = Reader(http=visitor.http, base=visitor.base)
        await reader.opens()
        await reader.sends(kind="text", text="xin chào")
        assert "tag" in dict(FIELDS.findall(reader.html))
        posted = {"id": "forged-0001", "kind": "text", "text": "x"}
        for forged in (posted, posted | {"tag": "0" * 32}, posted | {"kind": "start"}):
            async with visitor.http.post(f"{visitor.base}/plain", data=forged) as answer:
                assert answer.status == 403
        hidden = dict(FIELDS.findall(reader.html))
        site = {"Sec-Fetch-Site": "cross-site"}
        post = visitor.http.post(f"{visitor.base}/plain", data=hidden | posted, headers=site)
        async with post as answer:
            assert answer.status == 403


async def test_the_session_ends_by_a_button(sqlite_database: Database) -> None:
    """On a shared phone: the next person sees nothing of the chat."""
    async with _visit(sqlite_database) as visitor:
        reader = Reader(http=visitor.http, base=visitor.base)
        await reader.opens()
        assert "ông hàng xóm" in await reader.sends(kind="text", text="ông hàng xóm")
        assert "ông hàng xóm" not in await reader.posts(kind="end")
        assert reader.status == 200


async def test_every_page_has_a_policy(sqlite_database: Database) -> None:
    """The page, the plain one, the news, a refusal; and reading makes no contact."""
    async with _visit(sqlite_database) as visitor:
        reader = Reader(http=visitor.http, base=visitor.base)
        for path in ("/", "/plain", "/news", "/pages/chat.css", "/nowhere"):
            await reader.opens(path)
            assert "default-src" in reader.headers["Content-Security-Policy"], path
        await asyncio.sleep(0)
        async with sqlite_database.read() as conn:
            assert (await conn.execute(select(schema.contacts))).all() == []
        assert urlsplit(visitor.base).hostname == "127.0.0.1"
