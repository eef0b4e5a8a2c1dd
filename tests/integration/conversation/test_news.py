"""What changed because of the answers: agreed to, told once, shown on the page."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from bot.channels.web.news_page import render
from bot.news import tell_news
from bot.texts import load_texts
from surveys.period import parse_period
from surveys.store.base import schema
from surveys.store.base.connection import Connection
from surveys.store.personal_data import purging
from surveys.store.results import news
from surveys.store.results.news import NewPiece
from tests.integration.conversation.person import NOW, House, Person

FOUR = ("Hài lòng", "Không lần nào", "Không phải liên hệ cơ quan nào", "Không", "Gửi luôn")
WORDS = "Đã thêm ghế chờ và quầy ưu tiên."
SPRING = parse_period("2021-Q2")


async def add(conn: Connection, unit: str | None = "XA01", period: str = "2021-Q2") -> int:
    """A piece of news, approved by another officer."""
    piece = NewPiece(
        unit=unit,
        period=parse_period(period),
        words=WORDS,
        words_en=None,
        officer="hoa",
        now=NOW,
    )
    number = await news.add(conn, piece)
    await news.approve(conn, number, "lan", NOW)
    return number


async def answers(house: House, name: str, token: str, *more: str) -> Person:
    """Somebody who answered, and pressed these buttons afterwards."""
    person = house.person(name)
    await person.consents(token)
    await person.taps(*FOUR, *more)
    return person


async def tell(house: House) -> int:
    """Everything there is to tell now."""
    async with house.database.write() as conn:
        return await tell_news(conn, house.conversation.context, house.now)


async def _say_again(house: House, number: int) -> None:
    async with house.database.write() as conn:
        row = {"news_id": number, "contact_id": 1, "told_at": NOW}
        await conn.execute(schema.news_told.insert().values(**row))


async def test_who_agreed_hears_it_once(house: House) -> None:
    """Not who was asked and did not agree; not of another unit or time; not twice."""
    await house.dossier()
    await house.dossier("000.17.22.H56-210503-0002", "y" * 22)
    await answers(house, "1", "x" * 22, "Báo tôi khi có thay đổi")
    await answers(house, "2", "y" * 22)
    async with house.database.write() as conn:
        await add(conn, period="2021-Q3")
        number = await add(conn)
    assert await tell(house) == 1
    assert await tell(house) == 0
    (told,) = await house.rows(schema.news_told)
    assert (told["news_id"], told["contact_id"]) == (number, 1)
    with pytest.raises(IntegrityError):
        await _say_again(house, number)
    async with house.database.write() as conn:
        await add(conn, unit=None)
    assert await tell(house) == 1, "the whole office's news is theirs, too"


async def test_the_wish_outlives_the_tie_and_knows_no_dossier(house: House) -> None:
    """After the unlinking time it is still told; after a year nobody waits any more."""
    await house.dossier()
    await answers(house, "1", "x" * 22, "Báo tôi khi có thay đổi")
    later = NOW + timedelta(days=200)
    async with house.database.write() as conn:
        await purging.unlink_answers(conn, later.replace(tzinfo=None))
        await purging.forget_idle(conn, later, later)
        await add(conn)
    assert set(schema.news_wishes.c.keys()) == {"contact_id", "unit_id", "half_month"}
    assert await tell(house) == 1
    async with house.database.write() as conn:
        assert await news.forget_old_wishes(conn, (NOW + timedelta(days=400)).date()) == 1


@pytest.mark.parametrize("words", [("hủy",), ("đừng nhắn nữa",), ("/xoa", "đồng ý")])
async def test_who_wants_no_more_hears_nothing(small_house: House, words: tuple[str, ...]) -> None:
    """Withdrawn, stopped or erased: the wish is gone with it."""
    await small_house.dossier()
    person = await answers(small_house, "1", "x" * 22, "Báo tôi khi có thay đổi")
    assert "Muốn được báo thay đổi tại: UBND xã An Hòa" in await person.types("dữ liệu")
    await person.types(*words)
    async with small_house.database.write() as conn:
        await add(conn)
    assert await tell(small_house) == 0
    assert await small_house.rows(schema.news_wishes) == []


async def test_nobody_approves_their_own(small_house: House) -> None:
    """And what waits for approval is neither told nor shown."""
    await small_house.dossier()
    await answers(small_house, "1", "x" * 22, "Báo tôi khi có thay đổi")
    piece = NewPiece(unit="XA01", period=SPRING, words=WORDS, words_en=None, officer="hoa", now=NOW)
    async with small_house.database.write() as conn:
        number = await news.add(conn, piece)
        with pytest.raises(Exception, match="own"):
            await news.approve(conn, number, "hoa", NOW)
        assert await news.list_all(conn, approved_only=True) == []
    assert await tell(small_house) == 0
    async with small_house.database.write() as conn:
        await news.approve(conn, number, "lan", NOW)
        shown = await news.list_all(conn, approved_only=True)
    html = render(shown, load_texts(), "Một Cửa <1>")
    assert WORDS in html
    assert "UBND xã An Hòa" in html
    assert "<1>" not in html
