"""When the answer is bad: the complaint, its reference, and the formal petition."""

import json
from datetime import date

import pytest

from bot.messages import IncomingKind
from bot.petition_news import tell_petitioners
from bot.sealing import open_message
from surveys.evidence import Conduct
from surveys.outcomes import ComplaintState
from surveys.store.base import schema
from surveys.store.results import petitions
from tests.integration.conversation.conftest import KEYS
from tests.integration.conversation.person import CODE, House, Person
from tests.integration.rows import evidence_of

BAD = ("Chưa hài lòng", "Không lần nào", "Không phải", "Có")


async def complained(person: Person) -> str:
    """Up to the offer to make it formal."""
    await person.consents()
    await person.taps(*BAD)
    return await person.taps("Gửi luôn")


async def test_misconduct_opens_a_complaint_at_once(house: House) -> None:
    """Pending, with a reference and a due date; it counts until it is refuted."""
    number = await house.dossier()
    person = house.person()
    await person.consents()
    said = await person.taps(*BAD)
    (complaint,) = await house.rows(schema.complaints)
    assert (complaint["kind"], complaint["state"]) == ("conduct", "pending")
    assert complaint["due_on"] == date(2021, 6, 11)
    assert complaint["reference"] in said
    assert "11/06/2021" in said
    async with house.database.read() as conn:
        assert (await evidence_of(conn, number))["conduct"] == Conduct.COMPLAINT


async def test_taking_the_answer_back_withdraws_the_complaint(house: House) -> None:
    """The evidence follows; giving it again opens the same one."""
    number = await house.dossier()
    person = house.person()
    await person.consents()
    await person.taps(*BAD)
    await person.taps("← Quay lại", "Không")
    (complaint,) = await house.rows(schema.complaints)
    assert complaint["state"] == "withdrawn"
    async with house.database.read() as conn:
        assert (await evidence_of(conn, number))["conduct"] != Conduct.COMPLAINT
    await person.taps("← Quay lại", "Có")
    (again,) = await house.rows(schema.complaints)
    assert (again["state"], again["reference"]) == ("pending", complaint["reference"])


async def test_an_extra_payment_is_a_complaint_of_its_own(small_house: House) -> None:
    """Its kind is extra_cost; it is no evidence of conduct."""
    await small_house.dossier()
    person = small_house.person()
    await person.consents()
    await person.taps("Hài lòng", "Không lần nào", "Không phải", "Không", "Trả lời thêm")
    while "trả thêm khoản" not in person.text:
        await person.taps("Bỏ qua")
    await person.taps("Có")
    (complaint,) = await small_house.rows(schema.complaints)
    assert complaint["kind"] == "extra_cost"


HAPPENED = "Cán bộ đòi thêm 200 nghìn khi nộp hồ sơ"


async def _written(person: Person) -> str:
    """What happened, name, address, phone: up to reading back."""
    return await person.types(HAPPENED, "Nguyễn Văn Huy", "thôn 2,\n xã An Hòa", "0912 345 678")


async def test_the_petition_is_asked_one_by_one_read_back_and_sealed(house: House) -> None:
    """Separate consent, four fields, and nothing is sent before the last yes."""
    await house.dossier()
    person = house.person()
    said = await complained(person)
    for part in ("phản ánh, kiến nghị", "Tố cáo", "thanh tra"):
        assert part in said
    assert "kể sự việc" in await person.types("đồng ý")
    assert "họ và tên" in await person.types(HAPPENED)
    assert "địa chỉ" in await person.types("Nguyễn Văn Huy")
    assert "số điện thoại" in await person.types("thôn 2,\n xã An Hòa")
    said = await person.types("0912 345 678")
    for part in ("xem lại", HAPPENED, "Nguyễn Văn Huy", "thôn 2, xã An Hòa", "+84912345678"):
        assert part in said
    (draft,) = await house.rows(schema.petitions)
    assert (draft["state"], draft["sent_at"]) == ("draft", None)
    said = await person.taps("Gửi")
    (complaint,) = await house.rows(schema.complaints)
    (petition,) = await house.rows(schema.petitions)
    assert complaint["reference"] == petition["reference"]
    assert complaint["reference"] in said
    assert complaint["formal_at"] == petition["sent_at"] == house.now
    assert (petition["state"], petition["due_on"]) == ("sent", date(2021, 6, 11))
    assert b"Huy" not in petition["words_sealed"]
    assert json.loads(KEYS.unseal(petition["words_sealed"])) == {
        "content": HAPPENED,
        "name": "Nguyễn Văn Huy",
        "address": "thôn 2, xã An Hòa",
        "phone": "+84912345678",
    }
    consents = {row["purpose"]: row["given"] for row in await house.rows(schema.consents)}
    assert consents == {"survey": True, "complaint": True}


