"""The messages that ask a citizen: about one dossier or several, and the one reminder."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.conversation.buttons import ButtonPress, Verb, data_of
from bot.conversation.choices import in_words
from bot.conversation.context import ConversationContext
from bot.conversation.focus import focus_from
from bot.messages import Button, Outgoing
from surveys.privacy import masked
from surveys.store.asking.invitations import Recipient
from surveys.store.base.connection import Connection
from surveys.store.citizens import contacts
from surveys.texts import Catalog

LISTED = 5
"""Dossiers named in one message; of the others their number is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A dossier that a message asks about."""

    dossier_id: int
    code: str
    unit_name: str
    returned_on: str


def invitation(
    context: ConversationContext, recipient: Recipient, dossiers: Sequence[Asked], today: date
) -> Outgoing:
    """Ask in a chat about these dossiers, the first of them by name and with buttons."""
    texts = context.catalog(recipient.language)
    rows = tuple((_button(context, recipient, one, dossiers),) for one in dossiers[:LISTED])
    text = _text(context, texts, dossiers, today)
    return Outgoing(text=text, buttons=rows)


def template(
    context: ConversationContext,
    recipient: Recipient,
    dossiers: Sequence[Asked],
    *,
    number: int,
    link: str,
    today: date,
) -> Outgoing:
    """Ask through a channel that reaches by phone: the facts for its template, and a text."""
    texts = context.catalog(recipient.language)
    first = dossiers[0]
    facts = {
        "invitation": str(number),
        "code": masked(first.code),
        "codes": str(len(dossiers)),
        "unit": first.unit_name,
        "authority": context.settings.authority,
        "returned_on": first.returned_on,
        "link": link,
    }
    return Outgoing(text=_text(context, texts, dossiers, today), facts=facts)


def reminder(
    context: ConversationContext, recipient: Recipient, one: Asked, today: date
) -> Outgoing:
    """Remind once of an unanswered invitation."""
    texts = context.catalog(recipient.language)
    count = context.questions(today)
    text = texts.text("conversation.invitation.reminder", code=masked(one.code), questions=count)
    return Outgoing(text=text, buttons=((_button(context, recipient, one, [one]),),))


async def fit(
    conn: Connection, context: ConversationContext, recipient: Recipient, message: Outgoing
) -> Outgoing:
    """The message as the chat can show it; without buttons its numbered choices are remembered, so
    that a typed number answers."""
    traits = context.traits_of(recipient.channel)
    if not traits.writes_choices:
        return message
    texts = context.catalog(recipient.language)
    message, choices = in_words(message, texts, keeps_buttons=traits.has_buttons)
    contact = await contacts.find(conn, recipient.contact_id)
    if contact is not None:
        focus = replace(focus_from(contact.focus), choices=choices)
        await contacts.set_focus(conn, contact.id, focus.to_json())
    return message


def _text(
    context: ConversationContext, texts: Catalog, dossiers: Sequence[Asked], today: date
) -> str:
    questions = context.questions(today)
    key = "conversation.invitation"
    if len(dossiers) == 1:
        code = masked(dossiers[0].code)
        return texts.text(f"{key}.text", code=code, questions=questions)
    lines = [f"• {masked(one.code)}" for one in dossiers[:LISTED]]
    if len(dossiers) > LISTED:
        lines.append(texts.text(f"{key}.others", count=len(dossiers) - LISTED))
    return texts.text(
        f"{key}.many", count=len(dossiers), list="\n".join(lines), questions=questions
    )


def _button(
    context: ConversationContext, recipient: Recipient, one: Asked, dossiers: Sequence[Asked]
) -> Button:
    texts = context.catalog(recipient.language)
    press = ButtonPress(verb=Verb.SURVEY, subject=one.dossier_id, answer="yes")
    alone = len(dossiers) == 1
    label = texts.text(
        "conversation.invitation.button" if alone else "conversation.invitation.button_of",
        **({} if alone else {"code": masked(one.code)}),
    )
    return Button(label=label, data=data_of(context.keyring, recipient.contact_id, press))
