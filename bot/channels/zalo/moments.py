"""When something happened, as Zalo's servers write it."""

from datetime import UTC, datetime

EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
MILLISECONDS_FROM = 1_000_000_000_000
"""A smaller number is of seconds: both are met."""


def moment_of(timestamp: object) -> datetime | None:
    """Read Unix time, a number or its digits; None for a time that cannot be true."""
    text = str(timestamp)
    if not (text.isascii() and text.isdigit() and len(text) <= 14):
        return None
    number = int(text)
    seconds = number / 1_000 if number >= MILLISECONDS_FROM else number
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment if moment >= EARLIEST else None
