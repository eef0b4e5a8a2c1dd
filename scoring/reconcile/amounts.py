"""The amount of a quantity in a row, printed or added up, and how much blank cells may hide."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from scoring.reconcile.figures import Kind
from scoring.reconcile.table import Column, Level, Row, Table
from scoring.reconcile.vocabulary import Relation, Vocabulary


@dataclass(frozen=True, slots=True)
class Amount:
    """`value` is the printed sum; `hidden` is how much blank cells may add (None: unknown)."""

    value: Decimal
    hidden: Decimal | None = Decimal(0)

    def __add__(self, other: "Amount") -> "Amount":
        value = self.value + other.value
        if self.hidden is None or other.hidden is None:
            return Amount(value, None)
        return Amount(value, self.hidden + other.hidden)

    def contradicts(self, stated: Decimal) -> bool:
        """Whether the stated value is impossible whatever the blank cells hold."""
        if self.value > stated:
            return True
        return self.hidden is not None and self.value + self.hidden < stated


NOTHING = Amount(Decimal(0))


class Amounts:
    """The quantities of one table."""

    def __init__(self, table: Table, vocabulary: Vocabulary) -> None:
        self.table = table
        self.vocabulary = vocabulary
        self._children: dict[int | None, list[Row]] = defaultdict(list)
        for row in table.rows:
            self._children[row.parent].append(row)
        units = (row for row in table.rows if row.level is Level.UNIT)
        self._has_grades = any(vocabulary.grade(row.texts.get("grade")) for row in units)

    def children(self, row: Row) -> tuple[Row, ...]:
        """The rows directly below a row."""
        return tuple(self._children.get(row.index, ()))

    def amount(self, row: Row, quantity: str) -> Amount | None:
        """Printed, or added up from the printed parts of a derived quantity; else None."""
        printed = self.table.number(row, quantity)
        if printed is not None:
            return Amount(printed)
        derived = self.vocabulary.derived.get(quantity)
        if derived is None or not derived.sums:
            return self._from_grade(row, quantity)
        amounts = [self.amount(row, part) for part in derived.parts if self.has(part)]
        if all(amount is None for amount in amounts):
            return None
        return total(amount or Amount(Decimal(0), None) for amount in amounts)

    def certain(self, row: Row, quantity: str) -> Decimal | None:
        """The amount as the base of a percentage: only if it, or each of its parts, is printed."""
        amount = self.amount(row, quantity)
        derived = self.vocabulary.derived.get(quantity)
        if amount is None and derived is not None:
            parts = [self.certain(row, part) for part in derived.parts]
            known = [part for part in parts if part is not None]
            return Decimal(sum(known)) if len(known) == len(parts) else None
        return amount.value if amount and amount.hidden == 0 else None

    def has(self, quantity: str) -> bool:
        """Whether the table prints a quantity, or a part it is derived from."""
        return self.table.column(quantity) is not None or any(map(self.has, self.parts(quantity)))

    def parts(self, quantity: str) -> tuple[str, ...]:
        """The parts a derived quantity is the sum of; empty for any other."""
        derived = self.vocabulary.derived.get(quantity)
        return derived.parts if derived else ()

    def header(self, quantity: str) -> str:
        """The table's header for a quantity, or for the parts it is the sum of."""
        column = self.table.column(quantity)
        if column is not None:
            return column.header
        printed = filter(self.has, self.parts(quantity))
        return " + ".join(map(self.header, printed)) or quantity

    def below(self, row: Row, quantity: str) -> Amount | None:
        """The sum over the child rows; None if no child has an amount."""
        children = self.children(row)
        amounts = [(child, self._of_child(child, quantity)) for child in children]
        if all(amount is None for _, amount in amounts):
            return None
        return total(a or Amount(Decimal(0), self.room(c, quantity)) for c, a in amounts)

    def _of_child(self, child: Row, quantity: str) -> Amount | None:
        own = self.amount(child, quantity)
        return own if own is not None else self.below(child, quantity)

    def room(self, row: Row, quantity: str) -> Decimal | None:
        """The most a blank cell can hold, given what its row prints; None: no limit known."""
        limits = [
            limit for r in self.vocabulary.relations for limit in self._left(row, quantity, r)
        ]
        column = self.vocabulary.columns.get(quantity)
        wholes = (self.table.number(row, whole) for whole in (column.of if column else ()))
        return min([*limits, *(whole for whole in wholes if whole is not None)], default=None)

    def _left(self, row: Row, quantity: str, relation: Relation) -> Iterable[Decimal]:
        parts = (*relation.parts, *relation.optional)
        whole = self.table.number(row, relation.whole)
        if quantity in parts and whole is not None:
            others = (self.amount(row, part) for part in parts if part != quantity)
            yield max(Decimal(0), whole - sum(a.value for a in others if a))

    def _from_grade(self, row: Row, quantity: str) -> Amount | None:
        """A unit with a printed grade counts as one unit of that grade."""
        if row.level is not Level.UNIT or not self._has_grades:
            return None
        if quantity == "units":
            return Amount(Decimal(1))
        words = {**self.vocabulary.grades, **self.vocabulary.states}
        if quantity not in words:
            return None
        grade = self.vocabulary.grade(row.texts["grade"])
        return (
            Amount(Decimal(0), Decimal(1)) if grade is None else Amount(Decimal(grade == quantity))
        )

    def others(self, row: Row, but: Iterable[str | None]) -> list[tuple[Column, Decimal]]:
        """The other counts a row prints, each with its column."""
        left_out = set(but)
        return [
            (column, figure.number)
            for column in self.table.columns
            if column.id not in left_out
            and column.kind in (Kind.COUNT, Kind.FREE)
            and (figure := row.figures.get(column.index))
            and figure.number is not None
        ]


def total(amounts: Iterable[Amount]) -> Amount:
    """The sum of amounts."""
    result = NOTHING
    for amount in amounts:
        result += amount
    return result
