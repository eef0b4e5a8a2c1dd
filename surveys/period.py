"""Periods of a report: explicit first and last day, both included, in the authority's time zone.

Administrative periods are cut at mid-month (NĐ 09/2019/NĐ-CP Điều 12): a month, a quarter, a half
year or a year runs from the 15th of the month before it to the 14th of its last month. Weeks are
those of ISO 8601, Monday to Sunday.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from surveys.errors import Refusal
from surveys.spelling import fold


class Preset(StrEnum):
    """How years, half years, quarters and months are mapped to days."""

    ADMINISTRATIVE = "administrative"
    CALENDAR = "calendar"


class Kind(StrEnum):
    """The kinds of named periods; the value is the prefix of the number in an id."""

    YEAR = ""
    HALF = "H"
    QUARTER = "Q"
    MONTH = "M"
    WEEK = "W"


PER_YEAR = {Kind.YEAR: 1, Kind.HALF: 2, Kind.QUARTER: 4, Kind.MONTH: 12, Kind.WEEK: 53}
"""How many of a kind a year has at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From `start` to `end`, both days included; facts and scores refer to it by `id`."""

    id: str
    start: date
    end: date

    def as_json(self) -> dict[str, str]:
        """`{"id", "from", "to"}` with ISO dates."""
        return {"id": self.id, "from": self.start.isoformat(), "to": self.end.isoformat()}


def parse_period(text: str, preset: Preset = Preset.ADMINISTRATIVE) -> Period:
    """Read `2021-Q2`, `2021-05`, `2021-H1`, `2021-W20`, `2020`, `2020-01-01..2020-03-31`, or common
    Vietnamese forms: `Quý II/2021`, `tháng 5/2021`, `6 tháng đầu năm 2021`, `tuần 20/2021`, `năm
    2020`, `từ 01/01/2020 đến 31/03/2020`.

    Equal days give the same period: a range that is exactly a quarter has the quarter's id. Raises
    Refusal `period.unreadable` or `period.reversed`.
    """
    named = _named(text, preset)
    return named or _range(text.strip(), preset)


def previous(period: Period, preset: Preset = Preset.ADMINISTRATIVE) -> Period | None:
    """The previous period of the same kind; None for a free range."""
    place = _place(period)
    if place is None:
        return None
    kind, year, number = place
    if kind is Kind.WEEK:
        return _week_of(period.start - timedelta(days=7))
    first = number == 1
    return _build(kind, year - first, PER_YEAR[kind] if first else number - 1, preset)


def quarter_of(day: date, preset: Preset = Preset.ADMINISTRATIVE) -> Period:
    """The quarter that contains this day."""
    years = (day.year, day.year + 1)
    quarters = (_build(Kind.QUARTER, year, nth, preset) for year in years for nth in range(1, 5))
    return next(one for one in quarters if one.start <= day <= one.end)


def part_ids(period: Period) -> tuple[str, ...]:
    """The ids of the quarters of a year or half year, of the months of a quarter; else empty."""
    place = _place(period)
    below = None if place is None else _BELOW.get(place[0])
    if place is None or below is None:
        return ()
    kind, year, number = place
    count = PER_YEAR[below] // PER_YEAR[kind]
    numbers = range((number - 1) * count + 1, number * count + 1)
    return tuple(_build(below, year, one, Preset.CALENDAR).id for one in numbers)


def quarters_of(period: Period, preset: Preset = Preset.ADMINISTRATIVE) -> tuple[Period, ...]:
    """The quarters of a year or a half year; of any other period none."""
    place = _place(period)
    if place is None or _BELOW.get(place[0]) is not Kind.QUARTER:
        return ()
    return tuple(parse_period(one, preset) for one in part_ids(period))


_BELOW = {Kind.YEAR: Kind.QUARTER, Kind.HALF: Kind.QUARTER, Kind.QUARTER: Kind.MONTH}
"""What a period is put together from."""


def year_before(period: Period, preset: Preset = Preset.ADMINISTRATIVE) -> Period | None:
    """The same half, quarter or month of the year before; None for anything else."""
    place = _place(period)
    if place is None or place[0] in {Kind.YEAR, Kind.WEEK}:
        return None
    return _build(place[0], place[1] - 1, place[2], preset)


_YEAR = r"(?:nam )?(?P<year>[12]\d{3})"
_SHORT = r"(?P<year>[12]\d{3}) ?"
_WRITINGS = [
    (kind, re.compile(pattern))
    for kind, pattern in (
        (Kind.YEAR, _YEAR),
        (Kind.HALF, rf"(?:6|sau) thang (?P<number>dau|cuoi) {_YEAR}"),
        (Kind.HALF, rf"{_SHORT}h(?P<number>\d)"),
        (Kind.QUARTER, rf"(?:quy ?|q)(?P<number>\d|i{{1,3}}|iv) {_YEAR}"),
        (Kind.QUARTER, rf"{_SHORT}q(?P<number>\d)"),
        (Kind.MONTH, rf"(?:thang ?|t)?(?P<number>\d\d?) {_YEAR}"),
        (Kind.MONTH, rf"{_SHORT}m?(?P<number>\d\d?)"),
        (Kind.WEEK, rf"(?:tuan ?|w)(?P<number>\d\d?) {_YEAR}"),
        (Kind.WEEK, rf"{_SHORT}w(?P<number>\d\d?)"),
    )
]
"""How named periods are written, once accents, signs and capitals are gone."""
_NUMBERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "dau": 1, "cuoi": 2}
_ID = re.compile(r"(\d{4})(?:-([HQW])?(\d{1,2}))?")
_LOCAL_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_BETWEEN = re.compile(r" ?\.\. ?| đến (?:hết )?(?:ngày )?| ?– ?| - ")


def _named(text: str, preset: Preset) -> Period | None:
    """Parse a named period; None for anything else."""
    wanted = fold(text)
    for kind, pattern in _WRITINGS:
        if match := pattern.fullmatch(wanted):
            written = match.groupdict().get("number", "1")
            number = _NUMBERS.get(written) or int(written)
            try:
                return _build(kind, int(match["year"]), number, preset)
            except ValueError:
                return None
    return None


def _build(kind: Kind, year: int, number: int, preset: Preset) -> Period:
    """The nth period of its kind in a year; raises ValueError if there is no such period."""
    if not 1 <= number <= PER_YEAR[kind]:
        raise ValueError(number)
    if kind is Kind.WEEK:
        return _week_of(date.fromisocalendar(year, number, 1))
    months = 12 // PER_YEAR[kind]
    start, end = _days(year, (number - 1) * months + 1, number * months, preset)
    ending = {Kind.YEAR: "", Kind.MONTH: f"-{number:02d}"}.get(kind, f"-{kind}{number}")
    return Period(id=f"{year}{ending}", start=start, end=end)


def _days(year: int, first: int, last: int, preset: Preset) -> tuple[date, date]:
    """First and last day of these months, first to last month included."""
    if preset is Preset.CALENDAR:
        after = date(year + last // 12, last % 12 + 1, 1)
        return date(year, first, 1), after - timedelta(days=1)
    start = date(year - 1, 12, 15) if first == 1 else date(year, first - 1, 15)
    return start, date(year, last, 14)


def _week_of(day: date) -> Period:
    year, week, weekday = day.isocalendar()
    monday = day - timedelta(days=weekday - 1)
    return Period(id=f"{year}-W{week:02d}", start=monday, end=monday + timedelta(days=6))


def _place(period: Period) -> tuple[Kind, int, int] | None:
    """Kind, year and number of a named period; None for a free range."""
    match = _ID.fullmatch(period.id)
    if match is None:
        return None
    year, letter, number = match.groups()
    kind = Kind(letter) if letter else Kind.MONTH if number else Kind.YEAR
    return kind, int(year), int(number or 1)


def _range(text: str, preset: Preset) -> Period:
    plain = unicodedata.normalize("NFC", text).casefold()
    first, separator, last = _split(plain.removeprefix("từ ").removeprefix("ngày "))
    try:
        start, end = _day(first), _day(last)
    except ValueError:
        raise Refusal("period.unreadable", value=text) from None
    if end < start or not separator:
        raise Refusal("period.reversed", value=text)
    named = (one for one in _same_end(end, preset) if one.start == start)
    return next(named, Period(id=f"{start}..{end}", start=start, end=end))


def _split(text: str) -> tuple[str, str, str]:
    match = _BETWEEN.search(text)
    return (text[: match.start()], match[0], text[match.end() :]) if match else (text, "", text)


def _day(text: str) -> date:
    """`2020-03-31` or `31/3/2020`; raises ValueError."""
    if match := _LOCAL_DAY.fullmatch(text.strip()):
        return date(int(match[3]), int(match[2]), int(match[1]))
    return date.fromisoformat(text.strip())


def _same_end(end: date, preset: Preset) -> Iterator[Period]:
    """The named periods that end on this day."""
    kinds = (kind for kind in Kind if kind is not Kind.WEEK)
    for kind in kinds:
        months = 12 // PER_YEAR[kind]
        if end.month % months == 0:
            built = _build(kind, end.year, end.month // months, preset)
            if built.end == end:
                yield built
    if end.isoweekday() == 7:
        yield _week_of(end)
