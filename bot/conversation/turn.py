"""The handling of one message of a citizen: the contact, the focus, and the replies.

Everything a turn does is in the transaction that marks the message as handled. A reply's key is
the message's number and its place among the replies, so that no message is answered twice.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from bot.channels.base import Traits
from bot.conversation.buttons import ButtonPress, Verb, data_of, read_data
from bot.conversation.choices import in_words
from bot.conversation.context import ConversationContext
from bot.conversation.focus import Asked, Focus
from bot.messages import Button, Incoming, Outgoing
from bot.sealing import seal_message
from surveys.store.asking.interviews import Interview
from surveys.store.base.connection import Connection
from surveys.store.citizens import contacts
from surveys.store.citizens.contacts import Contact
from surveys.store.dossiers.lookups import DossierStage
from surveys.store.queues import outbox
from surveys.store.queues.outbox import MessageKind
from surveys.texts import Catalog

Rows = tuple[tuple[Button, ...], ...]
COME_BACK = frozenset({Verb.CONSENT, Verb.PETITION, Verb.COMPLAIN})
"""Plain questions that are asked again after something else was asked in between."""
ASIDES = frozenset({Verb.ERASE, Verb.COMMENT, Verb.PROOF})
"""Plain questions that are dropped as soon as the citizen continues with the question before
them.
"""


@dataclass(slots=True, kw_only=True)
class Turn:
    """The message `incoming` (number `inbox_id`) of `contact` at `now` (UTC).

    `focus` and `contact` are replaced as the turn goes on; `replies` counts what was queued.
    `has_waiting`: earlier replies may still wait to be sent. `is_stranger`: no link
    to a dossier was proved before this message. `shows_open`: the last reply is what the citizen
    is asked for now.
    """

    context: ConversationContext
    conn: Connection
    incoming: Incoming
    inbox_id: int
    now: datetime
    contact: Contact
    focus: Focus
    replies: int = 0
    has_waiting: bool = True
    is_stranger: bool = True
    shows_open: bool = False
    interviews: dict[int, Interview | None] = field(default_factory=dict)
    """Interviews as they were read in this turn; cleared by what changes one."""

    @property
    def texts(self) -> Catalog:
        """The texts in the citizen's language."""
        return self.context.catalog(self.contact.language)

    @property
    def traits(self) -> Traits:
        """What the citizen's channel can do."""
        return self.context.traits_of(self.contact.channel)

    @property
    def is_overtaken(self) -> bool:
        """Whether the citizen did something later that was handled before."""
        at = self.incoming.at
        return at is not None and at < self.contact.last_seen_at and at <= self.now

    @property
    def channel_name(self) -> str:
        """The channel's name for people."""
        key = f"channels.{self.contact.channel}"
        return self.texts.text(key) if key in self.texts else self.contact.channel

    @property
    def today(self) -> date:
        """Today's date at the authority."""
        return self.now.astimezone(self.context.settings.zone).date()

    def day_of(self, dossier: DossierStage) -> date:
        """The day that decides which version of the form the dossier is asked about."""
        return dossier.returned_at.date() if dossier.returned_at else self.today

    def text(self, key: str, **params: object) -> str:
        """One of the conversation's texts."""
        return self.texts.text(f"conversation.{key}", **params)

    def here(self, key: str, **params: object) -> str:
        """The same, said honestly of a page that cannot call: its text is `<key>_page`."""
        return self.text(self.key_here(key), **params)

    def key_here(self, key: str) -> str:
        """The key of the honest text for this channel."""
        return key if self.traits.notifies else f"{key}_page"

    def day(self, moment: date | datetime | None) -> str:
        """A date as it is written in Vietnam, or a word for no date."""
        if moment is None:
            return self.text("no_date")
        if isinstance(moment, datetime) and moment.tzinfo is not None:
            moment = moment.astimezone(self.context.settings.zone)
        return f"{moment:%d/%m/%Y}"

    def button(
        self, key: str, verb: Verb, subject: int = 0, answer: str = "yes", **params: object
    ) -> Button:
        """A button of the bot for this contact, labelled with the text `button.<key>`."""
        press = ButtonPress(verb=verb, subject=subject, answer=answer)
        data = data_of(self.context.keyring, self.contact.id, press)
        return Button(label=self.text(f"button.{key}", **params), data=data)

    def pressed(self) -> ButtonPress | None:
        """The bot's own button that was tapped, if this contact was given it."""
        return self.read(self.incoming.data)

    def read(self, data: str) -> ButtonPress | None:
        """Parse a button's data, if this contact was given the button."""
        return read_data(self.context.keyring, self.contact.id, data)

    async def say(self, key: str, *rows: tuple[Button, ...], **params: object) -> None:
        """Answer with one text and its rows of buttons."""
        await self.send(Outgoing(text=self.text(key, **params), buttons=rows))

    async def send(self, message: Outgoing) -> None:
        """Answer with a message; in its slot it replaces one that was not sent yet."""
        message = replace(message, language=self.contact.language)
        if self.traits.writes_choices and message.buttons:
            kept = self.traits.has_buttons
            message, choices = in_words(message, self.texts, keeps_buttons=kept)
            self.focus = replace(self.focus, choices=choices)
        if message.slot and (self.has_waiting or self.replies):
            await outbox.supersede(self.conn, self.contact.id, message.slot)
        await outbox.put(
            self.conn,
            channel=self.contact.channel,
            bot=self.contact.bot,
            contact_id=self.contact.id,
            kind=MessageKind.REPLY,
            message=seal_message(self.context.keyring, message),
            dedup_key=reply_key(self.inbox_id, self.replies),
        )
        self.replies += 1
        self.shows_open = False

    def ask(self, verb: Verb, subject: int = 0) -> None:
        """Make this the question that a typed yes or no answers."""
        asked, now = self.focus.asked, Asked(verb=verb, subject=subject)
        waits = asked is not None and asked.verb in COME_BACK and asked.verb != verb
        self.focus = replace(self.focus, asked=now, before=asked if waits else self.focus.before)

    def settle(self) -> None:
        """Close the answered plain question; the one that waited meanwhile is asked again."""
        self.focus = replace(self.focus, asked=self.focus.before, before=None)

    def mark_open(self, *, aside: bool = False) -> None:
        """Mark the last reply as the open question, unless an `aside` question hides it."""
        self.shows_open = True
        if not aside and self.focus.asked is not None and self.focus.asked.verb in ASIDES:
            self.settle()

    def attend(self, interview: int | None) -> None:
        """Direct typed texts to this interview; any other question is closed."""
        self.focus = replace(
            self.focus,
            interview=interview,
            asked=None,
            before=None,
            petition=None,
            field=None,
            declined=None,
        )

    async def speak(self, language: str) -> None:
        """Change the citizen's language."""
        await contacts.set_language(self.conn, self.contact.id, language)
        self.contact = replace(self.contact, language=language)


def reply_key(inbox_id: int, place: int) -> str:
    """The key that identifies a reply."""
    return f"in:{inbox_id}:{place}"
