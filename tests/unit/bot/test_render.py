"""Screens as messages: complete in words, buttons that come back as the events they mean."""

import unicodedata
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import Outgoing
from bot.render import InterviewPress, action_data, answer_data, parse_button, render
from bot.texts import load_texts
from surveys.form import Form, shipped_forms
from surveys.interview import (
    OFFER,
    Back,
    ChangeLanguage,
    Finished,
    Phase,
    Resume,
    Skip,
    Start,
    Stop,
    Tap,
)
from surveys.texts import LANGUAGES
from tests.interviews import LASTS, Citizen, shipped

CATALOGS = load_texts()
FORMS = shipped_forms()


def message(citizen: Citizen, interview_id: int = 7) -> Outgoing:
    """What the citizen was sent last."""
    rendered = render(citizen.effects, CATALOGS[citizen.state.language], interview_id)
    assert rendered is not None
    return rendered


@pytest.fixture
def citizen() -> Citizen:
    """Somebody who has just opened phieu5."""
    one = Citizen(form=shipped("phieu5"))
    one.send(Start())
    return one


def test_a_question_is_complete_without_its_buttons(citizen: Citizen) -> None:
    """Progress, question, numbered answers and what to do, in this order."""
    citizen.tap("very")
    assert message(citizen).text == (
        "Câu 2/4\n"
        "Ngoài lúc nộp và lúc nhận kết quả, Ông/Bà phải liên hệ lại nơi tiếp nhận mấy lần "
        "để bổ sung hồ sơ?\n\n"
        "1. Không lần nào\n2. Một lần\n3. Từ hai lần trở lên\n\n"
        "Mời Ông/Bà bấm một nút, hoặc nhắn số từ 1 đến 3."
    )


def test_buttons_stand_in_rows(citizen: Citizen) -> None:
    """Long answers each on a row, short ones side by side, the ways around in the last row."""
    labels = [[button.label for button in row] for row in message(citizen).buttons]
    assert labels == [["Rất hài lòng"], ["Hài lòng"], ["Chưa hài lòng"], ["Bỏ qua", "Dừng"]]
    citizen.tap("very", "none", "none")
    labels = [[button.label for button in row] for row in message(citizen).buttons]
    assert labels == [["Không", "Có"], ["← Quay lại", "Bỏ qua", "Dừng"]]


def test_what_was_chosen_before_is_marked(citizen: Citizen) -> None:
    """Coming back, one sees the earlier answer in the text and on its button."""
    citizen.tap("very")
    citizen.send(Back())
    rendered = message(citizen)
    assert "1. ✓ Rất hài lòng" in rendered.text
    assert rendered.buttons[0][0].label == "✓ Rất hài lòng"


def test_the_offer_says_how_many_are_left(citizen: Citizen) -> None:
    """The number left is in the text and on the button, the comment beside it; text is invited."""
    citizen.tap("very", "none", "none", "no")
    rendered = message(citizen)
    assert [row[0].label for row in rendered.buttons] == [
        "Trả lời thêm 5 câu",
        "Gửi luôn",
        "← Quay lại",
    ]
    assert "5 câu ngắn và lời góp ý, hay gửi luôn?" in rendered.text
    assert "nhắn luôn tại đây" in rendered.text


def test_sentences_come_before_the_screen(citizen: Citizen) -> None:
    """A Say is above the question it belongs to."""
    citizen.send(Tap("contacts", "none", 9))
    first, rest = message(citizen).text.split("\n\n", 1)
    assert first == CATALOGS["vi"].text("interview.say.stale_tap")
    assert rest.startswith("Câu 1/4")


def test_the_slot_is_passed_on(citizen: Citizen) -> None:
    """The caller says which earlier message this one replaces."""
    rendered = render(citizen.effects, CATALOGS["vi"], 7, slot="interview:7")
    assert rendered is not None
    assert rendered.slot == "interview:7"


def test_nothing_shown_is_no_message() -> None:
    """Effects without a screen make no message."""
    assert render([Finished()], CATALOGS["vi"], 7) is None


def test_stars_are_numbered_by_themselves() -> None:
    """The numbers next to the stars are their own."""
    one = Citizen(form=shipped("zalo-rating"))
    one.send(Start())
    assert "5. ★★★★★ Rất hài lòng" in message(one).text
    assert "từ 1 đến 5" in message(one).text


