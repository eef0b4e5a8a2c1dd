"""The token chain: one refresher, nothing used before it is stored, a usable pair after a crash."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from bot.channels.base import ChannelContext
from bot.channels.zalo.requests import NoToken
from bot.channels.zalo.tokens import TokenChain
from bot.channels.zalo.vendor import Zalo
from bot.channels.zalo_oa.tending import trouble_of
from bot.setting_types import Secret
from surveys.store.base.database import Database
from surveys.store.base.schema import token_chains
from surveys.store.system.token_chains import Chain
from tests.fakes.context import channel_context
from tests.fakes.telegram.faults import FaultKind
from tests.fakes.zalo_oa import APP_ID, APP_SECRET, FakeZaloOA

DAYS_MS = 86_400_000
HOURS_MS = 3_600_000


@pytest.fixture
async def fake() -> AsyncIterator[FakeZaloOA]:
    """Zalo, where nobody has authorised anything yet."""
    async with FakeZaloOA() as fake:
        yield fake


def context(database: Database, fake: FakeZaloOA) -> ChannelContext:
    """What one process is given."""
    return channel_context(
        database,
        zalo_oa_app_id=APP_ID,
        zalo_oa_app_secret=APP_SECRET,
        zalo_oa_api_base=fake.root,
        zalo_oa_oauth_base=fake.root,
    )


@pytest.fixture
async def zalo(database: Database, fake: FakeZaloOA) -> AsyncIterator[Zalo]:
    """One process."""
    made = Zalo.of(context(database, fake))
    yield made
    await made.close()


@pytest.fixture
async def other(database: Database, fake: FakeZaloOA) -> AsyncIterator[Zalo]:
    """Another process."""
    made = Zalo.of(context(database, fake))
    yield made
    await made.close()


async def _authorized(zalo: Zalo, fake: FakeZaloOA) -> str:
    """The first pair; returns its access token."""
    await zalo.chain.authorize_by_code(fake.grants(), "")
    return (await zalo.chain.access()).text


async def _chain(zalo: Zalo) -> Chain:
    found = await zalo.chain.find()
    assert found is not None
    return found


async def _age(database: Database, hours: float) -> None:
    """Make the pair so much older, for us and not for Zalo."""
    ms = int(hours * HOURS_MS)
    columns = token_chains.c
    names = ("renewed_ms", "access_until_ms", "refresh_until_ms")
    values = {name: columns[name] - ms for name in names}
    async with database.write() as conn:
        await conn.execute(update(token_chains).values(**values))


async def _let_try_again(database: Database) -> None:
    """The pause after a failure is over, and so is the lease of a process that died."""
    async with database.write() as conn:
        await conn.execute(update(token_chains).values(retry_ms=0, leased_until_ms=0))


def _forget(zalo: Zalo) -> TokenChain:
    """The chain as a process sees it that has just started."""
    vars(zalo.chain).update(_known=None)
    return zalo.chain


async def test_without_an_authorisation_there_is_no_token(zalo: Zalo) -> None:
    """And the reason says which command to run."""
    with pytest.raises(NoToken, match="motcua zalo authorize") as raised:
        await zalo.chain.access()
    assert raised.value.is_lost


async def test_a_code_brings_a_pair_that_is_sealed(
    zalo: Zalo, fake: FakeZaloOA, database: Database
) -> None:
    """With the verifier of the console's challenge; no token can be read in the database."""
    await zalo.chain.authorize_by_code(fake.grants(verifier="v" * 43), "v" * 43)
    token = (await zalo.chain.access()).text
    assert token in fake.state.tokens.access
    async with database.read() as conn:
        (sealed,) = (await conn.execute(select(token_chains.c.sealed))).scalars()
    assert b"access-" not in sealed
    assert b"refresh-" not in sealed


async def test_it_is_renewed_at_twenty_hours_and_not_before(
    zalo: Zalo, fake: FakeZaloOA, database: Database
) -> None:
    """Of the 25 that it lives; a tender that looks often changes nothing."""
    first = await _authorized(zalo, fake)
    await _age(database, 19.5)
    await zalo.chain.tend()
    assert (await _forget(zalo).access()).text == first
    await _age(database, 1)
    await zalo.chain.tend()
    second = (await zalo.chain.access()).text
    assert second != first
    assert second in fake.state.tokens.access
    assert (await _chain(zalo)).intent_ms == 0


async def test_many_processes_renew_once(
    zalo: Zalo, other: Zalo, fake: FakeZaloOA, database: Database
) -> None:
    """Each of them needs a token at the same moment: one exchange, one token for all."""
    await _authorized(zalo, fake)
    await _age(database, 26)
    asking = [one.access() for one in (_forget(zalo), _forget(other)) for _ in range(10)]
    tokens = {token.text for token in await asyncio.gather(*asking)}
    assert len(tokens) == 1
    assert len(fake.state.tokens.used) == 1


