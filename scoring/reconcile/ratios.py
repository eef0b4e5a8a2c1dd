"""The printed percentages and fractions of a table, each with the figures it is made of."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from scoring.reconcile.amounts import Amounts
from scoring.reconcile.arithmetic import Fit, fit, percentage
from scoring.reconcile.figures import Figure, Kind
from scoring.reconcile.table import Column, Row

_MANY = 3
"""From this many percentages in a column on, at least one must be explained, else the column is
misread.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """`number` / `base`, with the percentage printed for it, if any. `base_id`: the quantity the
    base is taken from; None where the cell prints n/d itself. `of_parent`: that of the row above.
    `typed`: a spreadsheet's own number."""

    row: Row
    column: Column
    number: Decimal
    base: Decimal
    percent: Decimal | None
    base_id: str | None = None
    of_parent: bool = False
    typed: bool = False

    @property
    def exact(self) -> Fraction:
        """The percentage; `base` is not 0."""
        return percentage(self.number, self.base)

    @property
    def stated(self) -> Decimal:
        """The printed percentage; 0 where none is printed."""
        return self.percent or Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratios:
    """`dividing`: every ratio with a base other than 0. `by_nothing`: every printed n/0 with n not
    0. `not_understood`: columns of percentages none of which can be explained.
    """

    dividing: tuple[Ratio, ...]
    by_nothing: tuple[Ratio, ...]
    not_understood: tuple[Column, ...]


def ratios_of(amounts: Amounts) -> Ratios:
    """Read every column of a table once."""
    dividing: list[Ratio] = []
    by_nothing: list[Ratio] = []
    not_understood: list[Column] = []
    for column in amounts.table.columns:
        printed = tuple(_printed(amounts, column))
        by_nothing += (ratio for ratio in printed if ratio.number and not ratio.base)
        if column.kind is not Kind.TEXT:
            best = _best_reading(amounts, column)
            understood = _is_understood(best)
            dividing += (ratio for ratio in printed if ratio.base)
            dividing += best if understood else ()
            not_understood += () if understood else (column,)
    return Ratios(
        dividing=tuple(dividing),
        by_nothing=tuple(by_nothing),
        not_understood=tuple(not_understood),
    )


def _printed(amounts: Amounts, column: Column) -> Iterator[Ratio]:
    for row in amounts.table.rows:
        figure = row.figures.get(column.index)
        if figure is None or figure.number is None or figure.base is None:
            continue
        if _divides(figure, column):
            yield Ratio(
                row=row,
                column=column,
                number=figure.number,
                base=figure.base,
                percent=figure.percent,
            )


def _divides(figure: Figure, column: Column) -> bool:
    """Whether n/d is a share; in a column of unknown meaning it may be a date."""
    return column.kind is not Kind.FREE or bool(column.base) or figure.percent is not None


def _is_understood(reading: Sequence[Ratio]) -> bool:
    """Whether enough percentages are explained: of many at least one; of a few, zero suffice."""
    return len(reading) < _MANY or any(map(_fits, reading))


def _best_reading(amounts: Amounts, column: Column) -> tuple[Ratio, ...]:
    readings = [_read(amounts, column, way) for way in _ways(amounts, column)]
    whole = [r for r in readings if r and (not r[0].of_parent or sum(map(_fits, r)) * 2 > len(r))]
    return max(whole, key=lambda reading: sum(map(_worth, reading)), default=())


def _fits(ratio: Ratio) -> bool:
    return _worth(ratio) > 0


_WORTH = {Fit.EITHER: 2, Fit.ROUNDED: 2, Fit.TRUNCATED: 1, Fit.NEITHER: 0}
"""A cut-off percentage speaks for a reading half as much as a rounded one."""


def _worth(ratio: Ratio) -> int:
    return _WORTH[fit(ratio.exact, ratio.percent)]


Way = tuple[str, str | None]
"""What is counted, and what it is divided by; None: by the same quantity one row higher."""


def _ways(amounts: Amounts, column: Column) -> Iterator[Way]:
    """The possible readings, the usual one first: by the headers; early and on time together; the
    share of a row in its parent row.
    """
    counted = column.of or column.id
    derived = amounts.vocabulary.derived.items()
    together = [id_ for id_, d in derived if d.sums and counted in d.parts]
    for number_id in (counted, *together):
        known = amounts.vocabulary.columns.get(number_id)
        bases = (column.base,) if column.base else (known.of if known else ())
        yield from ((number_id, base) for base in bases if amounts.has(base))
    if not column.base:
        yield counted, None


def _read(amounts: Amounts, column: Column, way: Way) -> tuple[Ratio, ...]:
    ratios = tuple(_ratios(amounts, column, way))
    shift = _shift(ratios)
    return tuple(_shifted(ratio, shift) if ratio.typed else ratio for ratio in ratios)


def _ratios(amounts: Amounts, column: Column, way: Way) -> Iterator[Ratio]:
    counted, base_id = way
    for row in amounts.table.rows:
        figure = row.figures.get(column.index)
        if figure is None or figure.percent is None or figure.base is not None:
            continue
        number = _number(amounts, row, counted, figure)
        base = _base(amounts, row, way)
        if number is not None and base:
            yield Ratio(
                row=row,
                column=column,
                number=number,
                base=base,
                percent=figure.percent,
                base_id=base_id or counted,
                of_parent=base_id is None,
                typed=figure.typed,
            )


def _number(amounts: Amounts, row: Row, counted: str, figure: Figure) -> Decimal | None:
    return figure.number if figure.number is not None else amounts.certain(row, counted)


def _base(amounts: Amounts, row: Row, way: Way) -> Decimal | None:
    counted, base_id = way
    if base_id is not None:
        return amounts.certain(row, base_id)
    parent = amounts.table.parent(row)
    return amounts.certain(parent, counted) if parent else None


def _shift(ratios: Sequence[Ratio]) -> int:
    """2 where a spreadsheet holds the percentages as shares (0.0437 shown as 4,37 %), else 0."""
    typed = [ratio for ratio in ratios if ratio.typed]

    def distance(shift: int) -> Fraction:
        moved = (_shifted(ratio, shift) for ratio in typed)
        return Fraction(sum(abs(Fraction(r.stated) - r.exact) for r in moved))

    return min((0, 2), key=distance)


def _shifted(ratio: Ratio, shift: int) -> Ratio:
    return replace(ratio, percent=ratio.stated.scaleb(shift))
