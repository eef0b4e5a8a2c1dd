"""python-telegram-bot's methods over our transport, against the fake Telegram on real sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Message
from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    TimedOut,
)

from bot.channels.telegram.transport import (
    AiohttpRequest,
    AnswerTimedOut,
    ConnectTimedOut,
    NeverLeft,
    NoAnswer,
    ServerError,
    TooManyRequests,
)
from tests.fakes.telegram import TOKEN, FakeTelegram, FaultKind, Limits, Person


@asynccontextmanager
async def bot_at(root: str, request: AiohttpRequest, token: str = TOKEN) -> AsyncIterator[Bot]:
    """A bot whose transport is open, without the getMe of its own start."""
    bot = Bot(
        token,
        base_url=f"{root}/bot",
        base_file_url=f"{root}/file/bot",
        request=request,
        get_updates_request=request,
    )
    async with request:
        yield bot


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    """A fake without limits and a person who has opened the chat."""
    async with FakeTelegram(limits=Limits.off()) as fake:
        fake.person(1, started=True)
        yield fake


@pytest.fixture
async def bot(fake: FakeTelegram) -> AsyncIterator[Bot]:
    """A bot with short times."""
    async with bot_at(fake.root, AiohttpRequest(read_timeout=0.3)) as bot:
        yield bot


@pytest.fixture
def lan(fake: FakeTelegram) -> Person:
    """The person."""
    return fake.person(1)


@pytest.fixture
def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """A port that takes no further connection: its backlog is full, so a connect just waits."""
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for filler in (first, second):
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield int(listener.getsockname()[1])


async def test_start_and_stop(fake: FakeTelegram) -> None:
    """The library's own start asks who it is; start and stop may come twice."""
    request = AiohttpRequest()
    bot = Bot(TOKEN, base_url=f"{fake.root}/bot", request=request, get_updates_request=request)
    async with bot:
        assert bot.username == "motcua_fake_bot"
    await request.shutdown()


async def test_message_with_buttons(bot: Bot, lan: Person) -> None:
    """Text, markup and every letter arrive as they were sent."""
    rows = [[InlineKeyboardButton("Rất hài lòng 😀", callback_data="a:1")]]
    sent = await bot.send_message(
        1, "Ông/Bà có hài lòng? + & % ế", reply_markup=InlineKeyboardMarkup(rows)
    )
    assert isinstance(sent, Message)
    assert lan.received[0].text == "Ông/Bà có hài lòng? + & % ế"
    assert lan.received[0].labels == ["Rất hài lòng 😀"]


async def test_upload(bot: Bot, lan: Person) -> None:
    """A file with a caption and a button arrives byte for byte, and can be fetched again."""
    content = bytes(range(256)) * 4000
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("Xem", callback_data="v")]])
    sent = await bot.send_document(
        1, content, filename="Báo cáo quý.xlsx", caption="Quý II", reply_markup=markup
    )
    assert sent.document is not None
    assert sent.document.file_name == "Báo cáo quý.xlsx"
    assert (lan.received[0].text, lan.received[0].labels) == ("Quý II", ["Xem"])
    file = await bot.get_file(sent.document.file_id)
    assert bytes(await file.download_as_bytearray()) == content


async def test_long_polling(bot: Bot, lan: Person) -> None:
    """A poll waits longer than an ordinary answer may take, and brings updates."""
    waiting = asyncio.create_task(bot.get_updates(timeout=20))
    await asyncio.sleep(0.6)
    await lan.types("chào")
    updates = await waiting
    assert [update.effective_message and update.effective_message.text for update in updates] == [
        "chào"
    ]


async def test_many_at_once(bot: Bot, fake: FakeTelegram) -> None:
    """More requests than connections all arrive, each once."""
    async with bot_at(fake.root, AiohttpRequest(connections=4)) as narrow:
        await asyncio.gather(*(narrow.send_message(1, f"tin {number}") for number in range(60)))
    assert sorted(one.text for one in fake.person(1).received) == sorted(
        f"tin {number}" for number in range(60)
    )


@pytest.mark.parametrize(
    ("token", "text"), [("rubbish", "Not Found"), ("1:" + "a" * 35, "Unauthorized")]
)
async def test_wrong_token(fake: FakeTelegram, token: str, text: str) -> None:
    """401 and 404 are a wrong token."""
    async with bot_at(fake.root, AiohttpRequest(), token) as bot:
        with pytest.raises(InvalidToken, match=text):
            await bot.get_me()


async def test_answers_become_the_librarys_errors(
    bot: Bot, fake: FakeTelegram, lan: Person
) -> None:
    """429 with its seconds, 403, 400 and 409 arrive as the library's own classes."""
    fake.fault(FaultKind.TOO_MANY, seconds=7)
    with pytest.raises(TooManyRequests) as waits:
        await bot.send_message(1, "a")
    assert waits.value.seconds == 7
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(99, "a")
    await lan.blocks()
    with pytest.raises(Forbidden, match="blocked by the user"):
        await bot.send_message(1, "a")
    await bot.set_webhook("http://127.0.0.1:1/", secret_token="s3")
    with pytest.raises(Conflict):
        await bot.get_updates(timeout=0)


