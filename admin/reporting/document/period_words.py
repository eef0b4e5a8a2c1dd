"""Names a period within a sentence: `quý II năm 2021`."""

import re

from admin.reporting.document.words import Words
from admin.reporting.period_phrase import KINDS, ROMAN
from surveys.period import Period


def period_words(words: Words, period: Period) -> str:
    """The period without its days; a free range by its days."""
    for kind, pattern in KINDS.items():
        if found := re.fullmatch(pattern, period.id):
            number = found.groupdict().get("number", "")
            named = ROMAN[number] if kind == "quarter" else number.lstrip("0")
            return words.say(f"period.{kind}", year=found["year"], number=named)
    return words.say("period.range", first=period.start, last=period.end)
