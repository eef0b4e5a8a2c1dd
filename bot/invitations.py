"""Turns returned dossiers into invitations, at most one per dossier.

If a contact is known, the invitation goes to the outbox; else it waits until one is known.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.conversation.buttons import ButtonPress, Verb, data_of
from bot.conversation.choices import in_words
from bot.conversation.context import ConversationContext
from bot.conversation.focus import focus_from
from bot.limits import is_quiet
from bot.messages import Button, Outgoing
from bot.sealing import seal_message
from surveys.period import Period
from surveys.privacy import masked
from surveys.store.asking import followers, invitations
from surveys.store.asking.followers import Follower
from surveys.store.asking.invitations import Candidate, Recipient
from surveys.store.base.connection import Connection
from surveys.store.citizens import contacts
from surveys.store.queues import outbox
from surveys.store.queues.outbox import MessageKind

BATCH = 500
_SHARES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """One batch: the numbers of invitations that were queued, wait for a contact, or are outside
    the sample; `last_id` is the dossier to continue after."""

    issued: int = 0
    queued: int = 0
    left_out: int = 0
    last_id: int = 0

    def __add__(self, other: "Invited") -> "Invited":
        return Invited(
            issued=self.issued + other.issued,
            queued=self.queued + other.queued,
            left_out=self.left_out + other.left_out,
            last_id=other.last_id,
        )


def in_sample(code: str, percent: Decimal) -> bool:
    """Whether this dossier belongs to a sample of `percent` percent.

    Only the code decides, so a larger sample contains every smaller one, and a repeated run
    selects the same dossiers.
    """
    digest = hashlib.sha256(code.encode()).digest()
    return int.from_bytes(digest[:8]) % _SHARES < percent * (_SHARES // 100)


def after_quiet(now: datetime, *, begins: time, ends: time, zone: ZoneInfo) -> datetime:
    """Now, or during the quiet hours their end."""
    if not is_quiet(int(now.timestamp() * 1000), begins=begins, ends=ends, zone=zone):
        return now
    local = now.astimezone(zone)
    day = local.date() if local.time() < ends else local.date() + timedelta(days=1)
    return datetime.combine(day, ends, zone)


async def invite_some(
    conn: Connection,
    context: ConversationContext,
    period: Period,
    percent: Decimal,
    now: datetime,
    *,
    after: int,
) -> Invited | None:
    """Invite the next returned dossiers of the period after dossier `after`; None at the end."""
    form = context.form_id
    found = await invitations.list_candidates(
        conn, period, form, after, BATCH, windows=context.windows(now)
    )
    if not found:
        return None
    chosen = [one for one in found if in_sample(one.code, percent)]
    made = await invitations.issue(conn, chosen, form, now)
    issued = 0
    for one in chosen:
        if one.recipient is not None and one.dossier_id in made:
            await _invite(conn, context, one, one.recipient, made[one.dossier_id], now)
            issued += 1
    return Invited(
        issued=issued,
        queued=len(made) - issued,
        left_out=len(found) - len(chosen),
        last_id=found[-1].dossier_id,
    )


async def tell_followers(conn: Connection, context: ConversationContext, now: datetime) -> int:
    """Notify the followers of finished dossiers; those with a proved link are invited.

    Returns the number notified; call again until it is 0.
    """
    found = await followers.list_to_tell(conn, context.form_id, BATCH, windows=context.windows(now))
    for one in found:
        if not (one.may_be_asked and await _ask(conn, context, one, now)):
            await _tell(conn, context, one, now)
        contact_id = one.recipient.contact_id
        await contacts.follow(conn, contact_id, one.dossier_id, follows=False)
    return len(found)


async def _ask(
    conn: Connection, context: ConversationContext, one: Follower, now: datetime
) -> bool:
    """Invite instead of only notifying; False if another contact was invited meanwhile."""
    candidate = Candidate(
        dossier_id=one.dossier_id,
        code=one.code,
        simulated=one.simulated,
        recipient=one.recipient,
    )
    made = await invitations.issue(conn, [candidate], context.form_id, now)
    if one.dossier_id not in made:
        return False
    await _invite(conn, context, candidate, one.recipient, made[one.dossier_id], now)
    return True


async def _tell(
    conn: Connection, context: ConversationContext, one: Follower, now: datetime
) -> None:
    text = context.catalog(one.recipient.language).text(
        "conversation.follow.returned", code=one.code
    )
    post = Post(
        kind=MessageKind.NOTICE,
        message=Outgoing(text=text),
        dedup_key=f"returned:{one.dossier_id}:{one.recipient.contact_id}",
    )
    await put(conn, context, one.recipient, post, now)


async def _invite(
    conn: Connection,
    context: ConversationContext,
    one: Candidate,
    recipient: Recipient,
    invitation_id: int,
    now: datetime,
) -> None:
    message = _invitation(context, one, recipient, now)
    traits = context.traits_of(recipient.channel)
    if traits.writes_choices:
        texts = context.catalog(recipient.language)
        message, choices = in_words(message, texts, keeps_buttons=traits.has_buttons)
        await _remember(conn, recipient.contact_id, choices)
    post = Post(
        kind=MessageKind.INVITATION,
        message=message,
        dedup_key=f"invite:{invitation_id}",
        invitation_id=invitation_id,
    )
    await put(conn, context, recipient, post, now)


async def _remember(conn: Connection, contact_id: int, choices: tuple[str, ...]) -> None:
    """Remember the choices, so that a typed number answers the invitation."""
    contact = await contacts.find(conn, contact_id)
    if contact is not None:
        focus = replace(focus_from(contact.focus), choices=choices)
        await contacts.set_focus(conn, contact_id, focus.to_json())


def _invitation(
    context: ConversationContext, one: Candidate, recipient: Recipient, now: datetime
) -> Outgoing:
    questions = context.questions(now.astimezone(context.settings.zone).date())
    texts = context.catalog(recipient.language)
    press = ButtonPress(verb=Verb.SURVEY, subject=one.dossier_id, answer="yes")
    button = Button(
        label=texts.text("conversation.invitation.button"),
        data=data_of(context.keyring, recipient.contact_id, press),
    )
    text = texts.text("conversation.invitation.text", code=masked(one.code), questions=questions)
    return Outgoing(text=text, buttons=((button,),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A message that starts a conversation: a second one with the same key is not sent."""

    kind: MessageKind
    message: Outgoing
    dedup_key: str
    invitation_id: int | None = None


async def put(
    conn: Connection,
    context: ConversationContext,
    recipient: Recipient,
    post: Post,
    now: datetime,
) -> None:
    """Queue a message; it is due after the quiet hours."""
    chosen = context.settings
    due = after_quiet(now, begins=chosen.quiet_from, ends=chosen.quiet_to, zone=chosen.zone)
    await outbox.put(
        conn,
        channel=recipient.channel,
        bot=recipient.bot,
        contact_id=recipient.contact_id,
        kind=post.kind,
        message=seal_message(context.keyring, post.message),
        dedup_key=post.dedup_key,
        due_ms=int(due.timestamp() * 1000),
        invitation_id=post.invitation_id,
    )
