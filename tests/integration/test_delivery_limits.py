"""The limits are ours: per bot over all processes, per chat, and exact when we are told to wait."""

import asyncio
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence

import pytest

from bot.channels.base import Limits, SlowDown
from bot.delivery import DispatchRules
from surveys.store.base.database import Database
from surveys.store.queues.outbox import MessageKind
from tests.fakes.channel import FakeChannel, Heard
from tests.integration.delivering import RULES, TELEGRAM, dispatching, until
from tests.integration.queue_rows import add_contact, migrated, queue, states_of
from tests.statements import noted

FAST_BOT = Limits(per_second=100.0, per_chat_second=float("inf"), chat_burst=1)


async def _broadcast(database: Database, count: int) -> list[int]:
    """Queue a notice to each of `count` new contacts; returns the contacts."""
    async with database.write() as conn:
        contacts = [await add_contact(conn, f"{number}") for number in range(count)]
        for number, contact in enumerate(contacts):
            await queue(conn, contact, f"notice {number}", MessageKind.NOTICE)
    return contacts


async def _all_sent(database: Database) -> bool:
    return set((await states_of(database)).values()) == {"sent"}


def fullest_second(heard: Sequence[Heard]) -> int:
    """The most messages that arrived within any one second."""
    moments = sorted(one.at for one in heard)
    return max(bisect_left(moments, moment + 1.0) - place for place, moment in enumerate(moments))


async def test_a_broadcast_keeps_to_the_rate(database: Database) -> None:
    """At 25 a second no second of the far end sees 30."""
    channel = FakeChannel(limits=TELEGRAM)
    await _broadcast(database, 60)
    async with dispatching(database, channel):
        await until(lambda: _all_sent(database))
    assert len(channel.heard) == 60
    assert fullest_second(channel.heard) < 30


async def test_a_gathered_broadcast_takes_few_transactions(database: Database) -> None:
    """A channel that counts over a minute: 120 messages are claimed many at a time, and their
    results recorded many at a time, not one by one."""
    limits = Limits(per_second=66.0, per_chat_second=2.0, chat_burst=5, gather_ms=250)
    channel = FakeChannel(limits=limits)
    await _broadcast(database, 120)
    with noted() as said:
        async with dispatching(database, channel):
            await until(lambda: _all_sent(database))
    claims = [statement for statement, _ in said if "state='sending'" in statement]
    assert len(channel.heard) == 120
    assert len(claims) <= 40
    assert len(said) <= 3 * 120


@pytest.mark.postgres
async def test_two_processes_share_one_rate(postgres_url: str) -> None:
    """Two dispatchers at once: every message once, and together no faster than one."""
    channel = FakeChannel(limits=TELEGRAM)
    async with migrated(postgres_url) as one, migrated(postgres_url) as other:
        await _broadcast(one, 60)
        async with dispatching(one, channel), dispatching(other, channel):
            await until(lambda: _all_sent(one))
    assert sorted(Counter(channel.texts).values()) == [1] * 60
    assert fullest_second(channel.heard) < 30


@pytest.mark.postgres
async def test_two_processes_at_full_speed_never_double(postgres_url: str) -> None:
    """Without a limit two dispatchers race for every message: each is sent once, and each contact
    gets its replies in order."""
    channel = FakeChannel()
    async with migrated(postgres_url) as one, migrated(postgres_url) as other:
        async with one.write() as conn:
            for number in range(60):
                contact = await add_contact(conn, f"{number}")
                for place in range(4):
                    await queue(conn, contact, f"{number}:{place}")
        async with dispatching(one, channel), dispatching(other, channel):
            await until(lambda: _all_sent(one))
    order: defaultdict[str, list[str]] = defaultdict(list)
    for heard in channel.heard:
        order[heard.address].append(heard.text)
    assert all(order[str(n)] == [f"{n}:{place}" for place in range(4)] for n in range(60))


async def test_two_processes_on_one_file_never_double(sqlite_url: str) -> None:
    """Pitfall 4: SQLite has no row locks, but one writer at a time: still every message once."""
    channel = FakeChannel()
    async with migrated(sqlite_url) as one, migrated(sqlite_url) as other:
        await _broadcast(one, 60)
        async with dispatching(one, channel), dispatching(other, channel):
            await until(lambda: _all_sent(one))
    assert sorted(Counter(channel.texts).values()) == [1] * 60


