"""Words a period for a report: `Quý II năm 2021`."""

import re

from admin.kit.texts import Texts
from surveys.period import Period

ROMAN = {"1": "I", "2": "II", "3": "III", "4": "IV"}
KINDS = {
    "quarter": r"(?P<year>\d{4})-Q(?P<number>\d)",
    "half1": r"(?P<year>\d{4})-H(?P<number>1)",
    "half2": r"(?P<year>\d{4})-H(?P<number>2)",
    "week": r"(?P<year>\d{4})-W(?P<number>\d+)",
    "month": r"(?P<year>\d{4})-(?P<number>\d\d)",
    "year": r"(?P<year>\d{4})",
}


def period_phrase(texts: Texts, period: Period) -> str:
    """The period in words, with its first and last day."""
    days = {"first": period.start, "last": period.end}
    for kind, pattern in KINDS.items():
        if found := re.fullmatch(pattern, period.id):
            number = found.groupdict().get("number", "")
            named = ROMAN[number] if kind == "quarter" else number.lstrip("0")
            key = f"reporting.periods.{kind}"
            return texts.text(key, year=found["year"], number=named, **days)
    return texts.text("reporting.periods.range", **days)
