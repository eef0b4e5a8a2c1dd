"""Handles texts after the last answer: understands them before adding them to the opinion."""

import base64
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from bot.conversation import desks, lookup, second_proof, survey
from bot.conversation.buttons import Verb
from bot.conversation.sentences import is_kind
from bot.conversation.turn import Turn
from bot.conversation.words import asks, says
from surveys.ciphers import MARKS
from surveys.interview import Phase, Reopen, Text
from surveys.interview.understanding import move_of
from surveys.store.asking.interviews import Interview
from surveys.store.dossiers import lookups
from surveys.store.results import responses
from surveys.typed_words import clean, shared_words, word_count


async def on_typed(turn: Turn) -> bool:
    """Handle a text after the form is finished; False if it is not finished."""
    interview = await _finished(turn)
    if interview is None:
        return False
    for means, answer in _MEANINGS:
        if means(turn):
            await answer(turn, interview)
            return True
    return False


async def on_decision(turn: Turn, *, agreed: bool) -> None:
    """Add the text in question to the opinion, or delete it."""
    words, interview = _unfiled(turn), await _finished(turn)
    turn.focus = replace(turn.focus, unfiled="")
    if not agreed or interview is None or not words:
        await turn.say("after_end.not_added")
        return
    await survey.advance(turn, interview, Text(words))


async def repeat(turn: Turn) -> bool:
    """Ask again whether to add the text; False if none is waiting."""
    if turn.focus.asked is None or turn.focus.asked.verb != Verb.COMMENT:
        return False
    await _ask(turn, "after_end.add")
    return True


async def _reopen(turn: Turn, interview: Interview) -> None:
    days = turn.context.settings.change_days
    ended = await responses.finished_at(turn.conn, interview.dossier_id, interview.state.form)
    if ended is not None and turn.now >= ended + timedelta(days=days):
        await turn.say("after_end.too_late", days=days)
        return
    await turn.say("after_end.reopened")
    await survey.advance(turn, interview, Reopen())


async def _show_dossier(turn: Turn, interview: Interview) -> None:
    dossier = await lookups.find_by_id(turn.conn, interview.dossier_id)
    if dossier is not None:
        await lookup.show(turn, dossier, await second_proof.level(turn, dossier))


async def _say_welcome(turn: Turn, _: Interview) -> None:
    await turn.say("you_are_welcome")


async def _say_cannot_answer(turn: Turn, interview: Interview) -> None:
    dossier = await lookups.find_by_id(turn.conn, interview.dossier_id)
    desk = desks.describe(turn, dossier.desk) if dossier else await desks.describe_top(turn)
    await turn.say("after_end.question", desk=desk)
    await _keep_and_ask(turn, "after_end.add")


async def _ask_to_add(turn: Turn, _: Interview) -> None:
    await _keep_and_ask(turn, "after_end.add")


async def _keep_and_ask(turn: Turn, key: str) -> None:
    words = "\n".join(filter(None, (_unfiled(turn), clean(turn.incoming.text)[0])))
    sealed = turn.context.keyring.seal(words)
    turn.focus = replace(turn.focus, unfiled=sealed.decode("ascii"))
    await _ask(turn, key)


async def _ask(turn: Turn, key: str) -> None:
    turn.ask(Verb.COMMENT)
    buttons = (
        turn.button("add", Verb.COMMENT, answer="yes"),
        turn.button("no_add", Verb.COMMENT, answer="no"),
    )
    await turn.say(key, buttons)
    turn.mark_open(aside=True)


def _unfiled(turn: Turn) -> str:
    kept = turn.focus.unfiled
    if not kept:
        return ""
    former = not kept.startswith(MARKS)  # as an earlier version kept it
    return turn.context.keyring.unseal(base64.b64decode(kept) if former else kept.encode())


async def _finished(turn: Turn) -> Interview | None:
    interview = await survey.find_attended(turn)
    ended = interview is not None and interview.state.phase is Phase.FINISHED
    if interview is None or not ended or not interview.has_consent:
        return None
    return interview if turn.now < interview.state.expires_at else None


def _is_mistake(turn: Turn) -> bool:
    text, language = turn.incoming.text, turn.contact.language
    return is_kind(text, "mistaken") or move_of(text, language) == "back"


def _is_small(turn: Turn) -> bool:
    text, language = turn.incoming.text, turn.contact.language
    words = ("yes", "no", "done", "skip", "nothing", "agree")
    means = any(shared_words().means(text, one, language) for one in words)
    return means or not word_count(clean(text)[0])


_MEANINGS: tuple[
    tuple[Callable[[Turn], bool], Callable[[Turn, Interview], Awaitable[None]]], ...
] = (
    (_is_mistake, _reopen),
    (lambda turn: says(turn.incoming.text, "where_is_it"), _show_dossier),
    (lambda turn: asks(turn.incoming.text), _say_cannot_answer),
    (_is_small, _say_welcome),
    (lambda _: True, _ask_to_add),
)
"""Interpretations in order of precedence; the bot asks whether anything else is an opinion."""
