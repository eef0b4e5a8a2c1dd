"""Persists updates before they are acknowledged: the commit comes before the channel's reply."""

import hashlib
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import lru_cache

from bot.batching import Batcher
from surveys.privacy import Keyring
from surveys.spelling import storable
from surveys.store.base.database import Database
from surveys.store.queues import arrivals
from surveys.store.queues.inbox import Event, EventId, Update

MAX_BATCH = 200
"""Updates in one transaction."""
LONGEST_KEY = 200
REMEMBERED_CHATS = 4_096
"""Chats whose keyed hashes are cached."""

_Raw = tuple[str, str, str, str, bytes]
"""Channel, bot, event key, address and payload."""


def _nobody(_new: Collection[Update]) -> None:
    """Default listener of an inbox: does nothing."""


def _as_they_are(payloads: Sequence[bytes]) -> Sequence[str]:
    return [payload.decode() for payload in payloads]


class Inbox:
    """Stores the raw updates of every channel; under load many share one commit."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        arrived: Callable[[Collection[Update]], None] = _nobody,
        *,
        seal: Callable[[Sequence[bytes]], Sequence[str]] = _as_they_are,
    ) -> None:
        """`arrived` is called after each commit that kept something new, with the updates when
        they are few (`Worker.start_new`); `seal` encrypts payloads for storage."""
        self._database = database
        self._chat_key = lru_cache(REMEMBERED_CHATS)(keyring.chat_key)
        self._arrived = arrived
        self._seal = seal
        self._batcher = Batcher(self._commit, max_batch=MAX_BATCH)

    def put(
        self, *, channel: str, bot: str, event_key: str, address: str, payload: bytes
    ) -> Awaitable[bool]:
        """Store one update; the result, after the commit, is True if it is new, False for a repeat.

        `event_key` identifies the update when it is delivered again (update or message id),
        `address` is its chat, `payload` its JSON in UTF-8. What databases refuse is replaced (part
        of a character) or left out (a zero byte): refused, it would come again and again. Awaiting
        raises any error of the commit: then the update must not be acknowledged.
        """
        if not _storable(f"{event_key}{address}", payload):
            event_key, address = storable(event_key), storable(address)
            payload = storable(payload.decode(errors="backslashreplace")).encode()
        key = self._hidden(short_key(event_key), channel, bot, address)
        return self._batcher.submit((channel, bot, key, address, payload))

    def _hidden(self, event_key: str, channel: str, bot: str, address: str) -> str:
        """The key without the chat's id, which no table has in clear; a key of one part is an
        update's or a message's number."""
        if ":" not in event_key or address not in event_key:
            return event_key
        chat_key = self._chat_key(channel, bot, address)
        return ":".join(chat_key if part == address else part for part in event_key.split(":"))

    async def finish(self) -> None:
        """Wait until all updates put so far are committed."""
        await self._batcher.finish()

    async def _commit(self, raws: Sequence[_Raw]) -> Sequence[bool]:
        once = {raw[:3]: raw for raw in reversed(raws)}
        events = self._events(list(reversed(once.values())))
        async with self._database.write_at_once() as conn:
            kept = await arrivals.put_many(conn, events)
        new = kept.ids
        if new:
            self._arrived(kept.updates)
        if len(new) == len(raws):
            return [True] * len(raws)
        return [_first(new, raw[:3]) for raw in raws]

    def _events(self, raws: Sequence[_Raw]) -> Sequence[Event]:
        """Sealed here, for a whole batch: one by one, between other work, it takes three times as
        long, since the processor has lost the cipher from its caches."""
        sealed = self._seal([payload for *_, payload in raws])
        return [
            Event(channel, bot, event_key, self._chat_key(channel, bot, address), payload)
            for (channel, bot, event_key, address, _), payload in zip(raws, sealed, strict=True)
        ]


def short_key(key: str) -> str:
    """The key as it is stored: PostgreSQL refuses long ones, which only a mistake can be."""
    return key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()


def _first(new: set[EventId], event: EventId) -> bool:
    """Whether this is a new update, and its first delivery within the batch."""
    if event not in new:
        return False
    new.discard(event)
    return True


def _storable(text: str, payload: bytes) -> bool:
    """Whether both have no zero byte and no part of a character: databases refuse them."""
    try:
        payload.decode()
        return b"\0" not in payload and b"\0" not in text.encode()
    except UnicodeError:
        return False
