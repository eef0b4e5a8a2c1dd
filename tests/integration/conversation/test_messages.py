"""Every kind of message and any text at all: a kind answer, never an exception."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.messages import IncomingKind
from surveys.store.base import schema
from tests.integration.conversation.person import CODE, TOKEN, House

ODD = (
    "",
    "   ",
    "\u200b\u200d\ufeff",
    "\x00",
    "\ud83d",
    "👍🏽👍🏽",
    "🇻🇳",
    "đồ khốn nạn, lũ ăn cướp, cút hết đi",
    "ă" * 4000,
    "a " * 10_000,
    "\u202eكيف حالك\u202c שלום",
    "{0} {name} %s {",
    "/",
    "//",
    "/khongco",
    "/start",
    "/" + "x" * 3000,
    "'; DROP TABLE contacts; --",
    "<b>xin chào</b>",
    "1️⃣",
    "a:1:satisfaction:very:0",
    "v:erase:0:yes:AAAAAAAA",
    "\n\n\n",
    "∞ ½ ² ³",
    "٣",
    "0" * 300,
    "H56-999999-0000",
    "ZZZZZZZZ",
    "-" * 50,
)


@pytest.mark.parametrize("place", ["nothing", "consent", "question", "text", "end", "petition"])
async def test_any_text_is_answered_anywhere(small_house: House, place: str) -> None:
    """In every state of the conversation each odd text gets an answer, and the chat still works."""
    await small_house.dossier()
    person = small_house.person()
    steps = {
        "nothing": (),
        "consent": (),
        "question": (),
        "text": ("Hài lòng", "Không lần nào", "Không phải", "Không"),
        "end": ("Hài lòng", "Không lần nào", "Không phải", "Không", "Gửi"),
        "petition": ("Hài lòng", "Không lần nào", "Không phải", "Có", "Gửi", "Gửi phản ánh"),
    }
    for odd in ODD:
        if place == "consent":
            await person.opens()
        elif place != "nothing":
            await person.opens()
            if "Đồng ý" in person.labels:
                await person.taps("Đồng ý", *steps[place])
        await person.types(odd)
        assert person.text.strip(), f"no answer to {odd!r}"
    assert "Ông/Bà" in await person.types("/trogiup")


async def test_stickers_and_photos_are_answered_with_the_question(house: House) -> None:
    """We read only text; the open question, or the consent screen, is shown again."""
    await house.dossier()
    person = house.person()
    assert "chỉ đọc được chữ" in await person.does(IncomingKind.OTHER)
    await person.opens()
    assert "đồng ý trả lời" in await person.does(IncomingKind.OTHER)
    await person.taps("Đồng ý")
    assert "Câu 1/4" in await person.does(IncomingKind.OTHER)


async def test_a_group_gets_one_polite_line(small_house: House) -> None:
    """No survey, and no second line the same day."""
    group = small_house.person("-100")
    assert "riêng" in await group.does(IncomingKind.GROUP, text=CODE)
    assert await group.does(IncomingKind.GROUP, text="/start") == ""
    small_house.wait(days=1)
    assert "riêng" in await group.does(IncomingKind.GROUP, text="alo")


async def test_blocking_and_coming_back(house: House) -> None:
    """Blocked chats are marked; a contact that writes is active again."""
    person = house.person()
    await person.types("xin chào")
    await person.does(IncomingKind.BLOCKED)
    assert (await person.contact())["status"] == "blocked"
    await person.does(IncomingKind.UNBLOCKED)
    assert (await person.contact())["status"] == "active"
    await person.does(IncomingKind.BLOCKED)
    await person.types("xin chào")
    assert (await person.contact())["status"] == "active"


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("/start", "Kính chào"),
        ("/batdau", "Kính chào"),
        ("/tracuu", "giấy hẹn"),
        ("Tra cứu", "giấy hẹn"),
        ("/status", "giấy hẹn"),
        ("/dulieu", "đang giữ"),
        ("/DULIEU", "đang giữ"),
        ("dữ liệu", "đang giữ"),
        ("/mydata@motcua_bot", "đang giữ"),
        ("/huy", "không"),
        ("/hủy", "không"),
        ("/xoa", "muốn xóa mọi"),
        ("xoá", "muốn xóa mọi"),
        ("/erase", "muốn xóa mọi"),
        ("/ngonngu", "Which language"),
        ("/language en", "We speak English"),
        ("/ngonngu tiếng anh", "We speak English"),
        ("trợ giúp", "tra cứu"),
        ("HELP", "tra cứu"),
        ("/trogiup", "tra cứu"),
        ("/tiep", "không có phiếu nào"),
        ("tiếp tục", "không có phiếu nào"),
        ("/gi_do", "không có lệnh này"),
        ("cảm ơn nhiều ạ", "Cảm ơn Ông/Bà"),
    ],
)
async def test_commands_are_understood_as_people_write_them(
    small_house: House, typed: str, answer: str
) -> None:
    """Both languages, with or without slash and accents."""
    assert answer in await small_house.person().types(typed)


async def test_telegrams_list_of_commands_is_understood(small_house: House) -> None:
    """What Telegram offers to tap does what it says."""
    for catalog in small_house.conversation.context.texts.values():
        names = [k for k in catalog.texts if k.startswith("telegram.commands.")]
        for key in (name for name in names if name.endswith(".name")):
            said = await small_house.person().types(f"/{catalog.text(key)}")
            assert "không có lệnh này" not in said


async def test_buttons_fit_telegram(small_house: House) -> None:
    """Data is ASCII within 64 bytes, even for large numbers."""
    await small_house.dossier()
    person = small_house.person()
    await person.opens()
    for row in person.last[0].buttons:
        for button in row:
            assert button.data.isascii()
            assert len(button.data) <= 50


SAID = st.one_of(
    st.text(max_size=60),
    st.sampled_from([*ODD[:20], "1", "2", "có", "không", "đồng ý", "/huy", "/xoa", "/tiep", CODE]),
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(texts=st.lists(SAID, min_size=1, max_size=6), begun=st.booleans())
async def test_no_text_raises(small_house: House, texts: list[str], begun: bool) -> None:
    """Whatever is typed, in whatever order, every message is answered."""
    if not await small_house.rows(schema.units):
        await small_house.dossier()
    person = small_house.person("7")
    if begun:
        await person.opens(TOKEN)
    for text in texts:
        await person.types(text)
        assert person.text.strip()


ACTS = st.one_of(
    st.tuples(st.just("tap"), st.integers(0, 12)),
    st.tuples(st.just("type"), st.sampled_from(["1", "không", "đồng ý", "/huy", "/xoa", CODE])),
    st.tuples(st.just("edit"), st.sampled_from(["ý khác hẳn", ""])),
    st.tuples(st.just("open"), st.sampled_from([TOKEN, "", "x"])),
    st.tuples(st.just("say"), st.sampled_from(["tôi chờ lâu quá chừng", "Huy", "0912345678"])),
)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts=st.lists(ACTS, min_size=4, max_size=14))
async def test_any_order_of_taps_and_texts_is_answered(
    small_house: House, acts: list[tuple[str, object]]
) -> None:
    """Every button that is shown can be tapped, now or late; nothing raises, nothing is silent."""
    if not await small_house.rows(schema.units):
        await small_house.dossier()
    person = small_house.person("9")
    await person.opens()
    shown = ["a:1:satisfaction:very:0"]
    for act, what in acts:
        shown += [b.data for one in person.last for row in one.buttons for b in row if b.data]
        match act, what:
            case "tap", int():
                await person.does(IncomingKind.TAP, data=shown[-1 - what % len(shown)])
            case "edit", str():
                await person.does(IncomingKind.EDITED, text=what, message_ref="m")
            case "open", str():
                await person.opens(what)
            case _, str():
                await person.types(what, ref="m")
        assert person.text.strip()