async def test_a_refused_token_is_renewed_once_for_all_requests(
    zalo: Zalo, other: Zalo, fake: FakeZaloOA
) -> None:
    """Zalo forgot it (-216): a hundred requests of two processes, one exchange, all succeed."""
    await _authorized(zalo, fake)
    await other.chain.access()
    fake.state.tokens.access.clear()
    asking = [one.api.get("/v2.0/oa/getoa") for one in (zalo, other) for _ in range(50)]
    answers = await asyncio.gather(*asking)
    assert all(answer["oa_type"] == 4 for answer in answers)
    assert len(fake.state.tokens.used) == 1


async def test_a_token_that_another_process_renewed_is_taken_over(
    zalo: Zalo, other: Zalo, fake: FakeZaloOA, database: Database
) -> None:
    """The old one, still in memory, is refused; the new one is in the database."""
    await _authorized(zalo, fake)
    await _age(database, 21)
    await other.chain.tend()
    assert (await zalo.api.get("/v2.0/oa/getoa"))["oa_type"] == 4
    assert len(fake.state.tokens.used) == 1


@pytest.mark.parametrize("numeric", [True, False])
async def test_an_error_inside_http_200_never_overwrites_a_pair(
    zalo: Zalo, fake: FakeZaloOA, database: Database, *, numeric: bool
) -> None:
    """With a numeric `error` or only with names: the pair stays, and a person is asked for."""
    await _authorized(zalo, fake)
    before = await _chain(zalo)
    fake.state.tokens.numeric_errors = numeric
    fake.state.tokens.refresh.clear()
    await _age(database, 26)
    with pytest.raises(NoToken, match="authorise again"):
        await _forget(zalo).access()
    after = await _chain(zalo)
    assert after.is_lost
    assert after.sealed == before.sealed
    assert after.generation == before.generation


@pytest.mark.parametrize(
    "body",
    [
        {"access_token": "", "refresh_token": "", "expires_in": "90000"},
        {"access_token": "new", "expires_in": "90000"},
        {"access_token": "new", "refresh_token": None},
        {},
    ],
)
async def test_an_empty_token_is_never_stored(
    zalo: Zalo,
    fake: FakeZaloOA,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    body: dict[str, object],
) -> None:
    """Half an answer is no answer: the outcome is unknown, the old pair stays."""
    await _authorized(zalo, fake)
    before = await _chain(zalo)
    monkeypatch.setattr("tests.fakes.zalo_oa.oauth.pair", lambda _state: dict(body))
    await _age(database, 26)
    with pytest.raises(NoToken):
        await _forget(zalo).access()
    after = await _chain(zalo)
    assert after.sealed == before.sealed
    assert after.intent_ms > 0
    assert not after.is_lost


@pytest.mark.parametrize(
    ("fault", "effect", "survives"),
    [
        ("before the request", False, True),
        ("before the answer", True, False),
        ("in the network", False, True),
    ],
)
async def test_killed_while_renewing(
    zalo: Zalo, fake: FakeZaloOA, database: Database, fault: str, *, effect: bool, survives: bool
) -> None:
    """The intent is there. If Zalo had not used the token, the next process renews; if it had, the
    pair is lost, and the reason says that a renewal was interrupted and what to run."""
    await _authorized(zalo, fake)
    await _age(database, 26)
    if fault == "before the request":
        await vars(TokenChain)["_begin"](zalo.chain, 1)
    else:
        fake.fault(FaultKind.HANG, method="access_token", effect=effect)
        await _killed_while_waiting(zalo)
    assert (await _chain(zalo)).intent_ms > 0
    await _let_try_again(database)
    heir = Zalo.of(context(database, fake))
    try:
        if survives:
            assert (await heir.chain.access()).text in fake.state.tokens.access
        else:
            with pytest.raises(NoToken, match="interrupted") as raised:
                await heir.chain.access()
            assert raised.value.is_lost
            assert trouble_of(await heir.chain.find(), 30) == "lost"
    finally:
        await heir.close()


async def _killed_while_waiting(zalo: Zalo) -> None:
    """The request has left and hangs; then the process is gone."""
    killed = asyncio.create_task(_forget(zalo).access())
    while (await _chain(zalo)).intent_ms == 0:  # noqa: ASYNC110 - the database has no event
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    killed.cancel()
    for task in vars(zalo.chain)["_storing"]:
        task.cancel()
    await asyncio.gather(killed, return_exceptions=True)


