"""Builds the screen that the citizen sees in a state."""

from collections.abc import Sequence

from surveys.form_model import Form, Kind, Question, in_language
from surveys.interview import path
from surveys.interview.effects import Choice, Screen, ScreenKind
from surveys.interview.state import Phase, State


def screen(form: Form, state: State) -> Screen:
    """The current screen of the interview."""
    question = form.question(state.question)
    if state.phase is Phase.ASKING and question is not None:
        return _question(form, state, question)
    return _plain(form, state)


def _question(form: Form, state: State, question: Question) -> Screen:
    question = question.shown(turned=state.turned)
    asked = path.path(form, state)
    place = [one.id for one in asked].index(question.id) + 1
    given = state.answers.get(question.id)
    return Screen(
        kind=ScreenKind.QUESTION,
        question=question.id,
        text=in_language(question.text, state.language),
        options=tuple(
            Choice(option.id, in_language(option.text, state.language))
            for option in question.options
        ),
        revision=state.revision,
        step=_counted(asked[:place]),
        steps=_counted(asked),
        can_back=place > 1,
        can_skip=True,
        takes_text=question.kind is Kind.TEXT,
        chosen=given.option if given else None,
        added=question.when is not None,
    )


def _counted(questions: Sequence[Question]) -> int:
    """The questions that do not depend on an answer."""
    return sum(question.when is None for question in questions)


_SCREENS = {
    Phase.OFFER: (ScreenKind.OFFER, ("more", "done")),
    Phase.FINISHED: (ScreenKind.THANKS, ()),
    Phase.STOPPED: (ScreenKind.STOPPED, ("resume",)),
    Phase.EXPIRED: (ScreenKind.EXPIRED, ()),
}


def _plain(form: Form, state: State) -> Screen:
    kind, choices = _SCREENS[state.phase]
    steps, left = len(path.whole_path(form, state)), path.unanswered(form, state)
    offer = kind is ScreenKind.OFFER
    return Screen(
        kind=kind,
        question=None,
        text="offer_reason" if offer and _had_reason(form, state) else kind.value,
        options=tuple(Choice(name, name) for name in choices),
        revision=state.revision,
        step=steps - len(left),
        steps=steps,
        can_back=offer,
        can_skip=False,
        takes_text=form.comment is not None and kind in {ScreenKind.OFFER, ScreenKind.THANKS},
        comment_left=offer and form.comment in left and len(left) > 1,
    )


def _had_reason(form: Form, state: State) -> bool:
    """Whether some answer was not the best one, so that a reason may be asked for: once."""
    if form.comment is not None and form.comment.id in state.answers:
        return False
    for question in form.questions:
        given = state.answers.get(question.id)
        option = question.option(given.option) if given else None
        judged = any(one.best for one in question.options)
        if judged and option and not (option.best or option.no_answer):
            return True
    return False
