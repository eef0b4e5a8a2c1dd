"""When it must not be known any more who gave which answer; when rights are due."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.period import Preset
from surveys.retention import closed_through
from surveys.rights import RequestKind, deadlines, due_on


@pytest.mark.parametrize(
    ("today", "closed"),
    [
        (date(2021, 9, 12), date(2021, 3, 14)),
        (date(2021, 9, 13), date(2021, 6, 14)),
        (date(2021, 12, 13), date(2021, 6, 14)),
    ],
)
def test_a_quarter_is_closed_when_its_days_are_over(today: date, closed: date) -> None:
    """More than 90 days after its last day, by the administrative quarters."""
    assert closed_through(today, 90, Preset.ADMINISTRATIVE) == closed


@given(
    st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    st.integers(1, 1000),
    st.sampled_from(Preset),
)
def test_the_latest_closed_quarter_is_meant(today: date, days: int, preset: Preset) -> None:
    """It is over for longer than the days; the next one is not."""
    closed = closed_through(today, days, preset)
    assert closed + timedelta(days=days) < today
    assert closed + timedelta(days=days + 93) >= today


def test_the_law_gives_days() -> None:
    """NĐ 356/2025 Điều 5: view 10, withdraw 15, erase 20; each names its source."""
    received = date(2026, 1, 1)
    days = {kind: (due_on(kind, received) - received).days for kind in RequestKind}
    assert days == {RequestKind.VIEW: 10, RequestKind.WITHDRAW: 15, RequestKind.ERASE: 20}
    assert all("356/2025" in one.source for one in deadlines().values())
