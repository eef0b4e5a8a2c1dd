"""Dates as people and spreadsheets write them."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from surveys.civil import civil_time

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0)
)
WRITINGS = (
    "{0:%d/%m/%Y %H:%M:%S}",
    "{0.day}/{0.month}/{0:%Y} {0.hour}:{0:%M:%S}",
    "{0:%d-%m-%Y %H:%M:%S}",
    "{0:%d.%m.%Y  %H:%M:%S}",
    "{0:%H:%M:%S %d/%m/%Y}",
    "{0:%H:%M:%S - %d/%m/%Y}",
    "{0:%Y-%m-%d %H:%M:%S}",
    "{0:%Y-%m-%dT%H:%M:%S}",
    "{0:%Y-%m-%dT%H:%M:%S+07:00}",
)


@given(MOMENTS, st.sampled_from(WRITINGS))
def test_every_writing_of_a_moment_is_that_moment(moment: datetime, writing: str) -> None:
    """Day before month, one digit or two, ISO with or without the zone's own offset."""
    assume("+07:00" not in writing or moment.year > 1975)
    assert civil_time(writing.format(moment), ZONE) == moment


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_a_day_alone_is_its_midnight(day: date) -> None:
    """The commonest writing takes the quick way and means the same."""
    midnight = datetime(day.year, day.month, day.day)
    for text in (f"{day:%d/%m/%Y}", f"{day.day}/{day.month}/{day:%Y}", day.isoformat()):
        assert civil_time(text, ZONE) == midnight
    assert civil_time(day, ZONE) == midnight


@given(st.text(max_size=24) | st.from_regex(r"[0-9/ :.T+-]{6,20}", fullmatch=True))
def test_any_text_is_a_date_or_a_value_error(text: str) -> None:
    """Nothing else comes out of it, whatever is written there."""
    try:
        found = civil_time(text, ZONE)
    except (ValueError, OverflowError):
        return
    assert found.tzinfo is None
    assert 1900 <= found.year <= 2199


def test_an_offset_is_converted_to_the_zone() -> None:
    """A dossier received at 23:30 in Greenwich was received the next morning here."""
    assert civil_time("2021-03-14T23:30:00Z", ZONE) == datetime(2021, 3, 15, 6, 30)
    aware = datetime(2021, 3, 15, 1, 0, tzinfo=timezone(timedelta(hours=9)))
    assert civil_time(aware, ZONE) == datetime(2021, 3, 14, 23, 0)
    assert civil_time(datetime(2021, 3, 15, tzinfo=UTC), ZONE) == datetime(2021, 3, 15, 7, 0)


def test_a_spreadsheets_day_number_is_its_day() -> None:
    """44270.5 is noon of 15/3/2021, to the second."""
    assert civil_time(44270.5, ZONE) == datetime(2021, 3, 15, 12, 0)
    assert civil_time(44270 + 30_600 / 86_400, ZONE) == datetime(2021, 3, 15, 8, 30)


@pytest.mark.parametrize(
    ("written", "hour", "minute"),
    [
        *(("2021/04/12", 0, 0), ("ngày 12 tháng 4 năm 2021", 0, 0), (" 12 / 04 / 2021", 0, 0)),
        *(("12/4/2021 8h30", 8, 30), ("8h30 12/4/2021", 8, 30), ("12/04/2021 8h", 8, 0)),
        *(("12/04/2021 08:30 SA", 8, 30), ("12/04/2021 04:30 CH", 16, 30)),
        *(("12/04/2021 08:30:00 AM", 8, 30), ("12/04/2021 4:30 PM", 16, 30)),
        *(("12/04/2021 12:15 SA", 0, 15), ("12/04/2021 12:15 CH", 12, 15)),
        *(("8 giờ 30 phút, ngày 12 tháng 4 năm 2021", 8, 30), ("8h30 ngày 12/04/2021", 8, 30)),
        *(("Thứ hai, 12/04/2021", 0, 0), ("12/04/2021\u00a008:30", 8, 30)),
        *(("12/04/2021 lúc 8g30 sáng", 8, 30), ("12/\u200b04/2021", 0, 0)),
    ],
)
def test_the_ways_offices_write_a_day_and_an_hour(written: str, hour: int, minute: int) -> None:
    """Windows' own Vietnamese halves of the day, hours with h, giờ or g, words between."""
    assert civil_time(written, ZONE) == datetime(2021, 4, 12, hour, minute)


@pytest.mark.parametrize(
    "wrong",
    [
        *("31/02/2020", "32/01/2021", "15/13/2021", "15/03/21", "15/03/0021", "15/03/2021 25:00"),
        *(
            "2021-02-30",
            "hôm qua",
            "",
            "15/03",
            "20210315",
            "03/15/2021 2:30 PM",
            "15/03/2021 13:30 SA",
            True,
            -1,
            1e9,
        ),
    ],
)
def test_what_is_no_date_is_refused(wrong: object) -> None:
    """An impossible day, two-digit years, words: never guessed."""
    with pytest.raises(ValueError):  # noqa: PT011 - the class is the contract
        civil_time(wrong, ZONE)
