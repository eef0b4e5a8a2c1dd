"""Half months: the time to which answers are rounded once they belong to no dossier."""

from datetime import date

SECOND_HALF = 15
"""Administrative periods begin on the 15th, calendar ones on the 1st."""


def half_month(day: date) -> date:
    """The 1st or the 15th on or before the day."""
    return day.replace(day=SECOND_HALF if day.day >= SECOND_HALF else 1)
