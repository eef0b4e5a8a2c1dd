"""What a flood has left is deleted, and its space is used again."""

from datetime import UTC, datetime

from sqlalchemy import func, select

from bot.messages import IncomingKind
from bot.settings import load_settings
from bot.strangers import WHAT, span_of
from bot.trimming import Trimming
from surveys.store.base import schema
from surveys.store.base.database import Database
from surveys.store.citizens import by_phone, look_up_counts, web_messages
from surveys.store.citizens.by_phone import Number
from surveys.store.citizens.look_up_counts import Asker
from surveys.store.citizens.web_messages import Author, NewMessage
from surveys.store.queues import arrivals, inbox, usage
from tests.integration.conversation.conftest import make_house
from tests.integration.conversation.person import House
from tests.integration.queue_rows import rows_of, update_from


def _trimming(house: House, megabytes: int = 1) -> Trimming:
    chosen = load_settings(strangers_mb=megabytes)
    return Trimming(database=house.database, settings=chosen, clock=lambda: house.now)


async def _wrote(house: House, megabytes: int) -> None:
    """Strangers have stored so much in these ten minutes."""
    async with house.database.write() as conn:
        await usage.add(conn, "telegram", "7", WHAT, span_of(house.now), megabytes * 1_000)


async def _kept(house: House) -> list[bool]:
    """Whether each contact can be found by its chat."""
    return [row["chat_key"] is not None for row in await house.rows(schema.contacts)]


async def test_the_oldest_strangers_go_first(database: Database) -> None:
    """Beyond the limit; nobody of these ten minutes, nor who has a dossier or a petition."""
    house = await make_house(database)
    await house.dossier()
    owner, petitioner, old, young = (house.person(name) for name in ("o", "p", "s", "y"))
    await owner.opens()
    await petitioner.types("chào")
    row = {"reference": "PA1", "state": "sent", "contact_id": 2, "begun_at": house.now}
    async with database.write() as conn:
        await conn.execute(schema.petitions.insert().values(**row))
    await old.types("chào")
    await _wrote(house, 1)
    house.wait(days=1)
    await young.types("chào")
    await _wrote(house, 1)
    await _trimming(house, 2).trim()
    assert await _kept(house) == [True] * 4
    await _trimming(house).trim()
    assert await _kept(house) == [True, True, False, True]
    async with database.read() as conn:
        assert await usage.read_spans(conn, WHAT) == [(span_of(house.now), 1_000)]


async def test_a_no_and_a_number_outlive_a_flood(database: Database) -> None:
    """Who must not be written to again, and whose number is known, is not forgotten."""
    house = await make_house(database)
    refuses, shares, stranger = (house.person(name) for name in ("r", "p", "s"))
    await refuses.types("STOP", "đồng ý")
    await shares.does(IncomingKind.CONTACT, text="0912345678")
    number = Number(
        channel="zalo_template",
        bot="main",
        chat_key="n",
        address_sealed=b"n",
        phone_key="k",
        language="vi",
    )
    async with database.write() as conn:
        await by_phone.meet(conn, [number], house.now)
    await stranger.types("chào")
    await _wrote(house, 2)
    house.wait(days=1)
    await _trimming(house).trim()
    kept = {row["id"]: row["chat_key"] is not None for row in await house.rows(schema.contacts)}
    assert list(kept.values()) == [True, True, True, False]


async def test_what_a_stranger_said_before_goes(database: Database) -> None:
    """Bubbles and replies of a chat that goes on, so that one chat cannot fill the disk."""
    house = await make_house(database)
    person = house.person("s", "web")
    for _ in range(2):
        await person.types("chào")
        await _wrote(house, 1)
        await _settle(house)
        house.wait(minutes=20)
    await person.types("chào")
    await _trimming(house).trim()
    assert await _kept(house) == [True]
    states = [row["state"] for row in await house.rows(schema.outbox)]
    assert states == ["sent", "due"]
    assert len(await house.rows(schema.web_messages)) == 1


async def _settle(house: House) -> None:
    """What was said is shown and sent by now."""
    moment = int(house.now.timestamp() * 1_000)
    chat = (await house.rows(schema.contacts))[0]["chat_key"]
    new = NewMessage(chat_key=chat, author=Author.BOT, body={}, at=house.now)
    async with house.database.write() as conn:
        waits = schema.outbox.c.state == "due"
        sent = {"state": "sent", "settled_ms": moment}
        await conn.execute(schema.outbox.update().where(waits).values(**sent))
        await web_messages.add(conn, new)


async def test_handled_updates_go_after_a_month(database: Database) -> None:
    """But the latest, whose number must not come again; what waits stays."""
    house = await make_house(database)
    async with database.write() as conn:
        await arrivals.put_many(conn, [update_from(str(number)) for number in range(5)])
        numbers = (await conn.execute(select(schema.inbox.c.id))).scalars().all()
        await inbox.take(conn, numbers[:1])
        ago = func.coalesce(schema.inbox.c.received_ms, 0) - 31 * 86_400_000
        done = {"received_ms": ago, "state": "done"}
        some = schema.inbox.c.id != numbers[2]
        await conn.execute(schema.inbox.update().where(some).values(**done))
    house.now = datetime.now(UTC)
    await _trimming(house).trim()
    assert [row["id"] for row in await rows_of(database, schema.inbox)] == [numbers[2], numbers[4]]


async def test_counts_of_look_ups_go_after_an_hour(database: Database) -> None:
    """And it is done in one of several processes."""
    house = await make_house(database)
    asker = Asker(channel="web", bot="page", chat="c", network="n")
    async with database.write() as conn:
        await look_up_counts.add(conn, asker, int(house.now.timestamp()) - 4_000)
    await _trimming(house).trim_in_turn()
    assert await house.rows(schema.look_ups) == []
    async with database.write() as conn:
        await look_up_counts.add(conn, asker, int(house.now.timestamp()) - 4_000)
    await _trimming(house).trim_in_turn()
    assert len(await house.rows(schema.look_ups)) == 1