async def test_each_field_can_be_corrected(small_house: House) -> None:
    """By button or in words, before and at the reading back; the others stay."""
    await small_house.dossier()
    person = small_house.person()
    await complained(person)
    await person.taps("Gửi phản ánh")
    await person.types(HAPPENED, "Nguyễn Văn Huy")
    assert "họ và tên" in await person.types("sửa họ tên")
    assert "địa chỉ" in await person.types("Nguyễn Văn Hai")
    await person.types("thôn 2, xã An Hòa", "0912345678")
    assert "số điện thoại" in await person.types("Tôi muốn sửa số điện thoại")
    assert "+84987654321" in await person.types("0987654321")
    await person.taps("Sửa địa chỉ")
    assert "thôn 9" in await person.types("thôn 9, xã An Hòa")
    await person.types("gửi")
    (petition,) = await small_house.rows(schema.petitions)
    words = json.loads(KEYS.unseal(petition["words_sealed"]))
    assert (words["name"], words["address"]) == ("Nguyễn Văn Hai", "thôn 9, xã An Hòa")
    assert words["phone"] == "+84987654321"


async def test_no_phone_is_an_answer(small_house: House) -> None:
    """Nothing that was written is lost by it."""
    await small_house.dossier()
    person = small_house.person()
    await complained(person)
    await person.taps("Gửi phản ánh")
    said = await person.types(HAPPENED, "Nguyễn Văn Huy", "thôn 2, xã An Hòa", "không có")
    assert "trả lời theo địa chỉ" in said
    assert "đã được gửi" in await person.types("đồng ý")


async def test_a_name_that_is_a_command_is_a_name(small_house: House) -> None:
    """Huy is a man as well as a command; only /huy is the command here."""
    await small_house.dossier()
    person = small_house.person()
    await complained(person)
    await person.taps("Gửi phản ánh")
    await person.types(HAPPENED)
    assert "địa chỉ" in await person.types("Huy")
    assert "không đồng ý nữa" in await person.types("/huy")
    assert await small_house.rows(schema.petitions) == []


async def test_what_cannot_be_read_is_asked_again(small_house: House) -> None:
    """Kindly and with an example; a shared contact is a phone, too."""
    await small_house.dossier()
    person = small_house.person()
    await complained(person)
    await person.taps("Gửi phản ánh")
    assert "kể lại" in await person.types("12345")
    await person.types(HAPPENED)
    assert "ví dụ" in await person.types("12345")
    assert "ví dụ" in await person.types("ă" * 500)
    await person.types("Hoa", "An Hòa")
    assert "ví dụ" in await person.types("số nhà tôi")
    assert "xem lại" in await person.does(IncomingKind.CONTACT, text="84912345678")
    assert "đã được gửi" in await person.taps("Gửi")


async def test_giving_up_deletes_what_was_written(small_house: House) -> None:
    """By word or by button; the complaint is looked into anyway."""
    await small_house.dossier()
    person = small_house.person()
    await complained(person)
    yes = person.data("Gửi phản ánh")
    for word in ("thôi", "hủy", "dừng lại"):
        await person.does(IncomingKind.TAP, data=yes)
        await person.types(HAPPENED, "Nguyễn Thị Hoa")
        assert "vẫn được xác minh" in await person.types(word)
        assert await small_house.rows(schema.petitions) == []
    (complaint,) = await small_house.rows(schema.complaints)
    assert complaint["formal_at"] is None
    assert complaint["state"] == "pending"


@pytest.mark.parametrize(
    "words", ["/phananh", "phản ánh", "Hồ sơ của tôi trễ rồi, tôi muốn phản ánh"]
)
async def test_anybody_can_complain_at_any_stage(small_house: House, words: str) -> None:
    """Without a link or a form; a code told with what happened says which dossier."""
    number = await small_house.dossier(status=4, returned_at=None, finished_at=None)
    person = small_house.person()
    assert "Tố cáo" in await person.types(words)
    await person.types("đồng ý")
    await person.types(f"Hồ sơ {CODE} quá hẹn mà không ai xin lỗi tôi cả, tôi hỏi thì bị mắng")
    await person.types("Nguyễn Thị Hoa", "thôn 2, xã An Hòa")
    await person.taps("Không có số điện thoại", "Gửi")
    assert "đã được gửi" in person.text
    (petition,) = await small_house.rows(schema.petitions)
    assert (petition["dossier_id"], petition["response_id"]) == (number, None)


