"""What Zalo posts to the Official Account's webhook: signed in any form, again, late, or new."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from itertools import product

import pytest
from sqlalchemy import select

from surveys.store.base import schema
from surveys.store.base.database import Database
from surveys.store.citizens.contacts import ContactStatus
from tests.fakes.context import KEYS
from tests.fakes.zalo_oa import APP_ID, OA_ID, Variant
from tests.fakes.zalo_oa.webhook import in_this_order
from tests.integration.delivering import until
from tests.integration.zalo_office import (
    FOUR,
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
    await survey_by_digits(office)
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
    assert await office.answers() == [("satisfaction", "very")]


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


@pytest.mark.parametrize(
    "broken",
    [b'"z":' + b"[" * 20_000 + b"]" * 20_000, b'"z":"a\0b"', b'"z":"\xff"', b'"z":NaN', b'"z":'],
    ids=["deep", "NUL", "no UTF-8", "NaN", "cut"],
)
async def test_signed_bytes_that_are_no_json_are_answered(office: Office, broken: bytes) -> None:
    """With 200, or Zalo would switch the webhook off for everybody."""
    raw = b'{"event_name":"user_send_text","timestamp":"1764230000000",' + broken + b"}"
    assert await office.fake.hook.post_raw(raw, "1764230000000") == 200


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
    await survey_by_digits(office)
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


async def test_no_event_keeps_the_citizens_id(office: Office) -> None:
    """Following and sharing the number have no message id; what tells a repeat is no id either."""
    lan = office.fake.person()
    for done in (lan.follows, lan.shares_phone, lan.unfollows):
        posted = await done()
        await office.fake.hook.settled()
        assert await office.fake.hook.post(posted, num_retry="1") == 200
    keys = [key for (key,) in await office.rows(select(schema.inbox.c.event_key))]
    assert len(keys) == 3
    assert not [key for key in keys if lan.id in key]


@pytest.mark.parametrize(
    "said",
    [
        {"user_name": "Nguyễn Thị Xoan"},
        {"user": {"display_name": "Xoá"}, "request_type": "view"},
        {"request_type": "access", "note": "hiện trạng xoay quanh hồ sơ"},
    ],
)
async def test_a_name_erases_nobody(office: Office, said: dict[str, object]) -> None:
    """A wish to see the data is recorded; what is erased does not come back."""
    lan = office.fake.person()
    await survey_by_digits(office)
    await office.settled()
    body = {"app_id": APP_ID, "oa_id": OA_ID, "event_name": "user_data_subject_request"}
    assert await _post(office, body | {"user_id": lan.id, "timestamp": "17642300000"} | said) == 200
    await office.settled()
    kinds = await office.rows(select(schema.rights_requests.c.kind))
    assert [kind for (kind,) in kinds] == ["view"]


async def _post(office: Office, body: Mapping[str, object]) -> int:
    """Sign and post an event of our own making."""
    raw = json.dumps(body, ensure_ascii=False).encode()
    return await office.fake.hook.post_raw(raw, str(body["timestamp"]))
