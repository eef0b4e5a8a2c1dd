"""News of what changed because of the answers: told once to those who agreed to hear it."""

from datetime import datetime

from bot.conversation.context import ConversationContext
from bot.invitations import BATCH, Post, put
from bot.messages import Outgoing
from surveys.store.asking.invitations import Recipient
from surveys.store.base.connection import Connection
from surveys.store.queues.outbox import MessageKind
from surveys.store.results import news
from surveys.store.results.news import Listener


async def tell_news(conn: Connection, context: ConversationContext, now: datetime) -> int:
    """Queue news for who has not heard it; returns how many. Call again until there is none."""
    found = await news.list_to_tell(conn, BATCH, windows=context.windows(now))
    for one in found:
        recipient = Recipient(
            contact_id=one.contact_id, channel=one.channel, bot=one.bot, language=one.language
        )
        post = Post(
            kind=MessageKind.NOTICE,
            message=_message(context, one),
            dedup_key=f"news:{one.news_id}:{one.contact_id}",
        )
        await put(conn, context, recipient, post, now)
    await news.note_told(conn, found, now)
    return len(found)


def _message(context: ConversationContext, one: Listener) -> Outgoing:
    texts = context.catalog(one.language)
    words = (one.words_en if one.language == "en" else None) or one.words
    unit = one.unit_name or context.settings.authority
    return Outgoing(text=texts.text("conversation.news.told", unit=unit, words=words))
