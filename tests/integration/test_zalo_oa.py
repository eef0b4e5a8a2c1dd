"""A citizen at the Zalo Official Account: the whole product by typing, over sockets."""

import asyncio
import json
import unicodedata
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from itertools import product

import aiohttp
import pytest
from sqlalchemy import select, update

from bot.messages import Outgoing
from surveys.store.base import schema
from surveys.store.base.database import Database
from surveys.store.citizens.contacts import ContactStatus
from surveys.store.queues import outbox
from surveys.store.queues.outbox import MessageKind
from tests.fakes.context import KEYS
from tests.fakes.zalo_oa import APP_ID, OA_ID, Person, Variant
from tests.fakes.zalo_oa.webhook import in_this_order
from tests.integration.delivering import until
from tests.integration.zalo_office import IN_WORK, RETURNED, TOKENS, Office, zalo_office

FOUR = [("satisfaction", "very"), ("contacts", "none"), ("agencies", "none"), ("conduct", "no")]


@pytest.fixture
async def office(sqlite_database: Database) -> AsyncIterator[Office]:
    """A district on Zalo alone."""
    async with zalo_office(sqlite_database) as office:
        yield office


async def _survey_by_digits(office: Office, digits: str = "1111") -> None:
    lan = office.fake.person()
    await lan.opens(TOKENS[RETURNED])
    await lan.sees("1. Đồng ý")
    await lan.types("1")
    for number, digit in enumerate(digits, 1):
        await lan.sees(f"Câu {number}/")
        await lan.types(digit)
    await lan.sees("Gửi luôn")


@pytest.mark.parametrize("buttons", ["a", "b", "none"])
async def test_a_survey_is_finished_by_typing_only(sqlite_database: Database, buttons: str) -> None:
    """Whatever the form of the buttons: the text says every choice with its number."""
    async with zalo_office(sqlite_database, zalo_oa_buttons=buttons) as office:
        lan = office.fake.person()
        await _survey_by_digits(office)
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


async def test_refused_buttons_are_sent_as_text(office: Office) -> None:
    """An account that takes no buttons still asks everything; the refusals are counted."""
    office.fake.state.buttons_allowed = False
    await _survey_by_digits(office)
    await office.settled()
    assert await office.answers() == FOUR
    report = await office.account.report()
    assert report.numbers["sent_buttons_refused"] > 4


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
    await _survey_by_digits(office)
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


# The webhook


async def test_every_form_of_signature_reaches_the_citizen(office: Office) -> None:
    """And the metrics say which was met."""
    parts = (("oa_secret", "app_secret"), ("app_id", "oa_id"), ("body", "header"), ("mac=", ""))
    lan = office.fake.person()
    for count, (key, first, time, prefix) in enumerate(product(*parts), 1):
        office.fake.hook.variant = Variant(key=key, first=first, time=time, prefix=prefix)
        await lan.types("xin chào")
        await lan.sees_messages(count)
        met = f"signature_{key}_{first}_{time}_{'mac' if prefix else 'none'}"
        assert (await office.account.report()).numbers[met] == 1


async def test_a_forged_event_is_refused_and_does_nothing(office: Office) -> None:
    """No signature, a wrong one, one of another body: 403, and nothing is stored."""
    hook = office.fake.hook
    lan = office.fake.person()
    forged = {"X-ZEvent-Signature": "mac=" + "0" * 64}
    event = await lan.types("xin chào")
    await hook.settled()
    assert await hook.post(event, **forged) == 403
    assert await hook.post_raw(b'{"event_name":"user_send_text"}', **forged) == 403
    assert await hook.post_raw(b"", **forged) == 200, "the console's probe"
    await office.settled()
    assert len(await office.rows(select(schema.inbox.c.id))) == 1
    assert len(lan.received) == 1


async def test_redeliveries_in_any_order_have_one_effect(office: Office) -> None:
    """All events once more, backwards, with `num_retry`: nothing is said or answered twice."""
    await _survey_by_digits(office)
    await office.settled()
    hook = office.fake.hook
    before = len(office.fake.state.messages)
    assert set(await in_this_order(hook, list(reversed(hook.posted)))) == {200}
    await office.settled()
    assert len(office.fake.state.messages) == before
    assert await office.answers() == FOUR
    numbers = (await office.account.report()).numbers
    assert numbers["webhook_delivered_again"] == len(hook.posted)


async def test_a_digit_that_arrives_late_answers_no_later_question(office: Office) -> None:
    """Zalo delivers without order: “2” of the first question, after “1” was typed and handled,
    must not become the answer to the second."""
    lan, hook = office.fake.person(), office.fake.hook
    await lan.opens(TOKENS[RETURNED])
    await lan.sees("1. Đồng ý")
    await lan.types("1")
    await lan.sees("Câu 1/")
    hook.url, url = "", hook.url
    late = await lan.types("2")
    hook.url = url
    await asyncio.sleep(0.01)
    body = dict(late.body, timestamp=str(int(late.body["timestamp"]) + 5))
    body["message"] = {"text": "1", "msg_id": "f" * 20}
    await _post(office, body)
    await lan.sees("Câu 2/")
    await _post(office, late.body)
    await lan.sees("đến muộn")
    await office.settled()
    assert await office.answers() == FOUR[:1]


