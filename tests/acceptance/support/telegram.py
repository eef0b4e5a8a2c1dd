"""The served bot between a fake Telegram and a database: what the tests of the whole way share."""

import asyncio
import os
import secrets
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from surveys.privacy import Keyring, link_token
from surveys.store.base.database import Database
from surveys.store.base.schema import answers, inbox, outbox, responses
from surveys.store.base.schema import contacts as contacts_table
from surveys.store.citizens import contacts
from surveys.store.citizens.contacts import ContactStatus
from surveys.store.dossiers import dossiers, links
from tests.acceptance.support.command import KEPT, Motcua
from tests.acceptance.support.serving import Running, running
from tests.fakes.hours import ANY_HOUR
from tests.fakes.telegram import FakeTelegram, Message, Person

KEY = "0f" * 16 + "a1" * 16
DOSSIERS = 70
UNITS = "code,name,level,block\nXA01,UBND xã An Hòa,xa,xa\n"
COLUMNS = "code,unit,channel,received_at,due_at,finished_at,returned_at,status,phone"
ROW = "{code},XA01,1,03/05/2021,10/05/2021,07/05/2021,07/05/2021,10,{phone}"
AGREE, SEND, REFUSED_TAP = "Đồng ý", "Gửi luôn", "Nút ấy là của câu trước"
THANKS = "Chúng tôi đã nhận được câu trả lời"
FIRST_QUESTION = "Câu 1/"

Answer = tuple[str, str | None, str | None]
"""Question, option, text."""


def code_of(number: int) -> str:
    """The code of the nth dossier."""
    return f"000.17.22.H56-210503-{number:04d}"


def phone_of(number: int) -> str:
    """The phone number that the nth dossier was filed with."""
    return f"09{number + 87_654_320:08d}"


@dataclass(frozen=True, kw_only=True)
class Served:
    """An office with returned dossiers, 1 to `DOSSIERS`, whose bot can be served."""

    motcua: Motcua

    @property
    def env(self) -> dict[str, str]:
        """What the processes are started with."""
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        given = {f"MOTCUA_{name.upper()}": value for name, value in self.motcua.settings.items()}
        return kept | given | {"MOTCUA_DATABASE_URL": self.motcua.url}

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Running]:
        """`motcua serve` as a process, until the block ends."""
        process = running("serve", env=self.env)
        serving = await asyncio.to_thread(process.__enter__)
        try:
            yield serving
        finally:
            await asyncio.to_thread(process.__exit__, None, None, None)

    async def command(self, *args: str) -> str:
        """Run another `motcua` at the same time; what it printed."""
        done = await asyncio.to_thread(self.motcua.forked, *args)
        assert done.code == 0, done.err
        return done.out

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Database]:
        """The database, for a look."""
        opened = Database.open(self.motcua.url)
        yield opened
        await opened.close()

    async def token(self) -> str:
        """A new link to the first dossier."""
        (token,) = await self.tokens(1)
        return token

    async def tokens(self, count: int, *, days: int = 1) -> list[str]:
        """New links to the first `count` dossiers, one each, valid for so many days."""
        now = datetime.now(UTC)
        made = [link_token(secrets.token_bytes(16)) for _ in range(count)]
        async with self.database() as opened, opened.write() as conn:
            for number, token in enumerate(made, 1):
                found = await dossiers.find(conn, code_of(number))
                assert found is not None
                await links.make(conn, found.id, token, now, timedelta(days=days))
        return made

    async def answers(self, *, latest: bool = True) -> list[Answer]:
        """The current answers, or every answer ever given, oldest first."""
        columns = answers.c
        query = select(columns.question, columns.option, columns.text).order_by(columns.id)
        query = query.where(columns.latest) if latest else query
        async with self.database() as opened, opened.read() as conn:
            rows = [tuple(row) for row in await conn.execute(query)]
        ring = Keyring(bytes.fromhex(KEY))
        return [(asked, option, text and ring.open_words(text)) for asked, option, text in rows]

    async def response_count(self) -> int:
        """How many responses there are."""
        async with self.database() as opened, opened.read() as conn:
            return len((await conn.execute(select(responses.c.id))).all())

    async def states(self) -> tuple[set[str], set[str]]:
        """The states of what came in, and of what goes out."""
        async with self.database() as opened, opened.read() as conn:
            came = set((await conn.execute(select(inbox.c.state))).scalars())
            goes = set((await conn.execute(select(outbox.c.state))).scalars())
        return came, goes

    async def settled(self) -> None:
        """Wait until everything that came in is handled, and everything that goes out is gone."""
        await until(self._is_settled)

    async def _is_settled(self) -> bool:
        came, goes = await self.states()
        return came == {"done"} and goes <= {"sent", "cancelled"}

    async def statuses(self) -> set[str]:
        """How the contacts can be reached."""
        async with self.database() as opened, opened.read() as conn:
            return set((await conn.execute(select(contacts_table.c.status))).scalars())


