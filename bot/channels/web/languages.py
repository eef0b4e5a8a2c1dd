"""The language a bubble is in, as screen readers have to be told."""

import re

_VIETNAMESE = re.compile("[ăâđêôơưạ-ỹ]", re.IGNORECASE)


def language_of(text: str) -> str:
    """`vi` for a text with a Vietnamese letter, else `en`."""
    return "vi" if _VIETNAMESE.search(text) else "en"
