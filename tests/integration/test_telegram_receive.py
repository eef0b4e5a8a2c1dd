"""Webhook and polling against the fake, over real sockets: persisted first, acknowledged after."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from bot.channels.base import Raw
from bot.channels.telegram.channel import make_api
from bot.channels.telegram.parse import ALLOWED_UPDATES
from bot.channels.telegram.receive import SECRET_HEADER, Poller, Webhook
from bot.channels.telegram.setup import WEBHOOK_PATH, Wanted, prepare
from bot.channels.telegram.transport import AiohttpRequest
from bot.server import Health, listen, make_server
from tests.fakes.telegram import FakeTelegram, FaultKind, Limits, Person

SECRET = "a-secret_0123456789"


class Kept:
    """Where updates are kept; `broken` says how many more commits fail."""

    def __init__(self) -> None:
        self.raws: list[Raw] = []
        self.broken = 0

    async def put(self, raws: Sequence[Raw]) -> None:
        """Commit, or fail."""
        await asyncio.sleep(0)
        if self.broken:
            self.broken -= 1
            raise OSError("the disk is full")
        self.raws += raws

    @property
    def keys(self) -> list[str]:
        """The event keys, in the order of their commits."""
        return [raw.event_key for raw in self.raws]


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    """A fake without limits."""
    async with FakeTelegram(limits=Limits.off()) as fake:
        yield fake


@pytest.fixture
def lan(fake: FakeTelegram) -> Person:
    """A person who has opened the chat."""
    return fake.person(1, started=True)


@pytest.fixture
async def request_(fake: FakeTelegram) -> AsyncIterator[AiohttpRequest]:
    """An open transport."""
    async with AiohttpRequest() as request:
        yield request


@pytest.fixture
def kept() -> Kept:
    """Nothing kept yet."""
    return Kept()


@pytest.fixture
async def hook(fake: FakeTelegram, request_: AiohttpRequest, kept: Kept) -> AsyncIterator[str]:
    """The address of our server, set as the webhook at the fake."""

    async def check() -> Health:
        return Health(parts={}, queues={})

    app = make_server(Webhook(secret=SECRET, put=kept.put).routes(), check)
    listener = await listen(app, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.port}{WEBHOOK_PATH}"
    api = make_api(fake.token, fake.root, request_)
    await prepare(api, Wanted(commands={}, webhook=url, secret=SECRET))
    yield url
    await listener.close()


def taken(fake: FakeTelegram) -> list[str]:
    """The updates that the fake takes for delivered."""
    return [str(id_) for id_ in fake.state.updates.acknowledged]


async def test_webhook_keeps_what_came(
    fake: FakeTelegram, hook: str, kept: Kept, lan: Person
) -> None:
    """Every update is kept once, in order, with its chat; only our kinds are asked for."""
    queued = [await lan.types("một"), await lan.types("hai")]
    await fake.until(lambda: len(taken(fake)) == 2)
    assert kept.keys == [str(one.id) for one in queued if one]
    assert {raw.address for raw in kept.raws} == {"1"}
    assert b"hai" in kept.raws[1].payload
    assert fake.state.updates.allowed == set(ALLOWED_UPDATES)


async def test_webhook_says_nothing_before_the_commit(
    fake: FakeTelegram, hook: str, kept: Kept, lan: Person
) -> None:
    """While the commit fails Telegram gets no 200, and delivers again until it succeeds."""
    kept.broken = 2
    queued = await lan.types("một")
    await fake.until(lambda: len(taken(fake)) == 1)
    assert queued is not None
    assert queued.posts == 3
    assert kept.keys == [str(queued.id)]


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, b'{"update_id": 1}', 403),
        ({SECRET_HEADER: "wrong"}, b'{"update_id": 1}', 403),
        ({SECRET_HEADER: "ệ"}, b'{"update_id": 1}', 403),
        ({SECRET_HEADER: SECRET, "Content-Type": "text/plain"}, b'{"update_id": 1}', 415),
        ({SECRET_HEADER: SECRET}, b"rubbish", 400),
        ({SECRET_HEADER: SECRET}, b"\xff\xfe", 400),
        ({SECRET_HEADER: SECRET}, b"[1]", 400),
        ({SECRET_HEADER: SECRET}, b"[" * 100_000, 400),
        ({SECRET_HEADER: SECRET}, b"{}", 400),
        ({SECRET_HEADER: SECRET}, b'{"update_id": "1"}', 400),
        ({SECRET_HEADER: SECRET}, b'{"update_id": 1, "message": {"chat": [1]}}', 400),
        ({SECRET_HEADER: SECRET}, b" " * 300_000, 413),
        ({SECRET_HEADER: SECRET}, b'{"update_id": 1}', 200),
        ({SECRET_HEADER: SECRET}, b'{"update_id": 1, "poll": {"id": "1"}}', 200),
    ],
)
async def test_webhook_keeps_rubbish_out(
    hook: str, kept: Kept, headers: dict[str, str], body: bytes, status: int
) -> None:
    """Strangers, other types, rubbish and giants are refused; unused kinds are taken unkept."""
    kind = {"Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession() as http,
        http.post(hook, data=body, headers=kind | headers) as answer,
    ):
        assert answer.status == status
    assert kept.raws == []


async def test_webhook_is_post_only(hook: str) -> None:
    """A browser that looks in sees nothing."""
    async with aiohttp.ClientSession() as http, http.get(hook) as answer:
        assert answer.status == 405


def test_no_secret_lets_nobody_in(kept: Kept) -> None:
    """A webhook without a secret refuses everybody rather than nobody."""
    request = make_mocked_request("POST", WEBHOOK_PATH)
    with pytest.raises(web.HTTPForbidden):
        asyncio.run(Webhook(secret="", put=kept.put).receive(request))


@pytest.fixture
async def polling(
    fake: FakeTelegram, request_: AiohttpRequest, kept: Kept
) -> AsyncIterator[asyncio.Task[None]]:
    """A poller at work."""
    poller = Poller(make_api(fake.token, fake.root, request_), kept.put, seconds=5)
    task = asyncio.create_task(poller.run())
    yield task
    task.cancel()


async def test_polling_keeps_what_came(
    fake: FakeTelegram, polling: asyncio.Task[None], kept: Kept, lan: Person
) -> None:
    """Updates are kept in order and confirmed by the next poll."""
    queued = [await lan.types(f"tin {number}") for number in range(150)]
    await fake.until(lambda: len(taken(fake)) == 150)
    assert kept.keys == [str(one.id) for one in queued if one]
    assert fake.calls("getUpdates")[0].params["allowed_updates"].count(",") == 3


async def test_polling_moves_on_only_after_the_commit(
    fake: FakeTelegram, polling: asyncio.Task[None], kept: Kept, lan: Person
) -> None:
    """While the commit fails the same update is asked for again."""
    kept.broken = 1
    queued = await lan.types("một")
    await fake.until(lambda: len(taken(fake)) == 1)
    assert queued is not None
    assert kept.keys == [str(queued.id)]


@pytest.mark.parametrize("kind", [FaultKind.CUT, FaultKind.STATUS, FaultKind.TRUNCATED])
async def test_polling_outlives_trouble(
    fake: FakeTelegram,
    polling: asyncio.Task[None],
    kept: Kept,
    lan: Person,
    kind: FaultKind,
) -> None:
    """A cut line, a 500, half an answer: the update comes with the next poll."""
    fake.fault(kind, method="getUpdates")
    await lan.types("một")
    await fake.until(lambda: len(taken(fake)) == 1)
    assert len(set(kept.keys)) == 1


async def test_polling_waits_as_long_as_told(
    fake: FakeTelegram, polling: asyncio.Task[None], lan: Person
) -> None:
    """After a 429 nothing is asked before its time is over."""
    fake.fault(FaultKind.TOO_MANY, method="getUpdates", seconds=1)
    await lan.types("một")
    await fake.until(lambda: len(taken(fake)) == 1)
    refused, after = fake.calls("getUpdates")[0:2]
    if refused.status != 429:
        refused, after = fake.calls("getUpdates")[1:3]
    assert after.at - refused.answered_at >= 1


async def test_polling_removes_a_webhook(
    fake: FakeTelegram, request_: AiohttpRequest, kept: Kept, lan: Person
) -> None:
    """A webhook left over from before would make polling silent: it is taken away."""
    api = make_api(fake.token, fake.root, request_)
    await api.set_webhook("http://127.0.0.1:1/")
    await lan.types("một")
    task = asyncio.create_task(Poller(api, kept.put, seconds=5).run())
    await fake.until(lambda: len(taken(fake)) == 1)
    assert len(kept.raws) == 1
    task.cancel()


async def test_polling_skips_what_it_cannot_read(
    fake: FakeTelegram, polling: asyncio.Task[None], kept: Kept, lan: Person
) -> None:
    """One unreadable update does not hold up the next."""
    broken = await lan.types("một")
    assert broken is not None
    broken.body["message"]["chat"] = [1]
    whole = await lan.types("hai")
    assert whole is not None
    await fake.until(lambda: len(taken(fake)) == 2)
    assert kept.keys == [str(whole.id)]


async def test_polling_follows_a_new_count(
    fake: FakeTelegram, request_: AiohttpRequest, kept: Kept, lan: Person
) -> None:
    """After a silent week Telegram counts from anywhere; what is numbered lower still arrives."""
    poller = Poller(make_api(fake.token, fake.root, request_), kept.put, seconds=1)
    task = asyncio.create_task(poller.run())
    await lan.types("một")
    await fake.until(lambda: len(fake.calls("getUpdates")) >= 4)
    fake.state.updates.next_id = 1000
    await lan.types("hai")
    await fake.until(lambda: len(kept.raws) == 2)
    assert kept.keys[1] == "1000"
    task.cancel()
