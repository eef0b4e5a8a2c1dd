"""A returned dossier is asked about by itself: once, politely, by the way that reaches."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from surveys.privacy import masked
from surveys.store.base import schema
from surveys.store.queues import claims, delivery_results
from surveys.store.queues.delivery_results import DeliveryResult
from surveys.store.queues.outbox import Lane, OutboxState
from surveys.store.results import responses
from tests.integration.asking.conftest import MONDAY, ZONE, Office
from tests.integration.conversation.conftest import KEYS

PHONE = "+84912345678"


def at(local: str) -> datetime:
    """A moment of 2026 on the authority's clock."""
    return datetime.fromisoformat(f"2026-{local}").replace(tzinfo=ZONE)


async def test_the_chat_last_used_is_asked_after_the_delay(office: Office) -> None:
    """Planned at once, sent two hours after the return and not at the counter, by the chat that
    was used last."""
    dossier = await office.returned("D1", phone=PHONE)
    await office.chat(dossier, "old")
    office.now += timedelta(minutes=1)
    last = await office.chat(dossier, "new")
    assert (await office.look()).planned == 1
    assert await office.outcomes() == {"D1": "planned"}
    assert await office.due("D1") == at("03-09 11:00")
    await office.look(hours=1)
    assert await office.sent() == []
    assert (await office.look(hours=1)).issued == 1
    (sent,) = await office.sent()
    assert (sent["kind"], sent["contact"]) == ("invitation", last)
    assert masked("D1") in sent["text"]


async def test_without_a_chat_the_phone_is_written_to(office: Office) -> None:
    """Through the channel that reaches by phone, with the facts of its template and a link."""
    office.restart(public_url="https://motcua.example")
    await office.returned("D1", phone=PHONE)
    await office.look()
    await office.look(hours=2)
    (sent,) = await office.sent()
    assert (sent["channel"], sent["buttons"]) == ("by_number", 0)
    assert sent["facts"]["unit"] == "UBND XA01"
    assert sent["facts"]["returned_on"] == "09/03/2026"
    assert sent["facts"]["link"].startswith("https://motcua.example/#")
    (contact,) = await office.house.rows(schema.contacts)
    assert KEYS.unseal(contact["address_sealed"]) == PHONE
    assert contact["phone_key"] == KEYS.phone_key(PHONE)


@pytest.mark.parametrize(
    ("phone", "plugged", "outcome"),
    [
        ("", True, "queued no_phone"),
        ("+84243825555", True, "queued no_mobile"),
        (PHONE, False, "queued no_channel"),
    ],
)
async def test_else_the_link_on_the_receipt_with_its_reason(
    small_office: Office, phone: str, plugged: bool, outcome: str
) -> None:
    """A named outcome and no message; once a way is there, it is planned."""
    small_office.plugged = plugged
    small_office.restart()
    dossier = await small_office.returned("D1", phone=phone)
    await small_office.look()
    assert await small_office.outcomes() == {"D1": outcome}
    await small_office.look(hours=3)
    assert await small_office.sent() == []
    await small_office.chat(dossier)
    await small_office.look(minutes=1)
    await small_office.look(minutes=1)
    assert len(await small_office.sent()) == 1


async def test_a_chat_in_a_page_is_the_last_resort(small_office: Office) -> None:
    """A page cannot call anybody: a number is better, a receipt is worse."""
    first = await small_office.returned("D1", phone=PHONE)
    second = await small_office.returned("D2")
    for number, dossier in enumerate((first, second)):
        await small_office.chat(dossier, str(number), channel="web")
    await small_office.look()
    await small_office.look(hours=2)
    sent = {one["text"].count(masked("D2")): one["channel"] for one in await small_office.sent()}
    assert sent == {0: "by_number", 1: "web"}


async def test_a_company_gets_one_message_with_a_list(office: Office) -> None:
    """However many dossiers; what comes later in the week waits, and comes in one message too."""
    for number in range(40):
        await office.returned(f"D{number:02d}", phone=PHONE)
    await office.look()
    assert (await office.look(hours=2)).issued == 40
    (sent,) = await office.sent()
    assert "40 hồ sơ" in sent["text"]
    assert "và 35 hồ sơ khác" in sent["text"]
    assert sent["facts"]["codes"] == "40"
    for number in range(3):
        await office.returned(f"E{number}", phone=PHONE)
    await office.look()
    await office.look(hours=3)
    found = await office.outcomes()
    assert [found[f"E{n}"] for n in range(3)] == ["planned weekly"] * 3
    assert await office.due("E0") == at("03-16 11:00")
    await office.days(8)
    assert [one["text"].count("3 hồ sơ") for one in await office.sent()] == [0, 1]


