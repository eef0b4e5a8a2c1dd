"""Records an answer in the state, with all its consequences."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from surveys.form_model import Form, Question
from surveys.interview import path
from surveys.interview.effects import (
    Effect,
    OpenComplaint,
    Record,
    Say,
    WithdrawComplaint,
)
from surveys.interview.state import Given, State
from surveys.typed_words import TEXT_LIMIT, clean


class Step(NamedTuple):
    """The state after an event, and its effects in the order they are to be carried out."""

    state: State
    effects: tuple[Effect, ...]


def give(
    form: Form,
    state: State,
    question: Question,
    now: datetime,
    *,
    option: str | None = None,
    text: str | None = None,
) -> Step:
    """Record an answer (or its absence); questions that no longer apply lose their answers."""
    state, effects = _record(state, question, Given(option, text, state.revision + 1))
    for other in form.order:
        if other.id in state.answers and not path.applies(other, state.answers):
            state, more = _record(state, other, None)
            effects += more
    return Step(replace(state, updated_at=now), effects)


def _record(state: State, question: Question, given: Given | None) -> Step:
    revision = state.revision + 1
    before = state.answers.get(question.id)
    kept = {name: answer for name, answer in state.answers.items() if name != question.id}
    answers = kept | ({question.id: given} if given else {})
    option, text = (given.option, given.text) if given else (None, None)
    effects = (
        Record(question.id, option, text, revision, turned=_turned(state, question, option)),
        *_complaint(question, before.option if before else None, option),
    )
    return Step(replace(state, answers=MappingProxyType(answers), revision=revision), effects)


def _turned(state: State, question: Question, option: str | None) -> bool:
    return option is not None and question.turned and state.turned


def _complaint(question: Question, before: str | None, after: str | None) -> Iterator[Effect]:
    rule = question.complaint
    if rule is None or (before == rule.option) == (after == rule.option):
        return
    effect = OpenComplaint if after == rule.option else WithdrawComplaint
    yield effect(rule.kind, question.id)


def give_text(form: Form, state: State, question: Question, typed: str, now: datetime) -> Step:
    """Record the answer to a question that asks for text, cut to the limit."""
    text, cut = clean(typed)
    state, effects = give(form, state, question, now, text=text)
    return Step(state, effects + cut_note(cut=cut))


def keep_comment(form: Form, state: State, typed: str, now: datetime) -> Step:
    """Add unsolicited free text to the comment; the same text is added once."""
    question = form.comment
    if question is None:
        return Step(state, (Say("not_understood"),))
    given = state.answers.get(question.id)
    before = given.text if given and given.text else ""
    text, cut = clean(typed)
    said = Say("comment_kept")
    if f"\n{text}\n" in f"\n{before}\n":
        return Step(state, (said,))
    joined = f"{before}\n{text}".strip()
    kept = joined[:TEXT_LIMIT].rstrip()
    if kept == before:
        return Step(state, cut_note(cut=True))
    state, effects = give(form, state, question, now, text=kept)
    return Step(state, (*effects, *cut_note(cut=cut or kept != joined), said))


def cut_note(*, cut: bool) -> tuple[Effect, ...]:
    """The note that only the beginning of a text was kept."""
    return (Say("text_cut", {"limit": f"{TEXT_LIMIT}"}),) if cut else ()
