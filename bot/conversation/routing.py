"""Routes each message to its handler by its kind: a text, a tap, a shared phone …"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from bot.conversation import (
    button_handlers,
    commands,
    open_question,
    phone,
    survey,
    typed_text,
)
from bot.conversation.context import ConversationContext
from bot.conversation.focus import Focus, focus_from
from bot.conversation.turn import Turn, reply_key
from bot.conversation.words import (
    Command,
    CommandName,
)
from bot.messages import Incoming, IncomingKind
from bot.render import parse_button
from surveys.store.base.connection import Connection
from surveys.store.citizens import contacts
from surveys.store.citizens.contacts import Contact, ContactStatus
from surveys.store.queues import outbox
from surveys.typed_words import clean

DAY_SECONDS = 24 * 3600


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


async def _with_caption(turn: Turn) -> None:
    """A photo or a file: not read itself, but what is written under it is."""
    if not clean(turn.incoming.text)[0]:
        await typed_text.say_unreadable(turn)
        return
    await turn.say("only_caption")
    await typed_text.read(turn)


_KINDS: dict[IncomingKind, Callable[[Turn], Awaitable[None]]] = {
    IncomingKind.TEXT: typed_text.read,
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
