"""Webhooks: each state told once, signed, until it is taken; never a word of a citizen."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import select, update

from admin.delivering.status import read_status
from bot.api.webhook_policy import may_reach, require_address
from bot.api.webhooks import EVENT_ID, GONE, SIGNATURE, Webhooks, sign
from bot.push_settings import networks
from bot.settings import load_settings
from surveys.errors import Refusal
from surveys.store.asking.invitations import InvitationState
from surveys.store.base.database import Database
from surveys.store.base.schema import invitations, webhook_events
from surveys.store.pushing import api_tokens, webhooks
from surveys.store.pushing.survey_states import STATES
from tests.fakes.context import KEYS
from tests.integration.pushing import NOW, give_token
from tests.integration.rows import add_dossier, add_unit, answer


@dataclass(slots=True)
class Receiver:
    """Another system's server; `statuses` are its next answers, then 204."""

    url: str = ""
    statuses: Iterator[int] = field(default_factory=lambda: iter(()))
    taken: list[tuple[dict[str, str], str]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        """Keep what comes."""
        self.taken.append((dict(request.headers), await request.text()))
        return web.Response(status=next(self.statuses, 204))

    @property
    def told(self) -> list[tuple[str, str]]:
        """Dossiers and states, as they came."""
        read = [json.loads(body) for _, body in self.taken]
        return [(one["dossier"], one["state"]) for one in read]


@asynccontextmanager
async def receiving(*statuses: int) -> AsyncIterator[Receiver]:
    """A receiver on a socket."""
    receiver = Receiver(statuses=iter(statuses))
    app = web.Application()
    app.router.add_post("/hook", receiver.take)
    async with TestServer(app) as server:
        receiver.url = str(server.make_url("/hook"))
        yield receiver


def _webhooks(database: Database, **settings: object) -> Webhooks:
    return Webhooks(
        database=database, settings=load_settings(**settings), keyring=KEYS, clock=lambda: NOW
    )


async def _invite(database: Database, dossier_id: int, state: str) -> None:
    async with database.write() as conn:
        values = {"dossier_id": dossier_id, "form": "phieu5", "made_at": NOW, "state": state}
        await conn.execute(invitations.insert().values(**values))


async def _move(database: Database, dossier_id: int, state: str) -> None:
    async with database.write() as conn:
        mine = invitations.c.dossier_id == dossier_id
        await conn.execute(update(invitations).where(mine).values(state=state))


@pytest.fixture
async def dossier(database: Database) -> int:
    """A returned dossier."""
    async with database.write() as conn:
        return await add_dossier(conn, await add_unit(conn), "HS-1")


async def test_each_state_is_told_once_and_signed(database: Database, dossier: int) -> None:
    """Asked, opened, answered: three messages, whose signature the receiver can check."""
    async with receiving() as receiver:
        await give_token(database, webhook=receiver.url)
        hooks = _webhooks(database)
        await _invite(database, dossier, InvitationState.QUEUED)
        await hooks.tell()
        assert receiver.taken == []
        for state in ("issued", "delivered", "opened"):
            await _move(database, dossier, state)
            await hooks.tell()
            await hooks.tell()
        async with database.write() as conn:
            await answer(conn, dossier, "satisfaction", "very")
        await hooks.tell()
        await hooks.tell()
    assert receiver.told == [("HS-1", "asked"), ("HS-1", "opened"), ("HS-1", "answered")]
    for headers, body in receiver.taken:
        moment, _, mac = headers[SIGNATURE].partition(",v1=")
        assert mac == sign("signing", int(moment.removeprefix("t=")), body)
        assert headers[EVENT_ID] == json.loads(body)["id"]
        assert "very" not in body


async def test_paper_is_told_too_and_an_end_says_no_more(database: Database, dossier: int) -> None:
    """An answer without an invitation; a citizen who declined only closes the survey."""
    async with receiving() as receiver, database.write() as conn:
        unit = await add_unit(conn, "XA02")
        declined = await add_dossier(conn, unit, "HS-2")
        await answer(conn, dossier, "satisfaction", "very", channel="paper")
    async with receiving() as receiver:
        await give_token(database, webhook=receiver.url)
        await _invite(database, declined, InvitationState.DECLINED)
        await _webhooks(database).tell()
    assert sorted(receiver.told) == [("HS-1", "answered"), ("HS-2", "closed")]


async def test_what_is_not_taken_is_sent_again(database: Database, dossier: int) -> None:
    """After an error it waits its time, then comes again with the same id; 410 ends it."""
    async with receiving(500, 204, GONE) as receiver:
        await give_token(database, webhook=receiver.url)
        hooks = _webhooks(database)
        await _invite(database, dossier, InvitationState.ISSUED)
        await hooks.tell()
        await hooks.tell()
        assert len(receiver.taken) == 1
        await _wait_over(database)
        await hooks.tell()
        ids = [headers[EVENT_ID] for headers, _ in receiver.taken]
        assert (len(ids), len(set(ids))) == (2, 1)
        await _move(database, dossier, InvitationState.OPENED)
        await hooks.tell()
    async with database.read() as conn:
        found = await read_status(conn)
    states = {(one.system, one.state, one.count) for one in found.webhooks}
    assert states == {("igate", "delivered", 1), ("igate", "failed", 1)}


async def test_two_processes_send_nothing_twice(database: Database) -> None:
    """Both look and send at once: every event arrives exactly once."""
    async with database.write() as conn:
        unit = await add_unit(conn)
        numbers = [await add_dossier(conn, unit, f"HS-{one}") for one in range(30)]
    for number in numbers:
        await _invite(database, number, InvitationState.ISSUED)
    async with receiving() as receiver:
        await give_token(database, webhook=receiver.url)
        await asyncio.gather(*(_webhooks(database).tell() for _ in range(2)))
    assert sorted(receiver.told) == sorted((f"HS-{one}", "asked") for one in range(30))


async def test_a_system_hears_of_its_unit_until_it_is_revoked(
    database: Database, dossier: int
) -> None:
    """Other units' dossiers are not told; what waited when the token was revoked is cancelled."""
    async with database.write() as conn:
        other = await add_unit(conn, "XA02")
        await add_dossier(conn, other, "HS-2")
    async with receiving(500) as receiver:
        await give_token(database, unit_id=other, webhook=receiver.url)
        await give_token(database, "xa-1", 1, webhook=receiver.url)
        await _invite(database, dossier, InvitationState.ISSUED)
        await _webhooks(database).tell()
        async with database.write() as conn:
            number = await api_tokens.revoke(conn, "xa-1", NOW)
            assert await webhooks.cancel(conn, number) == 1
        await _wait_over(database)
        await _webhooks(database).tell()
    assert receiver.told == [("HS-1", "asked")]


async def test_a_name_that_leads_inside_is_not_reached(sqlite_database: Database) -> None:
    """The address is checked when it is used, not only when it was set."""
    async with sqlite_database.write() as conn:
        number = await add_dossier(conn, await add_unit(conn), "HS-1")
    await _invite(sqlite_database, number, InvitationState.ISSUED)
    async with receiving() as receiver:
        inside = receiver.url.replace("127.0.0.1", "0x7f000001")
        await give_token(sqlite_database, webhook=inside)
        await give_token(sqlite_database, "b", webhook="https://10.0.0.7/hook")
        await _webhooks(sqlite_database).tell()
        assert receiver.taken == []
    async with sqlite_database.read() as conn:
        reasons = set((await conn.execute(select(webhook_events.c.reason))).scalars())
    assert reasons == {"the address is in a private network"}


@pytest.mark.parametrize(
    ("host", "address", "reached"),
    [
        ("a.vn", "203.162.4.190", True),
        ("a.vn", "10.1.2.3", False),
        ("a.vn", "127.0.0.1", False),
        ("a.vn", "169.254.169.254", False),
        ("a.vn", "::ffff:10.1.2.3", False),
        ("a.vn", "fe80::1%eth0", False),
        ("a.vn", "172.16.9.9", True),
        ("localhost", "127.0.0.1", True),
        ("127.0.0.1", "127.0.0.1", True),
    ],
)
def test_where_a_webhook_may_go(host: str, address: str, reached: bool) -> None:
    """Public addresses, this machine by its own name, and networks that were allowed."""
    assert may_reach(host, address, networks("172.16.0.0/12")) is reached


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://igate.example.vn/x", "token.not_https"),
        ("ftp://igate.example.vn", "token.not_https"),
        ("https://10.0.0.5/x", "token.private"),
        ("https://[fd00::1]/x", "token.private"),
    ],
)
def test_an_address_is_checked_when_it_is_set(url: str, code: str) -> None:
    """Plain http and private addresses are refused; this machine itself is not."""
    with pytest.raises(Refusal) as refused:
        require_address(url, [])
    assert refused.value.code == code
    require_address("http://127.0.0.1:9000/hook", [])
    require_address("https://10.0.0.5/x", networks("10.0.0.0/8"))


def test_every_state_of_an_invitation_has_one_that_may_be_told() -> None:
    """A state added to invitations has to be given its meaning for other systems."""
    assert set(STATES) == set(InvitationState)


async def _wait_over(database: Database) -> None:
    async with database.write() as conn:
        await conn.execute(update(webhook_events).values(due_ms=0))
