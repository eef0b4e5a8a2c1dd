"""Columns of days in which a spreadsheet understood some cells and left others as text.

An English Excel takes 05/03/2021 for 3 May where 5 March is meant, and cannot read 14/05/2021: so
what it understood may have day and month exchanged.
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
    """Whether every true date could have its day and month exchanged."""
    written_beyond: bool = True
    """Whether no text could be read the other way round."""
    typed_rows: list[str] = field(default_factory=list)


class DateColumns:
    """Watches the cells of the columns of days."""

    def __init__(self) -> None:
        self._columns: dict[str, _Column] = {}

    def see(self, column: str, raw: object, moment: date, place: str) -> None:
        """One cell that was read: `raw` as it stands in the sheet, `moment` as it was taken."""
        seen = self._columns.setdefault(column, _Column())
        if isinstance(raw, date):
            seen.typed += 1
            seen.typed_fit &= moment.day <= LAST_MONTH
            if len(seen.typed_rows) < MOST:
                seen.typed_rows.append(place)
        elif isinstance(raw, str):
            seen.written += 1
            seen.written_beyond &= moment.day > LAST_MONTH

    def tell(self, notes: Notes, titles: Callable[[str], str]) -> None:
        """Add a note for every column that mixes the two."""
        for name, seen in self._columns.items():
            if seen.typed and seen.written:
                swapped = seen.typed_fit and seen.written_beyond and seen.typed >= FEWEST
                for place in seen.typed_rows:
                    notes.add("swapped_dates" if swapped else "mixed_dates", place, titles(name))
