"""Which questions an interview asks, given what was answered so far."""

from collections.abc import Mapping

from surveys.form_model import Form, Question
from surveys.interview.state import Given, State


def applies(question: Question, answers: Mapping[str, Given]) -> bool:
    """Whether the question's condition is met."""
    if question.when is None:
        return True
    given = answers.get(question.when.question)
    return given is not None and given.option in question.when.among


def has_offer(form: Form) -> bool:
    """Whether the form has a short path and a rest to offer after it."""
    return len({question.short for question in form.questions}) == 2


def whole_path(form: Form, state: State) -> list[Question]:
    """Every question whose condition is met, in the order of asking."""
    return [question for question in form.order if applies(question, state.answers)]


def path(form: Form, state: State) -> list[Question]:
    """The questions of this interview: only the short path until the citizen agrees to more."""
    everything = whole_path(form, state)
    if state.extended or not has_offer(form):
        return everything
    return [question for question in everything if question.short]


def unanswered(form: Form, state: State) -> list[Question]:
    """The questions still to ask, those past the short path included."""
    return [question for question in whole_path(form, state) if question.id not in state.answers]


def next_question(form: Form, state: State) -> Question | None:
    """The first question of the path not asked yet; None when the path is complete."""
    left = (question for question in path(form, state) if question.id not in state.answers)
    return next(left, None)


def previous_question(form: Form, state: State) -> Question | None:
    """The question before the current one, or the last one when none is current."""
    asked = path(form, state)
    ids = [question.id for question in asked]
    position = ids.index(state.question) if state.question in ids else len(ids)
    return asked[position - 1] if position else None


def short_path_complete(form: Form, state: State) -> bool:
    """Whether stopping now leaves a complete response."""
    if state.extended:
        return True
    short = [question for question in whole_path(form, state) if question.short]
    return has_offer(form) and all(question.id in state.answers for question in short)
