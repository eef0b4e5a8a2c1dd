"""Counts and logs refused requests, without letting clients fill the log."""

import asyncio
import logging
from collections import Counter
from dataclasses import dataclass, field

LOGGED = frozenset({403, 413, 415, 429})
"""Wrong secret or session, too large, compressed, wrong type, too many requests."""
LOG_SECONDS = 60.0

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class RefusedRequests:
    """`counts` are the refusals since the start, by HTTP status."""

    counts: Counter[int] = field(default_factory=Counter)
    _unsaid: Counter[int] = field(default_factory=Counter)
    _said_at: float = float("-inf")

    def note(self, status: int) -> None:
        """Count one refusal; at most one line per minute says how many there were."""
        self.counts[status] += 1
        if status not in LOGGED:
            return
        self._unsaid[status] += 1
        now = asyncio.get_running_loop().time()
        if now - self._said_at >= LOG_SECONDS:
            said = ", ".join(f"{count} × {one}" for one, count in sorted(self._unsaid.items()))
            logger.warning("requests refused: %s", said)
            self._unsaid.clear()
            self._said_at = now
