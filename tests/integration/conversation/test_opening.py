"""How a conversation begins: links, consent, and whose turn it is to answer."""

import asyncio
from datetime import timedelta

import pytest

from bot.messages import IncomingKind
from surveys.store.base import schema
from tests.integration.conversation.person import CODE, NOW, TOKEN, House

YES = ("đồng ý", "Dong y", "ok", "Có ạ", "1", "ĐỒNG Ý!", "agree", "vâng")
NO = ("không", "ko", "khong dong y", "2", "thôi", "No thanks", "từ chối")


async def test_the_link_of_a_returned_dossier_begins_at_once(house: House) -> None:
    """First the consent screen, after a yes the first question; the invitation counts as opened."""
    await house.dossier()
    person = house.person()
    screen = await person.opens()
    assert "Bộ phận Một cửa" in screen
    assert "Chúng tôi giữ gì?" in person.labels
    assert "nước ngoài" in screen
    assert CODE not in screen, "the code is masked: somebody may look over the shoulder"
    (invitation,) = await house.rows(schema.invitations)
    assert invitation["state"] == "opened"
    assert invitation["issued_at"] == invitation["delivered_at"] == NOW
    assert "Câu 1/4" in await person.taps("Đồng ý")


async def test_a_return_date_counts_before_a_status_that_lags(small_house: House) -> None:
    """Who is invited to a dossier still "in progress" can answer, as it counts as returned."""
    await small_house.dossier(status=4)
    person = small_house.person()
    assert "đồng ý trả lời không" in await person.opens()
    assert "Câu 1/4" in await person.types("đồng ý")


async def test_servers_abroad_are_only_named_where_they_are_used(small_house: House) -> None:
    """The web page's messages stay here."""
    await small_house.dossier()
    assert "nước ngoài" not in await small_house.person(channel="web").opens()


@pytest.mark.parametrize("word", YES)
async def test_a_typed_yes_is_consent(small_house: House, word: str) -> None:
    """With or without accents, as people write it."""
    await small_house.dossier()
    person = small_house.person()
    await person.opens()
    assert "Câu 1/4" in await person.types(word)


@pytest.mark.parametrize("word", NO)
async def test_a_typed_no_is_respected(small_house: House, word: str) -> None:
    """Thanked, declined, nothing asked; the proof says no."""
    await small_house.dossier()
    person = small_house.person()
    await person.opens()
    assert "cảm ơn" in await person.types(word)
    (invitation,) = await small_house.rows(schema.invitations)
    assert invitation["state"] == "declined"
    assert [row["given"] for row in await small_house.rows(schema.consents)] == [False]
    assert await small_house.rows(schema.interviews) == []


async def test_a_refusal_blocks_no_look_up_and_can_be_reversed(house: House) -> None:
    """The code is still answered; opening the link again asks again."""
    await house.dossier()
    person = house.person()
    await person.opens()
    await person.taps("Không")
    assert "Bước 4/4" in await person.types(CODE)
    await person.opens()
    assert "Câu 1/4" in await person.taps("Đồng ý")
    consents = await house.rows(schema.consents)
    assert [row["given"] for row in consents] == [False, True]


async def test_the_button_under_the_refusal_reverses_it(small_house: House) -> None:
    """A citizen who reconsiders need not look for the link."""
    await small_house.dossier()
    person = small_house.person()
    await person.opens()
    await person.taps("Không")
    assert "Câu 1/4" in await person.taps("Tôi đồng ý")


async def test_consent_is_proved(small_house: House) -> None:
    """Purpose, wording, language, channel and time are kept; another wording has another mark."""
    await small_house.dossier()
    await small_house.person().consents()
    english = small_house.person("1002", language="en-GB")
    await small_house.dossier("000.17.22.H56-210503-0002", "y" * 22)
    await english.opens("y" * 22)
    await english.taps("I agree")
    one, other = await small_house.rows(schema.consents)
    assert (one["purpose"], one["language"], one["channel"]) == ("survey", "vi", "telegram")
    assert one["at"] == NOW
    assert other["language"] == "en"
    assert one["text_version"] != other["text_version"]


async def test_the_next_dossier_is_named_and_asked_about(small_house: House) -> None:
    """On a shared phone it may be somebody else's: consent is asked for again."""
    await small_house.dossier()
    await small_house.dossier("000.17.22.H56-210503-0002", "y" * 22)
    person = small_house.person()
    await person.consents()
    assert "đồng ý trả lời không" in await person.opens("y" * 22)
    assert "Câu 1/4" in await person.taps("Đồng ý")


async def test_what_is_no_answer_to_consent_is_asked_kindly_again(small_house: House) -> None:
    """An answer before consent is not kept."""
    await small_house.dossier()
    person = small_house.person()
    await person.opens()
    assert "đồng ý trả lời không" in await person.types("rất hài lòng luôn nhé")
    assert await small_house.rows(schema.responses) == []
    assert "Câu 1/4" in await person.types("đồng ý")


async def test_an_unknown_link_says_how_to_get_another(house: House) -> None:
    """Kindly, and it says nothing about any dossier."""
    person = house.person()
    for token in ("z" * 22, "'; DROP TABLE links", "đường dẫn", "\x00", "\ud800", "a" * 5000):
        assert "lấy đường dẫn mới" in await person.opens(token)


