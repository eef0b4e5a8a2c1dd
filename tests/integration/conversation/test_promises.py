"""What the first screen, the list of held data and the codes promise."""

import pytest

from bot.messages import IncomingKind
from tests.integration.conversation.person import CODE, House
from tests.integration.conversation.test_petition import HAPPENED, complained


async def test_the_first_screen_is_short_and_names_the_unit(small_house: House) -> None:
    """At most 45 words; what is kept is one tap away, and the buttons come again."""
    await small_house.dossier()
    page = small_house.person(channel="web")
    said = await page.opens()
    assert len(said.split()) <= 45
    assert "UBND xã An Hòa" in said
    assert "90 ngày" in await page.taps("Chúng tôi giữ gì?")
    assert "Câu 1/4" in await page.taps("Đồng ý")


async def test_a_second_dossier_is_named_and_agreed_to_again(small_house: House) -> None:
    """A no concerns that dossier only."""
    await small_house.dossier()
    await small_house.dossier("000.17.22.H56-210503-0002", "y" * 22)
    person = small_house.person()
    await person.consents()
    assert "đồng ý trả lời không" in await person.opens("y" * 22)
    assert "vẫn xem được hồ sơ" in await person.taps("Không")
    assert "Câu 1/4" in await person.opens()


async def test_the_holder_of_the_link_takes_over_until_the_first_answer(small_house: House) -> None:
    """Who only agreed, in another browser, locks nobody out."""
    await small_house.dossier()
    await small_house.person("1").consents()
    two = small_house.person("2")
    assert "Câu 1/4" in await two.consents()
    await two.taps("Hài lòng")
    assert "trên một máy khác" in await small_house.person("3").opens()


async def test_everything_held_is_listed(small_house: House) -> None:
    """A petition with its fields; the chat's messages; followed dossiers as such."""
    await small_house.dossier()
    code = "000.17.22.H56-210503-0009"
    await small_house.dossier(code, "y" * 22, status=4, returned_at=None, finished_at=None)
    person = small_house.person()
    await complained(person)
    await person.taps("Gửi phản ánh")
    await person.types(HAPPENED, "Nguyễn Văn Huy", "thôn 2, xã An Hòa", "0912345678", "gửi")
    await person.opens("y" * 22)
    await person.taps("Báo cho tôi")
    said = await person.types("/dulieu")
    for part in (HAPPENED, "Nguyễn Văn Huy", "thôn 2, xã An Hòa", "+84912345678", "30 ngày"):
        assert part in said
    assert "theo dõi: hồ sơ này" in said, "by the link alone no code is told"
    assert code not in said
    await person.opens("y" * 22)
    await person.taps("Xem ngày hẹn")
    await person.types("03/05/2021")
    assert f"theo dõi: {code}" in await person.types("/dulieu")


@pytest.mark.parametrize(
    "written",
    ["OOO.17.22.H56-21O5O3-OOOI", "000,17,22,H56-210503-0001", "0001722H56-210503-0001",
     "000/17/22/H56/210503/0001", "000 17 22 H56 210503 0001", "mã là 000.17.22.h56-210503-0001."],
)  # fmt: skip
async def test_a_code_is_read_as_people_write_it(small_house: House, written: str) -> None:
    """O for 0, I for 1, any separator or none."""
    await small_house.dossier(status=4, returned_at=None, finished_at=None)
    assert CODE in await small_house.person().types(written)


async def test_the_caption_of_a_photo_is_read(small_house: House) -> None:
    """The photo is not, and that is said."""
    await small_house.dossier(status=4, returned_at=None, finished_at=None)
    person = small_house.person()
    said = await person.does(IncomingKind.OTHER, text=CODE)
    assert "chưa xem được ảnh" in said
    assert "Bước 2/4" in said
