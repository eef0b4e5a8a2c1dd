"""Tells followers and petitioners what changed, and what became of it."""

import logging
from collections.abc import Callable
from datetime import datetime

from bot.asking.status_news import tell_followers
from bot.conversation.context import ConversationContext
from bot.news import tell_news
from bot.petition_news import tell_petitioners
from bot.repeating import repeat
from surveys.store.base.database import Database

POLL_SECONDS = 60.0
log = logging.getLogger(__name__)


class Notices:
    """Looks periodically for followed dossiers whose status changed, and petitions with news."""

    def __init__(
        self,
        database: Database,
        context: ConversationContext,
        *,
        clock: Callable[[], datetime],
        told: Callable[[], None],
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        """`told` is called after messages were queued (`Dispatcher.wake`)."""
        self._database = database
        self._context = context
        self._clock = clock
        self._told = told
        self._poll_seconds = poll_seconds

    async def run(self) -> None:
        """Run until cancelled; a failure is retried after the pause."""
        trouble = "cannot tell followers"
        await repeat(self.tell, every=self._poll_seconds, log=log, trouble=trouble)

    async def tell(self) -> int:
        """Queue all pending notices; returns their number."""
        count = 0
        while told := await self._some():
            count += told
            self._told()
        return count

    async def _some(self) -> int:
        async with self._database.write() as conn:
            told = await tell_followers(conn, self._context, self._clock())
            told += await tell_petitioners(conn, self._context, self._clock())
            return told + await tell_news(conn, self._context, self._clock())
