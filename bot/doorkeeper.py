"""Turns away, in a messenger, what strangers may not store, and says so now and then; and what was
handled long ago and comes again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic

from bot.channels.base import Channel
from bot.messages import Incoming, IncomingKind, Outgoing
from bot.repeats import Repeats
from bot.strangers import Strangers
from bot.visitors import Visitors
from surveys.store.queues.rate_limits import BotId
from surveys.texts import Catalog

HOUR_SECONDS = 3_600


def _once_an_hour() -> Visitors:
    return Visitors(per_minute=1, clock=monotonic, seconds=HOUR_SECONDS)


def _once_a_second() -> Visitors:
    return Visitors(per_minute=1, clock=monotonic, seconds=1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doorkeeper:
    """Of one process. `catalog` gives the texts in a language of a citizen's app."""

    strangers: Strangers
    repeats: Repeats
    channels: Mapping[BotId, Channel]
    catalog: Callable[[str], Catalog]
    _chats: Visitors = field(default_factory=_once_an_hour)
    _bots: Visitors = field(default_factory=_once_a_second)

    async def refuses(self, come: Incoming) -> bool:
        """Whether this message is not answered, and nothing of it is kept."""
        at_door = self.channels[come.channel, come.bot].traits.refuses_at_door
        return not at_door and (
            await self.repeats.is_one(come) or await self.strangers.refuses(come)
        )

    async def tell(self, come: Incoming) -> None:
        """Say so to a chat at most once an hour, and to one chat a second of each bot."""
        place = f"{come.channel}\0{come.bot}"
        if await self.repeats.is_one(come):
            return
        if come.kind is IncomingKind.GROUP or not self._chats.may_speak(f"{place}\0{come.address}"):
            return
        if self._bots.may_speak(place):
            text = self.catalog(come.language).text("conversation.too_many_strangers")
            channel = self.channels[come.channel, come.bot]
            await channel.send(come.address, Outgoing(text=text, language=come.language))
