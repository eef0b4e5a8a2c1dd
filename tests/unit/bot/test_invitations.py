"""Who is in a sample, when nobody is woken."""

from datetime import UTC, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.invitations import after_quiet, in_sample

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
PERCENT = st.decimals(0, 100, places=2)


@given(st.text(max_size=40), PERCENT, PERCENT)
def test_a_larger_sample_holds_a_smaller_one(code: str, one: Decimal, other: Decimal) -> None:
    """So asking for more later adds dossiers and repeats none."""
    small, large = sorted((one, other))
    assert not in_sample(code, small) or in_sample(code, large)


@given(st.text(max_size=40))
def test_nothing_and_everything(code: str) -> None:
    """0 percent is nobody, 100 percent everybody."""
    assert not in_sample(code, Decimal(0))
    assert in_sample(code, Decimal(100))


def test_a_sample_is_about_as_large_as_asked() -> None:
    """10 percent of 20,000 codes, within one percentage point."""
    hits = sum(in_sample(f"000.17.22.H56-210531-{n:05d}", Decimal(10)) for n in range(20_000))
    assert 1_800 < hits < 2_200


@pytest.mark.parametrize(
    ("local", "due"),
    [
        ("2021-06-01 20:59", "2021-06-01 20:59"),
        ("2021-06-01 21:00", "2021-06-02 07:00"),
        ("2021-06-01 23:59", "2021-06-02 07:00"),
        ("2021-06-02 00:00", "2021-06-02 07:00"),
        ("2021-06-02 06:59", "2021-06-02 07:00"),
        ("2021-06-02 07:00", "2021-06-02 07:00"),
        ("2021-12-31 22:00", "2022-01-01 07:00"),
    ],
)
def test_quiet_hours_are_waited_for(local: str, due: str) -> None:
    """From nine in the evening to seven, by the clock on the authority's wall."""
    now = datetime.fromisoformat(local).replace(tzinfo=ZONE).astimezone(UTC)
    then = after_quiet(now, begins=time(21), ends=time(7), zone=ZONE)
    assert then == datetime.fromisoformat(due).replace(tzinfo=ZONE)


def test_quiet_hours_within_a_day() -> None:
    """A rest at noon ends the same day."""
    now = datetime(2021, 6, 1, 12, 30, tzinfo=ZONE)
    then = after_quiet(now, begins=time(12), ends=time(13), zone=ZONE)
    assert then == datetime(2021, 6, 1, 13, tzinfo=ZONE)
