"""The interview over a real database: answers, restarts, versions, edits, expiry."""

from dataclasses import replace
from datetime import timedelta

from bot.conversation import Conversation
from bot.messages import Incoming, IncomingKind
from surveys.form import Form, shipped_forms
from surveys.store.asking import interviews
from surveys.store.base import schema
from surveys.store.system import form_versions
from tests.fakes.context import KEYS
from tests.integration.conversation.person import House, Person
from tests.integration.rows import evidence_of

FOUR = ("Rất hài lòng", "Không lần nào", "Không phải", "Không")


async def finished(person: Person) -> str:
    """Agree, four taps, done."""
    await person.consents()
    await person.taps(*FOUR)
    return await person.taps("Gửi")


async def test_four_taps_are_a_response_that_counts(house: House) -> None:
    """Answers, response, invitation and evidence are in the database after each tap."""
    number = await house.dossier()
    person = house.person()
    await person.consents()
    await person.taps("Rất hài lòng")
    (response,) = await house.rows(schema.responses)
    assert response["valid"]
    assert response["finished_at"] is None
    (invitation,) = await house.rows(schema.invitations)
    assert invitation["state"] == "answered"
    await person.taps(*FOUR[1:])
    assert "Phần chính đã xong" in person.text
    assert "Cảm ơn" in await person.taps("Gửi")
    expected = {"satisfaction": "very", "contacts": "none", "agencies": "none", "conduct": "no"}
    assert await house.answers() == expected
    (response,) = await house.rows(schema.responses)
    assert response["finished_at"] == house.now
    async with house.database.read() as conn:
        evidence = await evidence_of(conn, number)
    assert evidence["answered"] == 1
    assert evidence["contacts"] == 1


async def test_a_screen_is_edited_in_place_after_a_tap_and_new_after_a_text(
    small_house: House,
) -> None:
    """A screen that changes above what was just typed would go unseen."""
    await small_house.dossier()
    person = small_house.person()
    await person.consents()
    slot = person.last[0].slot
    assert slot
    contact = await person.contact()
    async with small_house.database.write() as conn:
        place = {"contact_id": contact["id"], "slot": slot, "reference": "77"}
        await conn.execute(schema.slots.insert().values(**place))
    await person.taps("Rất hài lòng")
    assert person.last[0].slot == slot
    assert len(await small_house.rows(schema.slots)) == 1
    await person.types("0 lần")
    assert person.last[0].slot == slot
    assert await small_house.rows(schema.slots) == []


async def test_a_doubled_tap_changes_nothing(small_house: House) -> None:
    """It is answered kindly with the current screen of the interview."""
    await small_house.dossier()
    person = small_house.person()
    await person.consents()
    data = person.data("Chưa hài lòng")
    await person.does(IncomingKind.TAP, data=data)
    assert "của câu trước" in await person.does(IncomingKind.TAP, data=data)
    assert "Câu 2/4" in person.text
    assert len(await small_house.rows(schema.answers)) == 1


async def test_an_update_handled_twice_has_one_effect(house: House) -> None:
    """The same inbox number again: no answer, no message more."""
    await house.dossier()
    person = house.person()
    await person.consents()
    typed = Incoming(
        channel="telegram", bot="main", address="1001", kind=IncomingKind.TEXT, text="1"
    )
    await person.sends(typed, 900)
    before = await house.rows(schema.outbox), await house.rows(schema.answers)
    await person.sends(typed, 900)
    assert (await house.rows(schema.outbox), await house.rows(schema.answers)) == before


async def test_one_cannot_tap_in_somebody_elses_interview(small_house: House) -> None:
    """Button data made up, or copied from another chat, does nothing."""
    await small_house.dossier()
    one, two = small_house.person("1"), small_house.person("2")
    await one.consents()
    stolen = one.data("Chưa hài lòng")
    assert "không còn dùng được" in await two.does(IncomingKind.TAP, data=stolen)
    assert await small_house.answers() == {}


async def test_a_half_finished_interview_goes_on_days_later(house: House) -> None:
    """After a restart (nothing is kept in memory) and ten days, at its question."""
    await house.dossier()
    person = house.person()
    await person.consents()
    await person.taps("Hài lòng")
    house.wait(days=10)
    house.conversation = replace(house.conversation)
    assert "Câu 2/4" in await person.types("/tiep")
    assert "Câu 3/4" in await person.types("không")


async def test_stopping_and_going_on(small_house: House) -> None:
    """What was answered is kept; "tiếp" goes on."""
    await small_house.dossier()
    person = small_house.person()
    await person.consents()
    await person.taps("Hài lòng")
    assert "tạm dừng" in await person.taps("Dừng")
    assert "Câu 2/4" in await person.types("tiếp")


async def test_an_interview_ends_with_its_days(small_house: House) -> None:
    """Later answers are not kept; a text after that is talked about, not refused for ever."""
    await small_house.dossier()
    person = small_house.person()
    await person.consents()
    await person.taps("Hài lòng")
    small_house.wait(days=31)
    assert "hết hạn" in await person.types("0 lần")
    assert list(await small_house.answers()) == ["satisfaction"]
    assert "chưa hiểu" in await person.types("blabla")


