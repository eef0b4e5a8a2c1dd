"""Holidays are data with a source; office days can be counted; a wrong file names its line."""

from datetime import date, timedelta
from pathlib import Path

import holidays
import pytest

from surveys.calendar import OfficeCalendar, load_calendar
from surveys.errors import Refusal

YEARS = (2024, 2025, 2026, 2027)
DIFFERENT = {
    date(2026, 1, 2): "exchanged for 10/1, not in the library",
    date(2026, 8, 31): "exchanged for 22/8, not in the library",
    date(2025, 5, 2): "exchanged for 26/4, not in the library",
}
"""Days on which we differ from the library, each with the reason."""


@pytest.fixture(scope="module")
def calendar() -> OfficeCalendar:
    """As shipped."""
    return load_calendar()


@pytest.mark.parametrize("year", YEARS)
def test_another_library_agrees_with_every_holiday(calendar: OfficeCalendar, year: int) -> None:
    """Every weekday that the `holidays` library calls a holiday is one here, and the other way
    round, but for named exchanges and days that are only expected."""
    theirs = {day for day in holidays.country_holidays("VN", years=year) if day.weekday() < 5}
    ours = set(calendar.years[year].closed)
    expected = set(calendar.years[year].expected)
    assert theirs - ours - expected == set()
    assert {day for day in ours - theirs if day not in DIFFERENT} == set()


@pytest.mark.parametrize("year", YEARS)
def test_every_year_names_its_source(calendar: OfficeCalendar, year: int) -> None:
    """And its days are weekdays that are closed, or weekend days that are worked."""
    one = calendar.years[year]
    assert "45/2019/QH14" in one.source
    assert all(day.weekday() < 5 for day in (*one.closed, *one.expected))
    assert all(day.weekday() >= 5 for day in one.worked)


def test_office_days_are_counted(calendar: OfficeCalendar) -> None:
    """Over Tết 2026 five days are no office days; a due date moves past them."""
    assert calendar.office_days_between(date(2026, 2, 13), date(2026, 2, 23)) == 1
    assert calendar.add_office_days(date(2026, 2, 13), 1) == date(2026, 2, 23)
    assert calendar.office_days_between(date(2026, 2, 23), date(2026, 2, 13)) == 0
    assert calendar.office_days_between(date(2026, 1, 9), date(2026, 1, 12)) == 2


def test_adding_and_counting_agree(calendar: OfficeCalendar) -> None:
    """For every day of a year."""
    for n in range(365):
        day = date(2025, 1, 1) + timedelta(days=n)
        then = calendar.add_office_days(day, 7)
        assert calendar.office_days_between(day, then) == 7
        assert calendar.is_office_day(then)


def test_an_expected_holiday_is_a_rest_day_and_an_office_day(calendar: OfficeCalendar) -> None:
    """Nobody is written to, and no due date moves, until it is decided."""
    day = date(2026, 11, 24)
    assert calendar.is_office_day(day)
    assert calendar.is_rest_day(day)


def test_a_missing_year_is_named(calendar: OfficeCalendar) -> None:
    """The calendar says so instead of guessing."""
    assert calendar.missing_years(date(2027, 12, 1), date(2028, 2, 1)) == [2028]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("years:\n  2027:\n    source: x\n    closed:\n      2026-01-01: a\n", "other_year", 5),
        ("years:\n  2027:\n    closed:\n      2027-01-01: a\n", "no_source", 2),
        ("years:\n  27:\n    source: x\n", "not_a_year", 2),
        ("years:\n  2027:\n    source: x\n    close: {}\n", "unknown_key", 4),
        ("years:\n  2027:\n    source: x\n    closed:\n      1/1/2027: a\n", "not_a_day", 5),
        ("office_days:\n  XA01: [mon, funday]\n", "weekdays", 2),
        ("holiday: {}\n", "unknown_key", 1),
        ("years: [1]\n", "not_a_mapping", 1),
        ("", "empty", 1),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(
    tmp_path: Path, text: str, code: str, line: int
) -> None:
    """A file of last year whose days were not all corrected, a misspelt key, and so on."""
    file = tmp_path / "days.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(Refusal) as refused:
        load_calendar(file)
    assert refused.value.code == f"calendar.{code}"
    assert refused.value.params["line"] == line


def test_a_local_file_replaces_its_years_only(tmp_path: Path) -> None:
    """The others stay as shipped."""
    file = tmp_path / "days.yaml"
    file.write_text(
        "years:\n  2027:\n    source: QĐ 1\n    closed:\n      2027-02-04: Tết\n", "utf-8"
    )
    found = load_calendar(file)
    assert list(found.years[2027].closed) == [date(2027, 2, 4)]
    assert not found.is_office_day(date(2026, 2, 17))
