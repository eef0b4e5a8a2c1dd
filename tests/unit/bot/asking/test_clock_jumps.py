"""A clock that jumps holds what would be sent or ended, until it has been steady for a while."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.asking.planner import BACK, JUMP, SETTLES, after_look, is_held
from surveys.store.asking.planner_state import PlannerState

NOW = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
STEADY = PlannerState(looked_at=NOW, steady_since=NOW - timedelta(days=3))
SECOND = timedelta(seconds=1)


def test_the_first_look_ever_is_not_held() -> None:
    """There is nothing to compare the clock with."""
    assert not is_held(after_look(PlannerState(), NOW), NOW)


@pytest.mark.parametrize(
    ("passes", "held"),
    [
        (timedelta(seconds=20), False),
        (JUMP, False),
        (JUMP + SECOND, True),
        (-BACK, False),
        (-BACK - SECOND, True),
        (timedelta(days=400), True),
        (timedelta(days=-400), True),
    ],
)
def test_a_jump_holds(passes: timedelta, *, held: bool) -> None:
    """On by more than a day, or back by more than a minute; not the night between two looks."""
    now = NOW + passes
    assert is_held(after_look(STEADY, now), now) is held


def test_it_is_over_when_the_clock_was_steady_for_long_enough() -> None:
    """And each further jump, also the one that sets it right, begins the wait again."""
    state = after_look(STEADY, NOW + timedelta(days=400))
    state = after_look(state, NOW)
    for minutes in range(10):
        now = NOW + timedelta(minutes=minutes)
        state = after_look(state, now)
        assert is_held(state, now)
    assert not is_held(state, NOW + SETTLES)
