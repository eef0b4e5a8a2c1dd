"""A citizen at the Zalo Official Account: the whole product by typing, over sockets."""

import unicodedata
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest
from sqlalchemy import select, update

from bot.messages import Outgoing
from surveys.store.base import schema
from surveys.store.base.database import Database
from surveys.store.queues import outbox
from surveys.store.queues.outbox import MessageKind
from tests.fakes.context import KEYS
from tests.fakes.zalo_oa import APP_ID, Person
from tests.integration.delivering import until
from tests.integration.zalo_office import (
    FOUR,
    IN_WORK,
    RETURNED,
    TOKENS,
    Office,
    survey_by_digits,
    zalo_office,
)


@pytest.fixture
async def office(sqlite_database: Database) -> AsyncIterator[Office]:
    """A district on Zalo alone."""
    async with zalo_office(sqlite_database) as office:
        yield office


@pytest.mark.parametrize("buttons", ["a", "b", "none"])
async def test_a_survey_is_finished_by_typing_only(sqlite_database: Database, buttons: str) -> None:
    """Whatever the form of the buttons: the text says every choice with its number."""
    async with zalo_office(sqlite_database, zalo_oa_buttons=buttons) as office:
        lan = office.fake.person()
        await survey_by_digits(office)
        offer = await lan.sees("Gửi luôn")
        await lan.types(next(line[0] for line in offer.text.splitlines() if "Gửi luôn" in line))
        await lan.sees("Chúng tôi đã nhận được câu trả lời")
        await office.settled()
        assert await office.answers() == FOUR
        assert bool(lan.received[0].buttons) is (buttons != "none")
        assert all(one.code == 0 for one in office.fake.sent())


async def test_a_tapped_button_is_an_answer_and_a_stale_one_is_not(office: Office) -> None:
    """The tap comes back as a text with our payload; it carries the question and its revision."""
    lan = office.fake.person()
    await lan.opens(TOKENS[RETURNED])
    await lan.sees("Đồng ý")
    await lan.taps("Đồng ý")
    first = await lan.sees("Câu 1/")
    await lan.taps(first.labels[0])
    await lan.sees("Câu 2/")
    await lan.taps(first.labels[1], first)
    await lan.sees("Nút ấy là của câu trước")
    await office.settled()
    assert await office.answers() == FOUR[:1]


