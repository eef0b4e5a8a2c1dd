"""Seeing, withdrawing, being forgotten: at any time, at once, and logged with the day it is due."""

from datetime import date, timedelta
from typing import Any

from bot.messages import IncomingKind
from surveys.store.base import schema
from surveys.store.base.schema import metadata
from surveys.store.citizens import by_phone
from surveys.store.personal_data import requests
from tests.integration.conversation.conftest import KEYS
from tests.integration.conversation.person import CODE, NOW, House, Person
from tests.integration.rows import evidence_of


async def answered(house: House, person: Person) -> None:
    """A response with a complaint that became formal."""
    await person.consents()
    await person.taps("Chưa hài lòng", "Không lần nào", "Không phải", "Có", "Gửi")
    await person.taps("Gửi phản ánh")
    happened = "Cán bộ đòi thêm tiền khi nộp"
    await person.types(happened, "Nguyễn Thị Hoa", "thôn 2, xã An Hòa", "0912345678", "gửi")


async def test_what_is_held_is_shown(house: House) -> None:
    """Chat, consents with their days, dossiers, answers in words, complaints."""
    await house.dossier()
    person = house.person()
    await answered(house, person)
    said = await person.types("dữ liệu của tôi")
    named = "có liên quan: hồ sơ này"
    for part in ("Telegram", "01/06/2021", named, "Chưa hài lòng", "chờ trả lời", "đồng ý"):
        assert part in said
    (request,) = await house.rows(schema.rights_requests)
    assert request["kind"] == "view"
    assert request["due_on"] == date(2021, 6, 11)
    assert request["done_at"] == NOW


async def test_withdrawing_ends_consent_and_stops_the_interview(house: House) -> None:
    """What was answered stays; nothing more is asked before a new consent."""
    await house.dossier()
    person = house.person()
    await person.consents()
    await person.taps("Hài lòng")
    again = person.data("Không lần nào")
    assert "không đồng ý nữa" in await person.types("/huy")
    consents = await house.rows(schema.consents)
    assert [row["given"] for row in consents] == [True, False]
    (interview,) = await house.rows(schema.interviews)
    assert interview["phase"] == "stopped"
    assert "đồng ý trả lời không" in await person.does(IncomingKind.TAP, data=again)
    assert list(await house.answers()) == ["satisfaction"]
    assert "Câu 2/4" in await person.taps("Đồng ý")
    (request,) = await house.rows(schema.rights_requests)
    assert (request["kind"], request["due_on"]) == ("withdraw", date(2021, 6, 16))


async def test_withdrawing_ends_notices_and_unsent_invitations(small_house: House) -> None:
    """Dossiers are no longer followed; waiting invitations in the outbox are cancelled."""
    from surveys.store.queues import outbox
    from surveys.store.queues.outbox import MessageKind

    await small_house.dossier(status=4, returned_at=None)
    person = small_house.person()
    await person.opens()
    await person.taps("Báo cho tôi")
    contact = await person.contact()
    async with small_house.database.write() as conn:
        await outbox.put(
            conn,
            channel="telegram",
            bot="main",
            contact_id=contact["id"],
            kind=MessageKind.INVITATION,
            message={"text": "mời", "buttons": [], "slot": ""},
            dedup_key="invite:1",
        )
    await person.types("hủy")
    (row,) = await small_house.rows(schema.contact_dossiers)
    assert not row["follows"]
    states = {r["dedup_key"]: r["state"] for r in await small_house.rows(schema.outbox)}
    assert states["invite:1"] == "cancelled"
    assert (await small_house.rows(schema.consents))[-1]["given"] is False


async def test_withdrawing_without_consent_is_kind(small_house: House) -> None:
    """And is kept: this chat is not asked."""
    assert "chưa đồng ý điều gì" in await small_house.person().types("/withdraw")
    assert [row["given"] for row in await small_house.rows(schema.consents)] == [False]


async def test_withdrawing_deletes_the_petitioner(small_house: House) -> None:
    """The complaint stays, without a name."""
    await small_house.dossier()
    person = small_house.person()
    await answered(small_house, person)
    await person.types("/huy")
    (complaint,) = await small_house.rows(schema.complaints)
    (petition,) = await small_house.rows(schema.petitions)
    assert (petition["words_sealed"], petition["state"]) == (None, "withdrawn")
    assert complaint["state"] == "pending"


async def test_erasing_is_asked_once_and_can_be_refused(small_house: House) -> None:
    """A no, typed or tapped, keeps everything; "hủy" here means no, too."""
    await small_house.dossier()
    person = small_house.person()
    await person.consents()
    for no in ("không", "hủy"):
        assert "muốn xóa mọi" in await person.types("/xoa")
        assert "giữ nguyên" in await person.types(no)
    await person.types("xóa")
    await person.taps("Giữ lại")
    assert "Câu 1/4" in person.text
    assert await small_house.rows(schema.rights_requests) == []


