"""The Zalo bot's channel against the strict fake, over real sockets: send, poll, webhook, caps."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from bot.channels.base import (
    ChannelContext,
    DeliveryError,
    Raw,
    Rejected,
    SlowDown,
    TryLater,
    Unknown,
    Unreachable,
)
from bot.channels.zalo_bot import receive
from bot.channels.zalo_bot.channel import ZaloBotChannel
from bot.channels.zalo_bot.receive import WEBHOOK_PATH, Poller, Webhook
from bot.messages import Outgoing
from bot.server import Health, listen, make_server
from surveys.store.base.database import Database
from tests.fakes.context import channel_context
from tests.fakes.telegram.faults import FaultKind
from tests.fakes.zalo_bot import FakeZaloBot, Person, Shape

SECRET = "a-secret_0123456789"
NOW = datetime(2021, 6, 30, 16, 59, tzinfo=UTC)
"""One minute before July begins in Vietnam."""


class Kept:
    """Where updates are kept; `broken` says how many more commits fail."""

    def __init__(self) -> None:
        self.raws: list[Raw] = []
        self.broken = 0

    async def put(self, raws: Sequence[Raw]) -> None:
        """Commit, or fail."""
        if self.broken:
            self.broken -= 1
            raise OSError("the disk is full")
        self.raws += raws

    @property
    def texts(self) -> list[str]:
        """What the updates say, in the order of their commits."""
        return [json.loads(raw.payload)["message"]["text"] for raw in self.raws]


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive, "MIN_PAUSE", 0.01)


@pytest.fixture
async def fake() -> AsyncIterator[FakeZaloBot]:
    """A fake at which nobody has written yet."""
    async with FakeZaloBot() as fake:
        yield fake


@pytest.fixture
async def channel(fake: FakeZaloBot, sqlite_database: Database) -> AsyncIterator[ZaloBotChannel]:
    """The bot's channel; it is a moment before a month ends."""
    channel = ZaloBotChannel(context_of(fake, sqlite_database))
    yield channel
    await channel.close()


def context_of(fake: FakeZaloBot, database: Database, *, poll_seconds: int = 30) -> ChannelContext:
    """What the channel is given."""
    return channel_context(
        database,
        clock=lambda: NOW,
        zalo_bot_token=fake.token,
        zalo_bot_api_base=fake.root,
        zalo_bot_poll_seconds=poll_seconds,
        lang="en",
    )


@asynccontextmanager
async def polling(channel: ZaloBotChannel, kept: Kept) -> AsyncIterator[Poller]:
    """A running poller with short polls."""
    poller = Poller(channel.api, kept.put, seconds=1)
    task = asyncio.create_task(poller.run())
    try:
        yield poller
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def webhook(fake: FakeZaloBot, channel: ZaloBotChannel, kept: Kept) -> AsyncIterator[None]:
    """A webhook that the fake posts to."""

    async def well() -> Health:
        return Health(parts={}, queues={})

    server = make_server(Webhook(secret=SECRET, put=kept.put).routes(), well)
    listener = await listen(server, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.port}{WEBHOOK_PATH}"
    await channel.api.call("setWebhook", {"url": url, "secret_token": SECRET})
    try:
        yield
    finally:
        await channel.api.call("deleteWebhook")
        await listener.close()


async def until(condition: object, seconds: float = 10) -> None:
    """Wait until a callable is true."""
    async with asyncio.timeout(seconds):
        while not condition():  # type: ignore[operator]  # noqa: ASYNC110 - over sockets
            await asyncio.sleep(0.01)


def written(fake: FakeZaloBot) -> Person:
    """A person who has written before."""
    return fake.person(started=True)


async def test_a_long_text_is_cut_at_sentences(fake: FakeZaloBot, channel: ZaloBotChannel) -> None:
    """At most 2,000 characters in composed form, each piece a message of the month."""
    lan = written(fake)
    sentence = "Hồ sơ của Ông/Bà đã được giải quyết xong. "
    text = (sentence * 100).strip()
    reference = await channel.send(lan.id, Outgoing(text=text))
    assert reference == f"{fake.state.sent:020x}"
    assert all(len(piece) <= 2_000 and piece.endswith(".") for piece in lan.received)
    assert " ".join(lan.received) == text
    assert (await channel.report()).numbers["messages"] == len(lan.received) == 3


