"""The model of a printed table: columns with their quantity, rows with their parent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from scoring.reconcile.figures import Figure, Kind


class Level(StrEnum):
    """The level of a row: the whole, a block of units, one unit (or one period)."""

    TOTAL = "total"
    BLOCK = "block"
    UNIT = "unit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`id`: the quantity (one of the vocabulary, or `~header`); of a percentage: `of`, what is
    counted. `base`: the quantity the header names as denominator."""

    index: int
    header: str
    id: str
    kind: Kind
    of: str = ""
    base: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line; `key` is its normalised name, `figures` are by column index."""

    index: int
    line: int
    name: str
    key: str
    level: Level
    parent: int | None
    texts: Mapping[str, str]
    figures: Mapping[int, Figure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A claim of the report: `quantity` / `base` `comparison` `percent`, for one row or for the
    highest.
    """

    text: str
    quantity: str
    base: str | None
    comparison: str
    percent: Decimal
    row: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """A relation given in the file itself: `whole` = sum of `parts` (ids)."""

    whole: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`quota`: the least share of dossiers to be surveyed, in percent. `summed`: further quantities
    to be added up over units. `lines`: the line of each quantity, if quantities are printed as
    lines; `Row.line` is then a column of the sheet.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    sheet: str = ""
    source: str = ""
    period: str = ""
    scope: str = ""
    quota: Decimal | None = None
    claims: tuple[Claim, ...] = ()
    additions: tuple[Addition, ...] = ()
    summed: frozenset[str] = field(default_factory=frozenset)
    lines: tuple[int, ...] = ()

    def column(self, quantity: str) -> Column | None:
        """The column that prints a quantity itself (the first, when there are several)."""
        return next(iter(self.columns_of(quantity)), None)

    def columns_of(self, quantity: str) -> Iterator[Column]:
        """Every column that prints a quantity itself, not a percentage of it."""
        return (c for c in self.columns if c.id == quantity and c.kind is not Kind.RATE)

    def number(self, row: Row, quantity: str) -> Decimal | None:
        """What a row prints for a quantity, or None."""
        column = self.column(quantity)
        figure = row.figures.get(column.index) if column else None
        return figure.number if figure else None

    def base(self, row: Row, quantity: str) -> Decimal | None:
        """The denominator a row prints for a quantity (n/d), or None."""
        column = self.column(quantity)
        figure = row.figures.get(column.index) if column else None
        return figure.base if figure else None

    def parent(self, row: Row) -> Row | None:
        """The row directly above, or None."""
        return None if row.parent is None else self.rows[row.parent]

    def cell(self, row: Row, column: Column) -> str:
        """The address in the sheet, as spreadsheets write it: C7."""
        return address(row.line, column.index, self.lines)


def address(line: int, index: int, lines: tuple[int, ...] = ()) -> str:
    """A cell's address as in spreadsheets. With `lines`, quantities are printed as lines: `line` is
    then the column of the sheet, and `index` counts the lines from 1.
    """
    return f"{_letters(line)}{lines[index - 1]}" if lines else f"{_letters(index)}{line}"


def _letters(index: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    high, low = divmod(index, 26)
    return (_letters(high - 1) if high else "") + chr(ord("A") + low)
