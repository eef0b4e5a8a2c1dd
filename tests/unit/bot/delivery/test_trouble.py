"""When the replies of a bot count as failing."""

import pytest

from bot.channels.base import OutsideWindow, SlowDown, TryLater, Unknown, Unreachable
from bot.delivery.trouble import REMEMBERED_SECONDS, Trouble


class Clock:
    """Seconds, turned by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("errors", "lasts"),
    [
        ([TryLater("x")] * 2, False),
        ([TryLater("x"), Unknown("x"), OSError()], True),
        ([SlowDown("x", seconds=60, whole_bot=True)], True),
        ([SlowDown("x", seconds=60, whole_bot=False)] * 9, False),
        ([Unreachable("x"), OutsideWindow("x")] * 9, False),
    ],
)
def test_many_failures_and_none_of_one_citizen(errors: list[Exception], *, lasts: bool) -> None:
    """For longer than patience, until a reply arrives or long after the last failure."""
    clock = Clock()
    trouble = Trouble(clock=clock)
    for error in errors:
        trouble.note(error)
    assert not trouble.lasts(5)
    clock.now = 6.0
    assert trouble.lasts(5) == lasts
    clock.now += REMEMBERED_SECONDS + 60
    assert not trouble.lasts(5)
    trouble.note(errors[0])
    trouble.clear()
    clock.now += 6
    assert not trouble.lasts(5)
