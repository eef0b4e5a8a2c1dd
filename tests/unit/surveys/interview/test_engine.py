"""The interview step by step: what is asked, recorded, said, and what becomes of it."""

from datetime import timedelta

import pytest

from surveys.errors import Refusal
from surveys.interview import (
    OFFER,
    Back,
    ChangeLanguage,
    Finished,
    OpenComplaint,
    Phase,
    Record,
    Resume,
    Say,
    ScreenKind,
    Show,
    Skip,
    Start,
    State,
    Stop,
    Stopped,
    Tap,
    Text,
    WithdrawComplaint,
    expire,
    new_state,
    step,
)
from surveys.typed_words import TEXT_LIMIT
from tests.interviews import LASTS, NOW, Citizen, shipped, stored

PHIEU5 = shipped("phieu5")
HAPPY = ("very", "none", "none", "no")


@pytest.fixture
def citizen() -> Citizen:
    """Somebody who has just opened phieu5."""
    one = Citizen(form=PHIEU5)
    one.send(Start())
    return one


def test_the_happy_citizen_is_done_in_four_taps(citizen: Citizen) -> None:
    """Four taps lead to the offer, a fifth sends; each answer is recorded with its revision."""
    citizen.tap(*HAPPY)
    assert citizen.state.phase is Phase.OFFER
    records = [effect for effect in citizen.happened if isinstance(effect, Record)]
    assert [(r.question, r.option, r.revision) for r in records] == [
        ("satisfaction", "very", 1),
        ("contacts", "none", 2),
        ("agencies", "none", 3),
        ("conduct", "no", 4),
    ]
    assert {name: given.revision for name, given in citizen.state.answers.items()} == {
        record.question: record.revision for record in records
    }
    assert Finished() in citizen.tap("done")


def test_progress_counts_the_questions_of_the_path(citizen: Citizen) -> None:
    """1/4 to 4/4 as announced: what an answer leads to has the number of its question. The offer
    tells how many are left."""
    citizen.tap("very")
    assert (citizen.screen.step, citizen.screen.steps) == (2, 4)
    citizen.tap("many")
    assert (citizen.screen.question, citizen.screen.added) == ("contacts_own_fault", True)
    assert (citizen.screen.step, citizen.screen.steps) == (2, 4)
    citizen.tap("no", "none", "no")
    assert citizen.screen.kind is ScreenKind.OFFER
    assert citizen.screen.steps - citizen.screen.step == 6


def test_the_rest_is_asked_after_more(citizen: Citizen) -> None:
    """The rest comes in the form's order and ends the interview."""
    citizen.tap(*HAPPY, "more")
    asked = []
    while citizen.state.phase is Phase.ASKING:
        asked.append(citizen.state.question)
        citizen.send(Skip())
    assert asked == ["on_time", "publicity", "complaint", "extra_cost", "filing", "comment"]
    assert citizen.state.phase is Phase.FINISHED
    assert citizen.answers == dict(
        zip(("satisfaction", "contacts", "agencies", "conduct"), HAPPY, strict=True)
    )


def test_skipping_is_no_answer(citizen: Citizen) -> None:
    """A skipped question is recorded as asked and unanswered."""
    assert citizen.send(Skip())[0] == Record("satisfaction", None, None, 1)
    assert citizen.state.answers["satisfaction"].option is None


def test_a_doubled_tap_changes_nothing(citizen: Citizen) -> None:
    """The second of two equal taps is answered kindly with the current screen."""
    tap = Tap("satisfaction", "very", 0)
    citizen.send(tap)
    before = citizen.state
    effects = citizen.send(tap)
    assert citizen.state == before
    assert effects[0] == Say("stale_tap")
    assert isinstance(effects[1], Show)
    assert citizen.screen.question == "contacts"


@pytest.mark.parametrize(
    "tap",
    [
        Tap("contacts", "none", 0),
        Tap("satisfaction", "nothing like it", 0),
        Tap("satisfaction", "very", 7),
        Tap("no such question", "very", 0),
        Tap(OFFER, "more", 0),
        Tap("", "", -1),
    ],
)
def test_a_tap_that_is_not_on_the_screen_changes_nothing(citizen: Citizen, tap: Tap) -> None:
    """Other questions, other options and other revisions are all stale."""
    before = citizen.state
    citizen.send(tap)
    assert citizen.state == before
    assert citizen.said == ["stale_tap"]


