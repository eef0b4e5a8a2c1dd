"""After every side step the open question is shown again, with buttons that work."""

import asyncio
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.messages import IncomingKind
from surveys.store.base import schema
from surveys.store.base.database import Database
from tests.integration.conversation.conftest import make_house
from tests.integration.conversation.person import House, Person
from tests.integration.conversation.test_petition import complained
from tests.integration.conversation.test_survey import finished

IN_WORK = "000.17.22.H56-210503-0009"
OTHER = "000.17.22.H56-210503-0008"
SIDE_STEPS = (
    "/trogiup", "trợ giúp", "/dulieu", "/ngonngu", "/ngonngu en", "/ngonngu vi", "/tracuu", IN_WORK,
    OTHER, "000.17.22.H56-210503-9999", "/xoa", "/khongco", "/start", "xin chào", "AAAAAAAA",
    "english", "tiếng việt", "0000", "03/05/2021",
)  # fmt: skip


async def _consent(person: Person) -> str:
    await person.opens()
    return "Đồng ý"


async def _question(person: Person) -> str:
    await person.consents()
    return "Rất hài lòng"


async def _offer(person: Person) -> str:
    await complained(person)
    return "Gửi phản ánh"


async def _field(person: Person) -> str:
    await complained(person)
    await person.taps("Gửi phản ánh")
    return "Thôi, không gửi nữa"


ENGLISH = {
    "Đồng ý": "I agree",
    "Rất hài lòng": "Very satisfied",
    "Gửi phản ánh": "Send a formal",
    "Thôi, không gửi nữa": "Stop, do not send",
}
ASIDES = {
    *("Xóa hết", "Erase everything", "Ghi vào ý kiến", "Add to my opinion"),
    *("Thôi", "Never mind"),
}
PLACES = (_consent, _question, _offer, _field)


async def _walk(house: House, place: int, steps: list[str]) -> None:
    """Go to the place, take the side steps; the open question comes last after each."""
    await house.dossier()
    await house.dossier(IN_WORK, "y" * 22, status=4, returned_at=None, finished_at=None)
    await house.dossier(OTHER, "z" * 22)
    person = house.person()
    label = await PLACES[place](person)
    for text in steps:
        await person.types(text)
        shown = [button.label for row in person.last[-1].buttons for button in row]
        if text == "/xoa":
            assert not {"Xóa hết", "Erase everything"}.isdisjoint(shown)
        if not ASIDES.isdisjoint(shown):
            await person.types("không")
            shown = [button.label for row in person.last[-1].buttons for button in row]
        wanted = (label, ENGLISH[label])
        assert any(one.startswith(wanted) for one in shown), (text, person.text)
    await person.taps(label if label in "".join(person.labels) else ENGLISH[label])
    assert "không còn dùng được" not in person.text


@pytest.mark.parametrize("place", range(len(PLACES)))
async def test_an_open_question_comes_back_after_every_side_step(
    small_house: House, place: int
) -> None:
    """Each side step once, at the consent, a question, the petition's offer and its fields."""
    await _walk(small_house, place, list(SIDE_STEPS))


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    place=st.integers(0, len(PLACES) - 1),
    steps=st.lists(st.sampled_from(SIDE_STEPS), min_size=1, max_size=5),
)
def test_an_open_question_is_always_shown_with_live_buttons(
    sqlite_template: Path, tmp_path: Path, place: int, steps: list[str]
) -> None:
    """Whatever side steps are taken in whatever order, the second proof among them."""
    for old in tmp_path.glob("side.sqlite*"):
        old.unlink()
    shutil.copyfile(sqlite_template, tmp_path / "side.sqlite")
    asyncio.run(_in_a_new_house(f"sqlite:///{tmp_path}/side.sqlite", place, steps))


async def _in_a_new_house(url: str, place: int, steps: list[str]) -> None:
    database = Database.open(url)
    try:
        await _walk(await make_house(database, look_up_proof=True), place, steps)
    finally:
        await database.close()


@pytest.mark.parametrize("words", ["đồng ý", "tôi đổi ý", "cho tôi trả lời"])
async def test_second_thoughts_after_a_refusal_reopen_the_form(
    small_house: House, words: str
) -> None:
    """Also after something else was said in between."""
    await small_house.dossier()
    person = small_house.person()
    await person.opens()
    await person.taps("Không")
    await person.types("trợ giúp")
    assert "Câu 1/4" in await person.types(words)


