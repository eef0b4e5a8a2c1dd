"""One sheet: its rows as a person sees them, and its metadata."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from admin.sheets.values import Numbered

Merge = tuple[int, int, int, int]
"""First row, first column, last row, last column; rows from 1, columns from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One sheet. Its rows can be read repeatedly; rows without any cell may be missing."""

    rows: Callable[[], Iterator[Numbered]]
    estimate: int
    """An estimate of the number of rows."""
    name: str = ""
    """The worksheet's name; empty for a text file."""
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merges: tuple[Merge, ...] = ()
    is_hidden: bool = False
