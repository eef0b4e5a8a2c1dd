"""Hides small cells of a published table so that they cannot be computed from its totals.

A table of counts is published with the sums of its rows and columns. A count under the limit is
hidden; then further cells are hidden so that, for every small one, several values fit everything
that stays visible. Each small cell is the corner of a rectangle of hidden cells: adding one to it
and to the opposite corner and taking one from the two others changes no sum, and the rectangle is
chosen so that this can be done often enough. A zero is no secret and is hidden only where nothing
else can be.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field

Place = tuple[int, int]
Table = Sequence[Sequence[int]]
ROWS_TRIED = 40
"""Rows that are tried as the other side of a rectangle; the best are nearly always among them."""
OF_ZERO, OF_TOTAL = 10**6, 10**9
"""What hiding a zero and a total costs; another cell costs its count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Margins:
    """A table with its sums as a last row and a last column, in which cells are hidden.

    `highest`: no cell but a sum can be more; None: no limit. `fixed` are cells that hold nothing,
    so that there is nothing to hide.
    """

    cells: list[list[int]]
    highest: int | None = None
    fixed: frozenset[Place] = frozenset()
    hidden: set[Place] = field(default_factory=set)

    @classmethod
    def of(
        cls, table: Table, highest: int | None = None, fixed: Collection[Place] = ()
    ) -> "Margins":
        """Add the sums to a table."""
        rows = [[*row, sum(row)] for row in table]
        columns = [sum(column) for column in zip(*rows, strict=True)] if rows else []
        return cls(cells=[*rows, columns], highest=highest, fixed=frozenset(fixed))

    @property
    def last(self) -> Place:
        """The place of the whole sum."""
        return len(self.cells) - 1, len(self.cells[0]) - 1

    def is_sum(self, place: Place) -> bool:
        """Whether a cell is in the last row or column."""
        return place[0] == self.last[0] or place[1] == self.last[1]

    def sign(self, place: Place) -> int:
        """In which direction a cell goes when the rectangle's first corner grows."""
        return -1 if (place[0] == self.last[0]) != (place[1] == self.last[1]) else 1

    def room(self, place: Place, direction: int) -> int:
        """How far a cell can go up (1) or down (-1)."""
        value = self.cells[place[0]][place[1]]
        if direction < 0:
            return value
        return OF_TOTAL if self.highest is None or self.is_sum(place) else self.highest - value

    def width(self, corners: Sequence[Place]) -> int:
        """How many further values the first corner can have, the sums being what they are."""
        turns = [self.sign(c) * (1 if n % 2 == 0 else -1) for n, c in enumerate(corners)]
        first = turns[0]
        pairs = list(zip(corners, turns, strict=True))
        up = min(self.room(corner, turn * first) for corner, turn in pairs)
        down = min(self.room(corner, -turn * first) for corner, turn in pairs)
        return up + down

    def cost(self, place: Place) -> int:
        """What is lost by hiding a cell."""
        if place in self.hidden:
            return 0
        value = self.cells[place[0]][place[1]]
        if self.is_sum(place):
            return OF_TOTAL * (2 if place == self.last else 1)
        return value or OF_ZERO


def hidden_cells(
    table: Table,
    below: int,
    *,
    is_small: Callable[[int, int], bool] | None = None,
    highest: int | None = None,
    width: int | None = None,
    fixed: Collection[Place] = (),
) -> set[Place]:
    """The places to hide, rows and columns from 0; the sums follow the last of each.

    Small is a count from 1 to `below` - 1, or what `is_small` says of a row and column. `width` is
    how many further values each small cell must be able to have, by default `below` - 1. `fixed`
    cells hold nothing and are never hidden.
    """
    margins = Margins.of(table, highest, fixed)
    wide = below - 1 if width is None else width
    small = [
        (r, c)
        for r, row in enumerate(margins.cells)
        for c, value in enumerate(row)
        if _is_small((r, c), value, below, margins, is_small)
    ]
    margins.hidden.update(small)
    for place in small:
        margins.hidden.update(_rectangle(margins, place, wide))
    return margins.hidden


def hidden_answers(table: Table, below: int, parts: Sequence[Table] = ()) -> set[Place]:
    """The places to hide in a table of answers: units in rows, options in columns.

    Of a unit with fewer than `below` answers everything, as a zero would tell what all of so few
    did not say. `parts` are the same table of shorter periods within this one, published as well:
    what is hidden in one of them, and in what they leave over, is hidden here, so that every sum
    shown follows from sums shown there and nothing can be subtracted.
    """
    hidden = hidden_cells(table, below)
    hidden |= {
        (r, c) for r, row in enumerate(table) for c in range(len(row) + 1) if 0 < sum(row) < below
    }
    if parts:
        for part in (*parts, _left_over(table, parts)):
            hidden |= hidden_answers(part, below)
    return hidden


def _left_over(table: Table, parts: Sequence[Table]) -> Table:
    """What the parts do not explain: late answers (corrections the other way, without sign)."""
    return [
        [abs(value - sum(part[r][c] for part in parts)) for c, value in enumerate(row)]
        for r, row in enumerate(table)
    ]


def _is_small(
    place: Place,
    value: int,
    below: int,
    margins: Margins,
    is_small: Callable[[int, int], bool] | None,
) -> bool:
    if is_small is not None:
        return not margins.is_sum(place) and is_small(*place)
    return 0 < value < below


def _rectangle(margins: Margins, place: Place, width: int) -> Sequence[Place]:
    """The cheapest rectangle with this corner that leaves it wide enough; the widest if none."""
    best: tuple[tuple[bool, int, int], Sequence[Place]] | None = None
    for corners in _rectangles(margins, place):
        found = margins.width(corners)
        cost = sum(margins.cost(corner) for corner in corners)
        key = (found < width, cost, -found)
        if best is None or key < best[0]:
            best = key, corners
    return best[1] if best else ()


def _rectangles(margins: Margins, place: Place) -> Iterator[Sequence[Place]]:
    row, column = place
    for r in _other_rows(margins, place):
        for c in range(margins.last[1] + 1):
            corners = place, (row, c), (r, c), (r, column)
            if c != column and not margins.fixed.intersection(corners):
                yield corners


def _other_rows(margins: Margins, place: Place) -> list[int]:
    """The rows tried: those with hidden cells in the column, then the smallest, then the sums."""
    row, column = place
    others = [r for r in range(margins.last[0]) if r != row]
    others.sort(key=lambda r: margins.cost((r, column)))
    rows = others[:ROWS_TRIED]
    return rows if row == margins.last[0] else [*rows, margins.last[0]]