async def test_yes_means_the_consent_not_the_notice(small_house: House) -> None:
    """A code of a dossier in work is looked up; "đồng ý" still begins the form."""
    await small_house.dossier()
    await small_house.dossier(IN_WORK, "y" * 22, status=4, returned_at=None, finished_at=None)
    person = small_house.person()
    await person.opens()
    await person.types(IN_WORK)
    assert "Câu 1/4" in await person.types("đồng ý")


@pytest.mark.parametrize(
    "words",
    ["STOP", "dừng", "DUNG", "thôi", "đừng nhắn nữa", "unsubscribe", "làm phiền quá",
     "đừng nhắn tin cho tôi nữa nhé", "Please stop messaging me", "tôi không muốn nhận tin nữa"],
)  # fmt: skip
async def test_whoever_wants_no_more_is_not_written_to(small_house: House, words: str) -> None:
    """In the words people use; confirmed, and kept as consent withdrawn."""
    await small_house.dossier()
    person = small_house.person()
    await finished(person)
    assert "không mời và không nhắn" in await person.types(words)
    latest = {row["purpose"]: row["given"] for row in await small_house.rows(schema.consents)}
    assert latest == {"survey": False, "status": False}
    assert "comment" not in await small_house.answers()


@pytest.mark.parametrize("words", ["đúng", "cán bộ hỏi hơi nhiều, tôi thấy phiền"])
async def test_an_opinion_is_not_taken_for_a_stop(small_house: House, words: str) -> None:
    """One says yes, the other complains."""
    await small_house.dossier()
    person = small_house.person()
    await finished(person)
    assert "không mời" not in await person.types(words)


@pytest.mark.parametrize("words", ["tôi bấm nhầm", "quay lại", "cho tôi sửa câu trả lời"])
async def test_answers_can_be_changed_for_some_days(small_house: House, words: str) -> None:
    """The last question comes back, and the ones before it."""
    await small_house.dossier()
    person = small_house.person()
    await finished(person)
    small_house.wait(days=3)
    assert "Câu 4/4" in await person.types(words)
    await person.taps("← Quay lại", "✓ Không phải", "Gửi")
    small_house.wait(days=8)
    assert "7 ngày" in await person.types("tôi bấm nhầm")


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("Mấy giờ mở cửa?", "chưa trả lời được câu hỏi"),
        ("gặp cán bộ", "chưa trả lời được câu hỏi"),
        ("hồ sơ của tôi đến đâu rồi", "Bước 4/4"),
        ("ok", "Khi cần"),
        ("xong", "Khi cần"),
        ("nhà vệ sinh ở đó bẩn quá", "ghi thêm"),
    ],
)
async def test_what_is_said_after_the_end_is_read_first(
    small_house: House, words: str, answer: str
) -> None:
    """Nothing becomes an opinion before the citizen says that it is one."""
    await small_house.dossier()
    person = small_house.person()
    await finished(person)
    assert answer in await person.types(words)
    assert "comment" not in await small_house.answers()
    (contact,) = await small_house.rows(schema.contacts)
    assert words not in str(contact["focus"])


async def test_an_opinion_is_added_when_it_is_said_to_be_one(small_house: House) -> None:
    """Two texts before the yes are both kept; a no keeps none."""
    await small_house.dossier()
    person = small_house.person()
    await finished(person)
    await person.types("nhà vệ sinh bẩn quá", "ghế cũng gãy rồi")
    assert "đã ghi lại ý kiến" in await person.types("có")
    assert (await small_house.answers())["comment"] == "nhà vệ sinh bẩn quá\nghế cũng gãy rồi"
    await person.types("chỗ để xe chật quá")
    assert "không ghi" in await person.taps("Không ghi")
    assert "chật" not in str(await small_house.answers())


async def test_a_button_of_ours_does_not_answer_another_question(small_house: House) -> None:
    """An old "báo cho tôi" leaves the consent screen asked."""
    await small_house.dossier()
    await small_house.dossier(IN_WORK, "y" * 22, status=4, returned_at=None, finished_at=None)
    person = small_house.person()
    await person.types(IN_WORK)
    follow = person.data("Báo cho tôi")
    await person.opens()
    await person.does(IncomingKind.TAP, data=follow)
    assert "Câu 1/4" in await person.types("đồng ý")
