"""The quarters within a period."""

from surveys.period import Preset, parse_period, quarters_of


def test_a_year_and_a_half_year_have_quarters() -> None:
    """A quarter, a month and a free range have none."""
    for preset in Preset:
        year = parse_period("2021", preset)
        quarters = quarters_of(year, preset)
        assert [one.id for one in quarters] == [f"2021-Q{n}" for n in range(1, 5)]
        assert (quarters[0].start, quarters[-1].end) == (year.start, year.end)
        assert quarters_of(parse_period("2021-H1", preset), preset) == quarters[:2]
    for name in ("2021-Q2", "2021-05", "2021-W20", "2021-01-03..2021-02-04"):
        assert quarters_of(parse_period(name)) == ()
