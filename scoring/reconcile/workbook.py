"""All tables of a file: the places where the same quantity of the same row is printed."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from scoring.reconcile.labels import plain
from scoring.reconcile.table import Column, Row, Table
from scoring.reconcile.vocabulary import Vocabulary

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """One place where a number is printed."""

    table: Table
    row: Row
    column: Column
    value: Decimal


class Workbook:
    """The tables of one file. Rows are the same if period, scope and name are equal."""

    def __init__(self, tables: Sequence[Table], vocabulary: Vocabulary) -> None:
        self.tables = tables
        self.vocabulary = vocabulary

    def key(self, table: Table, row: Row) -> Key:
        """The key that identifies a row in other tables; sheets that name no period are kept
        separate.
        """
        return (table.period or table.sheet, table.scope, row.key)

    def values(self, table: Table, row: Row, quantity: str) -> list[Printed]:
        """Every place that prints this quantity of this row."""
        return list(self.printed.get((self.key(table, row), quantity), ()))

    def holds(self, table: Table, row: Row, value: Decimal, but: Column) -> list[str]:
        """The headers, other than that of `but`, under which this row prints a number, in any
        table."""
        found = (places for (key, _), places in self.printed.items() if key == self.key(table, row))
        places = (place for same in found for place in same)
        return [p.column.header for p in places if p.value == value and p.column is not but]

    @cached_property
    def repeated(self) -> Sequence[tuple[Printed, Printed]]:
        """Quantities printed more than once, each later place with the first one. Two tables that
        agree in less than half of what they share are about different things and are left out.
        """
        pairs = [(places[0], place) for places in self.printed.values() for place in places[1:]]
        shared = Counter(map(_tables, pairs))
        differing = Counter(_tables(pair) for pair in pairs if pair[0].value != pair[1].value)
        return [
            pair for pair in pairs if differing[_tables(pair)] <= max(1, shared[_tables(pair)] / 2)
        ]

    @cached_property
    def printed(self) -> Mapping[tuple[Key, str], list[Printed]]:
        """Every printed quantity that means the same in all tables, by row."""
        places: dict[tuple[Key, str], list[Printed]] = defaultdict(list)
        for table in self.tables:
            for row in _unambiguous(table):
                for quantity, place in self._of_row(table, row):
                    places[self.key(table, row), quantity].append(place)
        return places

    def _of_row(self, table: Table, row: Row) -> Iterator[tuple[str, Printed]]:
        for column in table.columns:
            quantity = self._quantity(row, column)
            figure = row.figures.get(column.index)
            known = self.vocabulary.columns.get(quantity)
            if known and known.shared and figure and figure.number is not None:
                place = Printed(table=table, row=row, column=column, value=figure.number)
                yield quantity, place

    def _quantity(self, row: Row, column: Column) -> str:
        """The quantity to compare: a surveyed population is the one its row is taken from."""
        said = row.texts.get("denominator") if column.id == "population" else None
        return (said and self.vocabulary.quantity(said)) or column.id


def _tables(pair: tuple[Printed, Printed]) -> tuple[int, int]:
    return id(pair[0].table), id(pair[1].table)


def _unambiguous(table: Table) -> Iterator[Row]:
    """The rows whose name is unique within its block of the table."""
    meant: dict[str, set[tuple[int | None, str]]] = defaultdict(set)
    for row in table.rows:
        meant[row.key].add((row.parent, plain(row.name)))
    return (row for row in table.rows if len(meant[row.key]) == 1)
