"""Days and times as people and spreadsheets write them, in the authority's own time zone."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 1900, 2199
SERIAL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - civil time has no zone
"""Day 0 of a spreadsheet's day numbers."""

_DAY = (
    r"(?P<day>\d{1,2})(?: ?[/.-] ?| thang )(?P<month>\d{1,2})(?: ?[/.-] ?| nam )(?P<year>\d{4})"
    r"|(?P<year2>\d{4}) ?[/.-] ?(?P<month2>\d{1,2}) ?[/.-] ?(?P<day2>\d{1,2})"
)
_TIME = (
    r"(?P<hour>\d{1,2}) ?(?::|h|g|gio)(?: ?(?P<minute>\d{1,2}))?"
    r"(?: ?(?::|p|ph|phut) ?(?:(?P<second>\d{1,2})(?:\.\d+)?)?)?(?: ?(?:s|giay))?"
    r"(?: ?(?P<half>sa|ch|am|pm|sang|trua|chieu|toi))?"
)
_WRITTEN = (
    re.compile(rf"(?:{_DAY})(?:(?: ?[,t-] ?| )\(?(?:{_TIME})\)?)?"),
    re.compile(rf"(?:{_TIME})(?: ?[,-] ?| )(?:{_DAY})"),
)
_USUAL = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4})(?: (\d{1,2}):(\d{1,2})(?::(\d{1,2}))?)?", re.ASCII
)
"""How the one-stop software writes it; `_WRITTEN` means the same and takes ten times as long."""
_WORDS = re.compile(
    r"\b(?:ngay|luc|hoi|vao)\b|\b(?:thu (?:hai|ba|tu|nam|sau|bay|[2-7])|chu nhat)\b,?"
)
_AFTERNOON = {"ch", "pm", "chieu", "toi"}
_MORNING = {"sa", "am", "sang"}
NOON = 12


def civil_time(value: object, zone: ZoneInfo) -> datetime:
    """A naive local datetime from text (`15/03/2021 14:30`, `2021-03-15T14:30+07:00`), from a
    spreadsheet's own date, or from its day number.

    An offset is converted to `zone`. Raises ValueError for anything that is not a date, and for
    years outside 1900–2199.
    """
    found = _read(value, zone)
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(f"year {found.year}")
    return found


def _read(value: object, zone: ZoneInfo) -> datetime:
    if isinstance(value, str):
        return _from_text(value.strip(), zone)
    if isinstance(value, datetime):
        return value.astimezone(zone).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001
    if isinstance(value, float | int) and not isinstance(value, bool):
        return _from_serial(value)
    return _from_text(str(value).strip(), zone)


def _from_text(text: str, zone: ZoneInfo) -> datetime:
    if usual := _USUAL.fullmatch(text):
        day, month, year, hour, minute, second = usual.groups("0")
        moment = (int(year), int(month), int(day), int(hour), int(minute), int(second))
        return datetime(*moment)  # noqa: DTZ001
    if len(text) >= 10 and text[4] == text[7] == "-":
        return _read(datetime.fromisoformat(text), zone)
    plain = _plain(text)
    for writing in _WRITTEN:
        if match := writing.fullmatch(plain):
            return _from_parts(match.groupdict())
    raise ValueError(text)


def _plain(text: str) -> str:
    """Lower case, without accents, invisible characters and words that only introduce a day; single
    spaces.
    """
    parts = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(" " if one.isspace() else one for one in parts if not _is_silent(one))
    return " ".join(_WORDS.sub(" ", bare).split())


def _is_silent(sign: str) -> bool:
    return unicodedata.category(sign) in ("Mn", "Cf")


def _from_parts(found: Mapping[str, str | None]) -> datetime:
    year, month, day = (
        int(found[name] or found[f"{name}2"] or 0) for name in ("year", "month", "day")
    )
    hour, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second"))
    return datetime(year, month, day, _hour(hour, found["half"]), minute, second)  # noqa: DTZ001


def _hour(hour: int, half: str | None) -> int:
    """Convert a 12-hour clock to 24 hours: 12:15 SA is 0:15, 04:30 CH is 16:30.

    Raises ValueError for an afternoon hour in the morning.
    """
    if half in _MORNING:
        if hour > NOON:
            raise ValueError(hour)
        return hour % NOON
    return hour + NOON if half in _AFTERNOON and hour < NOON else hour


def _from_serial(number: float) -> datetime:
    if not 1 <= number < 110_000:
        raise ValueError(str(number))
    exact = SERIAL_EPOCH + timedelta(days=number)
    return (exact + timedelta(microseconds=500_000)).replace(microsecond=0)
