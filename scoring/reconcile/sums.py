"""Checks down the columns: a block against its rows."""

from collections.abc import Iterator
from decimal import Decimal

from scoring.reconcile import causes
from scoring.reconcile.amounts import Amount, Amounts, total
from scoring.reconcile.context import Context
from scoring.reconcile.figures import Kind
from scoring.reconcile.finding import Checked, Code, at
from scoring.reconcile.table import Column, Row


def check_sums(context: Context) -> Checked:
    """Check every count of every row that has child rows, numerators and denominators."""
    amounts = context.amounts
    for row in amounts.table.rows:
        if amounts.children(row):
            for quantity in _quantities(amounts):
                yield from _sum(amounts, row, quantity)
            for column in amounts.table.columns:
                yield from _sum_of_bases(amounts, row, column)


def _quantities(amounts: Amounts) -> Iterator[str]:
    table, vocabulary = amounts.table, amounts.vocabulary
    known = dict.fromkeys(column.id for column in table.columns if column.kind is Kind.COUNT)
    yield from (id_ for id_ in known if id_ in vocabulary.columns)
    yield from (id_ for id_, d in vocabulary.derived.items() if d.sums and id_ not in known)
    yield from sorted(table.summed - known.keys())


def _is_comparable(amounts: Amounts, row: Row, quantity: str) -> bool:
    """Whether the quantity can be compared: early and on time separately if the row and its child
    rows print both; else only their sum.
    """
    derived = amounts.vocabulary.derived
    if quantity in derived and amounts.table.column(quantity) is None:
        return any(_is_mixed(amounts, row, part) for part in derived[quantity].parts)
    return not _is_mixed(amounts, row, quantity)


def _sum(amounts: Amounts, row: Row, quantity: str) -> Checked:
    if not _is_comparable(amounts, row, quantity):
        return
    stated, added = amounts.amount(row, quantity), amounts.below(row, quantity)
    if stated is None or stated.hidden != 0 or added is None:
        return
    if not added.contradicts(stated.value):
        yield None
        return
    children = [
        (c.name, a.value) for c in amounts.children(row) if (a := amounts.amount(c, quantity))
    ]
    yield at(
        Code.SUM_OF_ROWS,
        amounts.table,
        row,
        _column(amounts, quantity),
        stated=stated.value,
        recomputed=added.value,
        reasons=causes.of_doubling(stated.value, added.value)
        or causes.of_rows(added.value - stated.value, children)
        or causes.of_swapping(stated.value, added.value),
    )


def _column(amounts: Amounts, quantity: str) -> Column | None:
    """The column of a stated quantity, or of the first of its parts."""
    ids = (quantity, *amounts.parts(quantity))
    return next((column for id_ in ids if (column := amounts.table.column(id_))), None)


def _is_mixed(amounts: Amounts, row: Row, quantity: str) -> bool:
    """Whether a child row prints some, but not all, of the parts that this row prints of the same
    derived quantity.
    """
    for derived in amounts.vocabulary.derived.values():
        if derived.sums and quantity in derived.parts:
            wanted = [p for p in derived.parts if amounts.table.number(row, p) is not None]
            printed = [{amounts.table.number(c, p) for p in wanted} for c in amounts.children(row)]
            return any(None in numbers and numbers != {None} for numbers in printed)
    return False


def _sum_of_bases(amounts: Amounts, row: Row, column: Column) -> Checked:
    figure = row.figures.get(column.index)
    below = _bases_below(amounts, row, column)
    if figure is None or figure.base is None or not below.value:
        return
    if not below.contradicts(figure.base):
        yield None
        return
    yield at(
        Code.BASES_OF_ROWS,
        amounts.table,
        row,
        column,
        stated=figure.base,
        recomputed=below.value,
        reasons=causes.of_doubling(figure.base, below.value)
        or causes.of_swapping(figure.base, below.value),
    )


def _bases_below(amounts: Amounts, row: Row, column: Column) -> Amount:
    children = amounts.children(row)
    return total(_base_of_child(amounts, child, column) for child in children)


def _base_of_child(amounts: Amounts, child: Row, column: Column) -> Amount:
    figure = child.figures.get(column.index)
    if figure is not None and figure.base is not None:
        return Amount(figure.base)
    if amounts.children(child):
        return _bases_below(amounts, child, column)
    return Amount(Decimal(0), None)
