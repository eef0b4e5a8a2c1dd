"""Reads a typed text: the only place that decides what a citizen means by it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.conversation import (
    after_end,
    button_handlers,
    commands,
    desks,
    lookup,
    open_question,
    opening,
    petition,
    petition_form,
    proved,
    rights,
    survey,
)
from bot.conversation.buttons import ButtonPress, Verb
from bot.conversation.codes import official_code, possible_code, token_in_link
from bot.conversation.focus import Focus
from bot.conversation.sentences import is_kind
from bot.conversation.turn import ASIDES, Turn
from bot.conversation.words import (
    Command,
    CommandName,
    asks,
    bare_command,
    is_said,
    language_in_full,
    says,
    slash_command,
    yes_or_no,
)
from surveys.interview import Phase
from surveys.typed_words import clean, shared_words

A_FEW_WORDS = 4
"""Around a dossier code: "mã hồ sơ của tôi …" asks after it, a longer text tells something."""


async def read(turn: Turn) -> None:
    """Answer a text by the first reading that applies; if none does, say what can be done."""
    if turn.is_overtaken and shared_words().number(turn.incoming.text) is not None:
        await _overtaken(turn)
        return
    for applies in _READINGS:
        if await applies(turn):
            return
    await _lost(turn)


async def say_unreadable(turn: Turn) -> None:
    """Say that there is nothing to read."""
    await turn.say("unreadable")


async def _empty(turn: Turn) -> bool:
    if clean(turn.incoming.text)[0]:
        return False
    await say_unreadable(turn)
    return True


async def _slash(turn: Turn) -> bool:
    command = slash_command(turn.incoming.text)
    if command is not None:
        await commands.run(turn, command)
    return command is not None


async def _language(turn: Turn) -> bool:
    """The name of a language, at any time: who cannot read the question cannot answer it."""
    named = language_in_full(turn.incoming.text)
    if named is not None:
        await commands.change_language(turn, named)
    return named is not None


async def _code(turn: Turn) -> bool:
    """Handle a code or a sentence with one; while a question is open, a sentence answers it."""
    code = official_code(turn.incoming.text)
    if code and not official_code(turn.incoming.text, A_FEW_WORDS):
        writing = turn.focus.petition is not None or await survey.is_under_way(turn)
        code = None if writing else code
    if code is not None:
        await lookup.show_by_code(turn, code)
    return code is not None


async def _link(turn: Turn) -> bool:
    token = token_in_link(turn.incoming.text)
    if token is not None:
        await opening.open_by_token(turn, token)
    return token is not None


async def _aside(turn: Turn) -> bool:
    """Handle a yes or no to a side question, before it could be taken as a petitioner's name."""
    asked = turn.focus.asked
    return asked is not None and asked.verb in ASIDES and await _answer(turn)


async def _no_more(turn: Turn) -> bool:
    """Handle a wish for no more messages: explicit at any time, or one word if nothing is asked.

    While a petition is written, "không gửi nữa" is about that petition.
    """
    text, focus = turn.incoming.text, turn.focus
    explicit = is_kind(text, "no_more_said", "no_more_wished")
    if focus.petition is not None and is_kind(text, "give_up"):
        return False
    if explicit or (await _is_idle(turn) and is_kind(text, *_sighs(focus))):
        await rights.stop_writing(turn)
        return True
    return False


def _sighs(focus: Focus) -> tuple[str, ...]:
    """ "Thôi" answers an offer, if there is one."""
    return ("no_more_sighed",) if focus.asked else ("no_more_sighed", "no_more_weak")


async def _dispute(turn: Turn) -> bool:
    return says(turn.incoming.text, "dispute") and await petition.dispute_last(turn)


async def _complaint(turn: Turn) -> bool:
    """A sentence that wants to complain, or mentions being asked for money."""
    text = turn.incoming.text
    if not says(text, "complains") or await survey.is_under_way(turn):
        return False
    await petition.start(turn, text)
    return True


async def _reference_within(turn: Turn) -> bool:
    """The reference of a petition, or a sentence that asks after one."""
    under_way = await survey.is_under_way(turn)
    return await lookup.show_by_reference(turn, within=not under_way)


