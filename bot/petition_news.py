"""What became of a petition, told to its sender: answered with the reason, or passed on."""

from datetime import datetime

from bot.conversation.buttons import ButtonPress, Verb, data_of
from bot.conversation.context import ConversationContext
from bot.invitations import BATCH, Post, put
from bot.messages import Button, Outgoing
from surveys.store.asking.invitations import Recipient
from surveys.store.base.connection import Connection
from surveys.store.queues.outbox import MessageKind
from surveys.store.results import petitions
from surveys.store.results.petitions import Petition


async def tell_petitioners(conn: Connection, context: ConversationContext, now: datetime) -> int:
    """Queue the news of petitions; returns how many. Call again until there are none."""
    found = await petitions.list_to_tell(conn, BATCH, windows=context.windows(now))
    for one, recipient in found:
        changed = one.changed_at or now
        post = Post(
            kind=MessageKind.NOTICE,
            message=_news(context, one, recipient),
            dedup_key=f"petition:{one.id}:{int(changed.timestamp() * 1000)}",
        )
        await put(conn, context, recipient, post, now)
        await petitions.note_told(conn, one.id, max(now, changed))
    return len(found)


def _news(context: ConversationContext, one: Petition, recipient: Recipient) -> Outgoing:
    texts = context.catalog(recipient.language)
    due = f"{one.due_on:%d/%m/%Y}" if one.due_on else texts.text("conversation.no_date")
    said = {"reference": one.reference, "due": due}
    if one.found is None:
        to = one.forwarded_to or ""
        return Outgoing(text=texts.text("conversation.petition.forwarded", to=to, **said))
    state = texts.text(f"conversation.petition.states.{one.found}", to="")
    text = texts.text("conversation.petition.answered", state=state, answer=one.answer, **said)
    if context.traits_of(recipient.channel).writes_choices:
        return Outgoing(text=text)
    press = ButtonPress(verb=Verb.REPORT, subject=one.id, answer="dispute")
    data = data_of(context.keyring, recipient.contact_id, press)
    button = Button(label=texts.text("conversation.button.dispute"), data=data)
    return Outgoing(text=text, buttons=((button,),))