async def test_a_reply_overtakes_the_broadcast(database: Database) -> None:
    """While a broadcast runs a reply leaves at once, long before the rest of it."""
    channel = FakeChannel(limits=TELEGRAM)
    contacts = await _broadcast(database, 50)
    async with dispatching(database, channel) as dispatcher:
        await until(lambda: _heard(channel, 5))
        async with database.write() as conn:
            await queue(conn, contacts[-1], "reply")
        before = len(channel.heard)
        dispatcher.wake()
        await until(lambda: _told(channel, "reply"))
    assert channel.texts.index("reply") <= before + 5


async def test_a_chat_gets_a_burst_and_then_one_a_second(database: Database) -> None:
    """The fourth message to one chat waits; another chat's does not."""
    channel = FakeChannel(limits=TELEGRAM)
    async with dispatching(database, channel) as dispatcher:
        async with database.write() as conn:
            await queue(conn, await add_contact(conn, "86"), "makes the statements be compiled")
        await until(lambda: _all_sent(database))
        async with database.write() as conn:
            contact = await add_contact(conn, "84")
            for number in range(5):
                await queue(conn, contact, f"{number}")
            await queue(conn, await add_contact(conn, "85"), "other")
        dispatcher.wake()
        await until(lambda: _all_sent(database))
    assert channel.texts.index("other") <= 4
    first, *others = [heard.at for heard in channel.heard if heard.address == "84"]
    since = [moment - first for moment in others]
    assert since[1] < 0.9
    assert [moment > wait for moment, wait in zip(since[2:], (0.95, 1.95), strict=True)] == [
        True
    ] * 2


async def test_a_429_for_the_bot_stops_it_to_the_deadline(database: Database) -> None:
    """Pitfall 6: after the answer nothing leaves until the deadline; nothing is lost or doubled."""
    channel = FakeChannel(limits=FAST_BOT)
    await _broadcast(database, 60)
    channel.faults["10"].append(SlowDown("429", seconds=1.0, whole_bot=True))
    async with dispatching(database, channel):
        await until(lambda: _all_sent(database))
    told = channel.texts.index("notice 10")
    assert channel.heard[told + 1].at - channel.heard[told].at >= 1.0
    counted = Counter(channel.texts)
    assert counted.pop("notice 10") == 2
    assert set(counted.values()) == {1}


@pytest.mark.postgres
async def test_a_429_stops_every_process(postgres_url: str) -> None:
    """Pitfall 6: the other process stops too: what it had begun may arrive, nothing else."""
    channel = FakeChannel(limits=FAST_BOT)
    async with migrated(postgres_url) as one, migrated(postgres_url) as other:
        await _broadcast(one, 60)
        channel.faults["10"].append(SlowDown("429", seconds=1.5, whole_bot=True))
        async with dispatching(one, channel), dispatching(other, channel):
            await until(lambda: _all_sent(one))
    told = channel.heard[channel.texts.index("notice 10")].at
    slipped = [heard for heard in channel.heard if 0.3 < heard.at - told < 1.5]
    assert slipped == []
    assert len(channel.heard) == 61


async def test_replies_go_first_when_the_pause_is_over(database: Database) -> None:
    """What waited for the pause leaves replies first, and the flooded chat after the others."""
    channel = FakeChannel(limits=FAST_BOT)
    contacts = await _broadcast(database, 20)
    channel.faults["0"].append(SlowDown("429", seconds=1.0, whole_bot=True))
    async with dispatching(database, channel):
        await until(lambda: _heard(channel, 1))
        async with database.write() as conn:
            await queue(conn, contacts[5], "reply")
        await until(lambda: _all_sent(database))
    assert channel.texts[:2] == ["notice 0", "reply"]
    assert channel.texts.index("notice 0", 1) > channel.texts.index("notice 19")


async def test_a_slow_far_end_does_not_pile_up_requests(database: Database) -> None:
    """Never more than `max_in_flight` requests at once, however slow the answers are."""
    channel = FakeChannel()
    flying: list[int] = []

    class Slow(FakeChannel):
        async def send(self, address: str, message: object) -> str:  # noqa: ARG002
            flying.append(flying[-1] + 1 if flying else 1)
            await asyncio.sleep(0.02)
            flying.append(flying[-1] - 1)
            return "1"

    channel = Slow()
    await _broadcast(database, 40)
    rules = DispatchRules(
        send_seconds=RULES.send_seconds,
        lease_seconds=RULES.lease_seconds,
        poll_seconds=0.1,
        max_in_flight=7,
    )
    async with dispatching(database, channel, rules):
        await until(lambda: _all_sent(database))
    assert max(flying) <= 7


async def _heard(channel: FakeChannel, count: int) -> bool:
    return len(channel.heard) >= count


async def _told(channel: FakeChannel, text: str) -> bool:
    return text in channel.texts
