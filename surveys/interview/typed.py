"""Handles typed text according to the phase of the interview. Every text gets a reply."""

from collections.abc import Callable
from datetime import datetime

from surveys.form_model import Form, Kind, Question
from surveys.interview import moves
from surveys.interview.answers import Step, give_text, keep_comment
from surveys.interview.effects import Say
from surveys.interview.state import Phase, State
from surveys.interview.understanding import declines, move_of, option_of
from surveys.typed_words import clean, shared_words, word_count

SENTENCE = 3
"""From this many words on, a text that is not understood is stored as the comment."""

_Move = Callable[[Form, State, datetime], Step]
_MOVES: dict[str, _Move] = {"skip": moves.skip, "back": moves.go_back, "stop": moves.stop}
_NOT_UNDERSTOOD = (Say("not_understood"),)


def handle_text(form: Form, state: State, text: str, now: datetime) -> Step:
    """Take a text as an answer, a move or a comment, or reply that it was not understood."""
    question = form.question(state.question)
    question = question and question.shown(turned=state.turned)
    if state.phase is Phase.OFFER:
        return _at_offer(form, state, text, now)
    if state.phase is Phase.STOPPED or question is None:
        return _while_stopped(state, text, now)
    if question.kind is Kind.TEXT:
        return _at_text(form, state, question, text, now)
    return _at_options(form, state, question, text, now)


def handle_after_end(form: Form, state: State, text: str, now: datetime) -> Step:
    """Store text that arrives after the end as a comment."""
    if form.comment is None or not word_count(clean(text)[0]):
        return Step(state, (Say("already_finished"),))
    return keep_comment(form, state, text, now)


def _at_options(form: Form, state: State, question: Question, text: str, now: datetime) -> Step:
    option = option_of(question, text, state.language)
    if option is not None:
        return moves.answer(form, state, question, now, option.id)
    move = move_of(text, state.language)
    if move is not None:
        return _MOVES[move](form, state, now)
    if declines(question, text, state.language):
        return moves.skip(form, state, now)
    if shared_words().means(text, "middle", state.language):
        return Step(state, (Say("middle"),))
    if form.comment is not None and word_count(clean(text)[0]) >= SENTENCE:
        return keep_comment(form, state, text, now)
    return Step(state, _NOT_UNDERSTOOD)


def _at_text(form: Form, state: State, question: Question, text: str, now: datetime) -> Step:
    move = move_of(text, state.language)
    if move is not None:
        return _MOVES[move](form, state, now)
    if declines(question, text, state.language):
        return moves.skip(form, state, now)
    if not clean(text)[0]:
        return Step(state, (Say("empty_text"),))
    return moves.advance(form, give_text(form, state, question, text, now), now)


def _at_offer(form: Form, state: State, text: str, now: datetime) -> Step:
    move = _offer_move(text, state.language)
    if move is not None:
        return move(form, state, now)
    if form.comment is None or not word_count(clean(text)[0]):
        return Step(state, _NOT_UNDERSTOOD)
    return moves.advance(form, keep_comment(form, state, text, now), now)


def _offer_move(text: str, language: str) -> _Move | None:
    words = shared_words()
    number = words.number(text)
    chosen: dict[str, _Move] = {"more": moves.accept_more, "done": moves.skip} | _MOVES
    chosen |= {"no": moves.skip, "yes": moves.accept_more}
    if number is not None:
        return {1: moves.accept_more, 2: moves.skip}.get(number)
    spoken = (text, words.without_numbers(text))
    found = (
        move for one in spoken for name, move in chosen.items() if words.means(one, name, language)
    )
    return next(found, None)


def _while_stopped(state: State, text: str, now: datetime) -> Step:
    if shared_words().means(text, "resume", state.language):
        return moves.resume(state, now)
    return Step(state, ())
