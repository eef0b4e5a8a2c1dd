"""What is odd in a file but no reason to reject a row, with the rows to look at."""

from collections import Counter
from dataclasses import dataclass, field

MOST = 100
"""So many rows of each note are kept; all are counted."""


@dataclass(slots=True)
class Detail:
    """Where a note holds: rows in their order, and the columns or words it is about."""

    rows: list[str] = field(default_factory=list)
    words: dict[str, int] = field(default_factory=dict)


class Notes(Counter[str]):
    """Text key below `<kind>.warnings` → how often; `details` says where."""

    def __init__(self) -> None:
        super().__init__()
        self.details: dict[str, Detail] = {}

    def add(self, key: str, place: str, word: str = "") -> None:
        """Take note of a row; `word`: the column or the word of the file that is meant."""
        self[key] += 1
        detail = self.details.setdefault(key, Detail())
        if len(detail.rows) < MOST and place not in detail.rows:
            detail.rows.append(place)
        if word and len(detail.words) < MOST:
            detail.words[word] = detail.words.get(word, 0) + 1