def test_back_and_change_an_answer(citizen: Citizen) -> None:
    """One goes back, sees what was chosen, changes it, and goes on where one was."""
    citizen.tap("very", "none")
    citizen.send(Back(), Back())
    assert (citizen.screen.question, citizen.screen.chosen) == ("satisfaction", "very")
    citizen.tap("unsatisfied")
    assert citizen.screen.question == "agencies"
    assert citizen.answers["satisfaction"] == "unsatisfied"


def test_a_doubled_back_goes_back_once(citizen: Citizen) -> None:
    """A back button counts only on its own screen."""
    citizen.tap("very", "none")
    button = Back(citizen.screen.revision)
    citizen.send(button, button)
    assert citizen.screen.question == "contacts"
    assert citizen.said == ["stale_tap"]


def test_a_doubled_skip_skips_once(citizen: Citizen) -> None:
    """A skip button counts only on its own screen."""
    button = Skip(citizen.screen.revision)
    citizen.send(button, button)
    assert citizen.screen.question == "contacts"


def test_nothing_is_before_the_first_question(citizen: Citizen) -> None:
    """Back at the beginning is answered and changes nothing."""
    assert not citizen.screen.can_back
    citizen.send(Back())
    assert citizen.said == ["at_first"]
    assert citizen.screen.question == "satisfaction"


def test_changing_an_answer_withdraws_what_hung_on_it(citizen: Citizen) -> None:
    """Without "many" there is no own fault: its answer is withdrawn."""
    citizen.tap("very", "many", "yes")
    citizen.send(Back(), Back())
    effects = citizen.tap("once")
    assert effects[:2] == (
        Record("contacts", "once", None, citizen.state.revision - 1),
        Record("contacts_own_fault", None, None, citizen.state.revision),
    )
    assert "contacts_own_fault" not in citizen.state.answers
    assert stored(citizen.happened) == citizen.answers


def test_misconduct_opens_a_complaint_once(citizen: Citizen) -> None:
    """Yes opens it, yes again does not, no withdraws it, skipping would too."""
    citizen.tap("unsatisfied", "none", "none")
    assert OpenComplaint("conduct", "conduct") in citizen.tap("yes")
    citizen.send(Back())
    assert not any(isinstance(effect, OpenComplaint) for effect in citizen.tap("yes"))
    citizen.send(Back())
    assert WithdrawComplaint("conduct", "conduct") in citizen.tap("no")
    citizen.send(Back())
    citizen.tap("yes")
    citizen.send(Back())
    assert WithdrawComplaint("conduct", "conduct") in citizen.send(Skip())


def test_an_extra_cost_opens_a_complaint_of_its_kind(citizen: Citizen) -> None:
    """extra_cost = yes opens one; declining does not."""
    citizen.tap(*HAPPY, "more", "early", "both", "none")
    assert OpenComplaint("extra_cost", "extra_cost") in citizen.tap("yes")
    citizen.send(Back())
    assert WithdrawComplaint("extra_cost", "extra_cost") in citizen.tap("decline")
    assert citizen.answers["extra_cost"] == "decline"


def test_a_reason_is_asked_only_when_something_was_not_well(citizen: Citizen) -> None:
    """The offer asks for a reason after an answer that was not among the best."""
    other = Citizen(form=PHIEU5)
    citizen.tap(*HAPPY)
    assert citizen.screen.text == "offer"
    other.tap("unsatisfied", "none", "none", "no")
    assert other.screen.text == "offer_reason"


@pytest.mark.parametrize(
    ("text", "phase"),
    [
        ("1", Phase.ASKING),
        ("có", Phase.ASKING),
        ("Thêm", Phase.ASKING),
        ("tiếp tục đi", Phase.ASKING),
        ("2", Phase.FINISHED),
        ("ko", Phase.FINISHED),
        ("xong rồi ạ", Phase.FINISHED),
        ("dừng", Phase.FINISHED),
        ("3", Phase.OFFER),
        ("👍", Phase.OFFER),
    ],
)
def test_typed_at_the_offer(citizen: Citizen, text: str, phase: Phase) -> None:
    """More, done, or not understood."""
    citizen.tap(*HAPPY)
    citizen.type(text)
    assert citizen.state.phase is phase


def test_free_text_at_the_offer_is_the_comment(citizen: Citizen) -> None:
    """It is kept, thanked for, and one question less is left."""
    citizen.tap(*HAPPY)
    effects = citizen.type("Cán bộ vui vẻ")
    assert effects[0] == Record("comment", None, "Cán bộ vui vẻ", 5)
    assert citizen.said == ["comment_kept"]
    assert citizen.screen.steps - citizen.screen.step == 5


