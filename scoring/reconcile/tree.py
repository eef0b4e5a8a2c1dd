"""Builds the tree of rows: total, blocks, units."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scoring.reconcile.figures import Figure
from scoring.reconcile.labels import key
from scoring.reconcile.table import Level, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlinkedRow:
    """A row before its place in the tree is known; `block`: the block its own cell names."""

    line: int
    name: str
    key: str
    level: Level
    block: str
    texts: Mapping[str, str]
    figures: Mapping[int, Figure]


def build_tree(rows: Sequence[UnlinkedRow]) -> tuple[Row, ...]:
    """The rows with their parents. A block is above its units; if a table begins with units and
    ends with a block, it is below them. A block named in a row's own cell takes precedence.
    """
    total = next((i for i, row in enumerate(rows) if row.level is Level.TOTAL), None)
    below = _blocks_stand_below(rows)
    return tuple(
        Row(
            index=index,
            line=row.line,
            name=row.name,
            key=row.key,
            level=row.level,
            parent=_parent(rows, index, total, below=below),
            texts=row.texts,
            figures=row.figures,
        )
        for index, row in enumerate(rows)
    )


def _blocks_stand_below(rows: Sequence[UnlinkedRow]) -> bool:
    levels = [row.level for row in rows if row.level is not Level.TOTAL]
    return bool(levels) and levels[0] is Level.UNIT and levels[-1] is Level.BLOCK


def _parent(
    rows: Sequence[UnlinkedRow], index: int, total: int | None, *, below: bool
) -> int | None:
    row = rows[index]
    if row.level is Level.TOTAL:
        return None
    if row.level is Level.BLOCK:
        return total
    if row.block:
        return _named(rows, row.block, total)
    others: Iterable[int] = range(index + 1, len(rows)) if below else reversed(range(index))
    return next((i for i in others if rows[i].level is Level.BLOCK), total)


def _named(rows: Sequence[UnlinkedRow], block: str, total: int | None) -> int | None:
    """The block row of this name; "xã" is enough for "Cấp xã" or "Khối xã"."""
    for i, row in enumerate(rows):
        names = (row.key, key(row.block), row.key.partition(" ")[2])
        if row.level is Level.BLOCK and key(block) in names:
            return i
    return total
