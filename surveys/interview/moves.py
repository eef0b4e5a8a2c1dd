"""The moves of an interview: forward, back, past the short path, stop and resume."""

from dataclasses import replace
from datetime import datetime

from surveys.form_model import Form, Question
from surveys.interview import path
from surveys.interview.answers import Step, give
from surveys.interview.effects import Expired, Finished, Say, Stopped
from surveys.interview.state import Phase, State

OVER = frozenset({Phase.FINISHED, Phase.EXPIRED})


def answer(
    form: Form, state: State, question: Question, now: datetime, option: str | None = None
) -> Step:
    """Record the option (None: no answer) and go on."""
    return advance(form, give(form, state, question, now, option=option), now)


def advance(form: Form, so_far: Step, now: datetime) -> Step:
    """Go to the first question not asked yet; after the short path the offer; then the end."""
    state = so_far.state
    question = path.next_question(form, state)
    if question is not None:
        moved = Step(_at(state, question.id, now), ())
    elif not state.extended and path.unanswered(form, state):
        moved = Step(replace(state, phase=Phase.OFFER, question=None, updated_at=now), ())
    else:
        moved = finish(state, now)
    return Step(moved.state, so_far.effects + moved.effects)


def go_back(form: Form, state: State, now: datetime) -> Step:
    """Return to the previous question; its answer is kept."""
    question = path.previous_question(form, state)
    if question is None:
        return Step(state, (Say("at_first"),))
    return Step(replace(_at(state, question.id, now), revision=state.revision + 1), ())


def skip(form: Form, state: State, now: datetime) -> Step:
    """Leave the current question unanswered; at the offer, decline further questions."""
    question = form.question(state.question)
    return answer(form, state, question, now) if question else finish(state, now)


def accept_more(form: Form, state: State, now: datetime) -> Step:
    """Accept the offer."""
    return advance(form, Step(replace(state, extended=True), ()), now)


def stop(form: Form, state: State, now: datetime) -> Step:
    """Leave: the response is complete if the short path is, else it can be resumed later."""
    if path.short_path_complete(form, state):
        return finish(state, now)
    return Step(replace(state, phase=Phase.STOPPED, updated_at=now), (Stopped(),))


def resume(state: State, now: datetime) -> Step:
    """Continue at the question where the interview was stopped."""
    said = (Say("welcome_back"),) if state.answers else ()
    if state.phase is Phase.STOPPED:
        return Step(replace(state, phase=Phase.ASKING, updated_at=now), said)
    return Step(state, said)


def finish(state: State, now: datetime) -> Step:
    """End the interview with a complete response."""
    closed = replace(state, phase=Phase.FINISHED, question=None, updated_at=now)
    return Step(closed, (Finished(),))


def expire(form: Form, state: State, now: datetime) -> Step:
    """Close an interview whose time is over; Finished when its short path is complete.

    Changes nothing before `expires_at` or after the end.
    """
    if state.phase in OVER or now < state.expires_at:
        return Step(state, ())
    if path.short_path_complete(form, state):
        return finish(state, now)
    closed = replace(state, phase=Phase.EXPIRED, question=None, updated_at=now)
    return Step(closed, (Expired(),))


def _at(state: State, question: str, now: datetime) -> State:
    return replace(state, phase=Phase.ASKING, question=question, updated_at=now)
