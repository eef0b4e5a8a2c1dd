"""Typed answers: every way people write an option leads to it, and doubt leads nowhere."""

import unicodedata

import pytest

from surveys.form import Form, shipped_forms
from surveys.interview.understanding import declines, move_of, numbers, option_of
from tests.interviews import shipped

PHIEU5 = shipped("phieu5")


def understood(form: Form, question_id: str, text: str, language: str = "vi") -> str | None:
    """The id of the option a text means at a question."""
    question = form.question(question_id)
    assert question is not None
    option = option_of(question, text, language)
    return option.id if option else None


@pytest.mark.parametrize(
    ("question", "text", "option"),
    [
        ("satisfaction", "1", "very"),
        ("satisfaction", "３", "unsatisfied"),
        ("satisfaction", "2️⃣", "satisfied"),
        ("satisfaction", "Rất hài lòng", "very"),
        ("satisfaction", "RAT HAI LONG", "very"),
        ("satisfaction", unicodedata.normalize("NFD", "Chưa hài lòng"), "unsatisfied"),
        ("satisfaction", "rhl", "very"),
        ("satisfaction", "ko hl", "unsatisfied"),
        ("satisfaction", "k hài lòng lắm", "unsatisfied"),
        ("satisfaction", "Dạ em rất hài lòng ạ", "very"),
        ("satisfaction", "1. Rất hài lòng", "very"),
        ("satisfaction", "hai\u200b long\u202e", "satisfied"),
        ("satisfaction", "very satisfied", "very"),
        ("satisfaction", "unsatisfied", "unsatisfied"),
        ("contacts", "ko", "none"),
        ("contacts", "không lần nào", "none"),
        ("contacts", "0", "none"),
        ("contacts", "1 lan", "once"),
        ("contacts", "một", "once"),
        ("contacts", "2 lần", "many"),
        ("satisfaction", "bình thường", None),
        ("contacts", "nhìu lần", "many"),
        ("contacts_own_fault", "đúng rồi", "yes"),
        ("contacts_own_fault", "hok", "no"),
        ("agencies", "chỉ một cửa", "one_stop"),
        ("agencies", "một cửa", "one_stop"),
        ("conduct", "ko", "no"),
        ("conduct", "Dạ không có ạ", "no"),
        ("conduct", "có", "yes"),
        ("conduct", "co", "yes"),
        ("conduct", "2", "yes"),
        ("on_time", "trễ", "late"),
        ("on_time", "dung hen", "on_time"),
        ("on_time", "không nhớ rõ", "unknown"),
        ("publicity", "cả 2", "both"),
        ("publicity", "ko để ý", "unknown"),
        ("extra_cost", "không muốn trả lời", "decline"),
        ("filing", "tự nộp online", "online_self"),
        ("filing", "qua mạng", "online_self"),
        ("filing", "online_assisted", "online_assisted"),
    ],
)
def test_phieu5_understands(question: str, text: str, option: str | None) -> None:
    """Digits, labels, shorthands, missing accents, politeness and other ways of writing."""
    assert understood(PHIEU5, question, text) == option


@pytest.mark.parametrize(
    "text", ["ok", "vâng", "ừ", "đúng", "uh", "yes sir no sir", "👍", "3", "9"]
)
def test_nobody_is_reported_by_a_shorthand(text: str) -> None:
    """A complaint opens only by its own words or number, never by an "ok"."""
    assert understood(PHIEU5, "conduct", text) is None


@pytest.mark.parametrize(
    ("question", "said"), [("contacts_own_fault", "yes"), ("on_time", "on_time")]
)
def test_an_accent_tells_stopping_from_agreeing(question: str, said: str) -> None:
    """“Dừng”, which every screen offers, is never taken for “đúng”."""
    for text in ("dừng", "Dừng ạ", unicodedata.normalize("NFD", "dừng lại")):
        assert understood(PHIEU5, question, text) is None
        assert move_of(text, "vi") == "stop"
    assert understood(PHIEU5, question, "đúng") == said
    assert move_of("đúng", "vi") is None


@pytest.mark.parametrize("form", shipped_forms(), ids=lambda form: form.id)
def test_every_label_means_its_own_option(form: Form) -> None:
    """In each language, with and without accents, a label and each word lead to their option."""
    for question in form.questions:
        for option in question.options:
            for language, label in option.text.items():
                for text in (label, *option.words.get(language, ())):
                    assert understood(form, question.id, text, language) == option.id, text


@pytest.mark.parametrize("form", shipped_forms(), ids=lambda form: form.id)
def test_every_number_on_the_screen_means_its_option(form: Form) -> None:
    """The number next to an option, and its id, select it."""
    for question in form.questions:
        ids = [option.id for option in question.options]
        for number, option_id in zip(numbers(ids), ids, strict=True):
            assert understood(form, question.id, str(number)) == option_id
            assert understood(form, question.id, f"{number}.") == option_id


def test_stars_are_their_own_numbers() -> None:
    """On a scale the typed number is the option's own, whatever the order of the options."""
    assert numbers(["5", "4", "3"]) == (5, 4, 3)
    assert numbers(["none", "1"]) == (1, 2)
    assert understood(shipped("zalo-rating"), "stars", "⭐⭐⭐⭐") == "4"
    assert understood(shipped("zalo-rating"), "stars", "6") is None


@pytest.mark.parametrize(
    ("text", "move"),
    [
        ("Bỏ qua", "skip"),
        ("bo qua a", "skip"),
        ("quay lai", "back"),
        ("Dừng lại nhé", "stop"),
        ("skip", "skip"),
        ("hôm qua", None),
    ],
)
def test_moves(text: str, move: str | None) -> None:
    """The ways around can be typed, since not every channel has buttons."""
    assert move_of(text, "vi") == move


def test_declining() -> None:
    """ "Không nhớ" declines a choice; "không" declines a question that takes text."""
    satisfaction, comment = PHIEU5.question("satisfaction"), PHIEU5.question("comment")
    assert satisfaction is not None
    assert comment is not None
    assert declines(satisfaction, "tôi không nhớ", "vi")
    assert declines(comment, "ko có gì ạ", "vi")
    assert not declines(satisfaction, "không", "vi")
