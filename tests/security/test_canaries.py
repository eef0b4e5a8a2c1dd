"""What a citizen wrote, and what names one, is not to be found where it is not needed: canaries are
planted, then the database's file, journal and copy, the log and the numbers are searched."""

import asyncio
import logging
import re
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select, text

from bot import app
from bot.inbox import Inbox
from bot.retention import parts
from bot.sealing import open_text, seal_texts
from bot.settings import load_settings
from surveys import ciphers
from surveys.store.base import schema
from surveys.store.base.database import Database, leave_no_trace
from surveys.store.dossiers import links
from surveys.store.personal_data import purging, requests
from surveys.store.queues import arrivals
from surveys.store.system import copying
from tests.acceptance.support.command import Motcua
from tests.fakes.context import KEYS, channel_context
from tests.integration.pushing import ROW, give_token, pushing
from tests.integration.rows import add_dossier, add_unit
from tests.security.running import ANYWHERE, Visitor, running, visiting

CODE, TOKEN = "000.17.22.H56-210503-0001", "canary-token-canary-to"
HAPPENED = "Ông Canari đòi thêm tiền ở quầy số ba"
NAME, PLACE, PHONE = "Hoàng Kim Tước", "thôn Chim Yến, xã An Hòa", "0912345678"
OPINION, UNFILED = "Ghế chờ kêu như vẹt", "Cô Sáo ở quầy hai rất vội"
TRIED = "0987654321"
PERIOD = "2021-Q2"
HANDED_OUT = (
    "db upgrade",
    f"tally {PERIOD} --format csv",
    f"tally {PERIOD} --out tally.xlsx",
    f"rate {PERIOD} --out rate.xlsx",
    f"explain XA01 {PERIOD}",
    f"onestop {PERIOD} --out onestop.xlsx",
    f"invitations status {PERIOD} --out invitations.xlsx",
    "delivery status",
    f"dossiers show {CODE}",
)
SEALED = re.compile(ciphers.SEALED.pattern.encode())


def found_in(folder: Path, log: str, *canaries: str) -> list[tuple[str, str]]:
    """Which canary is in which file of the folder, or in the log, however it is encoded."""
    copying.copy(folder / "motcua.sqlite", folder / "copy.sqlite")
    places = {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}
    places["log"] = log.encode()
    writings = {one: (one.encode(), ascii(one)[1:-1].encode()) for one in canaries}
    return [
        (canary, place)
        for place, content in places.items()
        for canary, written in writings.items()
        if any(one in content for one in written)
    ]


def sealed_in(folder: Path) -> set[bytes]:
    """Every sealed value in the files of the folder."""
    files = [file.read_bytes() for file in folder.glob("motcua.sqlite*")]
    return {one.group() for content in files for one in SEALED.finditer(content)}


@pytest.fixture
async def visitor(
    sqlite_database: Database, caplog: pytest.LogCaptureFixture
) -> AsyncIterator[tuple[Visitor, app.Service]]:
    """The page of a service that logs everything, with one returned dossier."""
    caplog.set_level(logging.DEBUG)
    context = channel_context(sqlite_database, **ANYWHERE)
    async with sqlite_database.write() as conn:
        unit = await add_unit(conn, "XA01", name="UBND xã An Hòa")
        number = await add_dossier(conn, unit, CODE)
        await links.make(conn, number, TOKEN, context.clock(), timedelta(days=90))
    async with running(context) as (service, base), visiting(base) as one:
        yield one, service


async def _complain(visitor: Visitor) -> None:
    """Answer badly, then begin a petition and write three of its four fields."""
    assert await visitor.does("start", text=TOKEN) == 202
    await visitor.hears("UBND xã An Hòa")
    await visitor.taps("Đồng ý", "Câu 1/")
    for place, label in enumerate(("Chưa hài lòng", "Không lần nào", "Không phải"), 2):
        await visitor.taps(label, f"Câu {place}/")
    await visitor.taps("Có", "Gửi luôn")
    await visitor.taps("Gửi luôn", "phản ánh, kiến nghị")
    await visitor.says("đồng ý", "kể sự việc")
    await visitor.says(HAPPENED, "họ và tên")
    await visitor.says(NAME, "địa chỉ")
    await visitor.says(PLACE, "số điện thoại")


