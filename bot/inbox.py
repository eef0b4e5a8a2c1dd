"""Persists updates before they are acknowledged: the commit comes before the channel's reply."""

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache

from bot.batching import Batcher
from surveys.errors import Refusal
from surveys.privacy import Keyring
from surveys.store.base.database import Database
from surveys.store.queues import inbox
from surveys.store.queues.inbox import Event, EventId, Update

MAX_BATCH = 200
"""Updates in one transaction."""
REMEMBERED_CHATS = 4_096
"""Chats whose keyed hashes are cached."""


def _nobody(_new: Collection[Update]) -> None:
    """Default listener of an inbox: does nothing."""


def _as_it_is(payload: str) -> str:
    return payload


class Inbox:
    """Stores the raw updates of every channel; under load many share one commit."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        arrived: Callable[[Collection[Update]], None] = _nobody,
        *,
        seal: Callable[[str], str] = _as_it_is,
    ) -> None:
        """`arrived` is called after each commit that kept something new, with the updates when
        they are few (`Worker.start_new`); `seal` encrypts a payload for storage."""
        self._database = database
        self._chat_key = lru_cache(REMEMBERED_CHATS)(keyring.chat_key)
        self._arrived = arrived
        self._seal = seal
        self._batcher = Batcher(self._commit, max_batch=MAX_BATCH)

    async def put(
        self, *, channel: str, bot: str, event_key: str, address: str, payload: str
    ) -> bool:
        """Store one update; returns once it is committed: True if it is new, False for a repeat.

        `event_key` identifies the update when it is delivered again (update or message id),
        `address` is its chat, `payload` its JSON text. Raises Refusal `inbox.unstorable` for text
        that databases refuse, and any error of the commit: then the update must not be
        acknowledged.
        """
        if not _storable(f"{event_key}{address}{payload}"):
            raise Refusal("inbox.unstorable", channel=channel)
        event = Event(
            channel=channel,
            bot=bot,
            event_key=event_key,
            chat_key=self._chat_key(channel, bot, address),
            payload=self._seal(payload),
        )
        return await self._batcher.submit(event)

    async def finish(self) -> None:
        """Wait until all updates put so far are committed."""
        await self._batcher.finish()

    async def _commit(self, events: Sequence[Event]) -> Sequence[bool]:
        once = {event.id: event for event in reversed(events)}
        async with self._database.write_at_once() as conn:
            kept = await inbox.put_many(conn, list(reversed(once.values())))
        new = kept.ids
        if new:
            self._arrived(kept.updates)
        return [_first(new, event) for event in events]


def _first(new: set[EventId], event: Event) -> bool:
    """Whether this is a new update, and its first delivery within the batch."""
    if event.id not in new:
        return False
    new.discard(event.id)
    return True


def _storable(text: str) -> bool:
    """Whether it has no zero byte and no half of a surrogate pair: databases refuse both."""
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False
