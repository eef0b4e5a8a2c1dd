"""The printed percentages and fractions of a table, each with the figures it is made of."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from scoring.reconcile.amounts import Amounts
from scoring.reconcile.arithmetic import Fit, fit, percentage
from scoring.reconcile.figures import Figure, Kind
from scoring.reconcile.table import Column, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """`number` / `base`, with the percentage printed for it, if any. `base_id`: the quantity the
    base is taken from; None where the cell prints n/d itself."""

    row: Row
    column: Column
    number: Decimal
    base: Decimal
    percent: Decimal | None
    base_id: str | None = None

    @property
    def exact(self) -> Fraction:
        """The percentage; `base` is not 0."""
        return percentage(self.number, self.base)


def ratios(amounts: Amounts) -> Iterator[Ratio]:
    """Every figure of the table that divides, by something other than 0."""
    for column in amounts.table.columns:
        if column.kind is Kind.TEXT or column.id == "quota":
            continue
        yield from _printed(amounts, column)
        yield from _by_column(amounts, column)


def _printed(amounts: Amounts, column: Column) -> Iterator[Ratio]:
    for row in amounts.table.rows:
        figure = row.figures.get(column.index)
        if figure and figure.number is not None and figure.base and _divides(figure, column):
            yield Ratio(
                row=row,
                column=column,
                number=figure.number,
                base=figure.base,
                percent=figure.percent,
            )


def _divides(figure: Figure, column: Column) -> bool:
    """Whether n/d is meant as a share; in a column we know nothing of it may be a date."""
    return column.kind is not Kind.FREE or column.base is not None or figure.percent is not None


def _by_column(amounts: Amounts, column: Column) -> Iterator[Ratio]:
    """Percentages whose denominator stands in another column."""
    counted = column.of or column.id
    cells = [
        (row, figure, number)
        for row in amounts.table.rows
        if (figure := row.figures.get(column.index))
        and figure.percent is not None
        and figure.base is None
        and (number := _number(amounts, row, counted, figure)) is not None
    ]
    base_id = column.base or _usual_base(amounts, counted, cells)
    if base_id is None:
        return
    shift = _shift(amounts, base_id, cells)
    for row, figure, number in cells:
        base = amounts.certain(row, base_id)
        if base:
            percent = _meant(figure, shift)
            yield Ratio(
                row=row, column=column, number=number, base=base, percent=percent, base_id=base_id
            )


def _number(amounts: Amounts, row: Row, counted: str, figure: Figure) -> Decimal | None:
    return figure.number if figure.number is not None else amounts.certain(row, counted)


Cells = Sequence[tuple[Row, Figure, Decimal]]


def _usual_base(amounts: Amounts, counted: str, cells: Cells) -> str | None:
    """Of the bases people take for a quantity, the one that explains most of the column."""
    quantity = amounts.vocabulary.columns.get(counted)
    candidates = [id_ for id_ in (quantity.of if quantity else ()) if amounts.has(id_)]
    return max(candidates, key=lambda id_: _explained(amounts, id_, cells), default=None)


def _explained(amounts: Amounts, base_id: str, cells: Cells) -> int:
    shift = _shift(amounts, base_id, cells)
    return sum(
        fit(percentage(number, base), _meant(figure, shift)) is not Fit.NEITHER
        for row, figure, number in cells
        if (base := amounts.certain(row, base_id))
    )


def _meant(figure: Figure, shift: int) -> Decimal:
    """The percentage of a cell, a spreadsheet's own number shifted by so many digits."""
    percent = figure.percent or Decimal(0)
    return percent.scaleb(shift) if figure.typed else percent


def _shift(amounts: Amounts, base_id: str, cells: Cells) -> int:
    """2 where a spreadsheet holds the percentages as shares (0.0437 shown as 4,37 %), else 0."""
    distance = dict.fromkeys((0, 2), Fraction(0))
    for row, figure, number in cells:
        base = amounts.certain(row, base_id)
        if figure.typed and base:
            for shift in distance:
                distance[shift] += abs(Fraction(_meant(figure, shift)) - percentage(number, base))
    return min(distance, key=lambda shift: distance[shift])