@pytest.mark.parametrize(
    ("fault", "details", "kind", "counted"),
    [
        (FaultKind.TOO_MANY, {"seconds": 7}, SlowDown, 0),
        (FaultKind.STATUS, {"code": 502}, TryLater, 0),
        (FaultKind.CUT, {}, Unknown, 1),
        (FaultKind.TRUNCATED, {}, Unknown, 1),
    ],
)
async def test_a_failure_says_whether_it_may_have_arrived(
    fake: FakeZaloBot,
    channel: ZaloBotChannel,
    fault: FaultKind,
    details: dict[str, float],
    kind: type[DeliveryError],
    counted: int,
) -> None:
    """What certainly did not arrive may be repeated, and does not count for the month."""
    lan = written(fake)
    fake.fault(fault, method="sendMessage", **details)
    with pytest.raises(kind):
        await channel.send(lan.id, Outgoing(text="chào"))
    assert (await channel.report()).numbers["messages"] == counted


async def test_a_second_piece_that_fails_repeats_nothing(
    fake: FakeZaloBot, channel: ZaloBotChannel
) -> None:
    """The citizen does not get the beginning twice."""
    lan = written(fake)
    fake.fault(FaultKind.STATUS, method="sendMessage", skip=1)
    with pytest.raises(Unknown, match="only the beginning"):
        await channel.send(lan.id, Outgoing(text="a. " * 900))
    assert len(lan.received) == 1


async def test_who_cannot_be_reached(fake: FakeZaloBot, channel: ZaloBotChannel) -> None:
    """Nobody of that id, and somebody who has blocked the bot; nobody listening is not yet."""
    lan = written(fake)
    await lan.blocks()
    for address in (lan.id, "ffff"):
        with pytest.raises(Unreachable):
            await channel.send(address, Outgoing(text="chào"))
    fake.state.message_cap = 0
    lan.has_blocked = False
    with pytest.raises(Rejected, match="quota"):
        await channel.send(lan.id, Outgoing(text="chào"))


async def test_polls_are_stored_before_the_next(fake: FakeZaloBot, channel: ZaloBotChannel) -> None:
    """A poll brings one update and cannot be repeated: while the disk is full nothing more is
    asked for, and nothing is lost."""
    kept, lan = Kept(), fake.person()
    kept.broken = 2
    for word in ("một", "hai", "ba"):
        await lan.types(word)
    async with polling(channel, kept):
        await until(lambda: len(kept.raws) == 3)
    assert kept.texts == ["một", "hai", "ba"]
    assert len({raw.event_key for raw in kept.raws}) == 3


@pytest.mark.parametrize("speaks_http", [False, True])
async def test_a_poll_without_a_message_is_not_a_failure(
    fake: FakeZaloBot,
    channel: ZaloBotChannel,
    caplog: pytest.LogCaptureFixture,
    *,
    speaks_http: bool,
) -> None:
    """408, in the body or as HTTP's status, is Zalo's way to say that nothing came; one poll at a
    time."""
    kept = Kept()
    fake.state.speaks_http = speaks_http
    async with polling(channel, kept):
        await until(lambda: len(fake.calls("getUpdates")) >= 2)
        await fake.person().types("chào")
        await until(lambda: kept.texts == ["chào"])
    calls = [call for call in fake.calls("getUpdates") if call.answered_at]
    assert all(one.answered_at <= other.at for one, other in pairwise(calls))
    assert all(call.params == {"timeout": 1} for call in calls)
    assert "failed" not in caplog.text


