"""Who is asked, and that nobody is asked twice; who is told that a dossier is done."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from bot.asking.context import AskingContext, asking_context
from bot.asking.status_news import tell_followers
from bot.invitations import Invited, plan_some, send_some
from bot.messages import IncomingKind
from bot.notices import Notices
from bot.sealing import open_message
from surveys.period import parse_period
from surveys.privacy import masked
from surveys.store.asking import invitations
from surveys.store.asking.returned import count_of_period, list_of_period
from surveys.store.base import schema
from surveys.store.base.database import Database
from tests.integration.conversation.conftest import KEYS
from tests.integration.conversation.person import CODE, House

PERIOD = parse_period("2021-Q2")
NIGHT = datetime(2021, 6, 1, 15, 30, tzinfo=UTC)
WORK: dict[str, Any] = {"status": 4, "finished_at": None, "returned_at": None}


def asking(house: House) -> AskingContext:
    """What planning and sending needs, with no channel that reaches by phone."""
    return asking_context(house.conversation.context, [], lambda: "z" * 22)


async def invite(house: House, percent: int = 100) -> Invited:
    """Everything that `motcua invite` does to the database."""
    context = asking(house)
    async with house.database.write() as conn:
        done, ready, last = Invited(), list[int](), 0
        while more := await plan_some(
            conn, context, PERIOD, Decimal(percent), house.now, after=last
        ):
            done += Invited(queued=more.queued, left_out=more.left_out)
            ready += more.ready
            last = more.last_id
        return done + await send_some(conn, context, ready, house.now)


async def tell(house: House) -> None:
    """What the running bot does about followed dossiers."""
    async with house.database.write() as conn:
        await tell_followers(conn, house.conversation.context, house.now)


async def returned(house: House, code: str = CODE) -> None:
    """The office hands the result over."""
    async with house.database.write() as conn:
        which = schema.dossiers.c.code == code
        done = {"status": 10, "returned_at": datetime(2021, 5, 10, 9)}
        await conn.execute(schema.dossiers.update().where(which).values(**done))


async def messages(house: House, kind: str) -> list[dict[str, Any]]:
    """The messages of one kind in the outbox."""
    return [row for row in await house.rows(schema.outbox) if row["kind"] == kind]


async def test_whoever_agreed_is_invited_once(house: House) -> None:
    """A contact of an earlier dossier with the same phone: one message about both dossiers, whose
    buttons begin."""
    key = KEYS.phone_key("+84912345678")
    await house.dossier(phone_key=key)
    person = house.person()
    await person.does(IncomingKind.CONTACT, text="0912345678")
    await house.dossier("000.17.22.H56-210503-0002", "y" * 22, phone_key=key)
    assert (await invite(house)).issued == 2
    assert await invite(house) == Invited()
    (row,) = await messages(house, "invitation")
    made = await house.rows(schema.invitations)
    assert row["dedup_key"] == f"invite:{made[0]['id']}"
    assert [(one["state"], one["issued_at"]) for one in made] == [("issued", house.now)] * 2
    assert [one["lead_id"] for one in made] == [made[0]["id"]] * 2
    message = open_message(KEYS, row["message"])
    assert masked(CODE) in message.text
    assert CODE not in message.text
    data = message.buttons[0][0].data
    assert "đồng ý trả lời không" in await person.does(IncomingKind.TAP, data=data)


async def test_where_nobody_is_known_the_invitation_waits(house: House) -> None:
    """It is queued, not issued; when somebody is known, it is sent, once."""
    key = KEYS.phone_key("+84912345678")
    await house.dossier(phone_key=key)
    assert await invite(house) == Invited(queued=1)
    assert await invite(house) == Invited()
    (made,) = await house.rows(schema.invitations)
    assert (made["state"], made["issued_at"], made["contact_id"]) == ("queued", None, None)
    await house.person().does(IncomingKind.CONTACT, text="0912345678")
    assert (await invite(house)).issued == 1
    (made,) = await house.rows(schema.invitations)
    assert made["state"] == "issued"
    assert made["contact_id"] is not None


@pytest.mark.parametrize("no", ["/huy", "blocked", "/xoa"])
async def test_whoever_does_not_want_is_not_written_to(small_house: House, no: str) -> None:
    """Withdrawn, blocked or erased: the dossier waits for another contact."""
    key = KEYS.phone_key("+84912345678")
    await small_house.dossier(phone_key=key)
    person = small_house.person()
    await person.does(IncomingKind.CONTACT, text="0912345678")
    if no == "blocked":
        await person.does(IncomingKind.BLOCKED)
    else:
        await person.types(no, "đồng ý")
    assert (await invite(small_house)).issued == 0
    assert await messages(small_house, "invitation") == []


async def test_only_returned_and_unanswered_dossiers_of_the_period_are_asked(
    small_house: House,
) -> None:
    """Not one in work, of another period, opened, or answered."""
    await small_house.dossier()
    person = small_house.person()
    await person.consents()
    await person.taps("Hài lòng")
    await small_house.dossier("B-0002", "b" * 22, **WORK)
    late = datetime(2021, 6, 15)
    await small_house.dossier("B-0003", "c" * 22, returned_at=late)
    last = datetime(2021, 6, 14, 23, 59)
    await small_house.dossier("B-0004", "d" * 22, returned_at=last)
    assert await invite(small_house) == Invited(queued=1)


async def test_a_sample_is_the_same_every_time(small_house: House) -> None:
    """Larger samples hold smaller ones; the rest is counted as left out."""
    for number in range(40):
        await small_house.dossier(f"S-{number:04d}", f"{number:022d}")
    few = await invite(small_house, 25)
    assert 0 < few.queued < 40
    assert few.queued + few.left_out == 40
    assert (await invite(small_house, 25)).queued == 0
    first = {row["dossier_id"] for row in await small_house.rows(schema.invitations)}
    more = await invite(small_house, 60)
    assert more.queued > 0
    assert first < {row["dossier_id"] for row in await small_house.rows(schema.invitations)}


async def test_nobody_is_woken(small_house: House) -> None:
    """At half past ten in the evening the message becomes due at seven."""
    key = KEYS.phone_key("+84912345678")
    await small_house.dossier(phone_key=key)
    await small_house.person().does(IncomingKind.CONTACT, text="0912345678")
    small_house.now = NIGHT.replace(year=2099)
    await invite(small_house)
    (row,) = await messages(small_house, "invitation")
    due = datetime.fromtimestamp(row["due_ms"] / 1000, UTC)
    assert due == datetime(2099, 6, 2, 0, 0, tzinfo=UTC)


async def test_followers_are_told_and_who_proved_to_be_concerned_is_asked(house: House) -> None:
    """Who opened the link is told and invited; who only knew the code is told; each once."""
    await house.dossier(**WORK)
    owner, stranger = house.person("1"), house.person("2")
    await owner.opens()
    await owner.taps("Báo cho tôi")
    await stranger.types(CODE)
    await stranger.taps("Báo cho tôi")
    assert (await invite(house)).issued == 0
    await returned(house)
    for _ in range(2):
        await tell(house)
        await invite(house)
    (asked,) = await messages(house, "invitation")
    told = await messages(house, "notice")
    people = [(await one.contact())["id"] for one in (owner, stranger)]
    assert asked["contact_id"] == people[0]
    assert [row["contact_id"] for row in told] == people
    assert not any(row["follows"] for row in await house.rows(schema.contact_dossiers))


async def test_an_opened_invitation_is_not_sent_any_more(small_house: House) -> None:
    """Who opens the link before the message left is not asked again by it."""
    key = KEYS.phone_key("+84912345678")
    await small_house.dossier(phone_key=key)
    person = small_house.person()
    await person.does(IncomingKind.CONTACT, text="0912345678")
    await invite(small_house)
    await person.opens()
    (row,) = await messages(small_house, "invitation")
    assert row["state"] == "cancelled"
    (made,) = await small_house.rows(schema.invitations)
    assert made["state"] == "opened"


async def test_counts_unit_by_unit(house: House) -> None:
    """Returned, issued, queued, answered."""
    await house.dossier()
    await house.dossier("000.17.22.H56-210503-0002", "y" * 22)
    person = house.person()
    await person.consents()
    await person.taps("Hài lòng")
    await invite(house)
    async with house.database.read() as conn:
        (counts,) = await invitations.count_by_unit(conn, PERIOD, "phieu5")
    assert (counts.unit, counts.returned, counts.issued) == ("XA01", 2, 1)
    assert (counts.queued, counts.answered) == (1, 1)


async def test_a_contact_who_refused_notices_but_agreed_to_surveys(small_house: House) -> None:
    """The survey's consent is what an invitation needs; a refused notice alone forbids it."""
    await small_house.dossier(**WORK)
    await small_house.dossier("000.17.22.H56-210503-0002", "y" * 22)
    both, refused = small_house.person("1"), small_house.person("2")
    await both.consents("y" * 22)
    await both.opens()
    await both.taps("Không cần")
    await refused.opens()
    await refused.taps("Không cần")
    await returned(small_house)
    await invite(small_house)
    (row,) = await messages(small_house, "invitation")
    assert row["contact_id"] == (await both.contact())["id"]


async def test_database_kinds_agree(database: Database) -> None:
    """An empty period invites nobody."""
    async with database.write() as conn:
        listed = await list_of_period(conn, PERIOD, "phieu5", 0, 10, has_phones=True)
        assert listed == []
        assert await count_of_period(conn, PERIOD, "phieu5", has_phones=True) == 0


async def test_the_running_bot_tells_followers_soon(house: House) -> None:
    """Without any command: within a poll of the import, and once."""
    await house.dossier(**WORK)
    person = house.person()
    await person.types(CODE)
    await person.taps("Báo cho tôi")
    told = asyncio.Event()
    notices = Notices(
        house.database,
        house.conversation.context,
        clock=lambda: house.now,
        told=told.set,
        poll_seconds=0.01,
    )
    running = asyncio.create_task(notices.run())
    await returned(house)
    async with asyncio.timeout(20):
        await told.wait()
    running.cancel()
    assert len(await messages(house, "notice")) == 1
    assert await notices.tell() == 0
