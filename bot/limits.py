"""How fast, how often and when: pure computations over the database's milliseconds.

A bot's rate limit is two numbers, the next slots of two rows of slots. The first row has the
configured rate, and a slot of it may be used up to CATCH_UP_MS late: so the rate is kept although
the database or the machine was slow for a moment. The second row is PEAK times as fast,
and its slots lapse after SLACK_MS: so lost time is made up for gently. A message needs both, and a
reply may leave up to RESERVE_MS before its slots.

Hence at most 1 + (1000 + SLACK_MS + RESERVE_MS) * PEAK * rate / 1000 messages in any second,
however many processes share the limit: at 25 a second that is 29, where a channel allows 30.
"""

from dataclasses import dataclass
from datetime import datetime, time
from math import ceil, floor
from zoneinfo import ZoneInfo

from bot.channels.base import Limits

CATCH_UP_MS = 1_000
PEAK = 1.08
SLACK_MS = 40
RESERVE_MS = 30
TOLERANCE_MS = 1_000
"""How much a clock may go back without being noticed: a message waits so long at most."""
BACKOFF_FIRST_MS = 1_000
MAX_BACKOFF_MS = {True: 30_000, False: 900_000}
"""The longest wait between two attempts, for a reply (True: a citizen waits) and for the rest."""
MAX_PAUSE_MS = 86_400_000
UNBOUNDED = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """The next slot of the configured rate, and that of the peak rate; milliseconds."""

    next_ms: int
    peak_ms: int

    def free(self, per_second: float, *, now_ms: int, early_ms: int = 0) -> int:
        """How many messages may leave now, `early_ms` before their slots at the earliest."""
        average = _free(self.next_ms, _interval(per_second), now_ms, early_ms, CATCH_UP_MS)
        peak = _free(self.peak_ms, _interval(per_second * PEAK), now_ms, early_ms, SLACK_MS)
        return min(average, peak)

    def after(self, per_second: float, *, now_ms: int, left: int) -> "Slots":
        """The next slots after `left` messages left now."""
        if not left:
            return self
        average = max(self.next_ms, now_ms - CATCH_UP_MS) + left * _interval(per_second)
        peak = max(self.peak_ms, now_ms - SLACK_MS) + left * _interval(per_second * PEAK)
        return Slots(next_ms=ceil(average), peak_ms=ceil(peak))

    def is_ahead(self, per_second: float, now_ms: int) -> bool:
        """Whether no clock that goes forward can have left the slots so late: it was set back."""
        latest = now_ms + RESERVE_MS + _interval(per_second) + TOLERANCE_MS
        return max(self.next_ms, self.peak_ms) > latest

    def wait_ms(self, now_ms: int) -> int:
        """How long until a message may leave."""
        return max(self.next_ms - now_ms, self.peak_ms - now_ms, 0)


def next_to_chat(limits: Limits, *, not_before_ms: int, now_ms: int) -> int:
    """When the message after this one may go to the same chat: `chat_burst` at once, then
    `per_chat_second`."""
    interval = _interval(limits.per_chat_second)
    saved = (limits.chat_burst - 1) * interval
    return ceil(max(not_before_ms, now_ms - saved) + interval)


def backoff_ms(tries: int, *, interactive: bool, chance: float) -> int:
    """How long to wait after the `tries`-th failure (1, 2 …): doubled each time, up to a cap, of
    which `chance` (0 to 1) takes away at most half, so that not all come back at once."""
    longest = min(BACKOFF_FIRST_MS << min(tries - 1, 20), MAX_BACKOFF_MS[interactive])
    return ceil(longest * (1 - chance / 2))


def pause_ms(seconds: float) -> int:
    """How long a 429 that names `seconds` holds, rounded up; a day at most."""
    return min(max(ceil(seconds * 1_000), 0), MAX_PAUSE_MS)


def is_quiet(now_ms: int, *, begins: time, ends: time, zone: ZoneInfo) -> bool:
    """Whether we begin no conversation now, by the clock on the authority's wall."""
    local = datetime.fromtimestamp(now_ms / 1_000, zone).time()
    if begins <= ends:
        return begins <= local < ends
    return local >= begins or local < ends


def _interval(per_second: float) -> float:
    """Milliseconds between two slots; 0 when there is no limit."""
    return 1_000 / per_second


def _free(slot_ms: int, interval: float, now_ms: int, early_ms: int, late_ms: int) -> int:
    first = max(slot_ms, now_ms - late_ms)
    if now_ms + early_ms < first:
        return 0
    return 1 + floor((now_ms + early_ms - first) / interval) if interval else UNBOUNDED