async def test_erasing_takes_the_identity_and_keeps_the_answers(house: House) -> None:
    """Nothing names or ties the citizen any more, anywhere; the evidence still counts."""
    number = await house.dossier()
    person = house.person("990017", message_ref="77")
    await person.does(IncomingKind.CONTACT, text="0912345678")
    await answered(house, person)
    chat_key = (await person.contact())["chat_key"]
    async with house.database.write() as conn:
        await conn.execute(
            schema.inbox.insert().values(
                channel="telegram", bot="main", event_key="1", chat_key=chat_key,
                payload='{"text": "bí mật"}', received_ms=1, state="set_aside",
            )
        )  # fmt: skip
    await person.types("/xoa")
    assert "Tạm biệt" in await person.types("đồng ý")
    (contact,) = await house.rows(schema.contacts)
    assert contact["status"] == "erasing"
    assert contact["address_sealed"] is not None, "the farewell is still to be delivered"
    assert contact["chat_key"] is contact["phone_key"] is None
    assert not contact["focus"]
    await _deliver(house)
    (contact,) = await house.rows(schema.contacts)
    assert (contact["status"], contact["address_sealed"]) == ("erased", None)
    (response,) = await house.rows(schema.responses)
    assert response["contact_id"] is None
    assert response["valid"]
    (petition,) = await house.rows(schema.petitions)
    assert petition["words_sealed"] is petition["contact_id"] is None
    assert await house.rows(schema.contact_dossiers) == []
    assert await house.rows(schema.interviews) == []
    (request,) = await house.rows(schema.rights_requests)
    assert (request["kind"], request["due_on"]) == ("erase", date(2021, 6, 21))
    assert request["done_at"] == house.now
    await _nothing_left(house, chat_key, "990017", "bí mật", "Hoa", KEYS.phone_key("+84912345678"))
    async with house.database.read() as conn:
        assert (await evidence_of(conn, number))["answered"] == 1


async def test_erasing_takes_the_contact_of_the_same_phone_along(small_house: House) -> None:
    """Made by the number on the dossier, which was proved; not if only the link was."""
    phone = "+84912345678"
    key = KEYS.phone_key(phone)
    await small_house.dossier(phone_key=key, phone_sealed=KEYS.seal(phone))
    place: dict[str, Any] = {"channel": "zalo_template", "bot": "main", "chat_key": "by phone"}
    made = by_phone.Number(**place, language="vi", address_sealed=b"x", phone_key=key)
    async with small_house.database.write() as conn:
        reached = (await by_phone.meet(conn, [made], small_house.now))["by phone"]
    stranger = small_house.person("1")
    await stranger.opens()
    await stranger.types("xóa", "đồng ý")
    assert await _phone_key_of(small_house, reached.contact_id) == key
    owner = small_house.person("2")
    await owner.opens()
    await owner.types(CODE)
    await owner.taps("Xem ngày hẹn")
    await owner.types("5678", "xóa")
    assert "khai khi nộp" in owner.text
    await owner.types("đồng ý")
    assert await _phone_key_of(small_house, reached.contact_id) is None


async def _phone_key_of(house: House, contact_id: int) -> object:
    rows = await house.rows(schema.contacts)
    return next(row["phone_key"] for row in rows if row["id"] == contact_id)


async def test_after_erasing_one_is_a_stranger(small_house: House) -> None:
    """The same chat starts from the beginning; old buttons do nothing; the dossier counts as
    answered.
    """
    await small_house.dossier()
    person = small_house.person()
    await answered(small_house, person)
    await person.types("/xoa")
    yes = person.data("Xóa hết")
    await person.types("đồng ý")
    assert "không còn dùng được" in await person.does(IncomingKind.TAP, data=yes)
    assert "đã có người góp ý" in await person.opens()
    assert "tìm hồ sơ: không giữ" in await person.types("/mydata")


async def test_an_erasure_waits_for_its_farewell(small_house: House) -> None:
    """The address is dropped when nothing is on the way any more, and only then."""
    person = small_house.person()
    await person.types("/xoa", "ok")
    async with small_house.database.write() as conn:
        assert await requests.finish_erasures(conn, NOW) == 0
    await _deliver(small_house)
    async with small_house.database.write() as conn:
        assert await requests.finish_erasures(conn, NOW + timedelta(days=1)) == 0


async def _deliver(house: House) -> None:
    """What the dispatcher does when all is sent."""
    async with house.database.write() as conn:
        await conn.execute(schema.outbox.update().values(state="sent"))
        await requests.finish_erasures(conn, house.now)


async def _nothing_left(house: House, *traces: str) -> None:
    for table in metadata.sorted_tables:
        for row in await house.rows(table):
            for trace in traces:
                assert trace not in repr(row), f"{trace} is still in {table.name}"
