"""The state machine of an interview: one event gives the new state and its effects."""

from dataclasses import replace
from datetime import datetime

from surveys.errors import Refusal
from surveys.form_model import OFFER, Form
from surveys.interview import moves
from surveys.interview.answers import Step
from surveys.interview.effects import Say, Show
from surveys.interview.events import (
    Back,
    ChangeLanguage,
    Event,
    Reopen,
    Resume,
    Skip,
    Start,
    Stop,
    Tap,
    Text,
)
from surveys.interview.screens import screen
from surveys.interview.state import Phase, State
from surveys.interview.typed import handle_after_end, handle_text


def step(form: Form, state: State, event: Event, now: datetime) -> Step:
    """Apply an event: the new state, and its effects in the order they are to be carried out.

    Every event is answered, in every state; the last effect shows the current screen. Raises
    Refusal `forms.other_version` only when this is not the form it was begun with.
    """
    if (form.id, form.version) != (state.form, state.version):
        raise Refusal("forms.other_version", form=state.form, version=state.version)
    state, closing = moves.expire(form, state, now)
    state, effects = _too_late(state, event, now) or _in_time(form, state, event, now)
    return Step(state, (*closing, *effects, Show(screen(form, state))))


def _too_late(state: State, event: Event, now: datetime) -> Step | None:
    if now < state.expires_at or isinstance(event, ChangeLanguage):
        return None
    return Step(state, (Say("too_late"),) if state.phase is Phase.FINISHED else ())


def _in_time(form: Form, state: State, event: Event, now: datetime) -> Step:
    match event:
        case ChangeLanguage(language):
            return _change_language(form, state, language, now)
        case Text(text) if state.phase is Phase.FINISHED:
            return handle_after_end(form, state, text, now)
        case Reopen() if state.phase is Phase.FINISHED:
            return moves.go_back(form, state, now)
        case Tap():
            return _tap(form, state, event, now)
        case _ if state.phase in moves.OVER:
            return Step(state, (Say("already_finished"),))
        case Text(text):
            return handle_text(form, state, text, now)
        case Start() | Resume() | Reopen():
            return moves.resume(state, now)
        case _:
            return _move(form, state, event, now)


def _move(form: Form, state: State, event: Back | Skip | Stop, now: datetime) -> Step:
    if state.phase is Phase.STOPPED:
        return Step(state, ())
    match event:
        case Stop():
            return moves.stop(form, state, now)
        case Back(revision) | Skip(revision) if revision not in {None, state.revision}:
            return Step(state, (Say("stale_tap"),))
        case Back():
            return moves.go_back(form, state, now)
        case Skip():
            return moves.skip(form, state, now)


def _tap(form: Form, state: State, tap: Tap, now: datetime) -> Step:
    """Only a button of the current screen counts; any other changes nothing."""
    live = tap.revision == state.revision
    question = form.question(tap.question)
    if live and state.phase is Phase.OFFER and (tap.question, tap.option) in _OFFERED:
        return _OFFERED[tap.question, tap.option](form, state, now)
    current = live and state.phase is Phase.ASKING and tap.question == state.question
    if current and question and question.option(tap.option):
        return moves.answer(form, state, question, now, tap.option)
    return Step(state, () if state.phase is Phase.STOPPED else (Say("stale_tap"),))


_OFFERED = {(OFFER, "more"): moves.accept_more, (OFFER, "done"): moves.skip}


def _change_language(form: Form, state: State, language: str, now: datetime) -> Step:
    if language not in form.languages:
        return Step(state, (Say("language_missing", {"language": language}),))
    if language == state.language:
        return Step(state, ())
    return Step(replace(state, language=language, updated_at=now), ())
