"""Retention of personal data: the dates until which answers stay linked to citizens, from the
configured numbers of days.
"""

from datetime import date, timedelta

from surveys.period import Period, Preset, parse_period


def closed_through(today: date, days: int, preset: Preset) -> date:
    """The last day of the latest quarter that ended more than `days` days before `today`.

    TT 25/2010/TT-BTTTT Điều 13 khoản 2: personal data of a survey only until the survey ends.
    """
    limit = today - timedelta(days=days)
    return max(one.end for one in _quarters_around(limit, preset) if one.end < limit)


def _quarters_around(day: date, preset: Preset) -> list[Period]:
    years = (day.year - 1, day.year, day.year + 1)
    return [parse_period(f"{year}-Q{nth}", preset) for year in years for nth in range(1, 5)]
