"""Checks of repeated prints: two values of one quantity, two rows with one label, two
denominators.
"""

from itertools import combinations

from scoring.reconcile import causes
from scoring.reconcile.context import Context
from scoring.reconcile.finding import Cause, Checked, Code, Finding, Reason, about, at
from scoring.reconcile.labels import key
from scoring.reconcile.table import Column, Row, Table
from scoring.reconcile.workbook import Printed, Workbook


def check_two_values(context: Context) -> Checked:
    """Check that a quantity printed before, in this table or another, has the same value here."""
    for first, place in context.workbook.repeated:
        if place.table is context.table:
            yield _two_values(first, place) if first.value != place.value else None


def _two_values(first: Printed, place: Printed) -> Finding:
    return at(
        Code.TWO_VALUES,
        place.table,
        place.row,
        place.column,
        stated=place.value,
        recomputed=first.value,
        reasons=causes.of_swapping(place.value, first.value)
        or causes.of_one_digit(place.value, first.value),
        other_table=first.table.title,
        other_cell=first.table.cell(first.row, first.column),
        other_column=first.column.header,
    )


def check_labels(context: Context) -> Checked:
    """Check that a printed label ("bình quân cấp phòng") belongs to one row only."""
    table = context.table
    labelled = [row for row in table.rows if row.texts.get("label")]
    for one, other in combinations(labelled, 2):
        if key(one.texts["label"]) == key(other.texts["label"]) and one.key != other.key:
            yield _label_twice(table, one, other)
        else:
            yield None


def _label_twice(table: Table, one: Row, other: Row) -> Finding:
    return at(
        Code.LABEL_TWICE,
        table,
        other,
        table.column("label"),
        stated=table.number(other, "score"),
        recomputed=table.number(one, "score"),
        label=other.texts["label"],
        other_row=one.name,
    )


def check_denominators(context: Context) -> Checked:
    """Check that a printed n/d divides by what its header names, and that a table uses one
    denominator.
    """
    workbook, table = context.workbook, context.table
    for column in table.columns:
        if column.base in workbook.vocabulary.columns:
            for row in table.rows:
                yield from _named_denominator(workbook, table, row, column)
    yield from _mixed(workbook, table)


def _named_denominator(workbook: Workbook, table: Table, row: Row, column: Column) -> Checked:
    figure = row.figures.get(column.index)
    known = workbook.values(table, row, column.base)
    if figure is None or figure.base is None or not known:
        return
    if any(place.value == figure.base for place in known):
        yield None
        return
    others = workbook.holds(table, row, figure.base, column)
    cause = Reason(cause=Cause.DENOMINATOR_IS_OTHER, params={"columns": tuple(others)})
    yield at(
        Code.DENOMINATOR_NOT_NAMED,
        table,
        row,
        column,
        stated=figure.base,
        recomputed=known[0].value,
        reasons=(cause,) if others else (),
        named=known[0].column.header,
    )


def _mixed(workbook: Workbook, table: Table) -> Checked:
    said = [row.texts["denominator"] for row in table.rows if row.texts.get("denominator")]
    meant = {(workbook.vocabulary.quantity(text) or key(text)): text for text in said}
    if said:
        kinds = "; ".join(dict.fromkeys(meant.values()))
        yield about(Code.DENOMINATORS_MIXED, table, kinds=kinds) if len(meant) > 1 else None
