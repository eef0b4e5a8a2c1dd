"""Office days and public holidays, as data: pure computations over days.

Law: Bộ luật Lao động 45/2019/QH14 Điều 112; the days of each year are in `calendars/*.yaml`, with
their source. A local file may replace a year, and say on which weekdays each unit is open.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from surveys import yaml_lines
from surveys.errors import Refusal

SHIPPED = Path(__file__).parent / "calendars" / "viet-nam.yaml"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONDAY_TO_FRIDAY = frozenset(range(5))
LONGEST_SEARCH = 366
"""Days looked ahead for an office day; a calendar without any in a year is refused."""
_DAYS = ("closed", "worked", "expected")


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """The special days of one year, by their name; `expected` ones are not confirmed yet."""

    closed: Mapping[date, str]
    worked: Mapping[date, str]
    expected: Mapping[date, str]
    source: str


@dataclass(frozen=True, kw_only=True)
class OfficeCalendar:
    """When offices are open. `years` has every year that is known; `weekdays` those of a unit that
    differs from `usual` (0 is Monday)."""

    years: Mapping[int, Year]
    usual: frozenset[int] = MONDAY_TO_FRIDAY
    weekdays: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def knows(self, day: date) -> bool:
        """Whether the holidays of this day's year are known."""
        return day.year in self.years

    def missing_years(self, first: date, last: date) -> list[int]:
        """The years from `first` to `last` whose holidays are not known."""
        return [year for year in range(first.year, last.year + 1) if year not in self.years]

    def holiday(self, day: date) -> str | None:
        """The name of the holiday on this day, expected ones included; None on other days."""
        year = self.years.get(day.year)
        if year is None:
            return None
        return year.closed.get(day) or year.expected.get(day)

    def is_office_day(self, day: date, unit: str = "") -> bool:
        """Whether the unit (its code; empty: the usual weekdays) is open on this day. A day whose
        year is not known counts by its weekday alone."""
        year = self.years.get(day.year)
        if year is not None and day in year.closed:
            return False
        if year is not None and day in year.worked:
            return True
        return day.weekday() in self.weekdays.get(unit, self.usual)

    def is_rest_day(self, day: date, unit: str = "") -> bool:
        """Whether the unit's citizens are left alone: no office day, or an expected holiday."""
        return not self.is_office_day(day, unit) or self.holiday(day) is not None

    def is_rest_day_everywhere(self, day: date) -> bool:
        """Whether no unit writes to anybody on this day."""
        return all(self.is_rest_day(day, unit) for unit in ("", *self.weekdays))

    def next_office_day(self, day: date, unit: str = "") -> date:
        """This day, or else the next one on which the unit is open."""
        return next(one for one in _from(day) if self.is_office_day(one, unit))

    def add_office_days(self, day: date, count: int, unit: str = "") -> date:
        """The day `count` office days after `day`, which itself does not count (a due date)."""
        while count > 0:
            day = self.next_office_day(day + timedelta(days=1), unit)
            count -= 1
        return day

    def office_days_between(self, first: date, last: date, unit: str = "") -> int:
        """Office days after `first` up to and including `last`: 0 if `last` is not later (how many
        working days something due on `first` was late)."""
        days = (last - first).days
        return sum(
            self.is_office_day(first + timedelta(days=n), unit) for n in range(1, max(days, 0) + 1)
        )


def _from(day: date) -> Iterable[date]:
    return (day + timedelta(days=n) for n in range(LONGEST_SEARCH + 1))


def load_calendar(local: Path | None = None) -> OfficeCalendar:
    """The shipped calendar, with the years and office days of a local file in place of its own.

    Raises Refusal `calendar.*` with `file`, `line` and `key` for the first thing that is wrong.
    """
    shipped = _shipped()
    return shipped if local is None else _merged(shipped, yaml_lines.read(local, "calendar"))


@lru_cache(maxsize=1)
def _shipped() -> OfficeCalendar:
    return _merged(OfficeCalendar(years={}), yaml_lines.read(SHIPPED, "calendar"))


def _merged(base: OfficeCalendar, document: yaml_lines.Document) -> OfficeCalendar:
    values = document.values
    if not isinstance(values, dict):
        raise _wrong(document, (), "empty", "")
    for key in values:
        if key not in {"country", "years", "office_days"}:
            raise _wrong(document, (key,), "unknown_key", key)
    years = dict(base.years)
    for text, told in _mapping(document, values.get("years"), ("years",)).items():
        years[_year_number(document, text)] = _year(document, text, told)
    usual, weekdays = _office_days(document, values.get("office_days"), base)
    return OfficeCalendar(years=years, usual=usual, weekdays=weekdays)


def _year_number(document: yaml_lines.Document, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) == len("2024")):
        raise _wrong(document, ("years", text), "not_a_year", text)
    return int(text)


def _year(document: yaml_lines.Document, year: str, told: Any) -> Year:  # noqa: ANN401 - YAML
    place = ("years", year)
    found = _mapping(document, told, place)
    for key in found:
        if key not in {*_DAYS, "source"}:
            raise _wrong(document, (*place, key), "unknown_key", key)
    if not found.get("source"):
        raise _wrong(document, place, "no_source", year)
    days = {
        kind: {
            _day(document, text, (*place, kind, text)): str(name or "")
            for text, name in _mapping(document, found.get(kind), (*place, kind)).items()
        }
        for kind in _DAYS
    }
    return Year(**days, source=str(found["source"]))


def _day(document: yaml_lines.Document, text: str, place: yaml_lines.Place) -> date:
    """A day of the year it is listed under: last year's days under this year are a mistake."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise _wrong(document, place, "not_a_day", text) from None
    if str(day.year) != place[1]:
        raise _wrong(document, place, "other_year", text)
    return day


def _office_days(
    document: yaml_lines.Document,
    told: Any,  # noqa: ANN401 - a YAML value
    base: OfficeCalendar,
) -> tuple[frozenset[int], Mapping[str, frozenset[int]]]:
    found = _mapping(document, told, ("office_days",))
    days = {
        unit: _weekdays(document, listed, ("office_days", unit)) for unit, listed in found.items()
    }
    return days.pop("usual", base.usual), {**base.weekdays, **days}


def _weekdays(
    document: yaml_lines.Document,
    told: Any,  # noqa: ANN401 - a YAML value
    place: yaml_lines.Place,
) -> frozenset[int]:
    if not isinstance(told, list) or not told:
        raise _wrong(document, place, "weekdays", str(told))
    for name in told:
        if name not in WEEKDAYS:
            raise _wrong(document, place, "weekdays", str(name))
    return frozenset(WEEKDAYS.index(str(name)) for name in told)


def _mapping(
    document: yaml_lines.Document,
    told: Any,  # noqa: ANN401 - a YAML value
    place: yaml_lines.Place,
) -> dict[str, Any]:
    if told is None:
        return {}
    if not isinstance(told, dict):
        raise _wrong(document, place, "not_a_mapping", str(place[-1]))
    return told


def _wrong(
    document: yaml_lines.Document, place: yaml_lines.Place, code: str, value: str
) -> Refusal:
    line = document.line(place)
    return Refusal(
        f"calendar.{code}",
        file=document.file,
        line=line,
        value=value,
        known=", ".join(WEEKDAYS),
    )
