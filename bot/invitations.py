"""Invites for a period at once (`motcua invite`), and queues messages that start a conversation."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.asking.context import AskingContext
from bot.asking.planning import plan_at_once
from bot.asking.release import release_some
from bot.asking.timetable import timetable
from bot.conversation.context import ConversationContext
from bot.messages import Outgoing
from bot.sealing import seal_message
from surveys.inviting import Way
from surveys.period import Period
from surveys.store.asking import planning, returned
from surveys.store.asking.invitations import Recipient
from surveys.store.base.connection import Connection
from surveys.store.queues import outbox
from surveys.store.queues.outbox import MessageKind

BATCH = 500
_SHARES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """The numbers of dossiers that were asked about, that wait for a way to ask, that wait for the
    citizen's next turn, and that are outside the sample."""

    issued: int = 0
    queued: int = 0
    held: int = 0
    left_out: int = 0

    def __add__(self, other: "Invited") -> "Invited":
        return Invited(
            issued=self.issued + other.issued,
            queued=self.queued + other.queued,
            held=self.held + other.held,
            left_out=self.left_out + other.left_out,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One planned batch: `ready` dossiers can be sent; `last_id` is the one to continue after."""

    ready: Sequence[int]
    queued: int
    left_out: int
    last_id: int


def in_sample(code: str, percent: Decimal) -> bool:
    """Whether this dossier belongs to a sample of `percent` percent.

    Only the code decides, so a larger sample contains every smaller one, and a repeated run
    selects the same dossiers.
    """
    digest = hashlib.sha256(code.encode()).digest()
    return int.from_bytes(digest[:8]) % _SHARES < percent * (_SHARES // 100)


async def plan_some(
    conn: Connection,
    context: AskingContext,
    period: Period,
    percent: Decimal,
    now: datetime,
    *,
    after: int,
) -> Planned | None:
    """Plan the next returned dossiers of the period after dossier `after`; None at the end. Send
    only when all are planned, so that a citizen's dossiers come in one message."""
    found = await returned.list_of_period(
        conn, period, context.form, after, BATCH, has_phones=context.has_phones
    )
    if not found:
        return None
    chosen = [one for one in found if in_sample(one.code, percent)]
    ways = await plan_at_once(conn, context, chosen, now)
    ready = [number for number, choice in ways.items() if choice.way is not Way.RECEIPT]
    return Planned(
        ready=ready,
        queued=len(chosen) - len(ready),
        left_out=len(found) - len(chosen),
        last_id=found[-1].dossier_id,
    )


async def send_some(
    conn: Connection, context: AskingContext, ready: Sequence[int], now: datetime
) -> Invited:
    """Send the planned invitations of these dossiers, and of what else is due to their citizens: at
    most one message per citizen and week."""
    sent = await release_some(conn, context, ready, now)
    held = await planning.list_by_dossier(conn, ready, context.form)
    return Invited(issued=sent.issued, held=len(held))


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
    """Queue a message; it is due when a conversation may be started."""
    due = timetable(context.settings).next_moment(now)
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