async def test_a_petition_is_nowhere_in_the_clear(
    visitor: tuple[Visitor, app.Service], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Not while it is written, not after it was sent; its author still reads it on the page."""
    one, _ = visitor
    await _complain(one)
    planted = (HAPPENED, NAME, PLACE, PHONE, one.session, TOKEN)
    assert found_in(tmp_path, caplog.text, *planted) == []
    await one.says(PHONE, "xem lại")
    await one.says("gửi", "đã được gửi tới")
    assert found_in(tmp_path, caplog.text, *planted) == []
    assert [bubble["text"] for bubble in one.bubbles if bubble["author"] == "citizen"][-5:] == [
        HAPPENED, NAME, PLACE, PHONE, "gửi",
    ]  # fmt: skip


async def test_nothing_handed_out_names_anybody(sqlite_database: Database, tmp_path: Path) -> None:
    """Neither the metrics, nor what commands print and write for officers."""
    office = tmp_path / "office"
    office.mkdir()
    async with sqlite_database.write() as conn:
        unit = await add_unit(conn, "XA01", name="UBND xã An Hòa")
        number = await add_dossier(conn, unit, CODE)
        await links.make(conn, number, TOKEN, datetime.now().astimezone(), timedelta(days=90))
    context = channel_context(sqlite_database, **ANYWHERE | {"metrics_listen": "same"})
    async with running(context) as (_, base), visiting(base) as one:
        await _complain(one)
        await one.says(PHONE, "xem lại")
        await one.says("gửi", "đã được gửi tới")
        async with one.http.get(f"{base}/metrics") as answer:
            told = await answer.text()
        assert "motcua_" in told
        session = one.session
    url, key = f"sqlite:///{tmp_path}/motcua.sqlite", KEYS.secret.hex()
    motcua = Motcua(folder=office, url=url, settings={"key": key})
    for line in HANDED_OUT:
        done = motcua(*line.split())
        assert done.code == 0, (line, done.err)
        told += done.out + done.err
    for file in office.rglob("*.xlsx"):
        with zipfile.ZipFile(file) as parts_of:
            told += "".join(parts_of.read(name).decode() for name in parts_of.namelist())
    planted = (HAPPENED, NAME, PLACE, PHONE, PHONE[1:], session, TOKEN)
    assert [canary for canary in planted if canary in told] == []


@pytest.mark.parametrize("word", ["/huy", "/xoa"])
async def test_what_is_taken_back_leaves_no_trace(
    visitor: tuple[Visitor, app.Service],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    word: str,
) -> None:
    """The sealed bytes go too, from the file, its journal and its free pages."""
    one, service = visitor
    await _complain(one)
    sealed = await _sealed_petition(service.database)
    assert found_in(tmp_path, "", sealed.decode())
    if word == "/huy":
        await one.says("/huy", "")
    else:
        await one.says("/xoa", "Xóa")
        await one.taps("Xóa hết", "xóa")
    async with service.database.write():
        pass
    found = found_in(tmp_path, caplog.text, NAME, PLACE, one.session, TOKEN, sealed.decode())
    assert found == []


async def test_whatever_is_written_is_nowhere_in_the_clear(
    visitor: tuple[Visitor, app.Service], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """An opinion, words that wait to be filed, a tried phone number, a wish; then, once erased and
    purged, nothing sealed is left but the nameless opinion."""
    one, service = visitor
    at_first = sealed_in(tmp_path)
    await _answer_and_wish(one)
    await one.says(UNFILED, "ghi thêm")
    await one.says("000.17.22.H56-210503-7777", "4 số cuối")
    await one.says(TRIED, "không khớp")
    planted = (OPINION, UNFILED, TRIED, TRIED[1:], one.session, TOKEN)
    assert found_in(tmp_path, caplog.text, *planted) == []
    assert len(sealed_in(tmp_path) - at_first) > 5
    await one.says("xóa", "mọi thông tin")
    await one.says("đồng ý", "Tạm biệt")
    await _delivered(service.database)
    (tmp_path / "copy.sqlite").unlink()
    await _purge(service.database)
    assert found_in(tmp_path, caplog.text, *planted) == []
    async with service.database.read() as conn:
        opinion = await conn.scalar(
            select(schema.loose_answers.c.text).where(schema.loose_answers.c.text.is_not(None))
        )
    assert {f"sealed:{one.decode()}" for one in sealed_in(tmp_path) - at_first} == {opinion}


async def test_a_pushed_applicant_is_sealed(
    sqlite_database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the request kept for its repetition, nor the import's history, log or webhooks."""
    caplog.set_level(logging.DEBUG)
    async with sqlite_database.write() as conn:
        await add_unit(conn, "XA01")
    async with pushing(sqlite_database) as system:
        token = await give_token(sqlite_database, webhook="https://one.example/told")
        system = replace(system, token=token)
        people = ({"applicant": NAME, "phone": PHONE}, {"applicant": "Ai đó", "phone": TRIED})
        for number, person in enumerate(people):
            status, answer = await system.posts(
                ROW | person, **{"Idempotency-Key": f"push-{number}"}
            )
            assert (status, answer["accepted"]) == (200, 1), answer
        await system.posts(ROW | {"unit": "XA99", "applicant": NAME, "phone": PHONE})
    planted = (PHONE[1:], TRIED[1:], NAME, "Ai đó", token)
    assert found_in(tmp_path, caplog.text, *planted) == []


async def _answer_and_wish(one: Visitor) -> None:
    """Four answers, an opinion, and the wish to hear what changes."""
    assert await one.does("start", text=TOKEN) == 202
    await one.hears("UBND xã An Hòa")
    await one.taps("Đồng ý", "Câu 1/")
    for place, label in enumerate(("Hài lòng", "Không lần nào", "Không phải"), 2):
        await one.taps(label, f"Câu {place}/")
    await one.taps("Không", "Gửi luôn")
    await one.says(OPINION, "đã ghi lại")
    await one.taps("Gửi luôn", "đã nhận được")
    await one.taps("Ghi tin vào đây", "Khi có thay đổi")


async def _delivered(database: Database) -> None:
    """Wait until no message is on its way."""
    on_the_way = select(schema.outbox.c.id).where(schema.outbox.c.state.in_(requests.ON_THE_WAY))
    async with asyncio.timeout(20):
        while True:
            async with database.read() as conn:
                if await conn.scalar(on_the_way.limit(1)) is None:
                    return
            await asyncio.sleep(0.05)


async def _purge(database: Database) -> None:
    """Finish the erasure and purge as of a year later."""
    later = datetime.now().astimezone() + timedelta(days=400)
    async with database.write() as conn:
        await leave_no_trace(conn)
        await requests.finish_erasures(conn, later)
        assert await conn.scalar(select(schema.contacts.c.status)) == "erased"
        for part in parts(load_settings(), later).values():
            await part(conn)
    async with database.write():
        pass


async def test_a_failing_database_tells_nothing(
    visitor: tuple[Visitor, app.Service],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its errors name the place, not the words."""

    async def fail(conn, *_: object) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        await conn.execute(text("INSERT INTO nowhere VALUES (:said)"), {"said": NAME})

    monkeypatch.setattr(arrivals, "put_many", fail)
    one, _ = visitor
    assert await one.does("text", text=f"{NAME} {PHONE}") == 500
    assert "nowhere" in caplog.text
    for canary in (NAME, ascii(NAME)[1:-1], PHONE, one.session):
        assert canary not in caplog.text


async def test_after_a_purge_nothing_sealed_is_left(
    sqlite_database: Database, tmp_path: Path
) -> None:
    """Words of messages handled long ago leave the file, its journal and its free pages."""
    sealed = KEYS.seal(NAME).decode()
    row = {"channel": "web", "bot": "page", "event_key": "1", "chat_key": "k", "payload": sealed}
    async with sqlite_database.write() as conn:
        await conn.execute(schema.inbox.insert().values(**row, received_ms=1, state="set_aside"))
    assert found_in(tmp_path, "", sealed)
    async with sqlite_database.write() as conn:
        await leave_no_trace(conn)
        assert await purging.empty_inbox(conn, 2) == 1
    assert found_in(tmp_path, "", sealed) == []


async def test_an_update_waits_sealed(database: Database) -> None:
    """Telegram's own words hold name, @name and chat id; set aside they would stay for a month."""
    said = f'{{"chat": {{"id": 987654321, "username": "kimtuoc"}}, "text": "{NAME}"}}'.encode()
    place = {"channel": "telegram", "bot": "7", "event_key": "1", "address": "987654321"}
    assert await Inbox(database, KEYS, seal=partial(seal_texts, KEYS)).put(**place, payload=said)
    async with database.read() as conn:
        (row,) = (await conn.execute(select(schema.inbox))).mappings()
    kept = str(dict(row))
    assert [one for one in ("987654321", "kimtuoc", NAME, ascii(NAME)[1:-1]) if one in kept] == []
    assert open_text(KEYS, row["payload"]) == said.decode()


async def _sealed_petition(database: Database) -> bytes:
    async with database.read() as conn:
        sealed = await conn.scalar(select(schema.petitions.c.words_sealed))
    assert isinstance(sealed, bytes)
    return sealed
