"""Options in the reverse order for half of the people: shown, typed, recorded, reproducible."""

from collections import Counter
from datetime import date

import pytest

from surveys.form import shipped_forms, version_for
from surveys.interview import Record, Start, State
from surveys.interview.state import is_turned
from tests.interviews import Citizen

PHIEU5 = version_for(shipped_forms(), "phieu5", date(2026, 1, 1))
STRAIGHT, TURNED = (
    next(s for s in "0123456789" if is_turned("phieu5", s) is t) for t in (False, True)
)


def begun(seed: str | None) -> Citizen:
    """Somebody at the first question."""
    citizen = Citizen(form=PHIEU5, seed=seed)
    citizen.send(Start())
    return citizen


def test_the_seed_alone_decides() -> None:
    """The same seed gives the same order; about half of the people see either; none: the file's."""
    assert begun(TURNED).state == begun(TURNED).state
    seen = Counter(is_turned("phieu5", str(number)) for number in range(1000))
    assert 450 < seen[True] < 550
    assert begun(None).state == begun(STRAIGHT).state


def test_what_is_typed_means_what_is_shown() -> None:
    """A number is that of the screen; "unknown" stays last; an unturned question is as written."""
    citizen = begun(TURNED)
    assert [one.id for one in citizen.screen.options] == ["unsatisfied", "satisfied", "very"]
    citizen.type("1", "1", "3")
    assert citizen.answers == {
        "satisfaction": "unsatisfied",
        "agencies": "many",
        "agencies_field_check": "unknown",
    }
    citizen.type("rất hài lòng")
    assert [one.id for one in citizen.screen.options] == ["many", "once", "none"]
    assert [one.id for one in PHIEU5.question("filing").shown(turned=True).options] == [  # type: ignore[union-attr]
        *("in_person", "online_self", "online_assisted", "post")
    ]


@pytest.mark.parametrize("seed", [STRAIGHT, TURNED])
def test_the_first_button_gains_nothing(seed: str) -> None:
    """Who always takes the first button praises in one order and blames in the other."""
    citizen = begun(seed)
    for _ in range(4):
        citizen.tap(citizen.screen.options[0].id)
    assert citizen.answers["satisfaction"] == ("very" if seed == STRAIGHT else "unsatisfied")


def test_the_order_is_recorded_with_the_answer() -> None:
    """And kept with the interview; a skipped question was answered in no order."""
    citizen = begun(TURNED)
    citizen.tap("very")
    citizen.type("bỏ qua")
    records = [effect for effect in citizen.happened if isinstance(effect, Record)]
    assert [(one.question, one.turned) for one in records] == [
        ("satisfaction", True),
        ("agencies", False),
    ]
    assert State.from_json(citizen.state.to_json()).turned


@pytest.mark.parametrize(
    "text", ["bình thường", "binh thuong", "bt", "ổn", "cũng được ạ", "tôi thấy cũng ổn", "👍"]
)
def test_neither_good_nor_bad_is_asked_back(text: str) -> None:
    """Not taken for praise, not for an opinion: the question stands there again."""
    citizen = begun(STRAIGHT)
    citizen.type(text)
    assert citizen.said == ["middle"]
    assert citizen.answers == {}
    assert citizen.screen.question == "satisfaction"


def test_own_fault_is_no_leading_question() -> None:
    """Both reasons are named, and "I do not know" is no answer that counts."""
    for name in ("contacts_own_fault", "agencies_field_check"):
        question = PHIEU5.question(name)
        assert question is not None
        assert [(one.id, one.no_answer) for one in question.options] == [
            ("yes", False),
            ("no", False),
            ("unknown", True),
        ]