async def test_one_number_asked_this_week_does_not_hold_back_the_rest_of_its_chat(
    office: Office,
) -> None:
    """A chat with dossiers of many numbers: those that may be asked are, the others wait for
    their own turn; a busy chat starves nobody."""
    await office.returned("P0", phone=PHONE)
    await office.look()
    await office.look(hours=2)
    await office.chat(await office.returned("C0", phone=PHONE))
    for number in range(1, 4):
        await office.chat(await office.returned(f"C{number}", phone=f"+8491234000{number}"))
    await office.look()
    await office.look(hours=2)
    found = await office.outcomes()
    assert [found[f"C{n}"] for n in range(4)] == ["planned weekly"] + ["issued"] * 3
    assert await office.due("C0") == at("03-16 11:00")
    assert len(await office.sent()) == 2


async def test_a_phone_shared_by_ten_people_gets_one_message(office: Office) -> None:
    """And a chat whose dossier carries the same number waits for its turn."""
    for number in range(10):
        await office.returned(f"D{number}", phone=PHONE)
    await office.chat(await office.returned("D10", phone=PHONE))
    await office.look()
    await office.look(hours=2)
    await office.look(minutes=5)
    assert len(await office.sent()) == 1
    waiting = [code for code, state in (await office.outcomes()).items() if state != "issued"]
    assert waiting in (["D10"], [f"D{n}" for n in range(10)])


async def test_nobody_is_written_to_at_night_on_a_weekend_or_a_holiday(office: Office) -> None:
    """Returned on the last evening before Tết: asked ten days later, from seven."""
    office.now = at("02-13 20:30")
    await office.returned("D1", phone=PHONE)
    await office.look()
    assert await office.due("D1") == at("02-23 07:00")
    await office.days(9)
    assert await office.sent() == []
    await office.days(1)
    assert len(await office.sent()) == 1


async def test_a_dossier_whose_chat_is_asked_week_after_week_goes_by_phone(
    small_office: Office,
) -> None:
    """Its number and its chat are each busy when the other is free: after a week of waiting the
    number is enough, and its other dossiers are in the same message."""
    office = small_office
    await office.chat(await office.returned("C0"))
    await office.look()
    await office.look(hours=2)
    await office.days(2)
    await office.returned("P0", phone=PHONE)
    await office.look()
    await office.look(hours=2)
    await office.chat(await office.returned("D", phone=PHONE))
    for week in range(3):
        await office.chat(await office.returned(f"C{week + 1}"))
        await office.returned(f"P{week + 1}", phone=PHONE)
        await office.days(7)
    codes = {row["id"]: row["code"] for row in await office.house.rows(schema.dossiers)}
    rows = {codes[row["dossier_id"]]: row for row in await office.house.rows(schema.invitations)}
    assert (rows["D"]["state"], rows["D"]["channel"]) == ("issued", "by_number")
    together = {code for code, row in rows.items() if row["lead_id"] == rows["D"]["lead_id"]}
    assert together >= {"D", "P2"}


async def test_a_receipt_that_nobody_opens_expires_under_its_own_name(
    small_office: Office,
) -> None:
    """Apart from what waited in vain for its turn."""
    await small_office.returned("D1")
    await small_office.look()
    for _ in range(32):
        await small_office.look(hours=23)
    assert await small_office.outcomes() == {"D1": "expired receipt"}


async def test_a_message_outside_the_window_gives_the_turn_back(office: Office) -> None:
    """The channel did not take it, so nobody was written to: the phone is next, not next week."""
    await office.chat(await office.returned("D1", phone=PHONE), channel="zalo_oa")
    await office.chat(await office.returned("D2"), channel="zalo_oa")
    await office.look()
    assert (await office.look(hours=2)).issued == 2
    async with office.house.database.write() as conn:
        (claimed,) = await claims.claim(
            conn, "zalo_oa", "7", Lane.BROADCAST, 10, owner="one", lease_ms=60_000
        )
        refused = DeliveryResult(message=claimed, state=OutboxState.EXPIRED, is_outside_window=True)
        await delivery_results.record_results(conn, [refused], office.now)
    await office.look(minutes=1)
    await office.look(minutes=1)
    assert await office.outcomes() == {"D1": "issued", "D2": "queued"}
    assert [one["channel"] for one in await office.sent()] == ["zalo_oa", "by_number"]
    (turn,) = await office.house.rows(schema.citizen_turns)
    assert turn["asked_at"] == office.now - timedelta(minutes=1)


