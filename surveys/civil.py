"""Days and times as people and spreadsheets write them, in the authority's own time zone."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 1900, 2199
SERIAL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - civil time has no zone
"""Day 0 of a spreadsheet's day numbers."""

_LOCAL = re.compile(
    r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?"
)
_TIME_FIRST = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?[ ,-]+(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


def civil_time(value: object, zone: ZoneInfo) -> datetime:
    """A naive local datetime from text (`15/03/2021 14:30`, `2021-03-15T14:30+07:00`), from a
    spreadsheet's own date, or from its day number.

    An offset is converted to `zone`. Raises ValueError for anything that is no date, and for
    years outside 1900–2199.
    """
    found = _read(value, zone)
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(f"year {found.year}")
    return found


def _read(value: object, zone: ZoneInfo) -> datetime:
    if isinstance(value, datetime):
        return value.astimezone(zone).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001
    if isinstance(value, float | int) and not isinstance(value, bool):
        return _from_serial(value)
    return _from_text(str(value).strip(), zone)


def _from_text(text: str, zone: ZoneInfo) -> datetime:
    if len(text) == 10 and text[2] == text[5] == "/":
        return datetime(int(text[6:]), int(text[3:5]), int(text[:2]))  # noqa: DTZ001
    if len(text) >= 10 and text[4] == text[7] == "-":
        return _read(datetime.fromisoformat(text), zone)
    if match := _LOCAL.fullmatch(text):
        day, month, year, hour, minute, second = map(int, match.groups("0"))
    elif match := _TIME_FIRST.fullmatch(text):
        hour, minute, second, day, month, year = map(int, match.groups("0"))
    else:
        raise ValueError(text)
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001


def _from_serial(number: float) -> datetime:
    if not 1 <= number < 110_000:
        raise ValueError(str(number))
    exact = SERIAL_EPOCH + timedelta(days=number)
    return (exact + timedelta(microseconds=500_000)).replace(microsecond=0)
