"""What is due is sent once, in order, and every end is written down with its reason."""

import asyncio

import pytest
from sqlalchemy import update

from bot.channels.base import (
    CannotEdit,
    Rejected,
    SlowDown,
    Traits,
    TryLater,
    Unknown,
)
from bot.delivery import DispatchRules
from surveys.store.base import schema
from surveys.store.base.database import Database
from surveys.store.queues.outbox import MessageKind
from tests.fakes.channel import FakeChannel
from tests.integration.delivering import dispatching, now_ms, until
from tests.integration.queue_rows import add_contact, queue, rows_of, states_of
from tests.statements import noted

HOUR_MS = 3_600_000


async def _all(database: Database, *states: str) -> bool:
    return set((await states_of(database)).values()) <= set(states)


async def _first(database: Database, table: object = schema.outbox) -> dict[str, object]:
    return (await rows_of(database, table))[0]


async def _contact_with(
    database: Database, *keys: str, kind: MessageKind = MessageKind.REPLY
) -> int:
    async with database.write() as conn:
        contact = await add_contact(conn, "84")
        for key in keys:
            await queue(conn, contact, key, kind)
    return contact


async def test_replies_leave_in_the_order_they_were_made(database: Database) -> None:
    """All messages of a contact arrive, one after the other, and their words are forgotten."""
    channel = FakeChannel()
    await _contact_with(database, "one", "two", "three")
    async with dispatching(database, channel):
        await until(lambda: _all(database, "sent"))
    assert channel.texts == ["one", "two", "three"]
    assert {heard.address for heard in channel.heard} == {"84"}
    assert [row["message"]["text"] for row in await rows_of(database, schema.outbox)] == [""] * 3


async def test_sending_is_committed_before_the_request_leaves(database: Database) -> None:
    """Pitfall 1: at the moment a request arrives, the row says `sending`."""
    seen: list[str] = []

    class Looking(FakeChannel):
        async def send(self, address: str, message: object) -> str:  # noqa: ARG002
            seen.extend((await states_of(database)).values())
            return "1"

    await _contact_with(database, "one")
    async with dispatching(database, Looking()):
        await until(lambda: _all(database, "sent"))
    assert seen == ["sending"]


async def test_what_a_dead_sender_left_is_taken_over(database: Database) -> None:
    """Pitfall 1: an interrupted reply is asked once more; an interrupted invitation is uncertain
    and never repeated; a reply interrupted twice is uncertain too."""
    async with database.write() as conn:
        contact = await add_contact(conn, "1")
        await queue(conn, contact, "reply")
        await queue(conn, await add_contact(conn, "2"), "invitation", MessageKind.INVITATION)
        await queue(conn, await add_contact(conn, "3"), "twice", asked_again=True)
        dead = {"state": "sending", "owner": "dead", "leased_until_ms": now_ms() - 1}
        await conn.execute(update(schema.outbox).values(**dead))
    channel = FakeChannel()
    async with dispatching(database, channel):
        await until(lambda: _all(database, "sent", "uncertain"))
    assert channel.texts == ["reply"]
    assert await states_of(database) == {
        "reply": "sent",
        "invitation": "uncertain",
        "twice": "uncertain",
    }


async def test_what_a_living_sender_holds_is_left_alone(database: Database) -> None:
    """Within its lease a message in flight belongs to its sender, and holds its contact."""
    async with database.write() as conn:
        contact = await add_contact(conn, "1")
        await queue(conn, contact, "held")
        busy = {"state": "sending", "owner": "alive", "leased_until_ms": now_ms() + HOUR_MS}
        await conn.execute(update(schema.outbox).values(**busy))
        await queue(conn, contact, "behind")
        await queue(conn, await add_contact(conn, "2"), "other")
    channel = FakeChannel()
    async with dispatching(database, channel):
        await until(lambda: _heard(channel, 1))
        await asyncio.sleep(0.5)
    assert channel.texts == ["other"]


