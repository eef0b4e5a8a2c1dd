"""The fake Telegram has limits, goes wrong to order, and shows what a person sees."""

import asyncio

import aiohttp
import pytest

from tests.fakes.telegram import FakeTelegram, FaultKind, Limits, Person
from tests.fakes.telegram.transcript import busiest
from tests.unit.fakes.client import Client, inline


async def test_tap_on_a_missing_button(client: Client, lan: Person) -> None:
    """A person cannot tap a button that is not there, unless the screen is stale."""
    await client.result("sendMessage", chat_id=1, text="a", reply_markup=inline())
    with pytest.raises(LookupError, match="Không"):
        await lan.taps("Không")
    assert await lan.taps("old", lan.received[0], stale=True) is not None


async def test_sees_fails_with_the_screen() -> None:
    """Waiting for a text that does not come ends with a picture of the screen."""
    async with FakeTelegram() as fake:
        lan = fake.person(1)
        await lan.types("chào")
        with pytest.raises(AssertionError, match="> chào"):
            await lan.sees("Kính chào", seconds=0.05)


async def test_chat_limit() -> None:
    """A chat tolerates a burst, then the bot is told how long to wait; other chats go on."""
    async with FakeTelegram(limits=Limits(chat_burst=2)) as fake, aiohttp.ClientSession() as http:
        client = Client(fake, http)
        for id_ in (1, 2):
            fake.person(id_, started=True)
        statuses = [(await client.call("sendMessage", chat_id=1, text="a"))[0] for _ in range(3)]
        assert statuses == [200, 200, 429]
        _, refused = await client.call("sendMessage", chat_id=1, text="a")
        assert refused["parameters"] == {"retry_after": 1}
        await client.result("sendMessage", chat_id=2, text="a")


async def test_overall_limit() -> None:
    """The 31st message within a second is refused, whatever its chat."""
    async with FakeTelegram() as fake, aiohttp.ClientSession() as http:
        client = Client(fake, http)
        for id_ in range(40):
            fake.person(id_, started=True)
        statuses = [(await client.call("sendMessage", chat_id=i, text="a"))[0] for i in range(40)]
        spent = fake.calls()[-1].at - fake.calls()[0].at
        assert statuses.count(429) == 10 or spent >= 1
        assert fake.worst_window() == 40 or spent >= 1


def test_busiest_window() -> None:
    """The busiest span is found wherever it begins; its end does not belong to it."""
    assert busiest([0.0, 0.9, 1.0, 1.1, 5.0], 1.0) == 3
    assert busiest([0.0, 1.0, 2.0], 1.0) == 1
    assert busiest([], 1.0) == 0


async def test_status_fault_has_no_effect(client: Client, lan: Person) -> None:
    """500 and 429 by order leave the chat as it was, for this many calls, of that method and
    chat.
    """
    client.fake.fault(FaultKind.STATUS, method="sendMessage", chat=1, code=500, skip=1)
    client.fake.fault("too_many", method="sendMessage", chat=1, seconds=7)
    status, body = await client.call("sendMessage", chat_id=1, text="a")
    assert (status, body["parameters"]["retry_after"]) == (429, 7)
    assert (await client.call("sendMessage", chat_id=1, text="b"))[0] == 500
    assert (await client.call("sendMessage", chat_id=1, text="c"))[0] == 200
    assert [message.text for message in lan.received] == ["c"]


@pytest.mark.parametrize("effect", [True, False])
async def test_cut_before_or_after(client: Client, lan: Person, effect: bool) -> None:
    """A cut connection leaves the message sent or not sent, as ordered."""
    client.fake.fault(FaultKind.CUT, effect=effect)
    with pytest.raises(aiohttp.ClientError):
        await client.call("sendMessage", chat_id=1, text="a")
    assert len(lan.received) == effect
    assert client.fake.calls()[0].effect is effect


async def test_truncated_answer_has_its_effect(client: Client, lan: Person) -> None:
    """Half an answer comes after a whole message."""
    client.fake.fault(FaultKind.TRUNCATED)
    with pytest.raises(ValueError, match=r"Unterminated|Expecting|delimiter"):
        await client.call("sendMessage", chat_id=1, text="a")
    assert len(lan.received) == 1


async def test_hang_never_answers(client: Client, lan: Person) -> None:
    """A hanging call has its effect, if ordered, and no answer."""
    client.fake.fault(FaultKind.HANG, effect=True)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(client.call("sendMessage", chat_id=1, text="a"), 0.2)
    assert len(lan.received) == 1
    assert client.fake.calls()[0].status == 0