def test_a_sentence_at_a_choice_is_the_comment(citizen: Citizen) -> None:
    """Three words nobody understands are kept, and the question stays."""
    citizen.type("Hồ sơ nhà tôi lâu quá")
    assert citizen.answers == {"comment": "Hồ sơ nhà tôi lâu quá"}
    assert citizen.said == ["comment_kept"]
    assert citizen.screen.question == "satisfaction"
    citizen.tap("unsatisfied")
    assert citizen.screen.question == "contacts"


def test_comments_add_up_and_repeat_once(citizen: Citizen) -> None:
    """What is said later is added; the same text twice is kept once."""
    citizen.type("Hồ sơ lâu quá", "Hồ sơ lâu quá", "Không ai giải thích cả")
    assert citizen.answers["comment"] == "Hồ sơ lâu quá\nKhông ai giải thích cả"


def test_a_comment_given_before_is_not_asked_for_again(citizen: Citizen) -> None:
    """The comment's question is left out, so skipping it cannot lose what was said."""
    citizen.type("Hồ sơ lâu quá")
    citizen.tap(*HAPPY, "more")
    for _ in range(5):
        citizen.send(Skip())
    assert citizen.state.phase is Phase.FINISHED
    assert citizen.answers["comment"] == "Hồ sơ lâu quá"


def test_comments_together_keep_to_the_limit(citizen: Citizen) -> None:
    """What does not fit is told; the beginning stays."""
    citizen.type("a b c " * 600)
    citizen.type("d e f " * 600)
    assert citizen.said == ["text_cut", "comment_kept"]
    assert TEXT_LIMIT - 1 <= len(citizen.answers["comment"]) <= TEXT_LIMIT
    before = citizen.state
    citizen.type("thêm một câu nữa")
    assert citizen.said == ["text_cut"]
    assert citizen.state == before


@pytest.mark.parametrize("text", ["hả", "xin chào", "👍👍👍", "", "   ", "\u202e\u200b", "99", "."])
def test_what_is_not_understood_is_answered(citizen: Citizen, text: str) -> None:
    """Short unknown texts change nothing and show the question again."""
    before = citizen.state
    citizen.type(text)
    assert citizen.state == before
    assert citizen.said == ["not_understood"]


def test_the_comment_question_takes_any_text(citizen: Citizen) -> None:
    """There even a number is text; an empty message is asked for again."""
    citizen.tap(*HAPPY, "more")
    for _ in range(5):
        citizen.send(Skip())
    citizen.type("\u200b")
    assert citizen.said == ["empty_text"]
    citizen.type("5")
    assert citizen.answers["comment"] == "5"
    assert citizen.state.phase is Phase.FINISHED


def test_a_long_comment_is_cut_and_told(citizen: Citizen) -> None:
    """4,000 characters are kept of a longer one, with a note."""
    citizen.tap(*HAPPY)
    citizen.type("x" * (TEXT_LIMIT + 1))
    assert citizen.answers["comment"] == "x" * TEXT_LIMIT
    assert Say("text_cut", {"limit": "4000"}) in citizen.effects


def test_stopping_early_keeps_the_answers(citizen: Citizen) -> None:
    """Stop, days later resume: the same question, nothing lost."""
    citizen.tap("very")
    assert Stopped() in citizen.send(Stop())
    citizen.now += timedelta(days=5)
    assert citizen.send(Resume())[0] == Say("welcome_back")
    assert citizen.screen.question == "contacts"
    assert citizen.answers == {"satisfaction": "very"}


@pytest.mark.parametrize(
    "event", [Tap("contacts", "none", 1), Text("xin chào nhé các bạn"), Back()]
)
def test_while_stopped_nothing_is_recorded(citizen: Citizen, event: Text | Tap | Back) -> None:
    """Only going on goes on; everything else shows how."""
    citizen.tap("very")
    citizen.send(Stop())
    before = citizen.state
    citizen.send(event)
    assert citizen.state == before
    assert citizen.screen.kind is ScreenKind.STOPPED


@pytest.mark.parametrize("event", [Resume(), Start(), Text("Tiếp"), Text("tiep tuc di a")])
def test_ways_to_go_on(citizen: Citizen, event: Resume | Start | Text) -> None:
    """Opening the questionnaire again or a word is enough."""
    citizen.send(Stop(), event)
    assert citizen.state.phase is Phase.ASKING