async def test_killed_after_the_commit(zalo: Zalo, fake: FakeZaloOA, database: Database) -> None:
    """The new pair is all that anybody can find."""
    await _authorized(zalo, fake)
    await _age(database, 21)
    await zalo.chain.tend()
    heir = Zalo.of(context(database, fake))
    assert (await heir.api.get("/v2.0/oa/getoa"))["oa_type"] == 4
    await heir.close()


async def test_a_late_answer_still_saves_the_chain(
    zalo: Zalo, other: Zalo, fake: FakeZaloOA, database: Database
) -> None:
    """A process that was slower than its lease brings the only pair that works, after another one
    was told that the token is used."""
    await _authorized(zalo, fake)
    await _age(database, 26)
    late = vars(zalo.chain)["_oauth"]
    begun = await vars(TokenChain)["_begin"](zalo.chain, 1)
    pair = await late.by_refresh_token(vars(TokenChain)["_opened"](zalo.chain, begun)[1])
    await _let_try_again(database)
    with pytest.raises(NoToken):
        await _forget(other).access()
    assert (await _chain(other)).is_lost
    token = await vars(TokenChain)["_keep"](zalo.chain, pair, begun.generation)
    assert not (await _chain(other)).is_lost
    assert (await other.chain.access()).text == token.text


async def test_out_of_reach_is_tried_again(
    zalo: Zalo, fake: FakeZaloOA, database: Database
) -> None:
    """A 502 of a proxy: the pair stays, later it is renewed, and nobody has to authorise."""
    await _authorized(zalo, fake)
    await _age(database, 26)
    fake.fault(FaultKind.STATUS, method="access_token", code=502)
    with pytest.raises(NoToken) as raised:
        await _forget(zalo).access()
    assert not raised.value.is_lost
    with pytest.raises(NoToken):
        await zalo.chain.access()
    assert len(fake.state.tokens.used) == 0, "not before the pause is over"
    await _let_try_again(database)
    assert (await zalo.chain.access()).text in fake.state.tokens.access


async def test_a_wrong_secret_keeps_the_pair(
    database: Database, zalo: Zalo, fake: FakeZaloOA
) -> None:
    """A setting that a person mends, not a chain that is lost; counted by its code. A code that
    turns out to mean the end is added by a setting."""
    await _authorized(zalo, fake)
    await _age(database, 26)
    right = context(database, fake)
    wrong = replace(right, settings=replace(right.settings, zalo_oa_app_secret=Secret("x")))
    mistaken = Zalo.of(replace(wrong, shared={}))
    with pytest.raises(NoToken, match="secret"):
        await mistaken.chain.access()
    assert mistaken.chain.refusals == {"kept_14001": 1}
    await mistaken.close()
    assert not (await _chain(zalo)).is_lost
    await _let_try_again(database)
    assert (await _forget(zalo).access()).text in fake.state.tokens.access
    await _age(database, 26)
    told = replace(wrong.settings, zalo_oa_lost_codes="-14001")
    final = Zalo.of(replace(wrong, settings=told, shared={}))
    with pytest.raises(NoToken) as raised:
        await final.chain.access()
    assert (raised.value.is_lost, dict(final.chain.refusals)) == (True, {"lost_14001": 1})
    await final.close()


async def test_a_persons_new_authorisation_mends_a_lost_chain(
    zalo: Zalo, fake: FakeZaloOA, database: Database
) -> None:
    """By a refresh token from the API Explorer, which is stored before it is used."""
    await _authorized(zalo, fake)
    fake.state.tokens.refresh.clear()
    await _age(database, 26)
    with pytest.raises(NoToken):
        await _forget(zalo).access()
    _, refresh = fake.pair()
    await zalo.chain.authorize_by_refresh_token(refresh)
    assert (await zalo.api.get("/v2.0/oa/getoa"))["oa_type"] == 4
    assert trouble_of(await zalo.chain.find(), 30) == ""


async def test_the_alarm_comes_long_before_the_end(
    zalo: Zalo, fake: FakeZaloOA, database: Database
) -> None:
    """Three months of silence, or renewals that fail: said weeks, or hours, before."""
    assert trouble_of(None, 30) == "missing"
    await _authorized(zalo, fake)
    chain = await _chain(zalo)
    assert trouble_of(chain, 30) == ""
    almost = replace(chain, refresh_until_ms=chain.now_ms + 29 * DAYS_MS)
    assert trouble_of(almost, 30) == "ending"
    failing = replace(chain, failures=3, access_until_ms=chain.now_ms + 3 * HOURS_MS)
    assert trouble_of(failing, 30) == "failing"
