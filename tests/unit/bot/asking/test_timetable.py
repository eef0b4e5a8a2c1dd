"""Nobody is woken, or written to on a weekend or a holiday; the units' own days count."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.asking.timetable import Timetable, timetable
from bot.settings import load_settings

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def at(local: str) -> datetime:
    """A moment by the clock on the authority's wall."""
    return datetime.fromisoformat(local).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("local", "due"),
    [
        ("2021-06-01 20:59", "2021-06-01 20:59"),
        ("2021-06-01 21:00", "2021-06-02 07:00"),
        ("2021-06-01 23:59", "2021-06-02 07:00"),
        ("2021-06-02 00:00", "2021-06-02 07:00"),
        ("2021-06-02 06:59", "2021-06-02 07:00"),
        ("2021-06-02 07:00", "2021-06-02 07:00"),
        ("2021-12-31 22:00", "2022-01-01 07:00"),
    ],
)
def test_quiet_hours_are_waited_for(local: str, due: str) -> None:
    """From nine in the evening to seven, by the clock on the authority's wall."""
    now = datetime.fromisoformat(local).replace(tzinfo=ZONE).astimezone(UTC)
    then = timetable(load_settings(rest_days="none")).next_moment(now)
    assert then == datetime.fromisoformat(due).replace(tzinfo=ZONE)


def test_quiet_hours_within_a_day() -> None:
    """A rest at noon ends the same day."""
    now = datetime(2021, 6, 1, 12, 30, tzinfo=ZONE)
    chosen = load_settings(quiet_from="12:00", quiet_to="13:00")
    then = timetable(chosen).next_moment(now)
    assert then == datetime(2021, 6, 1, 13, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("local", "due"),
    [
        ("2026-02-13 22:00", "2026-02-23 07:00"),  # Tết, and the weekends around it
        ("2026-02-20 10:00", "2026-02-23 07:00"),
        ("2026-01-10 09:00", "2026-01-10 09:00"),  # a Saturday that is worked
        ("2026-01-11 09:00", "2026-01-12 07:00"),
        ("2026-11-24 09:00", "2026-11-25 07:00"),  # expected, not confirmed: left alone
        ("2025-04-30 06:00", "2025-05-05 07:00"),
    ],
)
def test_holidays_and_weekends_are_waited_for(local: str, due: str) -> None:
    """By the data of the year."""
    assert timetable(load_settings()).next_moment(at(local)) == at(due)


def test_only_holidays_or_no_day_at_all() -> None:
    """The setting `rest_days`."""
    saturday, tet = at("2026-02-28 10:00"), at("2026-02-17 10:00")
    holidays = timetable(load_settings(rest_days="holidays"))
    assert holidays.next_moment(saturday) == saturday
    assert holidays.next_moment(tet) == at("2026-02-21 07:00")
    assert timetable(load_settings(rest_days="none")).next_moment(tet) == tet


@pytest.mark.parametrize(("policy", "due"), [("weekdays", "2031-05-01 10:00"), ("hold", "")])
def test_a_year_without_holidays_has_a_named_policy(policy: str, due: str) -> None:
    """Go by the weekday, or start nothing: then no moment is found, and none may be written."""
    times = timetable(load_settings(holidays_unknown=policy))
    moment = at("2031-05-01 10:00")
    assert times.may_write(moment) is bool(due)
    assert times.is_closed(moment) is not bool(due)


def saturday_unit(folder: Path) -> Timetable:
    """XA01 works on Saturdays, the others do not."""
    file = folder / "days.yaml"
    file.write_text("office_days:\n  XA01: [mon, tue, wed, thu, fri, sat]\n", "utf-8")
    return timetable(load_settings(holidays_file=str(file)))


def test_a_unit_has_its_own_office_days(tmp_path: Path) -> None:
    """Its citizens are asked on Saturday; the dispatcher, which serves all units, is open then."""
    times = saturday_unit(tmp_path)
    saturday = at("2026-03-07 10:00")
    assert times.next_moment(saturday, "XA01") == saturday
    assert times.next_moment(saturday, "XA02") == at("2026-03-09 07:00")
    assert not times.is_closed(saturday)
    assert times.is_closed(at("2026-03-08 10:00"))


@pytest.mark.parametrize(
    ("local", "due"),
    [
        ("2026-03-06 16:59", "2026-03-06 16:59"),
        ("2026-03-06 17:00", "2026-03-09 07:30"),
        ("2026-03-09 06:00", "2026-03-09 07:30"),
    ],
)
def test_notices_leave_in_office_hours(local: str, due: str) -> None:
    """Not in the evening, though an invitation may."""
    assert timetable(load_settings()).next_office_moment(at(local)) == at(due)
