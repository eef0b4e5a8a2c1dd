"""A channel of one module, added without touching another file, carries the whole product."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from sqlalchemy import select, update

from admin.kit import cli
from bot import app, channels
from bot.channels import registry
from surveys.dossier import Status
from surveys.store.base import schema
from surveys.store.base.database import Database
from surveys.store.dossiers import links
from tests.fakes.context import KEYS, channel_context
from tests.fakes.hours import ANY_HOUR
from tests.integration.delivering import until
from tests.integration.rows import DUE, add_dossier, add_unit

PLUGINS = str(Path(__file__).parents[1] / "plugins")
RETURNED, IN_WORK = "000.17.22.H56-210503-0001", "000.17.22.H56-210503-0002"
TOKENS = {RETURNED: "r" * 22, IN_WORK: "w" * 22}


@pytest.fixture(autouse=True)
def plugged(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The toy's folder is one of the channels' folders."""
    monkeypatch.setattr(channels, "__path__", [*channels.__path__, PLUGINS])
    yield
    monkeypatch.delattr(channels, "toy", raising=False)


@dataclass(kw_only=True)
class Toy:
    """A running service, and somebody who writes to it through the toy."""

    service: app.Service
    http: aiohttp.ClientSession
    base: str
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    read: int = 0

    @property
    def mailbox(self) -> list[str]:
        """Everything the person was sent."""
        (toy,) = [one for one in self.service.channels.channels if one.name == "toy"]
        found: list[str] = vars(toy)["mailbox"].get("7", [])
        return found

    async def hears(self, words: str) -> str:
        """Wait for a message with these words; returns it."""
        async with asyncio.timeout(30):
            while True:
                for place, text in enumerate(self.mailbox[self.read :], self.read):
                    if words in text:
                        self.read = place + 1
                        return text
                await asyncio.sleep(0.02)

    async def says(self, text: str, answered: str) -> str:
        """Type a text and wait for the answer with these words."""
        said = {"id": str(next(self.numbers)), "person": "7", "text": text}
        async with self.http.post(f"{self.base}/toy", json=said) as response:
            assert response.status == 200
        return await self.hears(answered)

    async def rows(self, what: Any) -> list[Any]:  # noqa: ANN401
        """The rows of a query."""
        async with self.service.database.read() as conn:
            return list((await conn.execute(what)).all())


@pytest.fixture
async def toy(sqlite_database: Database) -> AsyncIterator[Toy]:
    """The service on an empty port, with one returned dossier and one in work."""
    context = channel_context(
        sqlite_database,
        listen="127.0.0.1:0",
        metrics_listen="same",
        **ANY_HOUR,
        invite_delay_minutes=0,
        look_up_proof=False,
    )
    async with sqlite_database.write() as conn:
        unit = await add_unit(conn, "XA01", name="UBND xã An Hòa")
        work = {"status": Status.IN_PROGRESS, "finished_at": None, "returned_at": None}
        for code, columns in ((RETURNED, {}), (IN_WORK, work)):
            number = await add_dossier(conn, unit, code, **columns)
            await links.make(conn, number, TOKENS[code], context.clock(), timedelta(days=90))
    service = await app.assemble(context)
    stop, port = asyncio.Event(), asyncio.get_running_loop().create_future()
    running = asyncio.create_task(
        app.run(service, service.channels.routes(), stop, port.set_result)
    )
    async with aiohttp.ClientSession() as http:
        yield Toy(service=service, http=http, base=f"http://127.0.0.1:{await port}")
    stop.set()
    await running


async def test_a_whole_survey_a_look_up_an_invitation_and_an_erasure(toy: Toy) -> None:
    """By typing only, since the toy has no buttons; every answer is kept."""
    consent = await toy.says(f"/start {TOKENS[RETURNED]}", "đồng ý")
    assert "máy chủ của toy ở nước ngoài" in consent
    assert "1. Đồng ý" in consent
    await toy.says("1", "Câu 1/")
    await toy.says("1", "Câu 2/")
    await toy.says("1", "Câu 3/")
    await toy.says("1", "Câu 4/")
    await toy.says("1", "1.")
    await toy.says("thôi", "")
    answers = schema.answers.c
    chosen = answers.latest, answers.option.is_not(None)
    kept = await toy.rows(select(answers.question).where(*chosen))
    assert len(kept) == 4

    stage = await toy.says(f"/start {TOKENS[IN_WORK]}", "Bước 2/4")
    assert IN_WORK not in stage, "a link alone does not tell the code"
    await toy.says("1", "chúng tôi sẽ nhắn")
    await toy.says(IN_WORK, "Bước 2/4")

    async with toy.service.database.write() as conn:
        now = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).replace(tzinfo=None)
        done = {"status": Status.RETURNED, "finished_at": DUE, "returned_at": now}
        dossiers = schema.dossiers
        await conn.execute(update(dossiers).where(dossiers.c.code == IN_WORK).values(**done))
    assert await toy.service.notices.tell() == 1
    await toy.hears("đã có kết quả. Mời Ông/Bà mang giấy hẹn")
    assert toy.service.planner is not None
    assert (await toy.service.planner.look()).issued == 1
    assert "1. " in await toy.hears("Xin Ông/Bà cho biết")
    await toy.says("1", "đồng ý")
    await toy.says("1", "Câu 1/")

    await toy.says("/xoa", "1. Xóa hết")
    await toy.says("1", "xóa")
    contacts = schema.contacts.c
    assert await toy.rows(select(contacts.id).where(contacts.chat_key == _key())) == []


async def test_health_and_metrics_know_it(toy: Toy) -> None:
    """As a channel that is set up."""
    await until(_is_set_up(toy))
    async with toy.http.get(f"{toy.base}/healthz") as response:
        assert (await response.json())["channels"]["toy"] == "ok"
    async with toy.http.get(f"{toy.base}/metrics") as response:
        assert 'motcua_channel_up{channel="toy"} 1.0' in await response.text()


async def test_dossiers_link_prints_its_deep_link(
    toy: Toy,
    sqlite_url: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Beside the page's."""
    monkeypatch.setenv("MOTCUA_KEY", KEYS.secret.hex())
    url = ["--database-url", sqlite_url]
    line = [*url, "dossiers", "link", RETURNED, "--format", "json"]
    assert await asyncio.to_thread(cli.run, [*url, "db", "upgrade"]) == 0
    capsys.readouterr()
    assert await asyncio.to_thread(cli.run, line) == 0
    made = {row["channel"]: row["link"] for row in json.loads(capsys.readouterr().out)}
    token = made["web"].partition("#")[2]
    assert made["toy"] == f"toy://motcua/{token}"


def test_it_has_a_check_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    """`motcua toy check`, found by nothing but the folder."""
    assert registry.remote_groups()["toy"] == ["toy"]
    assert cli.run(["toy", "check", "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)[0]["part"] == "mailbox"
    assert cli.run(["toy", "check", "--fix", "--format", "json"]) == 0


def _is_set_up(toy: Toy) -> Callable[[], Awaitable[bool]]:
    async def is_set_up() -> bool:
        return toy.service.channels.states.get("toy") == "ok"

    return is_set_up


def _key() -> str:
    return KEYS.chat_key("toy", "main", "7")
