"""The engine under anything anybody can do, in any order."""

import random
import sys
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from surveys.form import Form, load_form, shipped_forms, version_for
from surveys.interview import (
    OFFER,
    Back,
    ChangeLanguage,
    Effect,
    Event,
    Phase,
    Record,
    Resume,
    Show,
    Skip,
    Start,
    State,
    Stop,
    Tap,
    Text,
    new_state,
    screen,
    step,
)
from surveys.typed_words import shared_words
from tests.conversations import FORMS
from tests.interviews import LASTS, NOW, shipped, stored

OVER = {Phase.FINISHED, Phase.EXPIRED}
ALL_FORMS = [
    *map(shipped, ("phieu5", "phieu4", "zalo-rating")),
    version_for(shipped_forms(), "phieu5", date(2026, 1, 1)),
    load_form(FORMS / "winding.yaml"),
]
TYPED = st.one_of(
    st.sampled_from(
        ["1", "2", "3", "có", "ko", "nhiều", "thêm", "xong", "bỏ qua", "quay lại", "dừng", "tiếp"]
    ),
    st.text(st.characters(exclude_categories=()), max_size=40),
    st.sampled_from(sorted(set().union(*shared_words().lists.values()))),
    st.sampled_from(sorted({*shared_words().shorthands["vi"], *shared_words().shorthands["en"]})),
    st.sampled_from(["Cán bộ rất nhiệt tình", "x" * 4001, "", "\u202e\u200b", "🙂🙂", "/huy"]),
)


@dataclass(frozen=True, slots=True)
class Happened:
    """One event with what came of it."""

    event: Event
    now: datetime
    effects: tuple[Effect, ...]


class Interview(RuleBasedStateMachine):
    """Rules send events; the invariants are what must hold whatever was sent."""

    @initialize(
        form=st.sampled_from(ALL_FORMS),
        language=st.sampled_from(["vi", "en", "km"]),
        seed=st.sampled_from([None, "1", "2"]),
    )
    def begin(self, form: Form, language: str, seed: str | None) -> None:
        """A new interview, in one order of the options or the other."""
        self.form = form
        self.now = NOW
        self.first = self.state = new_state(form, language, NOW, LASTS, seed)
        self.happened: list[Happened] = []
        self.shown: set[str] = {form.order[0].id}

    def send(self, event: Event) -> None:
        """Send one event and hold what must hold of every step."""
        before = self.state
        self.state, effects = step(self.form, before, event, self.now)
        self.happened.append(Happened(event, self.now, effects))
        assert isinstance(effects[-1], Show)
        assert effects[-1].screen == screen(self.form, self.state)
        self._only_what_was_asked(effects)
        self._nothing_lost(before, effects)
        self.shown |= {self.state.question} if self.state.question else set()

    def _only_what_was_asked(self, effects: Iterable[Effect]) -> None:
        allowed = self.shown | ({self.form.comment.id} if self.form.comment else set())
        for effect in effects:
            if isinstance(effect, Record):
                question = self.form.question(effect.question)
                assert question is not None
                assert effect.question in allowed
                assert effect.option is None or question.option(effect.option)

    def _nothing_lost(self, before: State, effects: tuple[Effect, ...]) -> None:
        withdrawn = {e.question for e in effects if isinstance(e, Record) and not e.option}
        assert before.answers.keys() - self.state.answers.keys() <= withdrawn
        assert self.state.revision >= before.revision
        assert before.phase not in OVER or self.state.phase is before.phase

    @rule(choice=st.integers(0, 9))
    def tap_the_screen(self, choice: int) -> None:
        """Press a button that is there."""
        shown = screen(self.form, self.state)
        if shown.options:
            option = shown.options[choice % len(shown.options)].id
            self.send(Tap(shown.question or OFFER, option, shown.revision))

    @rule(question=st.integers(0, 12), option=st.integers(0, 4), revision=st.integers(-1, 12))
    def tap_anything(self, question: int, option: int, revision: int) -> None:
        """Press a button of some other screen, or of none."""
        asked = self.form.questions[question % len(self.form.questions)]
        options = [one.id for one in asked.options] or ["none"]
        self.send(Tap(asked.id, options[option % len(options)], revision))

    @precondition(lambda self: any(isinstance(one.event, Tap) for one in self.happened))
    @rule(which=st.integers(0, 50))
    def deliver_a_tap_again(self, which: int) -> None:
        """A tap that was processed comes again, at once or late: it changes no answer."""
        taps = [one for one in self.happened if isinstance(one.event, Tap)]
        old = taps[which % len(taps)]
        if any(isinstance(effect, Record) for effect in old.effects):
            before = self.state.answers
            self.send(old.event)
            assert self.state.answers == before

    @rule(text=TYPED)
    def type(self, text: str) -> None:
        """Type something."""
        self.send(Text(text))

    @rule(
        event=st.sampled_from(
            [Start(), Back(), Skip(), Stop(), Resume(), Back(3), Skip(3)]
            + [ChangeLanguage(language) for language in ("vi", "en", "km")]
        )
    )
    def move(self, event: Event) -> None:
        """Move about."""
        self.send(event)

    @rule(hours=st.sampled_from([1, 30, 200]))
    def let_time_pass(self, hours: int) -> None:
        """Answer again later, perhaps too late."""
        self.now += timedelta(hours=hours)

    @rule()
    def restart(self) -> None:
        """The process dies; the state comes back from the database."""
        self.state = State.from_json(self.state.to_json())

    @invariant()
    def json_loses_nothing(self) -> None:
        """The stored state is the state."""
        assert State.from_json(self.state.to_json()) == self.state

    @invariant()
    def the_store_holds_the_answers(self) -> None:
        """What was recorded, last revision first, is what the state says."""
        given = {name: one.option or one.text for name, one in self.state.answers.items()}
        effects = [effect for one in self.happened for effect in one.effects]
        assert stored(effects) == {name: answer for name, answer in given.items() if answer}

    @invariant()
    def answers_belong_to_questions_that_apply(self) -> None:
        """No answer hangs on a condition that is not met."""
        for question in self.form.questions:
            if question.id in self.state.answers and question.when is not None:
                parent = self.state.answers[question.when.question]
                assert parent.option in question.when.among

    def teardown(self) -> None:
        """Never stuck: going on and skipping ends it; and a replay comes to the same."""
        if not hasattr(self, "state"):
            return
        self._replay()
        state, now = self.state, self.now
        moves: list[Event] = [Resume(), *[Skip()] * (len(self.form.questions) + 1)]
        for event in moves:
            state = step(self.form, state, event, now).state
        assert state.phase in OVER

    def _replay(self) -> None:
        state = self.first
        for one in self.happened:
            state, effects = step(self.form, state, one.event, one.now)
            assert effects == one.effects
        assert state == self.state


