"""Events of the webhook, handed to the functions that channels register for them by name."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pkgutil import resolve_name
from typing import Any, cast

from bot.channels.base import ChannelContext
from bot.channels.registry import channel_modules
from surveys.store.base.connection import Connection

REGISTERED = "ZALO_EVENTS"
"""The attribute of a channel's package: event name → `module:function`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventWork:
    """One event while it is handled, in the transaction that marks it as handled.

    `payload` is Zalo's JSON; `number` is unique to the event, also when it is delivered again;
    `bot` is the app, as in the columns `bot`.
    """

    conn: Connection
    context: ChannelContext
    bot: str
    payload: Mapping[str, Any]
    number: int
    now: datetime

    @property
    def name(self) -> str:
        """Zalo's `event_name`."""
        return str(self.payload.get("event_name", ""))


Handler = Callable[[EventWork], Awaitable[None]]


@cache
def registered() -> Mapping[str, tuple[str, ...]]:
    """Event name → `module:function` of every channel that wants it."""
    found: dict[str, tuple[str, ...]] = {}
    for module in channel_modules().values():
        for name, place in getattr(module, REGISTERED, {}).items():
            found[name] = (*found.get(name, ()), place)
    return found


async def dispatch(work: EventWork) -> None:
    """Call every function that is registered for the event."""
    for place in registered().get(work.name, ()):
        await _function(place)(work)


@cache
def _function(place: str) -> Handler:
    return cast(Handler, resolve_name(place))