async def test_the_version_begun_is_finished(house: House) -> None:
    """A new version in force does not change the questions of an interview under way."""
    await house.dossier()
    person = house.person()
    await person.consents()
    await person.taps("Hài lòng")
    old = next(form for form in shipped_forms() if form.id == "phieu5")
    begins = {"version": "99", "valid_from": old.valid_from + timedelta(days=1)}
    changes = begins | {"questions": old.questions[:1]}
    newer = Form.model_validate(old.model_dump(by_alias=True) | changes)
    async with house.database.write() as conn:
        await form_versions.register(conn, [newer], house.now)
    context = house.conversation.context
    forms = (*context.forms, newer)
    house.conversation = Conversation(context=replace(context, forms=forms))
    assert "Câu 3/4" in await person.types("không")
    rows = await house.rows(schema.responses)
    assert [row["form_version"] for row in rows] == [old.version]
    await house.dossier("000.17.22.H56-210503-0002", "y" * 22)
    assert "Câu" not in await person.opens("y" * 22), "the new version has one question only"


async def test_free_text_is_kept_and_its_edit_changes_it(house: House) -> None:
    """The edit makes a new row; the score questions are untouched."""
    await house.dossier()
    person = house.person()
    await person.consents()
    await person.taps(*FOUR)
    await person.types("cán bộ rất nhiệt tình chu đáo", ref="m7")
    assert (await house.answers())["comment"] == "cán bộ rất nhiệt tình chu đáo"
    text = "cán bộ nhiệt tình nhưng chờ lâu"
    said = await person.does(IncomingKind.EDITED, text=text, message_ref="m7")
    assert "đã sửa" in said
    assert (await house.answers())["comment"] == text
    assert (await house.answers())["satisfaction"] == "very"
    again = "cán bộ nhiệt tình"
    await person.does(IncomingKind.EDITED, text=again, message_ref="m7")
    assert (await house.answers())["comment"] == again
    comments = [r for r in await house.rows(schema.answers) if r["question"] == "comment"]
    assert len(comments) == 3
    assert "Cảm ơn" in await person.taps("Gửi"), "the screen shown after the edit is the live one"


async def test_one_of_two_texts_can_be_edited(small_house: House) -> None:
    """Comments are joined; an edit changes its own part."""
    await small_house.dossier()
    person = small_house.person()
    await person.consents()
    await person.types("tôi phải chờ lâu", ref="m1")
    await person.types("phòng chờ rất nóng", ref="m2")
    await person.does(IncomingKind.EDITED, text="tôi chờ không lâu", message_ref="m1")
    assert (await small_house.answers())["comment"] == "tôi chờ không lâu\nphòng chờ rất nóng"


async def test_an_edit_never_changes_a_score(small_house: House) -> None:
    """An edited "1" leaves the answer as it was, and says how to change it."""
    await small_house.dossier()
    person = small_house.person()
    await person.consents()
    await person.types("1", ref="m1")
    said = await person.does(IncomingKind.EDITED, text="3", message_ref="m1")
    assert "Quay lại" in said
    assert "Câu 2/4" in said
    assert await small_house.answers() == {"satisfaction": "very"}


async def test_a_comment_after_the_end_is_kept(small_house: House) -> None:
    """Once it was said to be one; a greeting or a thank you is no comment."""
    await small_house.dossier()
    person = small_house.person()
    await finished(person)
    await person.types("cảm ơn", "xin chào")
    assert "comment" not in await small_house.answers()
    await person.types("nhà vệ sinh ở đó bẩn quá", "có")
    assert (await small_house.answers())["comment"] == "nhà vệ sinh ở đó bẩn quá"


async def test_the_language_changes_within_the_interview(small_house: House) -> None:
    """The open question is shown again in the other language."""
    await small_house.dossier()
    person = small_house.person()
    await person.consents()
    assert "Question 1 of 4" in await person.types("/ngonngu en")
    assert (await person.contact())["language"] == "en"
    assert "Question 2 of 4" in await person.types("very satisfied")


async def test_simulated_people_are_marked(small_house: House) -> None:
    """In every row they cause."""
    await small_house.dossier()
    crowd = small_house.person("sim-1", simulated=True)
    await finished(crowd)
    for table in (schema.contacts, schema.invitations, schema.responses):
        assert [row["simulated"] for row in await small_house.rows(table)] == [True]


async def test_a_look_up_in_between_shows_the_question_again(small_house: House) -> None:
    """And the next number typed answers the question."""
    await small_house.dossier()
    await small_house.dossier("000.17.22.H56-210503-0009", "y" * 22, status=4, returned_at=None)
    person = small_house.person()
    await person.consents()
    said = await person.types("000.17.22.H56-210503-0009")
    assert "đang giải quyết" in said
    assert "Câu 1/4" in said
    await person.types("1")
    assert await small_house.answers() == {"satisfaction": "very"}


async def test_two_dossiers_are_answered_side_by_side(small_house: House) -> None:
    """A tap belongs to its own interview; a text to the one last touched."""
    await small_house.dossier()
    await small_house.dossier("000.17.22.H56-210503-0002", "y" * 22)
    person = small_house.person()
    await person.consents()
    first = person.data("Chưa hài lòng")
    await person.consents("y" * 22)
    await person.does(IncomingKind.TAP, data=first)
    await person.types("0 lần")
    rows = await small_house.rows(schema.answers)
    assert {(r["response_id"], r["question"]) for r in rows} == {
        (1, "satisfaction"),
        (1, "contacts"),
    }
    async with small_house.database.read() as conn:
        other = await interviews.find(conn, KEYS, 2)
    assert other is not None
    assert other.state.question == "satisfaction"
