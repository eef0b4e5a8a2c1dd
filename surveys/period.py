"""Periods of a report: explicit first and last day, both included, in the authority's time zone.

Administrative periods are cut at mid-month (NĐ 09/2019/NĐ-CP Điều 12): a quarter runs from the
15th of the month before it to the 14th of its last month, a year from 15/12 to 14/12.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from surveys.errors import Refusal


class Preset(StrEnum):
    """How `2021-Q2` and `2020` are turned into days."""

    ADMINISTRATIVE = "administrative"
    CALENDAR = "calendar"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From `start` to `end`, both days included; `id` is what facts and scores name."""

    id: str
    start: date
    end: date

    def as_json(self) -> dict[str, str]:
        """`{"id", "from", "to"}` with ISO dates."""
        return {"id": self.id, "from": self.start.isoformat(), "to": self.end.isoformat()}


def parse_period(text: str, preset: Preset = Preset.ADMINISTRATIVE) -> Period:
    """Read `2021-Q2`, `2020` or `2020-01-01..2020-03-31`.

    Raises Refusal `period.unreadable` or `period.reversed`.
    """
    wanted = text.strip().upper()
    if match := re.fullmatch(r"([12]\d{3})-?Q([1-4])", wanted):
        return _quarter(int(match[1]), int(match[2]), preset)
    if re.fullmatch(r"[12]\d{3}", wanted):
        return _year(int(wanted), preset)
    return _range(text.strip())


def previous(period: Period, preset: Preset = Preset.ADMINISTRATIVE) -> Period | None:
    """The period before a quarter or a year; None for a free range."""
    if match := re.fullmatch(r"(\d{4})-Q([1-4])", period.id):
        year, quarter = int(match[1]), int(match[2])
        return _quarter(year - (quarter == 1), (quarter - 2) % 4 + 1, preset)
    return _year(int(period.id) - 1, preset) if period.id.isdigit() else None


def year_before(period: Period, preset: Preset = Preset.ADMINISTRATIVE) -> Period | None:
    """The same quarter of the year before; None for anything but a quarter."""
    match = re.fullmatch(r"(\d{4})-Q([1-4])", period.id)
    return _quarter(int(match[1]) - 1, int(match[2]), preset) if match else None


def _quarter(year: int, quarter: int, preset: Preset) -> Period:
    first, last = 3 * quarter - 2, 3 * quarter
    if preset is Preset.CALENDAR:
        start, end = date(year, first, 1), _month_end(year, last)
    else:
        start, end = _day_before(year, first, 15), date(year, last, 14)
    return Period(id=f"{year}-Q{quarter}", start=start, end=end)


def _year(year: int, preset: Preset) -> Period:
    if preset is Preset.CALENDAR:
        return Period(id=str(year), start=date(year, 1, 1), end=date(year, 12, 31))
    return Period(id=str(year), start=date(year - 1, 12, 15), end=date(year, 12, 14))


def _range(text: str) -> Period:
    first, separator, last = text.partition("..")
    try:
        start, end = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        raise Refusal("period.unreadable", value=text) from None
    if end < start or not separator:
        raise Refusal("period.reversed", value=text)
    return Period(id=f"{start}..{end}", start=start, end=end)


def _day_before(year: int, month: int, day: int) -> date:
    return date(year - 1, 12, day) if month == 1 else date(year, month - 1, day)


def _month_end(year: int, month: int) -> date:
    return date(year, month, 30 if month in {6, 9} else 31)
