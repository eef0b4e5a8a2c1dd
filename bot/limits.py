"""Rate limits, retries and quiet hours: pure computations over the database's milliseconds.

A bot's rate limit is two numbers, the next slots of two sequences. The first has the configured
rate, and its slots may be used up to CATCH_UP_MS late: so the rate is kept even if the database or
the machine is slow for a moment. The second is PEAK times as fast, and its slots expire after
SLACK_MS: so lost time is made up for gently. A message needs a slot of both, and a reply may use
slots up to RESERVE_MS early.

Hence at most 1 + (1000 + SLACK_MS + RESERVE_MS) * PEAK * rate / 1000 messages in any second,
however many processes share the limit: at 25 per second that is 29; the channel allows 30.

A channel that counts over a minute has no second sequence: messages of a broadcast are gathered
(`Limits.gather_ms`) and leave together, which costs one transaction instead of one for each. At
most 1 + (60000 + GATHERED_CATCH_UP_MS + RESERVE_MS) * rate / 1000 leave in any minute: at 3,920 a
minute that is 3,972; the channel allows 4,000, and the way to it may be uneven by 0.4 seconds.
"""

from dataclasses import dataclass
from datetime import datetime, time
from math import ceil, floor
from zoneinfo import ZoneInfo

from bot.channels.base import Limits

CATCH_UP_MS = 1_000
GATHERED_CATCH_UP_MS = 750
PEAK = 1.08
SLACK_MS = 40
RESERVE_MS = 30
TOLERANCE_MS = 1_000
"""A clock set back by less is not noticed: a message then waits at most this long."""
BACKOFF_FIRST_MS = 1_000
MAX_BACKOFF_MS = {True: 30_000, False: 900_000}
"""The longest wait between two attempts, for a reply (True: a citizen waits) and for the rest."""
MAX_PAUSE_MS = 86_400_000
UNBOUNDED = 1_000_000_000
GOLDEN = 0.6180339887498949


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """The next slot of the configured rate, and that of the peak rate; milliseconds."""

    next_ms: int
    peak_ms: int

    def free(self, limits: Limits, *, now_ms: int, early_ms: int = 0) -> int:
        """The number of messages that may be sent now, at most `early_ms` before their slots."""
        interval = _interval(limits.per_second)
        average = _free(self.next_ms, interval, now_ms, early_ms, _catch_up_ms(limits))
        if limits.gather_ms:
            return average
        return min(average, _free(self.peak_ms, interval / PEAK, now_ms, early_ms, SLACK_MS))

    def after(self, limits: Limits, *, now_ms: int, left: int) -> "Slots":
        """The next slots after `left` messages are sent now."""
        if not left:
            return self
        interval = _interval(limits.per_second)
        average = max(self.next_ms, now_ms - _catch_up_ms(limits)) + left * interval
        next_ms = floor(average + _dither(now_ms))
        if limits.gather_ms:
            return Slots(next_ms=next_ms, peak_ms=next_ms)
        peak = max(self.peak_ms, now_ms - SLACK_MS) + left * interval / PEAK
        return Slots(next_ms=next_ms, peak_ms=ceil(peak))

    def is_ahead(self, per_second: float, now_ms: int) -> bool:
        """Whether the slots are later than possible, so that the clock was set back."""
        latest = now_ms + RESERVE_MS + _interval(per_second) + TOLERANCE_MS
        return max(self.next_ms, self.peak_ms) > latest

    def wait_ms(self, now_ms: int) -> int:
        """The time until a message may be sent."""
        return max(self.next_ms - now_ms, self.peak_ms - now_ms, 0)


def gathered(limits: Limits) -> int:
    """The number of messages of a broadcast that leave together."""
    if not limits.gather_ms:
        return 1
    return max(1, floor(limits.per_second * limits.gather_ms / 1_000))


def gathering_ms(limits: Limits) -> int:
    """The time from the slot of the first of them to that of the last."""
    return ceil((gathered(limits) - 1) * _interval(limits.per_second))


def next_to_chat(limits: Limits, *, not_before_ms: int, now_ms: int) -> int:
    """When the next message may be sent to the same chat: `chat_burst` at once, then
    `per_chat_second`."""
    interval = _interval(limits.per_chat_second)
    saved = (limits.chat_burst - 1) * interval
    return ceil(max(not_before_ms, now_ms - saved) + interval)


def backoff_ms(tries: int, *, interactive: bool, chance: float) -> int:
    """The wait after the `tries`-th failure (1, 2 …): doubled each time up to a cap, minus at most
    half by `chance` (0 to 1), so that retries are spread."""
    longest = min(BACKOFF_FIRST_MS << min(tries - 1, 20), MAX_BACKOFF_MS[interactive])
    return ceil(longest * (1 - chance / 2))


def pause_ms(seconds: float) -> int:
    """The pause after a 429 with `seconds`, rounded up; at most a day."""
    return min(max(ceil(seconds * 1_000), 0), MAX_PAUSE_MS)


def is_quiet(now_ms: int, *, begins: time, ends: time, zone: ZoneInfo) -> bool:
    """Whether it is within the quiet hours, in the authority's local time."""
    local = datetime.fromtimestamp(now_ms / 1_000, zone).time()
    if begins <= ends:
        return begins <= local < ends
    return local >= begins or local < ends


def _catch_up_ms(limits: Limits) -> int:
    return GATHERED_CATCH_UP_MS if limits.gather_ms else CATCH_UP_MS


def _interval(per_second: float) -> float:
    """Milliseconds between two slots; 0 without a limit."""
    return 1_000 / per_second


def _dither(now_ms: int) -> float:
    """From 0 to below 1, evenly spread over successive moments: a slot between two milliseconds is
    rounded up as often as its fraction says, so that the mean rate is the configured one. Always
    rounding up would cost a fifteenth at 65 a second."""
    return now_ms * GOLDEN % 1.0


def _free(slot_ms: int, interval: float, now_ms: int, early_ms: int, late_ms: int) -> int:
    first = max(slot_ms, now_ms - late_ms)
    if now_ms + early_ms < first:
        return 0
    return 1 + floor((now_ms + early_ms - first) / interval) if interval else UNBOUNDED
