"""Keeps the tokens fresh, and raises the alarm long before they end."""

import logging
import time

from bot.channels.zalo.tokens import TokenChain
from bot.repeating import repeat
from surveys.store.system.token_chains import Chain

LOOK_SECONDS = 30.0
LOG_SECONDS = 3_600.0
DAY_MS = 86_400_000

logger = logging.getLogger(__name__)


class Tender:
    """Looks every half minute; of all processes one renews."""

    def __init__(self, chain: TokenChain, alarm_days: int) -> None:
        self._chain = chain
        self._alarm_days = alarm_days
        self._logged_at = float("-inf")

    async def run(self) -> None:
        """Run until cancelled; no failure ends it."""
        trouble = "cannot look after the tokens"
        await repeat(self._tend, every=LOOK_SECONDS, log=logger, trouble=trouble)

    async def _tend(self) -> None:
        await self._chain.tend()
        self._alarm(await self._chain.find())

    def _alarm(self, chain: Chain | None) -> None:
        word = trouble_of(chain, self._alarm_days)
        if word and time.monotonic() - self._logged_at > LOG_SECONDS:
            self._logged_at = time.monotonic()
            logger.error("zalo_oa tokens: %s; see `motcua zalo check`", word)


def trouble_of(chain: Chain | None, alarm_days: int) -> str:
    """What is wrong with the tokens: `missing`, `lost`, `failing` (renewals have failed for more
    than an hour), `ending`; empty if nothing is."""
    if chain is None:
        return "missing"
    if chain.is_lost:
        return "lost"
    if days_left(chain) < alarm_days:
        return "ending"
    overdue = chain.failures > 0 and chain.access_until_ms - chain.now_ms < 4 * 3_600_000
    return "failing" if overdue else ""


def days_left(chain: Chain) -> float:
    """Days until the refresh token ends unused."""
    return (chain.refresh_until_ms - chain.now_ms) / DAY_MS