async def test_refused_buttons_are_sent_as_text(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """An account that takes no buttons still asks everything; the refusals are counted, and fill no
    log: it would be a line for every message of anybody."""
    office.fake.state.buttons_allowed = False
    await survey_by_digits(office)
    await office.settled()
    assert await office.answers() == FOUR
    report = await office.account.report()
    assert report.numbers["sent_buttons_refused"] > 4
    assert sum("buttons were refused" in line for line in caplog.messages) == 1


async def test_look_up_and_phone(office: Office) -> None:
    """A code alone shows nothing; the number that the form hands over finds the dossiers."""
    lan = office.fake.person()
    await lan.types(IN_WORK)
    await lan.sees("Để giữ kín hồ sơ của mọi người")
    await lan.types("1")
    await lan.types("tra cứu")
    form = await lan.sees("Dùng số điện thoại của tôi", 20)
    await until_asked(office)
    assert any(one.asks_phone for one in lan.received), form
    await lan.shares_phone("84987654321")
    await lan.sees(RETURNED)
    await lan.types("1")
    await lan.sees("đồng ý trả lời không")


async def test_a_refused_form_for_the_phone_is_counted(office: Office) -> None:
    """The text before it says how to go on without; the metric tells that the form is refused."""
    office.fake.state.forms_allowed = False
    lan = office.fake.person()
    await lan.types(IN_WORK)
    await lan.sees("Để giữ kín hồ sơ của mọi người")
    await lan.types("1")
    await lan.types("tra cứu")

    async def is_counted() -> bool:
        return (await office.account.report()).numbers.get("sent_phone_form_refused", 0) > 0

    await until(is_counted)


async def until_asked(office: Office) -> None:
    """Wait for the form that asks for the phone number."""
    await office.fake.until(lambda: any(one.asks_phone for one in office.fake.state.messages))


async def test_rights_and_erasure(office: Office) -> None:
    """Typed; afterwards the contact is gone and the answers stay."""
    lan = office.fake.person()
    await survey_by_digits(office)
    await lan.types("xóa dữ liệu của tôi")
    await lan.sees("1. Xóa hết")
    await lan.types("1")
    await lan.sees("Tạm biệt")
    await office.settled()
    key = KEYS.chat_key("zalo_oa", APP_ID, lan.id)
    contacts = schema.contacts.c
    assert await office.rows(select(contacts.id).where(contacts.chat_key == key)) == []
    assert await office.answers() == FOUR


async def test_a_long_text_is_cut_at_sentences_within_2000_characters(office: Office) -> None:
    """Counted after NFC; Zalo's fake refuses one character more, or one decomposed letter."""
    lan = office.fake.person()
    await lan.types("xin chào")
    await lan.sees("Kính chào")
    sentence = unicodedata.normalize("NFD", "Hồ sơ của Ông/Bà đã được trả kết quả đúng hẹn. ")
    await office.account.send(lan.id, Outgoing(text=sentence * 150))
    pieces = [one.text for one in lan.received[1:]]
    assert len(pieces) > 3
    assert all(len(one) <= 2_000 and one.endswith("đúng hẹn.") for one in pieces)
    whole = unicodedata.normalize("NFC", sentence * 150).split()
    assert " ".join(pieces).split() == whole


# The window and the quotas


@pytest.mark.parametrize(
    ("hours", "pays", "sent"),
    [(47, False, True), (49, False, False), (49, True, True), (7 * 24 + 1, True, False)],
)
async def test_a_message_outside_the_window_is_not_tried(
    sqlite_database: Database, hours: float, *, pays: bool, sent: bool
) -> None:
    """48 hours, with the paid days seven; the message ends with a reason, and Zalo never sees
    it."""
    async with zalo_office(sqlite_database, zalo_oa_paid_window=pays) as office:
        lan = await _known(office, hours)
        before = len(office.fake.sent())
        await _queue(office, MessageKind.REMINDER)
        await office.settled()
        assert len(office.fake.sent()) - before == sent
        state, reason = (await _last(office))[:2]
        assert state == ("sent" if sent else "expired")
        assert sent or "recently" in reason
        assert len(lan.received) == 1 + sent


async def test_a_notice_waits_for_the_window(office: Office) -> None:
    """It stays in the queue with its reason, and goes when the citizen writes again."""
    lan = await _known(office, 49)
    await _queue(office, MessageKind.NOTICE)

    async def waits() -> bool:
        return "recently" in ((await _last(office))[1] or "")

    await until(waits)
    await lan.types("xin chào")
    await lan.sees_messages(2)
    async with office.service.database.write() as conn:
        await conn.execute(update(schema.outbox).values(due_ms=0))
    office.service.dispatcher.wake()
    await lan.sees("tin báo")


@pytest.mark.parametrize(
    ("code", "state", "status"),
    [
        (-230, "expired", "active"),
        (-213, "unreachable", "blocked"),
        (-201, "rejected", "active"),
        (-98765, "rejected", "active"),
    ],
)
async def test_every_refusal_ends_in_words(
    office: Office, code: int, state: str, status: str
) -> None:
    """The row has its final state, the operator's sentence, and Zalo's code."""
    await _known(office, 1)
    office.fake.refuse(code, "Zalo's own words", times=2)
    await _queue(office, MessageKind.REMINDER)
    await office.settled()
    found, reason, *_ = await _last(office)
    assert (found, f"({code})" in reason, len(reason) > 15) == (state, True, True)
    rows = await office.rows(select(schema.contacts.c.status))
    assert [one for (one,) in rows] == [status]


async def test_a_chain_that_is_lost_keeps_the_queue(office: Office) -> None:
    """Health and metrics ask for a person; after a new authorisation everything is sent."""
    lan = await _known(office, 1)
    office.fake.state.tokens.access.clear()
    office.fake.state.tokens.refresh.clear()
    await _queue(office, MessageKind.REMINDER)

    async def is_lost() -> bool:
        return (await office.account.report()).numbers["needs_a_person"] == 1

    await until(is_lost)
    async with aiohttp.ClientSession() as http, http.get(f"{office.base}/metrics") as response:
        assert "motcua_zalo_oa_needs_a_person" in await response.text()
    warnings = (await office.account.report()).warnings
    assert any("motcua zalo authorize" in one for one in warnings)

    async def is_kept() -> bool:
        return (await _last(office))[0] == "due"

    await until(is_kept)
    office.service.vitals.fresh_seconds = 0.0
    assert (await office.service.health()).parts["zalo_oa_tokens"] == "lost"
    await office.account.zalo.chain.authorize_by_code(office.fake.grants("again"), "")
    async with office.service.database.write() as conn:
        await conn.execute(update(schema.rate_limits).values(paused_until_ms=0))
        await conn.execute(update(schema.outbox).values(due_ms=0))
        await conn.execute(update(schema.contacts).values(not_before_ms=0))
    vars(office.service.dispatcher)["_senders"]["zalo_oa", APP_ID]._paused_until = 0.0
    office.service.dispatcher.wake()
    await lan.sees("tin nhắc")


async def _known(office: Office, hours: float) -> Person:
    """A citizen who wrote so many hours ago, as we and Zalo know."""
    lan = office.fake.person()
    await lan.types("xin chào")
    await lan.sees("Kính chào")
    await office.settled()
    past = timedelta(hours=hours)
    contacts = schema.contacts
    async with office.service.database.write() as conn:
        seen = (await conn.execute(select(contacts.c.last_seen_at))).scalar_one()
        await conn.execute(update(contacts).values(last_seen_at=seen - past, not_before_ms=0))
    lan.citizen.last = office.fake.state.clock() - past.total_seconds()
    return lan


async def _queue(office: Office, kind: MessageKind) -> None:
    words = {MessageKind.NOTICE: "tin báo", MessageKind.REMINDER: "tin nhắc"}
    async with office.service.database.write() as conn:
        contact_id = (await conn.execute(select(schema.contacts.c.id))).scalar_one()
        await outbox.put(
            conn,
            channel="zalo_oa",
            bot=APP_ID,
            contact_id=contact_id,
            kind=kind,
            message=Outgoing(text=words[kind]).as_json(),
            dedup_key=f"test:{kind}",
        )
    office.service.dispatcher.wake()


async def _last(office: Office) -> tuple[str, str, str]:
    its = schema.outbox.c
    rows = await office.rows(select(its.state, its.reason, its.dedup_key).order_by(its.id.desc()))
    state, reason, key = rows[0]
    return state, reason, key
