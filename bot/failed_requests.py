"""Logs requests that failed by a fault of the program, without letting clients fill the log."""

import asyncio
import logging
from collections import Counter
from dataclasses import dataclass, field

from bot.reasons import reason_of

LOG_SECONDS = 60.0

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class FailedRequests:
    """Logs one traceback per minute for each place in the product at which requests fail."""

    _unsaid: Counter[str] = field(default_factory=Counter)
    _said_at: dict[str, float] = field(default_factory=dict)

    def note(self, error: BaseException) -> None:
        """Count one failure."""
        place = reason_of(error)
        self._unsaid[place] += 1
        now = asyncio.get_running_loop().time()
        if now - self._said_at.get(place, float("-inf")) >= LOG_SECONDS:
            logger.error("a request failed (%s)", self._unsaid.pop(place), exc_info=error)
            self._said_at[place] = now