async def test_the_answer_is_told_with_its_reason_and_can_be_disputed(house: House) -> None:
    """Once each for passing on and answering; the sender may disagree, and the list shows it."""
    await house.dossier()
    person = house.person()
    await complained(person)
    await person.taps("Gửi phản ánh")
    await _written(person)
    await person.taps("Gửi")
    context = house.conversation.context
    async with house.database.write() as conn:
        (sent,) = await petitions.list_sent(conn)
        await petitions.forward(conn, sent, to="Thanh tra huyện", officer="hoa", now=house.now)
        assert await tell_petitioners(conn, context, house.now) == 1
        assert await tell_petitioners(conn, context, house.now) == 0
        house.wait(hours=1)
        found, text = ComplaintState.REFUTED, "Khoản thu đúng quy định"
        await petitions.answer(conn, sent, found=found, text=text, officer="hoa", now=house.now)
        assert await tell_petitioners(conn, context, house.now) == 1
    rows = [row for row in await house.rows(schema.outbox) if row["kind"] == "notice"]
    told = [open_message(KEYS, row["message"]).text for row in rows]
    assert "Thanh tra huyện" in told[0]
    for part in (sent.reference, "không đúng như phản ánh", text, "khiếu nại"):
        assert part in told[1]
    assert text in await person.types(sent.reference)
    assert text not in await house.person("2002").types(sent.reference)
    assert "không đồng ý" in await person.types("Tôi không đồng ý với kết quả này")
    (row,) = await house.rows(schema.petitions)
    assert row["disputed_at"] == house.now


async def test_a_changed_answer_drops_its_petition_aloud(small_house: House) -> None:
    """Nobody waits for the answer to a petition that is not there any more."""
    await small_house.dossier()
    person = small_house.person()
    await complained(person)
    await person.taps("Gửi phản ánh")
    await _written(person)
    await person.taps("Gửi")
    await person.types("tôi bấm nhầm")
    assert "bỏ phản ánh mã" in await person.taps("Không")
    (petition,) = await small_house.rows(schema.petitions)
    assert (petition["state"], petition["words_sealed"]) == ("withdrawn", None)


async def test_refusing_the_offer_is_kept_as_refused(small_house: House) -> None:
    """No petition without consent; the offer's button still works afterwards."""
    await small_house.dossier()
    person = small_house.person()
    await complained(person)
    yes = person.data("Gửi phản ánh")
    assert "vẫn được xác minh" in await person.types("không")
    last = (await small_house.rows(schema.consents))[-1]
    assert (last["purpose"], last["given"]) == ("complaint", False)
    assert "kể sự việc" in await person.does(IncomingKind.TAP, data=yes)


async def test_the_reference_tells_how_far_it_is(house: House) -> None:
    """For anyone who has it; the words of the answer and the name are not told."""
    await house.dossier()
    person = house.person()
    await complained(person)
    await person.taps("Không gửi")
    (complaint,) = await house.rows(schema.complaints)
    reference = complaint["reference"]
    assert "chờ xác minh" in await person.types(reference.lower())
    assert person.labels == ["Gửi phản ánh, kiến nghị"]
    async with house.database.write() as conn:
        await conn.execute(schema.complaints.update().values(state="upheld"))
    friend = house.person("2002")
    assert "đúng như" in await friend.types(reference)
    assert friend.labels == []


async def test_a_word_like_a_reference_is_a_word(small_house: House) -> None:
    """Eight letters that are no reference go where texts go."""
    await small_house.dossier()
    person = small_house.person()
    await person.consents()
    assert "Câu 1/4" in await person.types("ABCDEFGH")


async def test_nobody_else_can_send_the_petition(small_house: House) -> None:
    """The button belongs to the chat that got it."""
    await small_house.dossier()
    person = small_house.person()
    await complained(person)
    data = person.data("Gửi phản ánh")
    stranger = small_house.person("2002")
    assert "không còn dùng được" in await stranger.does(IncomingKind.TAP, data=data)