async def test_what_is_not_used_is_answered_and_not_stored(office: Office) -> None:
    """Echoes of our own messages, read receipts, events of another account, unknown names."""
    lan = office.fake.person()
    base: dict[str, object] = {"app_id": APP_ID, "timestamp": "1764230000000"}
    mine = {"sender": {"id": lan.id}, "recipient": {"id": OA_ID}}
    swapped = {"sender": {"id": OA_ID}, "recipient": {"id": lan.id}}
    said = {"message": {"text": "x", "msg_id": "1"}}
    for body in (
        base | swapped | said | {"event_name": "oa_send_text"},
        base | mine | {"event_name": "user_seen_message", "message": {"msg_ids": ["1"]}},
        base
        | said
        | {"event_name": "user_send_text", "sender": {"id": "7"}}
        | {"recipient": {"id": "999"}},
        base | mine | {"event_name": "something_new"},
        base | {"event_name": "of_a_new_shape", "message": "x", "sender": 1.5},
    ):
        assert await _post(office, body) == 200
    assert await office.rows(select(schema.inbox.c.id)) == []


async def test_an_event_that_cannot_be_read_is_set_aside(office: Office) -> None:
    """Signed, but of a new shape: 200, or Zalo would switch the webhook off; the others go on."""
    hook, used = office.fake.hook, '"event_name":"user_send_text"'
    assert await hook.post_raw(b'["a new shape"]') == 200
    assert await hook.post_raw(f"{{{used}}}".encode()) == 200
    for rest, time in (('"sender":"7"', "1.5e12"), ('"message":[]', "17"), ('"oa_id":{}', '"18"')):
        raw = f'{{{used},"timestamp":{time},{rest}}}'.encode()
        assert await hook.post_raw(raw, time.strip('"')) == 200
    body = {"event_name": "user_send_text", "timestamp": "1", "sender": {}, "message": {}}
    assert await _post(office, body) == 200
    lan = office.fake.person()
    await lan.types("xin chào")
    await lan.sees("Kính chào")

    async def is_set_aside() -> bool:
        states = [state for (state,) in await office.rows(select(schema.inbox.c.state))]
        return states.count("set_aside") == 6

    await until(is_set_aside, 30)


async def test_media_get_a_polite_answer(office: Office) -> None:
    """A photo, a voice message, a place, a card of somebody: not read, not lost silently."""
    lan = office.fake.person()
    for count, kind in enumerate(("image", "audio", "sticker", "location", "file"), 1):
        await lan.sends(kind, url="https://example.com/x")
        await lan.sees_messages(count)
    await lan.sends("business_card", id="1")
    await lan.sees("chúng tôi chỉ nhận số điện thoại của chính Ông/Bà")
    await lan.sends("link", url=f"https://motcua.example/#{TOKENS[RETURNED]}")
    await lan.sees("1. Đồng ý")


async def test_follow_and_unfollow(office: Office) -> None:
    """Following is greeted; after Bỏ quan tâm nothing is sent until the citizen writes."""
    lan = office.fake.person()
    await lan.follows()
    await lan.sees("Kính chào")
    await lan.unfollows()

    async def are(status: ContactStatus) -> bool:
        rows = await office.rows(select(schema.contacts.c.status))
        return [one for (one,) in rows] == [status]

    await until(lambda: are(ContactStatus.BLOCKED))
    await lan.types("xin chào")
    await until(lambda: are(ContactStatus.ACTIVE))


async def test_a_request_made_at_zalo_erases(office: Office) -> None:
    """Whoever asks Zalo to delete their data is forgotten here too; the request is recorded."""
    lan = office.fake.person()
    await _survey_by_digits(office)
    await office.settled()
    body = {
        "app_id": APP_ID,
        "oa_id": OA_ID,
        "event_name": "user_data_subject_request",
        "user_id": lan.id,
        "request_type": "delete",
        "timestamp": "1764230000000",
    }
    assert await _post(office, body) == 200
    await office.settled()
    key = KEYS.chat_key("zalo_oa", APP_ID, lan.id)
    contacts = schema.contacts.c
    assert await office.rows(select(contacts.id).where(contacts.chat_key == key)) == []
    kinds = await office.rows(select(schema.rights_requests.c.kind))
    assert [kind for (kind,) in kinds] == ["erase"]
    assert await office.answers() == FOUR


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


async def _post(office: Office, body: Mapping[str, object]) -> int:
    """Sign and post an event of our own making."""
    raw = json.dumps(body, ensure_ascii=False).encode()
    return await office.fake.hook.post_raw(raw, str(body["timestamp"]))