async def test_an_old_link_does_not_work_for_strangers(small_house: House) -> None:
    """After its days are over; a citizen who opened it in time may still come back."""
    await small_house.dossier()
    early = small_house.person("1001")
    await early.consents()
    small_house.wait(days=91)
    assert "hết hạn" in await small_house.person("1002").opens()
    assert "hết hạn. Xin" not in await early.opens()


async def test_two_open_the_same_link(house: House) -> None:
    """The first who answers goes on; the other is told kindly, and later that it is done."""
    await house.dossier()
    one, two = house.person("1001"), house.person("1002")
    await one.opens()
    await two.opens()
    assert "Câu 1/4" in await one.taps("Đồng ý")
    await one.taps("Hài lòng")
    assert "trên một máy khác" in await two.taps("Đồng ý")
    assert "trên một máy khác" in await two.opens()
    await one.taps("Không lần nào", "Không phải", "Không", "Gửi")
    assert "đã có người góp ý" in await two.opens()
    assert len(await house.rows(schema.invitations)) == 1
    assert len(await house.rows(schema.responses)) == 1


async def test_two_agree_at_the_same_moment(house: House) -> None:
    """There is one interview, and its first answer settles whose it is."""
    await house.dossier()
    people = [house.person(str(number)) for number in range(4)]
    for person in people:
        await person.opens()
    await asyncio.gather(*(person.taps("Đồng ý") for person in people))
    assert len(await house.rows(schema.interviews)) == 1
    await asyncio.gather(*(person.taps("Hài lòng") for person in people))
    assert len(await house.rows(schema.answers)) == 1
    said = [await person.opens() for person in people]
    assert sum("trên một máy khác" in one for one in said) == 3


async def test_a_late_no_does_not_undo_a_yes(small_house: House) -> None:
    """The old screen's button says how to withdraw, and the question stays."""
    await small_house.dossier()
    person = small_house.person()
    await person.opens()
    no = person.data("Không")
    await person.taps("Đồng ý")
    said = await person.does(IncomingKind.TAP, data=no)
    assert "“hủy”" in said
    assert "Câu 1/4" in said


async def test_an_unanswered_interview_of_somebody_gone_is_taken_over(small_house: House) -> None:
    """A phone that blocked us must not keep the family from answering."""
    await small_house.dossier()
    one, two = small_house.person("1001"), small_house.person("1002")
    await one.consents()
    await one.does(IncomingKind.BLOCKED)
    assert "Câu 1/4" in await two.consents()


async def test_a_dossier_answered_on_paper_is_not_asked_about(small_house: House) -> None:
    """One response a dossier and form, whatever the channel."""
    from tests.integration.rows import answer

    number = await small_house.dossier()
    async with small_house.database.write() as conn:
        await answer(conn, number, "satisfaction", "very", channel="paper")
    assert "đã có người góp ý" in await small_house.person().opens()


async def test_a_dossier_in_work_shows_its_stage_and_is_followed(house: House) -> None:
    """Stage, no date before the second proof, the offer to be told; the yes is consent to notices
    only."""
    await house.dossier(status=4, finished_at=None, returned_at=None)
    person = house.person()
    shown = await person.opens()
    assert "đang giải quyết" in shown
    assert "10/05/2021" not in shown
    assert "có kết quả" in await person.types("có")
    (link,) = await house.rows(schema.contact_dossiers)
    assert (link["via"], link["follows"]) == ("link", True)
    (consent,) = await house.rows(schema.consents)
    assert (consent["purpose"], consent["given"]) == ("status", True)
    assert await house.rows(schema.invitations) == []


async def test_a_refused_notice_is_kept_as_refused(small_house: House) -> None:
    """And nothing is followed."""
    await small_house.dossier(status=4, finished_at=None, returned_at=None)
    person = small_house.person()
    await person.opens()
    await person.taps("Không cần")
    (link,) = await small_house.rows(schema.contact_dossiers)
    assert not link["follows"]
    assert [row["given"] for row in await small_house.rows(schema.consents)] == [False]


async def test_a_chat_without_a_link_is_greeted(small_house: House) -> None:
    """With what can be done here, in the language of the app."""
    assert "nhắn mã hồ sơ" in await small_house.person().opens("")
    assert "send a dossier code" in await small_house.person("2", language="en").opens("")
    assert "nhắn mã hồ sơ" in await small_house.person("3", language="fr").opens("")
    assert "nhắn mã hồ sơ" in await small_house.person("4").types(
        "alo ad ơi".removesuffix(" ad ơi")
    )


async def test_a_pasted_link_works_like_an_opened_one(small_house: House) -> None:
    """People copy links; both kinds of links are read."""
    await small_house.dossier()
    assert "đồng ý trả lời" in await small_house.person("1").types(f"https://a.vn/#{TOKEN}")
    link = f"https://t.me/motcua_bot?start={TOKEN}"
    assert "đồng ý trả lời" in await small_house.person("2").types(link)


async def test_a_link_opened_twice_asks_once(small_house: House) -> None:
    """The second opening goes on at the question."""
    await small_house.dossier()
    person = small_house.person()
    await person.consents()
    await person.taps("Hài lòng")
    small_house.wait(days=3)
    assert "Câu 2/4" in await person.opens()
    assert len(await small_house.rows(schema.interviews)) == 1
    assert timedelta(days=3) == small_house.now - NOW
