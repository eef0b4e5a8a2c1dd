"""Who is told what about a dossier: by code, by link, with the second proof."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.conversation.second_proof import TRIES, TRIES_PER_DOSSIER
from surveys.store.base import schema
from surveys.store.base.database import Database
from surveys.store.results import asides, review_queue
from tests.integration.conversation.conftest import KEYS, make_house
from tests.integration.conversation.person import CODE, House
from tests.integration.conversation.test_inviting import PERIOD
from tests.integration.rows import evidence_of

PHONE = "+84912345678"
WORK: dict[str, Any] = {"status": 4, "finished_at": None, "returned_at": None}
FILED: dict[str, Any] = {"phone_sealed": KEYS.seal(PHONE), "phone_key": KEYS.phone_key(PHONE)}
MISSING = "000.17.22.H56-210503-9999"
FOUR = ("Hài lòng", "Không lần nào", "Không phải liên hệ cơ quan nào", "Không")


@pytest.fixture
async def strict(database: Database) -> House:
    """As delivered: a code alone is answered by a question."""
    return await make_house(database, look_up_proof=True)


async def test_missing_and_existing_look_the_same(strict: House) -> None:
    """By code: the question, the wrong answer and the end of the tries have the same words."""
    await strict.dossier(**WORK, **FILED)
    told: dict[str, list[str]] = {}
    for code in (CODE, MISSING):
        person = strict.person(code)
        said = [
            await person.types(code),
            await person.types("0000"),
            await person.types("1/1/2021"),
        ]
        said += [await person.types(f"000{number}") for number in range(TRIES)]
        told[code] = [text.replace(code, "MÃ") for text in said]
        assert "4 số cuối" in said[0]
        assert "không khớp" in said[1]
    assert told[CODE] == told[MISSING]
    assert "sau 60 phút" in told[CODE][-1]


@pytest.mark.parametrize("typed", ["5678", "0912 345 678", "số cuối 5678", "5 6 7 8"])
async def test_the_phones_last_digits_open_it(strict: House, typed: str) -> None:
    """Dates, unit, the state in full; and it stays open for this chat."""
    await strict.dossier(**WORK, **FILED)
    person = strict.person()
    await person.types(CODE)
    said = await person.types(typed)
    assert "Ngày hẹn trả: 10/05/2021" in said
    assert "UBND xã An Hòa" in said
    assert "Ngày nhận: 03/05/2021" in await person.types(CODE)


async def test_without_a_phone_the_day_of_filing_counts(strict: House) -> None:
    """And only then: the code itself tells the day."""
    await strict.dossier(**WORK)
    await strict.dossier("000.17.22.H56-210503-0002", "y" * 22, **WORK, **FILED)
    person = strict.person()
    await person.types(CODE)
    assert "Ngày hẹn trả" in await person.types("03/05/2021")
    await person.types("000.17.22.H56-210503-0002")
    assert "không khớp" in await person.types("03/05/2021")


async def test_the_link_alone_names_procedure_and_unit(small_house: House) -> None:
    """No code, no day, no lateness, no fee, until the second proof is there."""
    async with small_house.database.write() as conn:
        await conn.execute(schema.procedures.insert().values(id=1, name="Đăng ký khai sinh"))
    await small_house.dossier(**WORK | {"status": 6}, **FILED, procedure_id=1)
    person = small_house.person()
    said = await person.opens()
    assert "Đăng ký khai sinh" in said
    assert "UBND xã An Hòa" in said
    assert "Bước 2/4" in said
    said += await person.types("dữ liệu")
    assert not [word for word in (CODE, "/05/2021", "quá ngày", "phí") if word in said]
    await person.opens()
    assert "4 số cuối" in await person.taps("Xem ngày hẹn và chi tiết")
    told = await person.types("5678")
    assert "Ngày hẹn trả: 10/05/2021" in told
    assert "phí" in told


async def test_a_typed_yes_is_answered_by_the_question_again(small_house: House) -> None:
    """Whoever opened the link and is asked for the proof says "có" before typing it."""
    await small_house.dossier(**WORK, **FILED)
    person = small_house.person()
    await person.opens()
    assert "4 số cuối" in await person.taps("Xem ngày hẹn và chi tiết")
    assert "4 số cuối" in await person.types("có")
    assert "UBND xã An Hòa" in await person.types("5678")


async def test_an_office_that_knows_nothing_asks_nothing(small_house: House) -> None:
    """Neither phone nor day of filing: the link is all the proof there can be."""
    await small_house.dossier(**WORK | {"received_at": None})
    assert "Ngày hẹn trả" in await small_house.person().opens()


async def test_strangers_cannot_lock_the_owner_out(strict: House) -> None:
    """They use up the tries of the code; the link has its own, and the hour ends."""
    await strict.dossier(**WORK, **FILED)
    for stranger in range(TRIES_PER_DOSSIER // TRIES + 1):
        person = strict.person(f"stranger {stranger}")
        await person.types(CODE)
        for _ in range(TRIES):
            await person.types("0000")
    owner = strict.person("owner")
    await owner.types(CODE)
    assert "thử lại sau" in await owner.types("5678")
    await owner.opens()
    await owner.taps("Xem ngày hẹn và chi tiết")
    assert "Ngày hẹn trả" in await owner.types("5678")
    later = strict.person("owner without the link")
    strict.wait(minutes=61)
    await later.types(CODE)
    assert "Ngày hẹn trả" in await later.types("5678")


async def test_it_is_continued_here_after_the_second_proof(house: House) -> None:
    """Consent of its own first; then the question that was open, with the answers given so far."""
    await house.dossier(**FILED)
    first, second = house.person("first"), house.person("second")
    await first.consents()
    await first.taps("Hài lòng")
    said = await second.opens()
    assert "trên một máy khác" in said
    assert "4 số cuối" in await second.taps("Tiếp tục ở đây")
    assert "không khớp" in await second.types("0000")
    assert "đồng ý" in await second.types("5678")
    assert "Câu 2/4" in await second.types("đồng ý")
    await second.taps("Không lần nào")
    assert await house.answers() == {"satisfaction": "satisfied", "contacts": "none"}
    (row,) = await house.rows(schema.responses)
    assert row["contact_id"] == 2
    assert "không còn dùng được" in await first.taps("Không lần nào")


async def test_the_owner_disowns_an_answer(house: House) -> None:
    """It counts no more, waits for a verifier, and the owner is asked; either can be kept."""
    number = await house.dossier(**FILED)
    other, owner = house.person("other"), house.person("owner")
    await other.consents()
    await other.taps(*FOUR, "Gửi luôn")
    assert "đã có người góp ý" in await owner.opens()
    await owner.taps("Không phải tôi trả lời")
    said = await owner.types("5678")
    assert "để riêng" in said
    async with house.database.read() as conn:
        assert (await evidence_of(conn, number))["answered"] == 0
        items = await review_queue.list_items(conn, PERIOD)
        assert [one.doubt for one in items] == ["disowned"]
    assert "Hài lòng" in await other.types("dữ liệu"), "still shown to who gave it"
    await owner.types("đồng ý")
    await owner.taps("Chưa hài lòng")
    async with house.database.write() as conn:
        assert (await evidence_of(conn, number))["answered"] == 1
        with pytest.raises(Exception, match="answered_anew"):
            await asides.decide(conn, number, counts=True)
        await asides.decide(conn, number, counts=False)
        assert await review_queue.list_items(conn, PERIOD) == []
        forms = (await conn.execute(select(schema.responses.c.form))).scalars().all()
        assert sorted(forms) == ["phieu5", "phieu5~1~dropped"]


async def test_a_kept_answer_counts_again(house: House) -> None:
    """Where the owner has not answered."""
    number = await house.dossier(**FILED)
    other, owner = house.person("other"), house.person("owner")
    await other.consents()
    await other.taps(*FOUR, "Gửi luôn")
    await owner.opens()
    await owner.taps("Không phải tôi trả lời")
    await owner.types("5678")
    async with house.database.write() as conn:
        await asides.decide(conn, number, counts=True)
        assert (await evidence_of(conn, number))["answered"] == 1


async def test_tries_end_with_the_hour(strict: House) -> None:
    """Nobody is locked out for good, not even who typed wrong."""
    await strict.dossier(**WORK, **FILED)
    person = strict.person()
    await person.types(CODE)
    for _ in range(TRIES):
        await person.types("0000")
    assert "thử lại sau" in await person.types("5678")
    strict.now += timedelta(minutes=61)
    assert "Ngày hẹn trả" in await person.types("5678")
