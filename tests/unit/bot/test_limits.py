"""The pace is exact, the tolerances are bounded, the night is quiet."""

from datetime import datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import limits
from bot.channels.base import Limits

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
TELEGRAM = Limits(per_second=25.0, per_chat_second=1.0, chat_burst=3)
NOW = 1_600_000_000_000


def _leave(
    rate: float, next_ms: int, now: int, early: int = 0, wanted: int = 99
) -> tuple[int, int]:
    count = min(limits.free_slots(rate, next_ms=next_ms, now_ms=now, early_ms=early), wanted)
    return count, limits.after_leaving(rate, next_ms=next_ms, now_ms=now, left=count)


def test_after_a_rest_only_the_slack_is_made_up_for() -> None:
    """A bot that was silent for an hour begins with what fits the slack, not with a flood."""
    count, following = _leave(25.0, 0, NOW)
    assert count == 1 + limits.SLACK_MS // 40
    assert following > NOW


def test_nothing_leaves_before_its_slot_but_replies() -> None:
    """Before its slot only an interactive message may leave, and only a little."""
    assert _leave(25.0, NOW + 1, NOW)[0] == 0
    assert _leave(25.0, NOW + limits.RESERVE_MS, NOW, limits.RESERVE_MS)[0] == 1
    assert _leave(25.0, NOW + limits.RESERVE_MS + 1, NOW, limits.RESERVE_MS)[0] == 0


def test_what_leaves_early_is_paid_back() -> None:
    """An early reply takes its slot: the pace after it is the same as if it had waited."""
    assert _leave(25.0, NOW + 40, NOW, limits.RESERVE_MS, 1) == (1, NOW + 80)


def test_no_limit_is_no_limit() -> None:
    """An infinite rate never holds anything and never moves into the future."""
    assert _leave(float("inf"), 0, NOW, wanted=500) == (500, NOW - limits.SLACK_MS)


@settings(max_examples=100)
@given(
    st.lists(st.tuples(st.integers(0, 120), st.booleans(), st.integers(1, 5)), max_size=200),
    st.sampled_from([10.0, 25.0, 28.0, 66.0]),
)
def test_no_second_sees_more_than_the_bound(
    steps: list[tuple[int, bool, int]], rate: float
) -> None:
    """However the ticks fall, any second holds at most the bound of the module's description."""
    now, following, left = NOW, 0, []
    for wait, interactive, wanted in steps:
        now += wait
        early = limits.RESERVE_MS if interactive else 0
        count, following = _leave(rate, following, now, early, wanted)
        left += [now] * count
    bound = 1 + (1_000 + limits.SLACK_MS + limits.RESERVE_MS) / limits.interval_ms(rate)
    for place, moment in enumerate(left):
        assert sum(moment <= other < moment + 1_000 for other in left[place:]) <= bound


def test_the_configured_rate_is_sustained_by_late_ticks() -> None:
    """Ticks that come up to the slack late lose nothing over a minute."""
    now, following, sent = NOW, NOW, 0
    while now < NOW + 60_000:
        count, following = _leave(25.0, following, now)
        sent += count
        now = max(following, now) + 17
    assert sent >= 0.97 * 60 * 25


def test_telegram_never_reaches_thirty_by_design() -> None:
    """At the default rate the bound is below Telegram's limit."""
    assert 1 + (1_000 + limits.SLACK_MS + limits.RESERVE_MS) / limits.interval_ms(25.0) < 30


def test_a_chat_takes_a_short_burst_and_then_one_a_second() -> None:
    """Three messages at once, every further one a second after the other."""
    not_before, times = 0, []
    for _ in range(6):
        now = max(NOW, not_before)
        times.append(now)
        not_before = limits.next_to_chat(TELEGRAM, not_before_ms=not_before, now_ms=now)
    assert [later - sooner for sooner, later in pairwise(times)] == [0, 0, 1000, 1000, 1000]


def test_after_a_chat_was_told_to_wait_it_gets_no_burst() -> None:
    """The deadline of a 429 is kept to the millisecond, and then one message a second leaves."""
    deadline = NOW + 5_000
    following = limits.next_to_chat(TELEGRAM, not_before_ms=deadline, now_ms=deadline)
    assert following == deadline + 1_000


@pytest.mark.parametrize(
    ("tries", "interactive", "chance", "expected"),
    [
        (1, True, 0.0, 1_000),
        (1, True, 1.0, 500),
        (4, False, 0.0, 8_000),
        (30, True, 0.0, 30_000),
        (3_000, False, 0.0, 900_000),
        (3_000, False, 1.0, 450_000),
    ],
)
def test_waits_double_up_to_a_cap(
    tries: int, interactive: bool, chance: float, expected: int
) -> None:
    """Each failure doubles the wait; a reply is never held longer than half a minute."""
    assert limits.backoff_ms(tries, interactive=interactive, chance=chance) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"), [(3, 3_000), (0.0001, 1), (-1, 0), (1e9, 86_400_000)]
)
def test_a_pause_is_what_was_asked_for(seconds: float, expected: int) -> None:
    """The seconds of a 429 are honoured exactly; nonsense is bounded."""
    assert limits.pause_ms(seconds) == expected


@pytest.mark.parametrize(
    ("clock", "quiet"),
    [
        ("20:59", False),
        ("21:00", True),
        ("23:30", True),
        ("03:00", True),
        ("06:59", True),
        ("07:00", False),
    ],
)
def test_the_night_is_the_authoritys_night(clock: str, quiet: bool) -> None:
    """Quiet hours over midnight, in the authority's zone; the first minute is in, the last out."""
    hour, minute = map(int, clock.split(":"))
    moment = datetime(2021, 6, 1, hour, minute, tzinfo=HANOI).timestamp() * 1_000
    assert limits.is_quiet(int(moment), begins=time(21), ends=time(7), zone=HANOI) is quiet


def test_quiet_hours_within_a_day_and_none_at_all() -> None:
    """A rest at noon works too; the same beginning and end mean no quiet hours."""
    noon = int(datetime(2021, 6, 1, 12, 0, tzinfo=HANOI).timestamp() * 1_000)
    assert limits.is_quiet(noon, begins=time(11, 30), ends=time(13, 30), zone=HANOI)
    assert not limits.is_quiet(noon, begins=time(13), ends=time(14), zone=HANOI)
    assert not limits.is_quiet(noon, begins=time(12), ends=time(12), zone=HANOI)
