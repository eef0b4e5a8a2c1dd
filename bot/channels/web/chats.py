"""What the page's routes need of the channel."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.channels.base import Raw
from surveys.store.citizens.web_messages import WebMessage
from surveys.store.results.news import Piece


@dataclass(frozen=True, slots=True)
class Page:
    """Some bubbles in their order; `is_last`: there are no more for now."""

    messages: Sequence[WebMessage]
    is_last: bool


class Chats(Protocol):
    """What the page's routes need of the channel (`WebChannel`)."""

    def to_raw(self, session: str, event: Mapping[str, Any]) -> Raw:
        """Convert a page's post for storage."""
        ...

    async def takes(self, session: str, event: Mapping[str, Any]) -> bool:
        """Whether the post is kept: strangers may have used up what they may store."""
        ...

    async def follows(self, session: str) -> bool:
        """Whether its citizen waits to hear of a dossier."""
        ...

    async def news(self) -> Sequence[Piece]:
        """What changed because of the answers, the newest first."""
        ...

    async def end(self, session: str) -> None:
        """End the session: its chat can no longer be read or continued."""
        ...

    def messages(self, session: str, last_id: int) -> AsyncGenerator[Page]:
        """The bubbles after `last_id` page by page, then new ones as they are written."""
        ...
