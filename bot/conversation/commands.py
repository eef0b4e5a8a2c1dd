"""Runs the commands: available at any time, in either language, with or without a slash."""

from collections.abc import Awaitable, Callable

from bot.conversation import desks, petition, phone, rights, survey
from bot.conversation.buttons import Verb
from bot.conversation.codes import official_code, possible_code
from bot.conversation.lookup import show_by_code
from bot.conversation.opening import open_by_token
from bot.conversation.turn import Turn
from bot.conversation.words import Command, CommandName, language_named
from surveys.interview import ChangeLanguage, Resume
from surveys.store.asking import interviews


async def run(turn: Turn, command: Command) -> None:
    """Run the command; an unknown one is answered with the list of commands."""
    if command.name is None:
        await turn.say("help.unknown_command")
        await _help(turn, "")
        return
    await _COMMANDS[command.name](turn, command.argument)


async def greet(turn: Turn) -> None:
    """Introduce the bot and what it can do."""
    other = "en" if turn.contact.language == "vi" else "vi"
    buttons = (
        turn.button("look_up", Verb.GO, answer=CommandName.LOOKUP),
        turn.button(f"speak_{other}", Verb.LANGUAGE, answer=other),
    )
    await turn.say("hello", buttons, authority=turn.context.settings.authority)


async def change_language(turn: Turn, language: str) -> None:
    """Change the language, also of the open question."""
    await turn.speak(language)
    await turn.say("language.changed")
    interview = await survey.find_attended(turn)
    if interview is not None and await survey.is_under_way(turn):
        await survey.advance(turn, interview, ChangeLanguage(language))


async def _start(turn: Turn, token: str) -> None:
    if token:
        await open_by_token(turn, token)
    else:
        await greet(turn)


async def _look_up(turn: Turn, code: str) -> None:
    wanted = official_code(code) or possible_code(code)
    if wanted:
        await show_by_code(turn, wanted)
    elif code:
        await turn.say("lookup.no_code")
    else:
        await phone.invite(turn)


async def _held(turn: Turn, _: str) -> None:
    await rights.show_held(turn)


async def _withdraw(turn: Turn, _: str) -> None:
    await rights.withdraw(turn)


async def _erase(turn: Turn, _: str) -> None:
    await rights.ask_erase(turn)


async def _language(turn: Turn, wanted: str) -> None:
    language = language_named(wanted)
    if language is not None:
        await change_language(turn, language)
        return
    buttons = tuple(
        turn.button(f"speak_{one}", Verb.LANGUAGE, answer=one) for one in turn.context.texts
    )
    await turn.say("language.which", buttons)


async def _help(turn: Turn, _: str) -> None:
    desk = await desks.describe_top(turn)
    await turn.say("help.text", authority=turn.context.settings.authority, desk=desk)


async def _resume(turn: Turn, _: str) -> None:
    interview = await interviews.find_unfinished(turn.conn, turn.context.keyring, turn.contact.id)
    if interview is None:
        await turn.say("nothing_to_resume")
        return
    await survey.advance(turn, interview, Resume())


_COMMANDS: dict[CommandName, Callable[[Turn, str], Awaitable[None]]] = {
    CommandName.START: _start,
    CommandName.LOOKUP: _look_up,
    CommandName.HELD: _held,
    CommandName.WITHDRAW: _withdraw,
    CommandName.ERASE: _erase,
    CommandName.LANGUAGE: _language,
    CommandName.HELP: _help,
    CommandName.RESUME: _resume,
    CommandName.PETITION: petition.start,
}
