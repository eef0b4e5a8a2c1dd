"""Looking a dossier up: by code for everybody, by phone and link for whom it concerns."""

from datetime import datetime
from typing import Any

import pytest

from bot.messages import IncomingKind
from surveys.store.base import schema
from surveys.store.base.database import Database
from tests.integration.conversation.conftest import KEYS, make_house
from tests.integration.conversation.person import CODE, House

PHONE = "+84912345678"
WORK: dict[str, Any] = {"status": 4, "finished_at": None, "returned_at": None}

WRITINGS = (
    CODE,
    CODE.lower(),
    "000.17.22.H56 – 210503 — 0001",
    "000.17.22.h56‑210503−0001",
    " 000 . 17 . 22 . H56-210503-0001 ",
    "000.17.22.H56 210503 0001",
    "Mã hồ sơ: 000.17.22.H56-210503-0001",
    "hồ sơ 000.17.22.h56-210503-0001 đến đâu rồi",
    "０００.17.22.H56-210503-0001",
    "000.17.22.H56\u200b-210503-0001",
    "/tracuu 000.17.22.H56-210503-0001",
    "/status 000.17.22.h56-210503-0001",
)


@pytest.mark.parametrize("writing", WRITINGS)
async def test_a_code_is_read_however_it_is_typed(small_house: House, writing: str) -> None:
    """Small letters, odd dashes and spaces, words around it."""
    await small_house.dossier(**WORK)
    said = await small_house.person().types(writing)
    assert f"Hồ sơ {CODE}" in said
    assert "Bước 2/4: đang giải quyết" in said
    assert "Ngày hẹn trả: 10/05/2021" in said


async def test_a_stranger_learns_nothing_but_stage_and_date(house: House) -> None:
    """No unit, no procedure, no name, no phone (TT 01/2018 Điều 16)."""
    await house.dossier(
        **WORK, applicant_sealed=KEYS.seal("Nguyễn Thị Hoa"), phone_key=KEYS.phone_key(PHONE)
    )
    said = await house.person().types(CODE)
    assert "UBND xã An Hòa" not in said
    assert "Ngày nhận" not in said
    assert "Hoa" not in said


async def test_the_holder_of_the_link_learns_more_with_the_day(small_house: House) -> None:
    """Unit, day of receipt, the state in full."""
    await small_house.dossier(**WORK | {"status": 6})
    person = small_house.person()
    await person.opens()
    await person.taps("Xem ngày hẹn và chi tiết")
    said = await person.types("03/05/2021")
    assert "UBND xã An Hòa" in said
    assert "Ngày nhận: 03/05/2021" in said
    assert "nộp phí, lệ phí hoặc thuế" in said


async def test_the_new_date_is_told_where_one_was_given(small_house: House) -> None:
    """Hẹn lại (NĐ 61/2018 Điều 19 khoản 9)."""
    later = datetime(2021, 5, 20, 17)
    await small_house.dossier(**WORK, rescheduled_to=later)
    assert "Hẹn lại: 20/05/2021" in await small_house.person().types(CODE)


async def test_a_dossier_without_a_date_says_so(small_house: House) -> None:
    """Immediate results have no promised date (NĐ 61/2018 Điều 17 khoản 4)."""
    await small_house.dossier(**WORK | {"due_at": None})
    assert "Ngày hẹn trả: chưa có" in await small_house.person().types(CODE)


@pytest.mark.parametrize("status", range(1, 11))
async def test_every_status_has_words(small_house: House, status: int) -> None:
    """Each of the ten national states, in both languages, says what to do next."""
    await small_house.dossier(**WORK | {"status": status})
    for language, title in (("vi", "Hồ sơ"), ("en", "Dossier")):
        person = small_house.person(language, language=language)
        assert len((await person.types(CODE)).splitlines()) >= 4
        assert person.text.startswith(title)


async def test_a_sentence_with_a_code_answers_the_open_question(small_house: House) -> None:
    """It is a comment, not a look-up, while a question is open."""
    await small_house.dossier()
    person = small_house.person()
    await person.consents()
    text = f"hồ sơ {CODE} làm chậm quá trời"
    assert "ghi lại ý kiến" in await person.types(text)
    assert (await small_house.answers())["comment"] == text


async def test_an_unknown_code_is_answered_alike(small_house: House) -> None:
    """Kindly, and nothing is revealed."""
    said = await small_house.person().types("000.17.22.H56-210503-9999")
    assert "không thấy hồ sơ" in said


async def test_codes_of_another_build_are_found(small_house: House) -> None:
    """An import may bring codes that are not of the circular's form."""
    await small_house.dossier("HS-2021/1", "a" * 22, **WORK)
    await small_house.dossier("AL-0007", "b" * 22, **WORK)
    assert "đang giải quyết" in await small_house.person().types("al - 0007")
    assert "đang giải quyết" in await small_house.person().types("mã hồ sơ AL-0007")