async def test_a_year_whose_holidays_are_not_known_sends_nothing_if_so_chosen(
    small_office: Office,
) -> None:
    """Last year's file under the policy `hold`: it is planned, and waits."""
    small_office.restart(holidays_unknown="hold")
    small_office.now = datetime(2031, 3, 10, 9, 0, tzinfo=ZONE)
    await small_office.returned("D1", phone=PHONE)
    await small_office.look()
    for _ in range(3):
        await small_office.look(hours=20)
    assert await small_office.outcomes() == {"D1": "planned"}
    assert await small_office.sent() == []


async def test_one_reminder_after_three_days_and_an_end_after_thirty(office: Office) -> None:
    """By chat; never a second one; then the invitation expires."""
    await office.chat(await office.returned("D1"))
    await office.look()
    await office.look(hours=2)
    await office.days(2)
    assert [one["kind"] for one in await office.sent()] == ["invitation"]
    await office.days(2)
    kinds = [one["kind"] for one in await office.sent()]
    assert kinds == ["invitation", "reminder"]
    assert "lần nhắc duy nhất" in (await office.sent())[1]["text"]
    for _ in range(28):
        await office.look(hours=23)
    assert [one["kind"] for one in await office.sent()] == kinds
    assert await office.outcomes() == {"D1": "expired"}


async def test_a_phone_is_never_reminded(small_office: Office) -> None:
    """A message by phone costs money and may annoy."""
    await small_office.returned("D1", phone=PHONE)
    await small_office.look()
    await small_office.look(hours=2)
    await small_office.days(5)
    assert [one["kind"] for one in await small_office.sent()] == ["invitation"]


@pytest.mark.parametrize("when", ["planned", "sent"])
async def test_an_answer_on_paper_ends_it(office: Office, when: str) -> None:
    """Answered elsewhere: neither an invitation nor a reminder is sent."""
    dossier = await office.returned("D1", phone=PHONE)
    await office.chat(dossier)
    await office.look()
    if when == "sent":
        await office.look(hours=2)
    async with office.house.database.write() as conn:
        await responses.record_answer(
            conn,
            KEYS,
            dossier_id=dossier,
            form="phieu5",
            form_version="1",
            channel="paper",
            contact_id=None,
            question="satisfaction",
            option="very",
            text=None,
            revision=1,
            now=office.now,
            simulated=False,
        )
    before = len(await office.sent())
    await office.days(5)
    assert await office.outcomes() == {"D1": "answered elsewhere"}
    assert len(await office.sent()) == before == (when == "sent")


async def test_whoever_opted_out_is_not_asked_by_phone_either(office: Office) -> None:
    """The chat said no more messages; the same number on another dossier is left alone."""
    dossier = await office.returned("D1", phone=PHONE)
    contact = await office.chat(dossier)
    async with office.house.database.write() as conn:
        which = schema.contacts.c.id == contact
        key = KEYS.phone_key(PHONE)
        await conn.execute(update(schema.contacts).where(which).values(phone_key=key))
        await conn.execute(
            schema.consents.insert().values(
                contact_id=contact,
                purpose="survey",
                given=False,
                text_version="1",
                language="vi",
                channel="telegram",
                at=office.now,
            )
        )
    await office.returned("D2", phone=PHONE)
    await office.look()
    await office.look(hours=3)
    assert await office.outcomes() == {"D1": "declined opted_out", "D2": "declined opted_out"}
    assert await office.sent() == []


async def test_a_blocked_number_stays_blocked(office: Office) -> None:
    """The channel said that the number does not want messages: later dossiers are not asked."""
    await office.returned("D1", phone=PHONE)
    await office.look()
    await office.look(hours=2)
    async with office.house.database.write() as conn:
        await conn.execute(update(schema.contacts).values(status="blocked"))
    await office.look(minutes=1)
    await office.days(8)
    await office.returned("D2", phone=PHONE)
    await office.look()
    assert await office.outcomes() == {"D1": "unreachable blocked", "D2": "queued blocked"}
    assert len(await office.sent()) == 1