async def _second_thoughts(turn: Turn) -> bool:
    """Handle a yes some time after a no."""
    declined = turn.focus.declined
    if declined is None or not await _is_idle(turn) or not _is_willing(turn):
        return False
    await opening.on_consent(turn, declined, agreed=True)
    return True


def _is_willing(turn: Turn) -> bool:
    text, language = turn.incoming.text, turn.contact.language
    return is_said(text, "agree", language) or says(text, "changed_mind")


async def _is_idle(turn: Turn) -> bool:
    """Whether no question waits for an answer; offers do not count."""
    asked = turn.focus.asked
    waits = turn.focus.petition is not None or (asked is not None and asked.verb != Verb.FOLLOW)
    return not waits and not await survey.is_under_way(turn)


async def _answer(turn: Turn) -> bool:
    """Handle a yes or no to a question of the bot."""
    asked = turn.focus.asked
    meaning = yes_or_no(turn.incoming.text, turn.contact.language) if asked else None
    if asked is None or meaning is None:
        return False
    answer = "yes" if meaning else "no"
    await button_handlers.handle(
        turn, ButtonPress(verb=Verb(asked.verb), subject=asked.subject, answer=answer)
    )
    return True


async def _numbered(turn: Turn) -> bool:
    """Handle the number of a choice written as a line; an open question reads its own numbers."""
    number = shared_words().number(turn.incoming.text) if turn.focus.choices else None
    if number is None or not 1 <= number <= len(turn.focus.choices):
        return False
    press = turn.read(turn.focus.choices[number - 1])
    if press is None or await survey.is_under_way(turn):
        return False
    turn.focus = replace(turn.focus, choices=())
    await button_handlers.handle(turn, press)
    return True


async def _bare(turn: Turn) -> bool:
    """Handle a command without its slash, unless it answers what the interview shows."""
    name = bare_command(turn.incoming.text)
    if name is None:
        return False
    interview = await survey.find_attended(turn)
    engine_knows = name in {CommandName.RESUME, CommandName.START}
    if engine_knows and interview and interview.state.phase in {Phase.OFFER, Phase.STOPPED}:
        return False
    await commands.run(turn, Command(name=name))
    return True


async def _other_code(turn: Turn) -> bool:
    """Handle a code of another format; while a question is open, only that of an own dossier."""
    if (code := possible_code(turn.incoming.text)) is None:
        return False
    if await survey.is_under_way(turn):
        return await lookup.show_if_own(turn, code)
    await lookup.show_by_code(turn, code)
    return True


async def _pleasantry(turn: Turn) -> bool:
    if turn.focus.petition is not None or await survey.is_under_way(turn):
        return False
    text, language = turn.incoming.text, turn.contact.language
    if is_said(text, "greetings", language):
        await commands.greet(turn)
        return True
    if is_said(text, "thanks", language):
        await turn.say("you_are_welcome")
        return True
    return False


_READINGS: tuple[Callable[[Turn], Awaitable[bool]], ...] = (
    _empty,
    _slash,
    _language,
    _code,
    _link,
    proved.on_typed,
    _numbered,
    _aside,
    _no_more,
    petition_form.on_typed,
    _dispute,
    _answer,
    _second_thoughts,
    _bare,
    _reference_within,
    _complaint,
    _other_code,
    _pleasantry,
    after_end.on_typed,
    survey.on_typed,
)
"""Interpretations of a text in order of precedence; the first that applies answers it."""


async def _overtaken(turn: Turn) -> None:
    """Do not count a digit that arrives after a later message: it answered an earlier question."""
    await turn.say("overtaken")
    await open_question.repeat(turn)


async def _lost(turn: Turn) -> None:
    """Repeat the open question, say whom a question is for, or what can be done."""
    if await open_question.repeat(turn):
        return
    if asks(turn.incoming.text):
        await turn.say("after_end.question", desk=await desks.describe_top(turn))
    else:
        buttons = (turn.button("look_up", Verb.GO, answer=CommandName.LOOKUP),)
        await turn.say("lost", buttons)