def test_stopping_after_the_short_path_is_finished(citizen: Citizen) -> None:
    """At the offer, in the rest, and back in the short path: the response is complete."""
    for moves in ((), (Tap(OFFER, "more", 4),), (Back(),)):
        one = Citizen(form=PHIEU5)
        one.tap(*HAPPY)
        one.send(*moves)
        assert Finished() in one.send(Stop())


def test_after_the_end_only_comments_are_taken(citizen: Citizen) -> None:
    """A text is still kept; everything else is answered kindly and changes nothing."""
    citizen.tap(*HAPPY, "done")
    citizen.type("À quên, phòng chờ nóng quá")
    assert citizen.answers["comment"] == "À quên, phòng chờ nóng quá"
    before = citizen.state
    for event in (Start(), Back(), Skip(), Stop(), Resume(), Text("👍"), Text("1")):
        citizen.send(event)
        assert citizen.said == ["already_finished"]
    citizen.send(Tap("conduct", "yes", 3))
    assert citizen.said == ["stale_tap"]
    assert citizen.state == before


def test_time_runs_out(citizen: Citizen) -> None:
    """After the last day nothing more is recorded; the answers stay."""
    citizen.tap("very")
    citizen.now += LASTS
    citizen.tap("none")
    assert citizen.state.phase is Phase.EXPIRED
    assert citizen.screen.kind is ScreenKind.EXPIRED
    assert citizen.answers == {"satisfaction": "very"}
    before = citizen.state
    citizen.send(Start(), Text("Tôi muốn nói thêm"), Back())
    assert citizen.state == before


def test_time_runs_out_after_the_short_path(citizen: Citizen) -> None:
    """A complete short path is a finished response, and what comes too late is told so."""
    citizen.tap(*HAPPY)
    citizen.now += LASTS
    assert citizen.type("Phòng chờ nóng quá") == (Finished(), Say("too_late"), Show(citizen.screen))
    citizen.type("Phòng chờ nóng quá")
    assert citizen.said == ["too_late"]
    assert "comment" not in citizen.answers


def test_expire_before_its_time_changes_nothing(citizen: Citizen) -> None:
    """The sweep that closes old interviews leaves living ones alone."""
    last = NOW + LASTS - timedelta(microseconds=1)
    assert expire(PHIEU5, citizen.state, last) == (citizen.state, ())
    assert expire(PHIEU5, citizen.state, NOW + LASTS).state.phase is Phase.EXPIRED


def test_changing_the_language_keeps_the_place(citizen: Citizen) -> None:
    """The same question in the other language; a language the form lacks is told."""
    citizen.tap("very")
    citizen.send(ChangeLanguage("en"))
    assert citizen.screen.text.startswith("Apart from filing")
    citizen.tap("none")
    citizen.send(ChangeLanguage("fr"))
    assert citizen.effects[0] == Say("language_missing", {"language": "fr"})
    assert citizen.state.language == "en"


def test_an_unknown_language_begins_in_vietnamese() -> None:
    """A phone set to another language is asked in Vietnamese."""
    assert new_state(PHIEU5, "km", NOW, LASTS).language == "vi"


def test_another_form_or_version_is_refused(citizen: Citizen) -> None:
    """An interview never goes on with a form it was not begun with."""
    newer = PHIEU5.model_copy(update={"version": "2"})
    for form in (shipped("phieu4"), newer):
        with pytest.raises(Refusal, match=r"forms\.other_version"):
            step(form, citizen.state, Start(), NOW)


def test_state_to_json_and_back(citizen: Citizen) -> None:
    """Nothing is lost, at the beginning and at the end."""
    assert State.from_json(citizen.state.to_json()) == citizen.state
    citizen.tap("very", "many", "yes", "none", "yes")
    citizen.type("Có người đòi tiền")
    assert State.from_json(citizen.state.to_json()) == citizen.state


def test_one_question_with_stars() -> None:
    """The rating ends with its one answer and has no comment to keep."""
    one = Citizen(form=shipped("zalo-rating"))
    one.type("bốn sao nhé các cháu")
    assert one.said == ["not_understood"]
    one.type("4")
    assert one.state.phase is Phase.FINISHED
    assert one.answers == {"stars": "4"}
    one.type("Cảm ơn các cháu nhiều")
    assert one.said == ["already_finished"]


def test_stopping_a_form_without_a_rest_is_stopping() -> None:
    """Where nothing was answered nothing is complete."""
    one = Citizen(form=shipped("zalo-rating"))
    one.send(Stop())
    assert one.state.phase is Phase.STOPPED
