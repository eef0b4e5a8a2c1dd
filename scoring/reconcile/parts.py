"""Checks within a row: a whole against its parts, across the columns."""

from collections.abc import Sequence
from decimal import Decimal

from scoring.reconcile import causes
from scoring.reconcile.amounts import Amount, Amounts, total
from scoring.reconcile.context import Context
from scoring.reconcile.finding import Checked, Code, Finding, at
from scoring.reconcile.table import Row
from scoring.reconcile.vocabulary import Relation


def check_parts(context: Context) -> Checked:
    """Check every relation of the vocabulary and of the file itself, row by row."""
    amounts = context.amounts
    own = [
        Relation(whole=addition.whole, parts=addition.parts) for addition in amounts.table.additions
    ]
    for row in amounts.table.rows:
        for relation in (*amounts.vocabulary.relations, *own):
            yield from _relation(amounts, row, relation)
        for relation in amounts.vocabulary.disjoint_bases:
            yield from _bases(amounts, row, relation)


def _relation(amounts: Amounts, row: Row, relation: Relation) -> Checked:
    table = amounts.table
    whole = table.number(row, relation.whole)
    if whole is None or (relation.unless and table.number(row, relation.unless) is not None):
        return
    ids = _ids(amounts, relation)
    parts = [(id_, amounts.amount(row, id_)) for id_ in ids]
    printed = [(id_, amount) for id_, amount in parts if amount is not None]
    if not printed or (relation.optional and len(printed) < 2):
        return
    missing = relation.rest or len(printed) < len(ids)
    added = total(amount for _, amount in printed)
    added = Amount(added.value, None) if missing else added
    holds = not added.contradicts(whole) or _is_apart(amounts, row, relation, added.value - whole)
    yield None if holds else _finding(amounts, row, relation, printed, added)


def _is_apart(amounts: Amounts, row: Row, relation: Relation, difference: Decimal) -> bool:
    """Whether the difference is exactly a quantity that such a table may leave out of its whole."""
    apart = relation.apart
    if apart is None or amounts.has(apart.without):
        return False
    return amounts.table.number(row, apart.quantity) == difference


def _ids(amounts: Amounts, relation: Relation) -> tuple[str, ...]:
    """The required parts: an optional column that is absent counts as 0."""
    return (*relation.parts, *(id_ for id_ in relation.optional if amounts.has(id_)))


def _finding(
    amounts: Amounts,
    row: Row,
    relation: Relation,
    printed: Sequence[tuple[str, Amount]],
    added: Amount,
) -> Finding:
    table = amounts.table
    whole = table.number(row, relation.whole) or Decimal(0)
    parts = [(amounts.header(id_), amount.value) for id_, amount in printed]
    ids = {relation.whole, *(id_ for id_, _ in printed)}
    others = [(column.header, value) for column, value in amounts.others(row, ids)]
    difference = added.value - whole
    return at(
        Code.PARTS_NOT_WHOLE if added.hidden is not None else Code.PARTS_OVER_WHOLE,
        table,
        row,
        table.column(relation.whole),
        stated=whole,
        recomputed=added.value,
        reasons=causes.of_columns(difference, parts, others)
        or causes.of_doubling(whole, added.value)
        or causes.of_swapping(whole, added.value),
        parts=" + ".join(name for name, _ in parts),
    )


def _bases(amounts: Amounts, row: Row, relation: Relation) -> Checked:
    """Check that denominators of disjoint dossiers do not exceed all dossiers together."""
    table = amounts.table
    whole = table.number(row, relation.whole)
    bases = [(id_, base) for id_ in relation.parts if (base := table.base(row, id_)) is not None]
    if whole is None or not bases:
        return
    added = Decimal(sum(base for _, base in bases))
    if added <= whole:
        yield None
        return
    yield at(
        Code.BASES_OVER_WHOLE,
        table,
        row,
        table.column(bases[0][0]),
        stated=whole,
        recomputed=added,
        whole=amounts.header(relation.whole),
        parts=" + ".join(amounts.header(id_) for id_, _ in bases),
    )