Interview.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestInterview = Interview.TestCase


def _random_event(rng: random.Random, form: Form, state: State) -> Event:
    shown = screen(form, state)
    if rng.random() < 0.5 and shown.options:
        return Tap(shown.question or OFFER, rng.choice(shown.options).id, shown.revision)
    question = rng.choice(form.questions)
    option = rng.choice(question.options).id if question.options else "x"
    texts = ("1", "2", "không", "co", "hết", "lâu quá đi mất", "", "👍", "\u200f", "d" * 5000)
    moves: list[Event] = [Start(), Back(), Skip(), Stop(), Resume()]
    others: list[Event] = [
        ChangeLanguage(rng.choice(("vi", "en", "xx"))),
        Tap(question.id, option, rng.randint(0, 9)),
    ]
    return rng.choice([*moves, *others, *map(Text, texts)])


@pytest.mark.parametrize("form", ALL_FORMS, ids=lambda form: form.id)
def test_ten_thousand_random_sequences(form: Form) -> None:
    """2,500 sequences a form, each tap delivered twice: none raises, none doubles an answer."""
    rng = random.Random(20211)
    for _ in range(2_500):
        state = new_state(form, rng.choice(("vi", "en")), NOW, LASTS)
        now = NOW
        for _ in range(rng.randint(1, 16)):
            now += timedelta(hours=rng.choice((0, 0, 0, 5, 60)))
            event = _random_event(rng, form, state)
            state, effects = step(form, state, event, now)
            assert isinstance(effects[-1], Show)
            if isinstance(event, Tap):
                assert step(form, state, event, now).state.answers == state.answers


@given(st.randoms(use_true_random=False))
def test_taps_doubled_and_out_of_order_answer_as_a_set(rng: random.Random) -> None:
    """However a citizen's taps are repeated and mixed up on the way, nothing is answered that was
    not tapped, and tapping on ends with the same answers.
    """
    form, wish = shipped("phieu5"), {"satisfaction": "very", "contacts": "many", "conduct": "no"}
    wish |= {"contacts_own_fault": "yes", "agencies": "none"}
    asked = [question.id for question in form.order if question.id in wish]
    taps = [Tap(question, wish[question], number) for number, question in enumerate(asked)] * 2
    rng.shuffle(taps)
    state = new_state(form, "vi", NOW, LASTS)
    for tap in taps:
        state = step(form, state, tap, NOW).state
    assert {name: one.option for name, one in state.answers.items()}.items() <= wish.items()
    while state.phase is Phase.ASKING and state.question is not None:
        tap = Tap(state.question, wish[state.question], state.revision)
        state = step(form, state, tap, NOW).state
    assert {name: one.option for name, one in state.answers.items()} == wish


def test_no_sign_of_any_script_raises() -> None:
    """Everything Unicode calls a number, and one sign of each category, is answered."""
    numerals = [chr(code) for code in range(sys.maxunicode + 1) if chr(code).isnumeric()]
    categories = {unicodedata.category(chr(code)): chr(code) for code in range(sys.maxunicode + 1)}
    form = shipped("phieu5")
    state = new_state(form, "vi", NOW, LASTS)
    for sign in [*numerals, *categories.values()]:
        assert isinstance(step(form, state, Text(sign), NOW).effects[-1], Show)
