"""The rate limit is exact, the tolerances are bounded, the night is quiet."""

from bisect import bisect_left
from dataclasses import replace
from datetime import datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import limits
from bot.channels.base import Limits
from bot.channels.zalo_oa.channel import GATHER_MS
from bot.limits import Slots
from bot.settings import load_settings

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
TELEGRAM = Limits(per_second=25.0, per_chat_second=1.0, chat_burst=3)
NOW = 1_600_000_000_000
OFFICIAL_ACCOUNT = load_settings()


def _slots(next_ms: int = 0, peak_ms: int = 0) -> Slots:
    return Slots(next_ms=next_ms, peak_ms=peak_ms)


def _leave(
    slots: Slots,
    now: int,
    *,
    rate: float = 25.0,
    early: int = 0,
    wanted: int = 99,
    gather: int = 0,
) -> tuple[int, Slots]:
    """Let leave as many as may, at most `wanted`."""
    bot = Limits(per_second=rate, per_chat_second=1.0, chat_burst=3, gather_ms=gather)
    count = min(slots.free(bot, now_ms=now, early_ms=early), wanted)
    return count, slots.after(bot, now_ms=now, left=count)


def _bound(rate: float) -> float:
    """The promise of the module's description."""
    return 1 + (1_000 + limits.SLACK_MS + limits.RESERVE_MS) * limits.PEAK * rate / 1_000


def test_after_a_rest_a_bot_begins_with_the_slack_not_with_a_flood() -> None:
    """A bot that was silent for an hour begins with two messages, not with what it did not send."""
    count, following = _leave(_slots(), NOW)
    assert count == 2
    assert following.wait_ms(NOW) > 0


def test_lost_time_is_made_up_for_gently() -> None:
    """After a second of standstill the peak rate holds until the configured rate is kept again."""
    now, slots, sent = NOW + 1_000, _slots(NOW, NOW), 0
    while now < NOW + 20_000:
        count, slots = _leave(slots, now)
        sent += count
        now += max(slots.wait_ms(now), 1)
    assert 20 * 25 - 2 <= sent <= 20 * 25 + 2


def test_time_lost_long_ago_is_lost() -> None:
    """More than a second is not made up for: after a day without messages nothing is owed."""
    _, slots = _leave(_slots(), NOW, wanted=1)
    assert slots.next_ms == NOW - limits.CATCH_UP_MS + 40


def test_nothing_leaves_before_its_slot_but_replies() -> None:
    """Before its slots only an interactive message may leave, and only a little."""
    near, early = NOW + limits.RESERVE_MS, limits.RESERVE_MS
    assert _leave(_slots(NOW + 1, 0), NOW)[0] == 0
    assert _leave(_slots(0, NOW + 1), NOW)[0] == 0
    assert _leave(_slots(near, near), NOW, early=early)[0] == 1
    assert _leave(_slots(near + 1, 0), NOW, early=early)[0] == 0
    assert _leave(_slots(0, near + 1), NOW, early=early)[0] == 0


def test_what_leaves_early_is_paid_back() -> None:
    """An early reply takes its slot: the rate after it is the same as if it had waited."""
    _, slots = _leave(_slots(NOW + 20, 0), NOW, early=limits.RESERVE_MS, wanted=1)
    assert slots.next_ms == NOW + 60


def test_no_limit_is_no_limit() -> None:
    """An infinite rate never holds anything."""
    count, slots = _leave(_slots(), NOW, rate=float("inf"), wanted=500)
    assert (count, slots.wait_ms(NOW)) == (500, 0)


@settings(max_examples=100)
@given(
    st.lists(st.tuples(st.integers(0, 120), st.booleans(), st.integers(1, 5)), max_size=200),
    st.sampled_from([10.0, 25.0, 28.0, 66.0]),
)
def test_no_second_sees_more_than_the_bound(
    steps: list[tuple[int, bool, int]], rate: float
) -> None:
    """However the ticks fall, any second holds at most the bound of the module's description."""
    now, slots, left = NOW, _slots(), list[int]()
    for wait, interactive, wanted in steps:
        now += wait
        early = limits.RESERVE_MS if interactive else 0
        count, slots = _leave(slots, now, rate=rate, early=early, wanted=wanted)
        left += [now] * count
    for place, moment in enumerate(left):
        assert sum(moment <= other < moment + 1_000 for other in left[place:]) <= _bound(rate)


@pytest.mark.parametrize("late", [17, 60, 100])
def test_the_configured_rate_is_kept_by_late_ticks(late: int) -> None:
    """A machine that is now and then late, and once in a while very late, keeps the rate."""
    now, slots, sent, ticks = NOW, _slots(NOW, NOW), 0, 0
    while now < NOW + 60_000:
        count, slots = _leave(slots, now)
        sent += count
        ticks += 1
        now += max(slots.wait_ms(now), 1) + (late if ticks % 40 == 0 else 5)
    assert sent >= 0.97 * 60 * 25


def test_telegram_never_sees_thirty_by_design() -> None:
    """At the default rate the bound is below Telegram's limit."""
    assert _bound(25.0) < 30


@pytest.mark.parametrize("late", [0, 1, 40, 300])
def test_a_rate_per_minute_is_kept_and_never_exceeded(late: int) -> None:
    """4,000 a minute at most in any sliding minute, at least 97 % of it, although the slots lie
    between milliseconds; also if every tick is a third of a second late, or none comes for most of
    a second now and then."""
    rate = OFFICIAL_ACCOUNT.zalo_oa_per_minute / 60
    bot = Limits(per_second=rate, per_chat_second=2.0, chat_burst=5, gather_ms=GATHER_MS)
    now, slots, moments = NOW, _slots(), list[int]()
    while now < NOW + 180_000:
        count, slots = _leave(slots, now, rate=rate, wanted=64, gather=GATHER_MS)
        moments += [now] * count
        pause = 900 if len(moments) % 4_000 < count else 0
        now += max(slots.wait_ms(now) + limits.gathering_ms(bot), 1) + late + pause
    fullest = max(bisect_left(moments, at + 60_000) - n for n, at in enumerate(moments))
    assert fullest <= 4_000
    assert len(moments) / 180 >= 0.97 * 4_000 / 60


def test_messages_that_are_gathered_leave_together() -> None:
    """Sixteen at a time at an Official Account; the slot of the last is a quarter of a second after
    that of the first. A channel that gathers nothing, or is slow, lets each leave at its slot."""
    rate = OFFICIAL_ACCOUNT.zalo_oa_per_minute / 60
    bot = Limits(per_second=rate, per_chat_second=2.0, chat_burst=5, gather_ms=GATHER_MS)
    slow = replace(bot, per_second=1.0)
    assert (limits.gathered(bot), limits.gathering_ms(bot)) == (16, 230)
    assert [limits.gathered(one) for one in (TELEGRAM, slow)] == [1, 1]
    assert [limits.gathering_ms(one) for one in (TELEGRAM, slow)] == [0, 0]


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