async def test_a_certain_failure_is_tried_again(database: Database) -> None:
    """Pitfall 2: what certainly did not arrive is sent again after a while, tries counted; a reply
    behind it waits, a notice to the same contact does not."""
    channel = FakeChannel()
    channel.faults["84"].append(TryLater("502 bad gateway"))
    contact = await _contact_with(database, "first", "second")
    async with database.write() as conn:
        await queue(conn, contact, "notice", MessageKind.NOTICE)
    async with dispatching(database, channel):
        await until(lambda: _all(database, "sent"))
    assert channel.texts == ["first", "notice", "first", "second"]
    assert (await _first(database))["tries"] == 1


async def test_a_waiting_broadcast_holds_nothing(database: Database) -> None:
    """A reminder due next week, or one that failed, holds neither replies nor other notices."""
    async with database.write() as conn:
        contact = await add_contact(conn, "84")
        later = now_ms() + HOUR_MS
        await queue(conn, contact, "next week", MessageKind.REMINDER, due_ms=later)
        await queue(conn, contact, "notice", MessageKind.NOTICE)
        await queue(conn, contact, "reply")
    channel = FakeChannel()
    async with dispatching(database, channel):
        await until(lambda: _heard(channel, 2))
    assert channel.texts == ["reply", "notice"]


@pytest.mark.parametrize(
    ("kind", "expected", "heard"),
    [
        (MessageKind.REPLY, "sent", 2),
        (MessageKind.INVITATION, "uncertain", 1),
        (MessageKind.REMINDER, "uncertain", 1),
        (MessageKind.NOTICE, "uncertain", 1),
    ],
)
async def test_a_cut_answer_is_handled_by_kind(
    database: Database, kind: MessageKind, expected: str, heard: int
) -> None:
    """Pitfalls 1 and 2: a question is asked again; what we began ourselves is not sent twice."""
    channel = FakeChannel()
    channel.faults["84"].append(Unknown("no answer in 20 s"))
    await _contact_with(database, "one", kind=kind)
    async with dispatching(database, channel):
        await until(lambda: _all(database, "sent", "uncertain"))
        await asyncio.sleep(0.3)
    assert await states_of(database) == {"one": expected}
    assert len(channel.heard) == heard


async def test_a_reply_is_asked_again_only_once(database: Database) -> None:
    """Two unknown outcomes of one reply end it, however many certain failures lay between."""
    channel = FakeChannel()
    channel.faults["84"].extend([Unknown("cut"), TryLater("502"), Unknown("cut")])
    await _contact_with(database, "one")
    async with dispatching(database, channel):
        await until(lambda: _all(database, "uncertain"))
    assert len(channel.heard) == 3


async def test_a_request_that_hangs_is_unknown(database: Database) -> None:
    """A channel that never answers does not hold its message for ever."""
    channel = FakeChannel()
    channel.faults["84"].append(60.0)
    await _contact_with(database, "one", kind=MessageKind.NOTICE)
    async with dispatching(database, channel):
        await until(lambda: _all(database, "uncertain"))
    assert (await _first(database))["reason"] == "TimeoutError"


async def test_a_refused_message_ends_with_a_readable_reason(database: Database) -> None:
    """A 400 ends the message with the channel's reason; the next one is not affected."""
    channel = FakeChannel()
    channel.faults["84"].append(Rejected("Bad Request: message text is empty"))
    await _contact_with(database, "bad", "good")
    async with dispatching(database, channel):
        await until(lambda: _all(database, "sent", "rejected"))
    row = await _first(database)
    assert (row["state"], row["reason"]) == ("rejected", "Bad Request: message text is empty")


async def test_a_message_for_another_key_is_refused_not_sent(database: Database) -> None:
    """An address that cannot be opened ends the message before any request."""
    channel = FakeChannel()
    async with database.write() as conn:
        contact = await add_contact(conn, "84", address_sealed=b"sealed by another key")
        await queue(conn, contact, "one")
    async with dispatching(database, channel):
        await until(lambda: _all(database, "rejected"))
    assert channel.heard == []
    assert (await _first(database))["reason"] == "privacy.wrong_key"


async def test_one_message_of_a_slot_is_edited_in_place(database: Database) -> None:
    """The first message of a slot is sent, the later ones take its place; other slots do not."""
    channel = FakeChannel()
    async with database.write() as conn:
        contact = await add_contact(conn, "84")
        for key, slot in (("a1", "a"), ("a2", "a"), ("b1", "b"), ("free", ""), ("a3", "a")):
            await queue(conn, contact, key, slot=slot)
    async with dispatching(database, channel):
        await until(lambda: _all(database, "sent"))
    assert [(heard.text, heard.reference) for heard in channel.heard] == [
        ("a1", ""),
        ("a2", "1"),
        ("b1", ""),
        ("free", ""),
        ("a3", "1"),
    ]


