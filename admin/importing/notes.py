"""Oddities in a file that are no reason to reject a row, with the rows to look at."""

from collections import Counter
from dataclasses import dataclass, field

MOST = 100
"""The most rows kept per note; all are counted."""


@dataclass(slots=True)
class Detail:
    """Where a note applies: row numbers in order, and the columns or words concerned."""

    rows: list[str] = field(default_factory=list)
    words: dict[str, int] = field(default_factory=dict)


class Notes(Counter[str]):
    """Text key below `<kind>.warnings` → count; `details` says where."""

    def __init__(self) -> None:
        super().__init__()
        self.details: dict[str, Detail] = {}

    def add(self, key: str, place: str, word: str = "") -> None:
        """Note a row; `word`: the column or word of the file it concerns."""
        self[key] += 1
        detail = self.details.setdefault(key, Detail())
        if len(detail.rows) < MOST and place not in detail.rows:
            detail.rows.append(place)
        if word and len(detail.words) < MOST:
            detail.words[word] = detail.words.get(word, 0) + 1
