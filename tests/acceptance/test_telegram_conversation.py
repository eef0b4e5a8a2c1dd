"""A citizen on Telegram and an officer on the command line, with a real `motcua serve` between."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from surveys.store.base import schema
from surveys.store.base.database import Database
from tests.acceptance.support.command import Motcua, Outcome
from tests.acceptance.support.serving import running
from tests.fakes.hours import ANY_HOUR
from tests.fakes.telegram import FakeTelegram

UNITS = "code,name,level,block\nXA01,UBND xã An Hòa,xa,xa\n"
COLUMNS = "code,unit,channel,received_at,due_at,finished_at,returned_at,status\n"
DONE, WORK = "000.17.22.H56-210503-0001", "000.17.22.H56-210503-0002"
IN_WORK = f"{WORK},XA01,1,03/05/2021,10/05/2021,,,4\n"
RETURNED = f"{WORK},XA01,1,03/05/2021,10/05/2021,09/05/2021,09/05/2021,10\n"
DOSSIERS = f"{COLUMNS}{DONE},XA01,1,03/05/2021,10/05/2021,10/05/2021,10/05/2021,10\n{IN_WORK}"
FOUR = ("Rất hài lòng", "Không lần nào", "Không phải liên hệ cơ quan nào", "Không")


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The command line, the fake Telegram its bot talks to, and the database's address."""

    motcua: Motcua
    telegram: FakeTelegram
    url: str

    async def runs(self, *args: str) -> Outcome:
        """An officer's command, while the bot serves."""
        done = await asyncio.to_thread(self.motcua, *args)
        assert done.code == 0, done.err
        return done

    async def link(self, code: str) -> str:
        """The token in the dossier's Telegram link."""
        out = (await self.runs("dossiers", "link", code, "--format", "csv")).out
        return next(line for line in out.splitlines() if "t.me" in line).partition("?start=")[2]

    async def forgets_the_address(self) -> None:
        """Wait until the first contact names nobody any more."""
        for _ in range(300):
            if await self.contact() == ("erased", None):
                return
            await asyncio.sleep(0.2)
        raise AssertionError(f"still known: {await self.contact()}")

    async def contact(self) -> tuple[str, bytes | None]:
        """Status and sealed address of the first contact."""
        database = Database.open(self.url)
        async with database.read() as conn:
            query = select(schema.contacts.c.status, schema.contacts.c.address_sealed)
            row = (await conn.execute(query.order_by(schema.contacts.c.id))).first()
        await database.close()
        assert row is not None
        return row.status, row.address_sealed


@pytest.fixture
async def office(tmp_path: Path, sqlite_url: str) -> AsyncIterator[Office]:
    """A bot that serves two dossiers on Telegram, day and night."""
    (tmp_path / "units.csv").write_text(UNITS, "utf-8")
    (tmp_path / "dossiers.csv").write_text(DOSSIERS, "utf-8")
    async with FakeTelegram() as fake:
        settings = {
            "telegram_token": fake.token,
            "telegram_api_base": fake.root,
            "listen": "127.0.0.1:0",
            **ANY_HOUR,
        }
        motcua = Motcua(folder=tmp_path, url=sqlite_url, settings=settings)
        office = Office(motcua=motcua, telegram=fake, url=sqlite_url)
        await office.runs("db", "upgrade")
        await office.runs("units", "import", "units.csv")
        await office.runs("dossiers", "import", "dossiers.csv")
        with ExitStack() as stack:
            env = {f"MOTCUA_{name.upper()}": value for name, value in settings.items()}
            serve = running("--database-url", sqlite_url, "serve", env=dict(os.environ) | env)
            await asyncio.to_thread(stack.enter_context, serve)
            yield office


async def test_a_link_four_taps_an_edit_and_a_farewell(office: Office) -> None:
    """One message becomes the next screen at each tap; forgotten means forgotten."""
    lan = office.telegram.person(1, "Lan")
    await lan.opens(await office.link(DONE))
    await lan.sees("Đồng ý")
    await lan.taps("Đồng ý")
    screen = await lan.sees("Câu 1/4")
    for number, label in enumerate(FOUR, start=1):
        await lan.taps(label)
        await lan.sees(f"Câu {number + 1}/4" if number < len(FOUR) else "Gửi luôn")
    assert (await lan.sees("Gửi luôn")).id == screen.id, "edited in place"
    await lan.types("cán bộ rất tận tình chu đáo")
    await lan.sees("đã ghi lại ý kiến")
    await lan.edits("cán bộ tận tình, nhưng phải chờ lâu")
    await lan.sees("đã sửa lại ý kiến")
    tally = (await office.runs("tally", "2021-Q2", "--format", "json")).out
    assert '"answered": 1' in tally
    await lan.types("/xoa")
    await lan.sees("Xóa hết")
    await lan.taps("Xóa hết")
    await lan.sees("Tạm biệt")
    await office.forgets_the_address()
    assert '"answered": 1' in (await office.runs("tally", "2021-Q2", "--format", "json")).out


async def test_who_follows_is_invited_when_it_is_returned(office: Office, tmp_path: Path) -> None:
    """From "tell me" to the first question, with the office's import and invite in between."""
    nam = office.telegram.person(2, "Nam")
    await nam.opens(await office.link(WORK))
    await nam.sees("đang giải quyết")
    await nam.taps("Báo cho tôi")
    await nam.sees("sẽ nhắn Ông/Bà")
    (tmp_path / "dossiers.csv").write_text(COLUMNS + RETURNED, "utf-8")
    await office.runs("dossiers", "import", "dossiers.csv")
    await office.runs("invite", "2021-Q2")
    await nam.sees("Bắt đầu", seconds=30)
    await nam.taps("Bắt đầu")
    await nam.sees("đồng ý trả lời không")
    await nam.types("dạ đồng ý")
    await nam.sees("Câu 1/4")
