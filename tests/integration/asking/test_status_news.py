"""Who follows a dossier is told each change of its status once, in working hours."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.asking.status_news import tell_followers
from surveys.following import event_of, is_news
from surveys.store.base import schema
from tests.integration.asking.conftest import MONDAY, ZONE, Office

WORK: dict[str, Any] = {"status": 4, "returned_at": None, "finished_at": None}
CODE = "000.17.22.H56-260309-0001"


async def tell(office: Office) -> int:
    """One look of the running bot."""
    office.house.now = office.now
    async with office.house.database.write() as conn:
        return await tell_followers(conn, office.house.conversation.context, office.now)


async def notices(office: Office) -> list[str]:
    """What followers were told."""
    return [one["text"] for one in await office.sent() if one["kind"] == "notice"]


async def test_every_change_is_told_once_with_what_to_do(office: Office) -> None:
    """Supplement, payment, late with the apology and the new date, ready, returned; then it ends.
    What was seen when the following began is not told."""
    await office.returned(CODE, **WORK)
    office.house.now = office.now
    person = office.house.person("1")
    await person.types(CODE)
    await person.taps("Báo cho tôi")
    assert await tell(office) == 0
    new_date = datetime(2026, 3, 20, 17)
    changes: list[tuple[dict[str, Any], str]] = [
        ({"status": 5}, "bổ sung giấy tờ"),
        ({"status": 6}, "cần nộp phí"),
        ({"status": 4, "rescheduled_to": new_date}, "xin lỗi Ông/Bà và hẹn lại ngày 20/03/2026"),
        ({"status": 9, "finished_at": new_date}, "mang giấy hẹn đến UBND XA01 nhận"),
        ({"status": 10, "returned_at": new_date}, "nếu chưa nhận"),
    ]
    for number, (change, words) in enumerate(changes, 1):
        await office.change(CODE, **change)
        assert await tell(office) == 1
        assert await tell(office) == 0
        told = await notices(office)
        assert len(told) == number
        assert words in told[-1]
    assert not any(row["follows"] for row in await office.house.rows(schema.contact_dossiers))


async def test_a_notice_waits_for_working_hours(office: Office) -> None:
    """Changed on Saturday night: told on Monday morning."""
    await office.returned(CODE, **WORK)
    office.house.now = office.now = MONDAY + timedelta(days=365 * 70)
    person = office.house.person("1")
    await person.types(CODE)
    await person.taps("Báo cho tôi")
    office.now = datetime(2096, 3, 10, 22, 0, tzinfo=ZONE)  # a Saturday, later than the test's day
    await office.change(CODE, status=5)
    assert await tell(office) == 1
    (row,) = [one for one in await office.house.rows(schema.outbox) if one["kind"] == "notice"]
    due = datetime.fromtimestamp(row["due_ms"] / 1_000, ZONE)
    assert due == datetime(2096, 3, 12, 7, 30, tzinfo=ZONE)


async def test_a_page_says_that_it_cannot_call(small_office: Office) -> None:
    """Honestly, when the following begins."""
    await small_office.returned(CODE, **WORK)
    small_office.house.now = small_office.now
    person = small_office.house.person("1", channel="web")
    await person.types(CODE)
    assert "trang không tự báo được" in await person.taps("Theo dõi")
    phone = small_office.house.person("2")
    await phone.types(CODE)
    assert "không tự báo" not in await phone.taps("Báo cho tôi")


@pytest.mark.parametrize(
    ("status", "rescheduled", "event"),
    [(1, False, ""), (2, False, "received"), (4, True, "late:2026-03-20"), (5, True, "supplement"),
     (7, True, ""), (3, False, ""), (9, False, "ready")],
)  # fmt: skip
def test_the_event_of_a_state(status: int, rescheduled: bool, event: str) -> None:
    """What the citizen has to do comes before a new date; an ended dossier has no event."""
    new_date = datetime(2026, 3, 20) if rescheduled else None
    assert event_of(status, None, new_date) == event


@pytest.mark.parametrize(
    ("event", "last", "news"),
    [("received", None, False), ("returned", None, True), ("received", "", True),
     ("received", "supplement", False), ("supplement", "payment", True), ("ready", "ready", False),
     ("late:2026-03-20", "late:2026-03-10", True), ("", "supplement", False)],
)  # fmt: skip
def test_what_is_news(event: str, last: str | None, news: bool) -> None:
    """Each event once; another new date is another event."""
    assert is_news(event, last) is news
