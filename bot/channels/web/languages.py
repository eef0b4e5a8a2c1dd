"""The language a bubble is in, as screen readers have to be told."""

import re
from collections.abc import Mapping
from typing import Any

_WORD = re.compile(r"[^\W\d_]+")
_VIETNAMESE = re.compile("[àáâãèéêìíòóôõùúýăđĩũơưạ-ỹ]", re.IGNORECASE)


def language_of(body: Mapping[str, Any]) -> str:
    """The language a bubble says it is in; else `vi` if half of its words have a Vietnamese letter:
    an English sentence may name a commune."""
    if body.get("language"):
        return str(body["language"])
    words = _WORD.findall(str(body.get("brief") or body["text"]))
    marked = sum(_VIETNAMESE.search(word) is not None for word in words)
    return "vi" if marked and 2 * marked >= len(words) else "en"
