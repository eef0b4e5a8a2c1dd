"""When the answer is bad: the complaint, its reference, and the formal petition."""

import json
from datetime import date

from bot.messages import IncomingKind
from surveys.evidence import Conduct
from surveys.store.base import schema
from tests.integration.conversation.conftest import KEYS
from tests.integration.conversation.person import House, Person
from tests.integration.rows import evidence_of

BAD = ("Chưa hài lòng", "Không lần nào", "Không phải", "Có")


async def complained(person: Person) -> str:
    """Up to the offer to make it formal."""
    await person.consents()
    await person.taps(*BAD)
    return await person.taps("Gửi, xong")


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


async def test_the_petition_is_asked_one_by_one_and_sealed(house: House) -> None:
    """Separate consent, then name, address, phone; in the database they cannot be read."""
    await house.dossier()
    person = house.person()
    assert "phản ánh, kiến nghị" in await complained(person)
    assert "họ và tên" in await person.types("đồng ý")
    assert "địa chỉ" in await person.types("Nguyễn Văn Huy")
    assert "số điện thoại" in await person.types("thôn 2,\n xã An Hòa")
    said = await person.types("0912 345 678")
    (complaint,) = await house.rows(schema.complaints)
    assert complaint["reference"] in said
    assert complaint["formal_at"] == house.now
    assert b"Huy" not in complaint["petitioner_sealed"]
    assert json.loads(KEYS.unseal(complaint["petitioner_sealed"])) == {
        "name": "Nguyễn Văn Huy",
        "address": "thôn 2, xã An Hòa",
        "phone": "+84912345678",
    }
    consents = {row["purpose"]: row["given"] for row in await house.rows(schema.consents)}
    assert consents == {"survey": True, "complaint": True}


async def test_a_name_that_is_a_command_is_a_name(small_house: House) -> None:
    """Huy is a man as well as a command; only /huy is the command here."""
    await small_house.dossier()
    person = small_house.person()
    await complained(person)
    await person.taps("Gửi phản ánh")
    assert "địa chỉ" in await person.types("Huy")
    assert "không đồng ý nữa" in await person.types("/huy")
    (complaint,) = await small_house.rows(schema.complaints)
    assert complaint["petitioner_sealed"] is None


async def test_what_cannot_be_read_is_asked_again(small_house: House) -> None:
    """Kindly and with an example; a shared contact is a phone, too."""
    await small_house.dossier()
    person = small_house.person()
    await complained(person)
    await person.taps("Gửi phản ánh")
    assert "ví dụ" in await person.types("12345")
    assert "ví dụ" in await person.types("ă" * 500)
    await person.types("Hoa", "An Hòa")
    assert "ví dụ" in await person.types("số nhà tôi")
    said = await person.does(IncomingKind.CONTACT, text="84912345678")
    assert "đã được gửi" in said


async def test_giving_up_deletes_what_was_written(small_house: House) -> None:
    """By word or by button; the complaint is looked into anyway."""
    await small_house.dossier()
    person = small_house.person()
    await complained(person)
    yes = person.data("Gửi phản ánh")
    for word in ("thôi", "hủy", "dừng lại"):
        await person.does(IncomingKind.TAP, data=yes)
        await person.types("Nguyễn Thị Hoa")
        assert "vẫn được xác minh" in await person.types(word)
    (complaint,) = await small_house.rows(schema.complaints)
    assert complaint["petitioner_sealed"] is complaint["formal_at"] is None
    assert complaint["state"] == "pending"


async def test_refusing_the_offer_is_kept_as_refused(small_house: House) -> None:
    """No petition without consent; the offer's button still works afterwards."""
    await small_house.dossier()
    person = small_house.person()
    await complained(person)
    yes = person.data("Gửi phản ánh")
    assert "vẫn được xác minh" in await person.types("không")
    last = (await small_house.rows(schema.consents))[-1]
    assert (last["purpose"], last["given"]) == ("complaint", False)
    assert "họ và tên" in await person.does(IncomingKind.TAP, data=yes)


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