@pytest.mark.parametrize(
    "text", ["0912 345 678", "0912-345-678", "12/05/2021", "2021-05-12", "100"]
)
async def test_phones_dates_and_sums_are_no_codes(small_house: House, text: str) -> None:
    """They are not looked up."""
    assert "không thấy hồ sơ" not in await small_house.person().types(text)


async def test_look_ups_are_limited_in_an_hour(sqlite_database: Database) -> None:
    """Codes can be guessed: after the limit one has to wait, and is told how long."""
    house = await make_house(sqlite_database, look_ups_per_hour=3)
    await house.dossier(**WORK)
    person = house.person()
    for number in range(3):
        assert "không thấy" in await person.types(f"000.17.22.H56-210503-{8000 + number}")
        house.wait(minutes=10)
    assert "sau 30 phút" in await person.types(CODE)
    house.wait(minutes=31)
    assert "đang giải quyết" in await person.types(CODE)
    assert "không thấy" in await house.person("2").types("000.17.22.H56-210503-8000")


async def test_a_stranger_may_follow_and_is_known_as_such(house: House) -> None:
    """Following by code proves nothing: told of the result, never asked about it."""
    await house.dossier(**WORK)
    person = house.person()
    await person.types(CODE)
    assert "sẽ nhắn" in await person.taps("Báo cho tôi")
    (row,) = await house.rows(schema.contact_dossiers)
    assert (row["via"], row["follows"]) == ("code", True)
    assert "có muốn được báo" not in await person.types(CODE), "it is followed already"
    async with house.database.write() as conn:
        await conn.execute(schema.dossiers.update().values(status=10))
    await person.types(CODE)
    assert person.labels == [], "no survey without proof"


async def test_nobody_follows_a_dossier_with_a_made_up_button(small_house: House) -> None:
    """A button that we did not give to this chat is refused."""
    await small_house.dossier(**WORK)
    one, two = small_house.person("1"), small_house.person("2")
    await one.types(CODE)
    for data in (one.data("Báo"), "v:follow:1:yes:AAAAAAAA", "v:survey:1:yes:AAAAAAAA", "v:go:0:x"):
        assert "không còn dùng được" in await two.does(IncomingKind.TAP, data=data)
    assert await small_house.rows(schema.contact_dossiers) == []


async def test_the_own_phone_lists_the_own_dossiers(house: House) -> None:
    """Proved by phone: listed, linked, and those that are done can be answered about."""
    key = KEYS.phone_key(PHONE)
    await house.dossier(phone_key=key)
    await house.dossier("000.17.22.H56-210503-0002", "y" * 22, phone_key=key, **WORK)
    await house.dossier("000.17.22.H56-210503-0003", "z" * 22)
    person = house.person()
    said = await person.does(IncomingKind.CONTACT, text="84912345678")
    assert CODE in said
    assert "0002: đang giải quyết" in said
    assert "0003" not in said
    rows = await house.rows(schema.contact_dossiers)
    assert [row["via"] for row in rows] == ["phone", "phone"]
    assert (await person.contact())["phone_key"] == key
    assert "đồng ý trả lời không" in await person.taps("Góp ý")


async def test_a_dossier_filed_later_with_the_shared_phone_is_the_own(small_house: House) -> None:
    """The phone was proved; its new dossiers are the citizen's, too."""
    person = small_house.person()
    await person.does(IncomingKind.CONTACT, text="0912345678")
    await small_house.dossier(**WORK, phone_key=KEYS.phone_key(PHONE))
    assert "UBND xã An Hòa" in await person.types(CODE)
    assert "UBND xã An Hòa" not in await small_house.person("2").types(CODE)


async def test_a_phone_without_dossiers(small_house: House) -> None:
    """Says so, and how else to look up."""
    said = await small_house.person().does(IncomingKind.CONTACT, text="0912345678")
    assert "nhắn mã hồ sơ" in said


async def test_a_foreign_or_odd_phone_is_refused_kindly(small_house: House) -> None:
    """Nothing is linked or kept."""
    await small_house.dossier(phone_key=KEYS.phone_key(PHONE))
    person = small_house.person()
    assert "của chính Ông/Bà" in await person.does(IncomingKind.FOREIGN_CONTACT, text="0912345678")
    assert "không đọc được" in await person.does(IncomingKind.CONTACT, text="không phải số")
    assert await small_house.rows(schema.contact_dossiers) == []
    assert (await person.contact())["phone_key"] is None


async def test_how_to_look_up_is_told(small_house: House) -> None:
    """The phone is only asked for where the channel can hand it over."""
    telegram, web = small_house.person(), small_house.person(channel="web")
    await telegram.types("tra cuu")
    assert telegram.last[0].buttons[0][0].asks_contact
    assert "giấy hẹn" in await web.types("/tracuu")
    assert web.labels == []
    assert "chưa đọc được mã" in await web.types("/tracuu của tôi đâu rồi")
