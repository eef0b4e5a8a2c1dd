"""Periods: every writing, the days each of them has, and one id for the same days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.errors import Refusal
from surveys.period import Preset, parse_period, part_ids, previous, year_before

WRITINGS = {
    "2021-Q2": ("2021-Q2", "2021q2", "Quý II/2021", "quý 2 năm 2021", "Q2/2021", "QUÝ II NĂM 2021"),
    "2021-05": ("2021-05", "2021-5", "tháng 5/2021", "Tháng 05 năm 2021", "05/2021", "T5/2021"),
    "2021-H1": ("2021-H1", "6 tháng đầu năm 2021", "Sáu tháng đầu năm 2021"),
    "2021-H2": ("2021-H2", "6 tháng cuối năm 2021"),
    "2021-W20": ("2021-W20", "tuần 20/2021", "Tuần 20 năm 2021"),
    "2020": ("2020", "năm 2020", "Năm 2020"),
    "2020-01-01..2020-03-31": (
        "2020-01-01..2020-03-31",
        "từ 01/01/2020 đến 31/03/2020",
        "Từ ngày 1/1/2020 đến hết ngày 31/3/2020",
        "01/01/2020 - 31/03/2020",
    ),
}
DAYS = {
    "2021-Q2": (date(2021, 3, 15), date(2021, 6, 14)),
    "2021-Q1": (date(2020, 12, 15), date(2021, 3, 14)),
    "2021-05": (date(2021, 4, 15), date(2021, 5, 14)),
    "2021-01": (date(2020, 12, 15), date(2021, 1, 14)),
    "2021-H1": (date(2020, 12, 15), date(2021, 6, 14)),
    "2021-H2": (date(2021, 6, 15), date(2021, 12, 14)),
    "2021": (date(2020, 12, 15), date(2021, 12, 14)),
    "2021-W20": (date(2021, 5, 17), date(2021, 5, 23)),
}
CALENDAR_DAYS = {
    "2021-Q1": (date(2021, 1, 1), date(2021, 3, 31)),
    "2020-02": (date(2020, 2, 1), date(2020, 2, 29)),
    "2021-12": (date(2021, 12, 1), date(2021, 12, 31)),
    "2021-H2": (date(2021, 7, 1), date(2021, 12, 31)),
    "2021": (date(2021, 1, 1), date(2021, 12, 31)),
}


@pytest.mark.parametrize(
    ("text", "id_"), [(text, id_) for id_, texts in WRITINGS.items() for text in texts]
)
def test_a_period_is_read_as_people_write_it(text: str, id_: str) -> None:
    """Short ids and the Vietnamese of reports, composed or not, come to the same id."""
    assert parse_period(text).id == id_


@pytest.mark.parametrize(("id_", "days"), DAYS.items())
def test_administrative_days(id_: str, days: tuple[date, date]) -> None:
    """NĐ 09/2019/NĐ-CP Điều 12: from the 15th to the 14th."""
    period = parse_period(id_)
    assert (period.start, period.end) == days


@pytest.mark.parametrize(("id_", "days"), CALENDAR_DAYS.items())
def test_calendar_days(id_: str, days: tuple[date, date]) -> None:
    """From the first to the last of the month."""
    period = parse_period(id_, Preset.CALENDAR)
    assert (period.start, period.end) == days


@pytest.mark.parametrize("preset", Preset)
@pytest.mark.parametrize("id_", DAYS)
def test_the_same_days_are_the_same_period(id_: str, preset: Preset) -> None:
    """Facts and scores hang on the id, however the days were named."""
    period = parse_period(id_, preset)
    assert parse_period(f"{period.start}..{period.end}", preset) == period
    written = f"từ {period.start:%d/%m/%Y} đến {period.end:%d/%m/%Y}"
    assert parse_period(written, preset) == period


@pytest.mark.parametrize(
    "text",
    ["", "quý hai", "2021-Q5", "2021-13", "2021-H3", "2021-W54", "2021-00", "0/2021", "x..y"],
)
def test_anything_else_is_refused(text: str) -> None:
    """With what to write instead."""
    with pytest.raises(Refusal, match=r"period\.unreadable"):
        parse_period(text)


@pytest.mark.parametrize("text", ["2021-06-14..2021-03-15", "14/6/2021 - 15/3/2021", "2021-06-14"])
def test_a_range_has_two_ends_in_their_order(text: str) -> None:
    """A single day is no range either."""
    with pytest.raises(Refusal, match=r"period\.reversed"):
        parse_period(text)


@given(
    st.integers(1950, 2150),
    st.sampled_from(["", "-H2", "-H1", "-Q1", "-Q3", "-01", "-12", "-W01", "-W52"]),
    st.sampled_from(Preset),
)
def test_the_period_before_ends_the_day_before(year: int, ending: str, preset: Preset) -> None:
    """No day is between two neighbours, none is in both."""
    period = parse_period(f"{year}{ending}", preset)
    before = previous(period, preset)
    assert before is not None
    assert before.end + timedelta(days=1) == period.start


def test_the_year_before() -> None:
    """Of halves, quarters and months; a week has none, a range neither."""
    found = {one: year_before(parse_period(one)) for one in ("2021-Q2", "2021-05", "2021-H1")}
    assert {one: before and before.id for one, before in found.items()} == {
        "2021-Q2": "2020-Q2",
        "2021-05": "2020-05",
        "2021-H1": "2020-H1",
    }
    assert year_before(parse_period("2021-W20")) is None
    assert year_before(parse_period("2021-01-01..2021-01-02")) is None
    assert previous(parse_period("2021-01-01..2021-01-02")) is None


@pytest.mark.parametrize(
    ("period", "parts"),
    [
        ("2021", ("2021-Q1", "2021-Q2", "2021-Q3", "2021-Q4")),
        ("2021-H2", ("2021-Q3", "2021-Q4")),
        ("2021-Q2", ("2021-04", "2021-05", "2021-06")),
        ("2021-05", ()),
        ("2021-W20", ()),
        ("2021-01-02..2021-03-09", ()),
    ],
)
def test_what_a_period_is_made_of(period: str, parts: tuple[str, ...]) -> None:
    """A year and six months of quarters, a quarter of months; the ids that facts name."""
    assert part_ids(parse_period(period)) == parts
