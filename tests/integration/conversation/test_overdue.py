"""What is late is said to be late, and there is a person to ask."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import update

from surveys.store.base import schema
from tests.integration.conversation.person import CODE, TOKEN, House

WORK: dict[str, Any] = {"status": 4, "finished_at": None, "returned_at": None}
DUE = datetime(2021, 5, 20)
DESK = {"phone": "0256 111 222", "address": "12 Trần Phú", "hours": "7:30–17:00"}


async def _with_desk(house: House) -> None:
    async with house.database.write() as conn:
        await conn.execute(update(schema.units).values(**DESK))


async def test_an_overdue_dossier_is_said_to_be_overdue(house: House) -> None:
    """By how many days, what the office owes, whom to ask; the petition is one tap away."""
    await house.dossier(**WORK, due_at=DUE)
    await _with_desk(house)
    person = house.person()
    said = await person.types(CODE)
    late = ("Ngày hẹn trả: 20/05/2021", "quá ngày hẹn 12 ngày", "phải xin lỗi")
    for part in (*late, *DESK.values()):
        assert part in said
    assert f"hồ sơ {CODE}" in await person.taps("Gửi phản ánh")


async def test_the_apology_and_both_days_are_told(small_house: House) -> None:
    """The first promised day stays next to the new one."""
    days: dict[str, Any] = {
        "apology_at": datetime(2021, 5, 21),
        "rescheduled_to": datetime(2021, 5, 28),
    }
    await small_house.dossier(**WORK, due_at=DUE, **days)
    said = await small_house.person().types(CODE)
    for part in ("hẹn trả: 20/05/2021", "Hẹn lại: 28/05/2021", "xin lỗi bằng văn bản ngày 21/05"):
        assert part in said
    assert "quá ngày hẹn 4 ngày" in said


async def test_what_is_on_time_is_not_called_late(small_house: House) -> None:
    """On the promised day itself, and without a promised day."""
    await small_house.dossier(**WORK, due_at=datetime(2021, 6, 1))
    await small_house.dossier("000.17.22.H56-210503-0002", "y" * 22, **WORK, due_at=None)
    for code in (CODE, "000.17.22.H56-210503-0002"):
        person = small_house.person()
        assert "quá ngày hẹn" not in await person.types(code)
        assert "Gửi phản ánh" not in person.labels


async def test_a_late_result_is_said_to_have_come_late(small_house: House) -> None:
    """The day the result was there counts, not the day it was fetched."""
    done: dict[str, Any] = {
        "finished_at": datetime(2021, 5, 23),
        "returned_at": datetime(2021, 5, 30),
    }
    await small_house.dossier(due_at=DUE, **done)
    assert "sau ngày hẹn 3 ngày" in await small_house.person().types(CODE)


@pytest.mark.parametrize(
    ("status", "words"), [(6, "cần nộp phí, lệ phí hoặc thuế"), (5, "cần bổ sung gì")]
)
async def test_what_the_citizen_has_to_do_is_said(
    small_house: House, status: int, words: str
) -> None:
    """To pay, or to hand in papers; with the desk that knows what."""
    await small_house.dossier(**(WORK | {"status": status}), due_at=datetime(2021, 7, 1))
    await _with_desk(small_house)
    person = small_house.person()
    assert DESK["phone"] in await person.opens(TOKEN)
    await person.taps("Xem ngày hẹn và chi tiết")
    assert words in await person.types("03/05/2021")


async def test_a_result_that_waits_is_told_before_the_questions(small_house: House) -> None:
    """Ready, not fetched: where to fetch it comes first."""
    await small_house.dossier(status=9, returned_at=None)
    await _with_desk(small_house)
    said = await small_house.person().opens()
    assert said.index("đã có kết quả") < said.index("đồng ý trả lời")
    assert DESK["address"] in said


async def test_there_is_somebody_to_call_where_no_dossier_is_known(small_house: House) -> None:
    """A broken link, an unknown code, the help."""
    await small_house.dossier()
    await _with_desk(small_house)
    for words in ("000.17.22.H56-210503-9999", "trợ giúp"):
        assert DESK["phone"] in await small_house.person().types(words)
    assert DESK["phone"] in await small_house.person().opens("z" * 22)
