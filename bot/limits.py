"""How fast, how often and when: pure computations over the database's milliseconds.

A bot's pace is one number, `next_ms`: the slot of its next message. Slots lie `interval_ms` apart,
so the rate is exact however many processes share them. Two tolerances keep the rate up and replies
quick: a slot may be used up to SLACK_MS late, and a reply may leave up to RESERVE_MS before its
slot. Hence at most 1 + (1000 + SLACK_MS + RESERVE_MS) / interval_ms messages in any second: at
25 messages a second that is 29, below Telegram's 30.
"""

from datetime import datetime, time
from math import ceil, floor
from zoneinfo import ZoneInfo

from bot.channels.base import Limits

SLACK_MS = 60
RESERVE_MS = 60
BACKOFF_FIRST_MS = 1_000
BACKOFF_MOST_MS = {True: 30_000, False: 900_000}
"""The longest wait between two tries, for a reply (True: somebody waits) and for the rest."""
LONGEST_PAUSE_MS = 86_400_000
UNBOUNDED = 1_000_000_000


def interval_ms(per_second: float) -> float:
    """Milliseconds between two slots; 0 when there is no limit."""
    return 1_000 / per_second


def free_slots(per_second: float, *, next_ms: int, now_ms: int, early_ms: int = 0) -> int:
    """How many messages may leave now, `early_ms` before their slots at the earliest."""
    interval = interval_ms(per_second)
    first = max(next_ms, now_ms - SLACK_MS)
    if now_ms + early_ms < first:
        return 0
    return 1 + floor((now_ms + early_ms - first) / interval) if interval else UNBOUNDED


def after_leaving(per_second: float, *, next_ms: int, now_ms: int, left: int) -> int:
    """The next slot after `left` messages left now."""
    if not left:
        return next_ms
    return ceil(max(next_ms, now_ms - SLACK_MS) + left * interval_ms(per_second))


def next_to_chat(limits: Limits, *, not_before_ms: int, now_ms: int) -> int:
    """When the message after this one may go to the same chat: `chat_burst` at once, then
    `per_chat_second`."""
    interval = interval_ms(limits.per_chat_second)
    saved = (limits.chat_burst - 1) * interval
    return ceil(max(not_before_ms, now_ms - saved) + interval)


def backoff_ms(tries: int, *, interactive: bool, chance: float) -> int:
    """How long to wait after the `tries`-th failure (1, 2 …): doubled each time, up to a cap, of
    which `chance` (0 to 1) takes away at most half, so that not all come back at once."""
    longest = min(BACKOFF_FIRST_MS << min(tries - 1, 20), BACKOFF_MOST_MS[interactive])
    return ceil(longest * (1 - chance / 2))


def pause_ms(seconds: float) -> int:
    """How long a 429 that names `seconds` holds, rounded up; a day at most."""
    return min(max(ceil(seconds * 1_000), 0), LONGEST_PAUSE_MS)


def is_quiet(now_ms: int, *, begins: time, ends: time, zone: ZoneInfo) -> bool:
    """Whether we begin no conversation now, by the clock on the authority's wall."""
    local = datetime.fromtimestamp(now_ms / 1_000, zone).time()
    if begins <= ends:
        return begins <= local < ends
    return local >= begins or local < ends
