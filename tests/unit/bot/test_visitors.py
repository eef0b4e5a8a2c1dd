"""One address has its share of a minute; the others have theirs."""

from bot.visitors import MAX_ADDRESSES, Visitors


class Clock:
    """Seconds that a test turns on by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_share_a_minute() -> None:
    """What is beyond the share is refused until the minute has gone by."""
    clock = Clock()
    visitors = Visitors(per_minute=2, clock=clock)
    assert [visitors.may_speak("a") for _ in range(3)] == [True, True, False]
    clock.now = 59.9
    assert not visitors.may_speak("a")
    clock.now = 60.0
    assert visitors.may_speak("a")


def test_addresses_do_not_share() -> None:
    """A loud neighbour takes nothing from anybody."""
    visitors = Visitors(per_minute=1, clock=Clock())
    assert visitors.may_speak("a")
    assert not visitors.may_speak("a")
    assert visitors.may_speak("b")


def test_memory_is_bounded() -> None:
    """However many addresses come, only a bounded number is remembered."""
    visitors = Visitors(per_minute=1, clock=Clock())
    for number in range(MAX_ADDRESSES + 5):
        visitors.may_speak(str(number))
    assert visitors.may_speak("0")
    assert not visitors.may_speak(str(MAX_ADDRESSES + 4))
