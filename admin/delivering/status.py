"""The state of every message and update, as data."""

from collections.abc import Sequence
from dataclasses import dataclass

from surveys.store.base.connection import Connection
from surveys.store.pushing import webhooks
from surveys.store.pushing.webhooks import HookCount
from surveys.store.queues import inbox, outbox
from surveys.store.queues.inbox import SetAside
from surveys.store.queues.outbox import Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCount:
    """The number of outgoing messages (`queue` is `out`) or incoming updates (`in`) in a state.

    Incoming updates have no `kind`.
    """

    queue: str
    channel: str
    bot: str
    kind: str
    state: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryStatus:
    """Counts by state, reasons of failed deliveries, updates that could not be handled, and what
    other systems were told."""

    counts: tuple[QueueCount, ...]
    troubles: Sequence[Trouble]
    set_aside: Sequence[SetAside]
    webhooks: Sequence[HookCount] = ()


async def read_status(conn: Connection) -> DeliveryStatus:
    """Count both queues; the most frequent errors come first."""
    return DeliveryStatus(
        counts=(*await _outgoing(conn), *await _incoming(conn)),
        troubles=await outbox.list_troubles(conn),
        set_aside=await inbox.list_set_aside(conn),
        webhooks=await webhooks.count_by_state(conn),
    )


async def _outgoing(conn: Connection) -> list[QueueCount]:
    counts = await outbox.count_by_state(conn)
    return [
        QueueCount(queue="out", channel=channel, bot=bot, kind=kind, state=state, count=count)
        for (channel, bot, kind, state), count in sorted(counts.items())
    ]


async def _incoming(conn: Connection) -> list[QueueCount]:
    counts = await inbox.count_by_state(conn)
    return [
        QueueCount(queue="in", channel=channel, bot=bot, kind="", state=state, count=count)
        for (channel, bot, state), count in sorted(counts.items())
    ]