@dataclass(frozen=True, kw_only=True)
class Town(Served):
    """An office whose bot is at the fake Telegram."""

    telegram: FakeTelegram

    async def acquainted(self, count: int) -> list[Person]:
        """People with whom the bot has spoken before, each known by the phone of a dossier."""
        keyring = Keyring(bytes.fromhex(KEY))
        people = [self.telegram.person(2_000 + n, started=True) for n in range(count)]
        async with self.database() as opened, opened.write() as conn:
            for number, person in enumerate(people, 1):
                place = ("telegram", self.telegram.token.partition(":")[0], str(person.id))
                contact = await contacts.meet(
                    conn,
                    channel=place[0],
                    bot=place[1],
                    chat_key=keyring.chat_key(*place),
                    address_sealed=keyring.seal(place[2]),
                    language="vi",
                    now=datetime.now(UTC),
                )
                assert contact.status is ContactStatus.ACTIVE
                key = keyring.phone_key(f"+84{phone_of(number)[1:]}")
                await contacts.set_phone(conn, contact.id, key)
        return people


def found_office(folder: Path, count: int = DOSSIERS) -> Path:
    """The database of an office with this many returned dossiers, to be copied for every test."""
    fill_office(folder, f"sqlite:///{folder}/motcua.sqlite", count)
    return folder / "motcua.sqlite"


def fill_office(folder: Path, url: str, count: int) -> None:
    """A unit and this many returned dossiers in an empty database."""
    motcua = Motcua(folder=folder, url=url, settings={"key": KEY})
    rows = [ROW.format(code=code_of(n), phone=phone_of(n)) for n in range(1, count + 1)]
    (folder / "units.csv").write_text(UNITS, "utf-8")
    (folder / "dossiers.csv").write_text("\n".join([COLUMNS, *rows]), "utf-8")
    for args in (("db", "upgrade"), ("units", "import", "units.csv")):
        assert motcua(*args).code == 0
    taken = motcua("dossiers", "import", "dossiers.csv")
    assert taken.code == 0, taken.err


def found_town(
    office: Path, folder: Path, telegram: FakeTelegram, *, hook: bool = False, **more: str
) -> Town:
    """A copy of the office whose bot polls, or is called at its webhook; `more` are settings."""
    port = free_port()
    settings = {
        "key": KEY,
        "listen": f"127.0.0.1:{port}",
        "telegram_token": telegram.token,
        "telegram_api_base": telegram.root,
        **ANY_HOUR,
    }
    if hook:
        settings |= {
            "telegram_mode": "webhook",
            "telegram_webhook_secret": "bi-mat_1",
            "public_url": f"http://127.0.0.1:{port}",
        }
    settings |= more
    shutil.copy(office, folder / "motcua.sqlite")
    url = f"sqlite:///{folder}/motcua.sqlite"
    return Town(motcua=Motcua(folder=folder, url=url, settings=settings), telegram=telegram)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    """Look again and again until it holds; raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - another process changes it
            await asyncio.sleep(0.1)


async def begins(person: Person, token: str) -> Message:
    """Open the link and agree; the message with the first question."""
    await person.opens(token)
    await person.sees(AGREE)
    await person.taps(AGREE)
    return await person.sees(FIRST_QUESTION)


async def answers_once(town: Town, person: Person, survey: Message) -> None:
    """Tap the first answer, and wait for what comes next."""
    before = survey.text
    await person.taps(survey.labels[0], survey)
    await town.telegram.until(lambda: survey.text != before, 20)


async def ends(person: Person) -> None:
    """Send it off at the offer."""
    await person.sees(SEND)
    await person.taps(SEND)
    await person.sees(THANKS)