async def test_a_reopened_or_corrected_dossier_asks_nobody_twice(office: Office) -> None:
    """Reopened before it was asked: planned afresh. After: never again, by constraint."""
    await office.returned("D1", phone=PHONE)
    await office.look()
    await office.change("D1", returned_at=None, status=4)
    await office.look(minutes=1)
    assert await office.outcomes() == {}
    again = office.now.astimezone(ZONE).replace(tzinfo=None)
    await office.change("D1", returned_at=again, status=10)
    await office.look()
    await office.look(hours=2)
    assert await office.outcomes() == {"D1": "issued"}
    await office.change("D1", returned_at=None, status=4)
    await office.look(hours=1)
    await office.change("D1", returned_at=again + timedelta(days=2), status=10, phone_sealed=None)
    await office.days(9)
    assert await office.outcomes() == {"D1": "issued"}
    assert len(await office.sent()) == 1


async def test_an_old_dossier_is_not_asked_about_by_itself(small_office: Office) -> None:
    """An import of last year's dossiers invites nobody."""
    old = (small_office.now - timedelta(days=31)).astimezone(ZONE).replace(tzinfo=None)
    await small_office.returned("D1", phone=PHONE, returned_at=old)
    assert (await small_office.look()).planned == 0


async def test_a_queue_of_two_days_leaves_gently_and_in_turn(office: Office) -> None:
    """After an outage: so many a minute, and every unit gets its share from the first minute."""
    office.restart(invite_per_minute=10)
    for unit, count in (("XA01", 60), ("XA02", 5), ("XA03", 5)):
        for number in range(count):
            phone = f"+849{unit[-1]}{number:07d}"
            await office.returned(f"{unit}-{number:02d}", unit=unit, phone=phone)
    await office.look()
    office.now += timedelta(days=2)
    assert (await office.look()).is_held
    await office.look(minutes=10)
    assert len(await office.sent()) == 10
    found = await office.outcomes()
    units = {code[:4] for code, state in found.items() if state == "issued"}
    assert units == {"XA01", "XA02", "XA03"}
    await office.look(seconds=20)
    assert len(await office.sent()) == 10
    for _ in range(8):
        await office.look(seconds=61)
    assert len(await office.sent()) == 70


async def test_a_daily_quota_is_kept_and_the_rest_waits_for_the_next_day(office: Office) -> None:
    """As the channel says it; the reason is named."""
    from bot.channels.base import Capacity

    office.sms.capacity = Capacity(per_day=3, left_today=2)
    await office.planner.ask_quotas()
    for number in range(6):
        await office.returned(f"D{number}", phone=f"+8491234567{number}")
    await office.look()
    await office.look(hours=2)
    assert len(await office.sent()) == 2
    found = list((await office.outcomes()).values())
    assert sorted(found) == ["issued"] * 2 + ["planned quota"] * 4
    await office.days(1)
    assert len(await office.sent()) == 5
    await office.days(1)
    assert len(await office.sent()) == 6


@pytest.mark.parametrize("jump", [timedelta(days=400), timedelta(days=-400)])
async def test_a_clock_that_jumps_sends_and_ends_nothing(office: Office, jump: timedelta) -> None:
    """Forward or back: nothing is sent or expires until the clock was steady for ten minutes; set
    right again, everything goes on, once."""
    await office.returned("D1", phone=PHONE)
    await office.chat(await office.returned("D2"))
    await office.look()
    office.now += jump
    assert (await office.look(minutes=5)).is_held
    assert await office.sent() == []
    assert await office.outcomes() == {"D1": "planned", "D2": "planned"}
    office.now -= jump
    assert (await office.look(hours=2)).is_held
    await office.look(minutes=11)
    assert len(await office.sent()) == 2
    await office.look(minutes=11)
    assert len(await office.sent()) == 2


async def test_several_planners_ask_once(office: Office) -> None:
    """Three processes on one database: one invitation per dossier, one message per citizen."""
    for number in range(30):
        await office.returned(f"D{number:02d}", phone=f"+8491234560{number % 10}")
    await asyncio.gather(*(office.planner.look() for _ in range(3)))
    office.now = MONDAY + timedelta(hours=2)
    await asyncio.gather(*(office.planner.look() for _ in range(3)))
    assert len(await office.sent()) == 10
    async with office.house.database.read() as conn:
        assert await conn.scalar(select(func.count()).select_from(schema.invitations)) == 30
