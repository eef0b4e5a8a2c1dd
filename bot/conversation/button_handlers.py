"""Handles the bot's own buttons, and typed yes or no answers to the bot's questions."""

from collections.abc import Awaitable, Callable

from bot.conversation import (
    after_end,
    commands,
    consent,
    follow,
    news,
    opening,
    petition,
    proved,
    rights,
)
from bot.conversation.buttons import ButtonPress, Verb
from bot.conversation.turn import Turn
from bot.conversation.words import Command, CommandName

YES = "yes"


async def handle(turn: Turn, press: ButtonPress) -> None:
    """Handle the button; it answers the open question only if it belongs to it."""
    if turn.focus.asked is not None and turn.focus.asked.verb == press.verb:
        turn.settle()
    await _HANDLERS[press.verb](turn, press)


async def _consent(turn: Turn, press: ButtonPress) -> None:
    await opening.on_consent(turn, press.subject, agreed=press.answer == YES)


async def _details(turn: Turn, press: ButtonPress) -> None:
    await consent.say_details(turn, press.subject)


async def _follow(turn: Turn, press: ButtonPress) -> None:
    await follow.on_decision(turn, press.subject, agreed=press.answer == YES)


async def _proof(turn: Turn, press: ButtonPress) -> None:
    await proved.on_press(turn, press)


async def _survey(turn: Turn, press: ButtonPress) -> None:
    await opening.open_by_button(turn, press.subject)


async def _petition(turn: Turn, press: ButtonPress) -> None:
    await petition.on_decision(turn, press.subject, agreed=press.answer == YES)


async def _complain(turn: Turn, press: ButtonPress) -> None:
    await petition.on_complain(turn, press)


async def _report(turn: Turn, press: ButtonPress) -> None:
    await petition.on_report(turn, press)


async def _comment(turn: Turn, press: ButtonPress) -> None:
    await after_end.on_decision(turn, agreed=press.answer == YES)


async def _news(turn: Turn, press: ButtonPress) -> None:
    await news.on_press(turn, press)


async def _erase(turn: Turn, press: ButtonPress) -> None:
    await rights.on_erase_decision(turn, agreed=press.answer == YES)


async def _language(turn: Turn, press: ButtonPress) -> None:
    await commands.change_language(turn, press.answer)


async def _go(turn: Turn, press: ButtonPress) -> None:
    await commands.run(turn, Command(name=CommandName(press.answer)))


_HANDLERS: dict[Verb, Callable[[Turn, ButtonPress], Awaitable[None]]] = {
    Verb.CONSENT: _consent,
    Verb.DETAILS: _details,
    Verb.FOLLOW: _follow,
    Verb.PROOF: _proof,
    Verb.SURVEY: _survey,
    Verb.PETITION: _petition,
    Verb.COMPLAIN: _complain,
    Verb.REPORT: _report,
    Verb.COMMENT: _comment,
    Verb.NEWS: _news,
    Verb.ERASE: _erase,
    Verb.LANGUAGE: _language,
    Verb.GO: _go,
}
