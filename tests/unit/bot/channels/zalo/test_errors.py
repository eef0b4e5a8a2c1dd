"""Zalo's errors are data: each code has a class and words, and becomes one delivery error."""

from datetime import UTC, datetime

import pytest

from bot.channels.base import (
    DeliveryError,
    OutsideWindow,
    Rejected,
    SlowDown,
    TryLater,
    Unknown,
    Unreachable,
)
from bot.channels.zalo.errors import ErrorClass, ends_the_chain, outcome, table
from bot.channels.zalo.requests import (
    NoToken,
    Refused,
    RequestError,
    ServerFailed,
    TooMany,
    Unanswered,
    Unsent,
)

EVENING = datetime(2026, 11, 27, 16, 0, tzinfo=UTC)
"""23:00 in Vietnam."""


def test_every_code_has_words_for_staff_and_citizens() -> None:
    """In both languages; a sentence, not a code."""
    assert len(table()) > 70
    for meaning in table().values():
        for words in (meaning.operator, meaning.citizen):
            assert set(words) == {"vi", "en"}
            assert all(text.endswith((".", ". ")) or "[?]" in text for text in words.values())


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        *((code, ErrorClass.REFRESH) for code in (-216, -220, -124)),
        *((code, ErrorClass.BACK_OFF) for code in (-32, -211)),
        *((code, ErrorClass.TOMORROW) for code in (-144, -147, -160, -1441)),
        *((code, ErrorClass.NIGHT) for code in (-133, -234)),
        *((code, ErrorClass.WINDOW) for code in (-230, -232, -305, -311)),
        *((code, ErrorClass.CITIZEN) for code in (-213, -217, -222, -227, -244, -108, -118)),
        *((code, ErrorClass.PAYLOAD) for code in (-109, -1121, -1122, -117, -131, -146, -249)),
        *((code, ErrorClass.PERSON) for code in (-101, -105, -135, -137, -221, -224, -320, -321)),
    ],
)
def test_classes(code: int, kind: ErrorClass) -> None:
    """As the notes on Zalo's documents say."""
    assert table()[code].kind is kind


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (Refused(-32, "limit"), SlowDown),
        (Refused(-216, "token"), SlowDown),
        (Refused(-221, "verify"), SlowDown),
        (Refused(-230, "7 days"), OutsideWindow),
        (Refused(-213, "follow"), Unreachable),
        (Refused(-201, "text is invalid"), Rejected),
        (Refused(-98765, "something new"), Rejected),
        (NoToken("none", is_lost=True), SlowDown),
        (TooMany("429", 7), SlowDown),
        (Unsent("refused"), TryLater),
        (ServerFailed("502"), TryLater),
        (Unanswered("cut"), Unknown),
    ],
)
def test_outcomes(error: RequestError, expected: type[DeliveryError]) -> None:
    """What certainly had no effect is tried again; what may have had one is not."""
    assert type(outcome(error, "vi", EVENING)) is expected


def test_an_outcome_ends_in_words() -> None:
    """Ours where the code is known, else Zalo's own; the code beside them."""
    assert "bảy" not in outcome(Refused(-230, "x"), "vi", EVENING).reason
    assert outcome(Refused(-230, "x"), "vi", EVENING).reason.startswith("Người này")
    assert outcome(Refused(-230, "x"), "en", EVENING).reason.endswith("(-230)")
    assert outcome(Refused(-98765, "New rule"), "en", EVENING).reason == "New rule (-98765)"


def test_tomorrow_and_night_wait_for_vietnams_clock() -> None:
    """A quota until after midnight, the night until the morning; only this message waits."""
    quota = outcome(Refused(-144, ""), "vi", EVENING)
    night = outcome(Refused(-234, ""), "vi", EVENING)
    assert isinstance(quota, SlowDown)
    assert isinstance(night, SlowDown)
    assert quota.seconds == 70 * 60
    assert night.seconds == (7 * 60 + 5) * 60
    assert not quota.whole_bot
    assert not night.whole_bot


@pytest.mark.parametrize(
    ("error", "ends"),
    [
        (Refused(-14014, "x"), True),
        (Refused(0, "Invalid refresh token"), True),
        (Refused(0, "invalid_grant"), True),
        (Refused(-14002, "Invalid appId: App is not active but user is not admin"), False),
        (Refused(-14001, "Invalid secret key"), False),
    ],
)
def test_which_refusals_end_the_token_chain(error: Refused, *, ends: bool) -> None:
    """A wrong secret or a switched-off app can be mended without a new authorisation."""
    assert ends_the_chain(error) is ends