def every_message(form: Form, language: str) -> list[Outgoing]:
    """The messages of a whole interview with every kind of screen and sentence."""
    one = Citizen(form=form, language=language)
    found = []

    def keep() -> None:
        found.append(message(one, interview_id=9_999_999_999))

    for event in (Start(), Back(), Stop(), Resume(), ChangeLanguage("km"), Tap("?", "?", 0)):
        one.send(event)
        keep()
    one.type("\u200b", "x y z " * 900)
    keep()
    while one.state.phase is not Phase.FINISHED:
        options = one.screen.options
        if one.state.phase is Phase.OFFER:
            one.tap("more")
        elif options:
            one.tap(options[-1].id)
        else:
            one.type("Thêm một lời")
        keep()
    for event in (Start(), Tap("?", "?", 0)):
        one.send(event)
        keep()
    one.now += LASTS
    one.type("Muộn mất rồi")
    keep()
    return found


@pytest.mark.parametrize(
    ("form", "language"), list(product(FORMS, LANGUAGES)), ids=lambda one: getattr(one, "id", one)
)
def test_every_message_can_be_sent_everywhere(form: Form, language: str) -> None:
    """Short enough for Zalo (2,000), NFC, nothing left unfilled, button data within 64 bytes."""
    for rendered in every_message(form, language):
        assert 0 < len(rendered.text) < 1_000
        assert rendered.text == unicodedata.normalize("NFC", rendered.text)
        assert "{" not in rendered.text
        for button in (button for row in rendered.buttons for button in row):
            assert button.label
            assert len(button.data.encode("ascii")) <= 64
            press = parse_button(button.data)
            assert press is not None
            assert press.interview_id == 9_999_999_999


def test_pressing_the_buttons_is_tapping(citizen: Citizen) -> None:
    """What the buttons say, played through the engine, is the whole interview."""
    for row in (0, 0, 0, 0):
        press = parse_button(message(citizen).buttons[row][0].data)
        assert press is not None
        citizen.send(press.event)
    done = parse_button(message(citizen).buttons[1][0].data)
    assert done == InterviewPress(interview_id=7, event=Tap(OFFER, "done", 4))
    citizen.send(done.event)
    assert citizen.state.phase is Phase.FINISHED


@pytest.mark.parametrize(
    ("data", "event"),
    [
        ("a:12:contacts_own_fault:yes:3", Tap("contacts_own_fault", "yes", 3)),
        ("i:12:back:3", Back(3)),
        ("i:12:skip:3", Skip(3)),
        ("i:12:stop:3", Stop()),
        ("i:12:resume:3", Resume()),
        ("i:12:more:3", Tap(OFFER, "more", 3)),
    ],
)
def test_parsing_buttons(data: str, event: object) -> None:
    """Each kind of button data is one event of one interview."""
    assert parse_button(data) == InterviewPress(interview_id=12, event=event)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "data",
    [
        "",
        "a:1:q:o",
        "a:x:q:o:1",
        "a:1:q:o:-1",
        "a:1:q:o:1:2",
        "i:1:fly:1",
        "i:1:back:",
        "b:1:q:o:1",
        "a:1:q q:o:1",
        "a:1:q:o:1\n",
        "a:1:" + "q" * 80,
        "a:1:câu:o:1",
    ],
)
def test_foreign_data_is_nobodys(data: str) -> None:
    """Data that is not ours, or was tampered with, is no press."""
    assert parse_button(data) is None


@given(st.text(max_size=70))
def test_parsing_never_raises(data: str) -> None:
    """Any data at all can be parsed."""
    parse_button(data)


def test_data_beyond_the_limit_is_a_mistake_of_ours() -> None:
    """The longest ids a form may have fit; more raises instead of being cut."""
    assert len(answer_data(9_999_999_999, "q" * 24, "o" * 20, 99_999)) == 64
    with pytest.raises(ValueError, match="64 bytes"):
        action_data(1, "x" * 80, 0)


def test_what_the_buttons_say_is_not_said_twice(citizen: Citizen) -> None:
    """With buttons a question shows no list of its answers; without them it does."""
    rendered = message(citizen)
    answers = [button.label for row in rendered.buttons for button in row if not button.aside]
    assert all(label in rendered.text for label in answers)
    assert "1. " not in rendered.beside_buttons
    assert rendered.beside_buttons.startswith("Câu 1/4\n")
