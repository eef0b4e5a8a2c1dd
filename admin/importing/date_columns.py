"""Finds date columns in which a spreadsheet parsed some cells and left others as text.

An English Excel parses 05/03/2021 as 3 May although it is 5 March, and cannot parse 14/05/2021: so
in the cells it parsed, day and month may be swapped.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from admin.importing.notes import MOST, Notes

LAST_MONTH = 12
FEWEST = 2


@dataclass(slots=True)
class _Column:
    typed: int = 0
    written: int = 0
    typed_fit: bool = True
    """Whether day and month could be swapped in every parsed date."""
    written_beyond: bool = True
    """Whether no text cell is a valid date with day and month swapped."""
    typed_rows: list[str] = field(default_factory=list)


class DateColumns:
    """Counts the parsed and the unparsed cells of each date column."""

    def __init__(self) -> None:
        self._columns: dict[str, _Column] = {}

    def see(self, column: str, raw: object, moment: date, place: str) -> None:
        """Record one cell: `raw` as it is in the sheet, `moment` as it was parsed."""
        seen = self._columns.get(column) or self._columns.setdefault(column, _Column())
        if isinstance(raw, str):
            seen.written += 1
            seen.written_beyond = seen.written_beyond and moment.day > LAST_MONTH
        elif isinstance(raw, date):
            seen.typed += 1
            seen.typed_fit &= moment.day <= LAST_MONTH
            if len(seen.typed_rows) < MOST:
                seen.typed_rows.append(place)

    def tell(self, notes: Notes, titles: Callable[[str], str]) -> None:
        """Add a note for every column that mixes both."""
        for name, seen in self._columns.items():
            if seen.typed and seen.written:
                swapped = seen.typed_fit and seen.written_beyond and seen.typed >= FEWEST
                for place in seen.typed_rows:
                    notes.add("swapped_dates" if swapped else "mixed_dates", place, titles(name))
