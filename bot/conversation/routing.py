"""Routes each message to its handler: the only place that decides what a citizen intends."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

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
    phone,
    proved,
    rights,
    survey,
)
from bot.conversation.buttons import ButtonPress, Verb
from bot.conversation.codes import official_code, possible_code, token_in_link
from bot.conversation.context import ConversationContext
from bot.conversation.focus import Focus, focus_from
from bot.conversation.sentences import is_kind
from bot.conversation.turn import ASIDES, Turn, reply_key
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
from bot.messages import Incoming, IncomingKind
from bot.render import parse_button
from surveys.interview import Phase
from surveys.store.base.connection import Connection
from surveys.store.citizens import contacts
from surveys.store.citizens.contacts import Contact, ContactStatus
from surveys.store.queues import outbox
from surveys.typed_words import clean, shared_words

DAY_SECONDS = 24 * 3600
A_FEW_WORDS = 4
"""Around a dossier code: "mã hồ sơ của tôi …" asks after it, a longer text tells something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Answers every message of every chat."""

    context: ConversationContext

    async def handle(
        self, conn: Connection, incoming: Incoming, inbox_id: int, now: datetime
    ) -> None:
        """Handle the message and queue the replies, in the caller's transaction.

        A message that was handled before changes nothing. No text a citizen can send raises.
        """
        turn = await self._turn(conn, incoming, inbox_id, now)
        if turn is None:
            return
        before = turn.focus
        await _KINDS[incoming.kind](turn)
        await open_question.end_with_it(turn)
        if turn.focus != before:
            await contacts.set_focus(conn, turn.contact.id, turn.focus.to_json())
        if not turn.is_stranger:
            self.context.is_no_stranger(incoming)

    async def _turn(
        self, conn: Connection, incoming: Incoming, inbox_id: int, now: datetime
    ) -> Turn | None:
        """The turn of this message; None if it was handled before."""
        key = reply_key(inbox_id, 0)
        place = self._place(incoming)
        if incoming.at is None:
            seen = await contacts.find_seen(conn, **place, now=now, reply_key=key)
        else:  # a channel that says when has its contacts updated each time
            at = incoming.at
            seen = await contacts.see(conn, **place, now=now, seen_at=at, reply_key=key)
        if seen.is_answered if seen else await outbox.is_queued(conn, key):
            return None
        contact = seen.contact if seen else await self._meet(conn, incoming, now)
        return Turn(
            context=self.context,
            conn=conn,
            incoming=incoming,
            inbox_id=inbox_id,
            now=now,
            contact=contact,
            focus=focus_from(contact.focus),
            has_waiting=seen is None or seen.has_waiting,
            is_stranger=seen is None or not seen.is_proved,
        )

    def _place(self, incoming: Incoming) -> dict[str, str]:
        """The chat that the message came from."""
        place = (incoming.channel, incoming.bot)
        chat_key = self.context.keyring.chat_key(*place, incoming.address)
        return {"channel": incoming.channel, "bot": incoming.bot, "chat_key": chat_key}

    async def _meet(self, conn: Connection, incoming: Incoming, now: datetime) -> Contact:
        return await contacts.meet(
            conn,
            **self._place(incoming),
            address_sealed=self.context.keyring.seal(incoming.address),
            language=self.context.language(incoming.language),
            now=now,
            seen_at=incoming.at,
            simulated=incoming.simulated,
        )


async def _start(turn: Turn) -> None:
    await commands.run(turn, Command(name=CommandName.START, argument=turn.incoming.text.strip()))


async def _typed(turn: Turn) -> None:
    if turn.is_overtaken and shared_words().number(turn.incoming.text) is not None:
        await _overtaken(turn)
        return
    for read in _READINGS:
        if await read(turn):
            return
    await _lost(turn)


async def _tapped(turn: Turn) -> None:
    press = parse_button(turn.incoming.data)
    if press is not None and await survey.on_tap(turn, press):
        return
    own = turn.pressed()
    if own is not None:
        await button_handlers.handle(turn, own)
        return
    await turn.say("old_button")


async def _edited(turn: Turn) -> None:
    if not await survey.on_edited(turn):
        await turn.say("edit.not_kept")


async def _group(turn: Turn) -> None:
    """Answer with one polite line a day; a group is not suited to a survey."""
    if turn.now.timestamp() - turn.focus.group_told_at >= DAY_SECONDS:
        turn.focus = Focus(group_told_at=int(turn.now.timestamp()))
        await turn.say("group")


async def _blocked(turn: Turn) -> None:
    await contacts.set_status(turn.conn, turn.contact.id, ContactStatus.BLOCKED)


async def _unblocked(turn: Turn) -> None:
    """Do nothing: looking the contact up made it active again; the citizen writes next."""


async def _unreadable(turn: Turn) -> None:
    await turn.say("unreadable")


async def _with_caption(turn: Turn) -> None:
    """A photo or a file: not read itself, but what is written under it is."""
    if not clean(turn.incoming.text)[0]:
        await _unreadable(turn)
        return
    await turn.say("only_caption")
    await _typed(turn)


_KINDS: dict[IncomingKind, Callable[[Turn], Awaitable[None]]] = {
    IncomingKind.TEXT: _typed,
    IncomingKind.TAP: _tapped,
    IncomingKind.START: _start,
    IncomingKind.EDITED: _edited,
    IncomingKind.CONTACT: phone.on_shared,
    IncomingKind.FOREIGN_CONTACT: phone.on_foreign,
    IncomingKind.GROUP: _group,
    IncomingKind.BLOCKED: _blocked,
    IncomingKind.UNBLOCKED: _unblocked,
    IncomingKind.OTHER: _with_caption,
}


async def _empty(turn: Turn) -> bool:
    if clean(turn.incoming.text)[0]:
        return False
    await _unreadable(turn)
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