async def test_what_polls_bring_again_is_stored_once_and_polled_slowly(
    fake: FakeZaloBot, channel: ZaloBotChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no way to tell Zalo what was taken: somebody met a server that brings everything
    again at once, for ever."""
    monkeypatch.setattr(receive, "MIN_PAUSE", 3_600.0)
    fake.state.replays = True
    kept, lan = Kept(), fake.person()
    for word in ("một", "hai", "ba"):
        await lan.types(word)
    async with polling(channel, kept):
        await until(lambda: len(fake.calls("getUpdates")) >= 4)
        await asyncio.sleep(0.1)
        assert len(fake.calls("getUpdates")) == 4
    assert kept.texts == ["một", "hai", "ba"]


async def test_polling_goes_on_after_failures(fake: FakeZaloBot, channel: ZaloBotChannel) -> None:
    """Whatever goes wrong at Zalo, or comes that is no update."""
    kept = Kept()
    for kind in (FaultKind.STATUS, FaultKind.CUT, FaultKind.TRUNCATED, FaultKind.TOO_MANY):
        fake.fault(kind, method="getUpdates", seconds=0.01)
    fake.state.add({"event_name": 7})
    async with polling(channel, kept):
        await fake.person().types("chào")
        await until(lambda: "chào" in kept.texts, 20)


@pytest.mark.parametrize("refuses", [False, True])
async def test_a_webhook_that_silences_polling_is_said(
    fake: FakeZaloBot,
    sqlite_database: Database,
    monkeypatch: pytest.MonkeyPatch,
    *,
    refuses: bool,
) -> None:
    """Somebody set a webhook while the bot polls: health says so, and what mends it. Polls are
    silent then, or refused."""
    monkeypatch.setattr(receive, "SILENT_POLLS", 1)
    fake.state.refuses_polls = refuses
    channel = ZaloBotChannel(context_of(fake, sqlite_database, poll_seconds=1))
    (task,) = channel.tasks(Kept().put)
    away = {"url": "https://elsewhere.example/hook", "secret_token": "12345678"}
    await channel.api.call("setWebhook", away)
    running = asyncio.create_task(task.run())
    await until(lambda: len(fake.calls("getWebhookInfo")) > 0)
    await asyncio.sleep(0.05)
    running.cancel()
    (said,) = (await channel.report()).warnings
    assert "zalo check --fix" in said
    await channel.prepare()
    assert fake.state.webhook is None
    await channel.close()


@pytest.mark.parametrize("shape", list(Shape))
async def test_the_webhook_stores_first(
    fake: FakeZaloBot, channel: ZaloBotChannel, shape: Shape
) -> None:
    """Both forms of the body; what could not be stored is posted again."""
    kept = Kept()
    fake.state.shape = shape
    async with webhook(fake, channel, kept):
        kept.broken = 1
        update = await fake.person().types("chào")
        assert update is not None
        await until(lambda: update.taken)
        assert update.posts == 2
        assert kept.texts == ["chào"]


async def test_the_webhook_refuses_strangers(fake: FakeZaloBot, channel: ZaloBotChannel) -> None:
    """A wrong secret is 403, what is no update 400, and a kind without use 200."""
    kept = Kept()
    async with webhook(fake, channel, kept):
        body = {"event_name": "message.text.received", "message": {"chat": {"id": "a"}}}
        assert await fake.post(body, secret="b-secret_0123456789") == 403
        assert await fake.post(body, secret="") == 403
        assert await fake.post(5) == 400
        assert await fake.post({"ok": True, "result": {"event_name": "new.kind"}}) == 200
        assert kept.raws == []
        assert await fake.post(body) == 200
        assert len(kept.raws) == 1


async def test_the_caps_are_said_before_they_are_hit(
    fake: FakeZaloBot, sqlite_database: Database
) -> None:
    """In health and in the check, from the configured share on; the month is Vietnam's."""
    moment = NOW
    context = channel_context(
        sqlite_database,
        clock=lambda: moment,
        zalo_bot_token=fake.token,
        zalo_bot_api_base=fake.root,
        zalo_bot_monthly=10,
        lang="en",
    )
    channel = ZaloBotChannel(context)
    lan = written(fake)
    for _ in range(7):
        await channel.send(lan.id, Outgoing(text="chào"))
    assert (await channel.report()).warnings == []
    await channel.send(lan.id, Outgoing(text="chào"))
    (warning,) = (await channel.report()).warnings
    assert "8 of this month's 10" in warning
    found = {one.part: one for one in await channel.check(fix=False)}
    assert (found["messages"].right, found["messages"].found) == (False, "8/10")
    moment = NOW.replace(month=7, day=1)
    assert (await channel.report()).warnings == []
    await channel.close()