async def test_a_slot_is_that_of_one_contact(database: Database) -> None:
    """An interview that another chat takes over has the same slot there: nothing is edited."""
    channel = FakeChannel()
    for address in ("84", "85"):
        async with database.write() as conn:
            await queue(conn, await add_contact(conn, address), address, slot="a")
        async with dispatching(database, channel):
            await until(lambda: _all(database, "sent"))
    assert [(heard.text, heard.reference) for heard in channel.heard] == [("84", ""), ("85", "")]


async def test_a_message_that_is_out_of_reach_is_sent_anew(database: Database) -> None:
    """When the old message cannot be edited a new one takes over the slot, within the limit."""
    channel = FakeChannel()
    async with database.write() as conn:
        contact = await add_contact(conn, "84")
        for key in ("a1", "a2", "a3"):
            await queue(conn, contact, key, slot="a")
    channel.faults["84"].extend([0.0, CannotEdit("message can't be edited")])
    async with dispatching(database, channel):
        await until(lambda: _all(database, "sent"))
    assert [(heard.text, heard.reference) for heard in channel.heard] == [
        ("a1", ""),
        ("a2", "1"),
        ("a2", ""),
        ("a3", "3"),
    ]


async def test_a_channel_that_cannot_edit_always_sends(database: Database) -> None:
    """Where nothing can be edited every message is a new one."""
    channel = FakeChannel(traits=Traits())
    async with database.write() as conn:
        contact = await add_contact(conn, "84")
        for key in ("a1", "a2"):
            await queue(conn, contact, key, slot="a")
    async with dispatching(database, channel):
        await until(lambda: _all(database, "sent"))
    assert [heard.reference for heard in channel.heard] == ["", ""]


async def test_a_chat_told_to_slow_down_waits_alone(database: Database) -> None:
    """A 429 for one chat holds that chat until its deadline and nobody else."""
    channel = FakeChannel()
    channel.faults["84"].append(SlowDown("429", seconds=1.0, whole_bot=False))
    await _contact_with(database, "flooded", "behind")
    async with database.write() as conn:
        await queue(conn, await add_contact(conn, "85"), "other")
    async with dispatching(database, channel):
        await until(lambda: _all(database, "sent"))
    assert channel.texts == ["flooded", "other", "flooded", "behind"]
    assert channel.heard[2].at - channel.heard[0].at >= 1.0
    assert (await _first(database))["tries"] == 0


async def test_stopping_delivers_the_replies_that_are_due(database: Database) -> None:
    """A dispatcher that is told to stop still answers who was heard, and begins nothing new."""
    channel = FakeChannel()
    asleep = DispatchRules(poll_seconds=60)
    async with dispatching(database, channel, asleep) as dispatcher:
        await asyncio.sleep(0.1)
        async with database.write() as conn:
            for number in range(20):
                contact = await add_contact(conn, str(number))
                await queue(conn, contact, f"reply {number}")
                await queue(conn, contact, f"notice {number}", MessageKind.NOTICE)
        assert await dispatcher.stop(20)
    assert sorted(channel.texts) == sorted(f"reply {number}" for number in range(20))


async def test_many_bots_are_asked_about_in_one_question(sqlite_database: Database) -> None:
    """Pitfall 9: looking for work costs one statement, however many bots there are."""
    from surveys.store.queues import rate_limits
    from surveys.store.queues.outbox import Lane

    bots = [("fake", str(number)) for number in range(300)]
    async with sqlite_database.write() as conn:
        await rate_limits.register(conn, bots)
        contact = await add_contact(conn, "84", bot="7")
        await queue(conn, contact, "one", bot="7")
        with noted() as statements:
            work = await rate_limits.find_with_work(conn, bots, tuple(Lane))
    assert work == {("fake", "7"): {Lane.INTERACTIVE}}
    assert len(statements) == 1


async def _heard(channel: FakeChannel, count: int) -> bool:
    return len(channel.heard) >= count