async def test_connection_refused_never_left(closed_port: int) -> None:
    """Nobody listens: the request never left, and it is no time-out."""
    async with bot_at(f"http://127.0.0.1:{closed_port}", AiohttpRequest()) as bot:
        with pytest.raises(NeverLeft) as failed:
            await bot.send_message(1, "a")
    assert not isinstance(failed.value, TimedOut)
    assert TOKEN not in str(failed.value)


async def test_unknown_host_never_left() -> None:
    """A name that does not resolve: the request never left."""
    async with bot_at("http://telegram.invalid", AiohttpRequest()) as bot:
        with pytest.raises(NeverLeft):
            await bot.send_message(1, "a")


async def test_slow_connect_never_left(deaf_port: int) -> None:
    """A connection that does not come about in time: a time-out, and the request never left."""
    request = AiohttpRequest(connect_timeout=0.3)
    async with bot_at(f"http://127.0.0.1:{deaf_port}", request) as bot:
        with pytest.raises(ConnectTimedOut):
            await bot.send_message(1, "a")


async def test_no_free_connection_never_left(fake: FakeTelegram) -> None:
    """All connections busy for too long: a time-out, and the request never left."""
    fake.fault(FaultKind.HANG)
    request = AiohttpRequest(connections=1, pool_timeout=0.1, connect_timeout=0.1)
    async with bot_at(fake.root, request) as bot:
        hanging = asyncio.create_task(bot.send_message(1, "a"))
        await fake.until(lambda: len(fake.calls()) == 1)
        with pytest.raises(ConnectTimedOut):
            await bot.send_message(1, "b")
        hanging.cancel()
    assert [call.params["text"] for call in fake.calls()] == ["a"]


@pytest.mark.parametrize("effect", [True, False])
async def test_no_answer_in_time(bot: Bot, fake: FakeTelegram, lan: Person, effect: bool) -> None:
    """The far end is silent: a time-out, outcome unknown, whether it was done or not."""
    fake.fault(FaultKind.HANG, effect=effect)
    with pytest.raises(AnswerTimedOut) as failed:
        await bot.send_message(1, "a")
    assert isinstance(failed.value, TimedOut)
    assert not isinstance(failed.value, NeverLeft)
    assert len(lan.received) == effect


@pytest.mark.parametrize("effect", [True, False])
async def test_cut_connection(bot: Bot, fake: FakeTelegram, lan: Person, effect: bool) -> None:
    """The connection breaks instead of an answer: outcome unknown, and nobody tries again."""
    await bot.get_me()
    fake.fault(FaultKind.CUT, effect=effect)
    with pytest.raises(NoAnswer) as failed:
        await bot.send_message(1, "a")
    assert not isinstance(failed.value, NeverLeft | TimedOut)
    assert len(fake.calls("sendMessage")) == 1
    assert len(lan.received) == effect


async def test_half_an_answer(
    bot: Bot, fake: FakeTelegram, lan: Person, caplog: pytest.LogCaptureFixture
) -> None:
    """An answer that breaks off: outcome unknown, and the log does not quote it."""
    fake.fault(FaultKind.TRUNCATED)
    with pytest.raises(NoAnswer):
        await bot.send_message(1, "bí mật")
    assert len(lan.received) == 1
    assert "bí mật" not in caplog.text


@pytest.mark.parametrize(
    ("code", "reason"), [(500, "500 Internal Server Error"), (502, "502"), (503, "503")]
)
async def test_server_error(
    bot: Bot, fake: FakeTelegram, lan: Person, code: int, reason: str
) -> None:
    """5xx, in JSON or as a proxy's page, is a failure of the server and has no effect."""
    fake.fault(FaultKind.STATUS, code=code)
    with pytest.raises(ServerError, match=reason) as failed:
        await bot.send_message(1, "a")
    assert isinstance(failed.value, NetworkError)
    assert lan.received == []


async def test_late_answer_within_time(bot: Bot, fake: FakeTelegram, lan: Person) -> None:
    """A time given with the call holds instead of the transport's own."""
    fake.fault(FaultKind.SLOW, seconds=0.6, times=2)
    with pytest.raises(AnswerTimedOut):
        await bot.send_message(1, "a")
    await bot.send_message(1, "b", read_timeout=20)
    assert "b" in [message.text for message in lan.received]


async def test_not_started() -> None:
    """A transport that was not opened says so."""
    request = AiohttpRequest()
    with pytest.raises(RuntimeError, match="not initialized"):
        await request.do_request("http://127.0.0.1:1/", "POST")
