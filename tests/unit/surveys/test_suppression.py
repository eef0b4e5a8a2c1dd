"""Hidden cells cannot be computed from what is published; an attacker tries."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.suppression import Margins, Place, hidden_answers, hidden_cells

P = TypeVar("P")
BELOW = 5
TABLES = st.integers(1, 5).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(0, 30), min_size=width, max_size=width), min_size=1, max_size=6
    )
)


def _narrow(known: dict[P, tuple[int, int]], lines: Sequence[Sequence[P]]) -> None:
    """Narrow the bounds of cells, of which the last of each line is the sum of the others."""
    for _ in range(300):
        before = dict(known)
        for *parts, whole in lines:
            low, high = (sum(known[p][side] for p in parts) for side in (0, 1))
            known[whole] = (max(known[whole][0], low), min(known[whole][1], high))
            for p in parts:
                least = known[whole][0] - (high - known[p][1])
                greatest = known[whole][1] - (low - known[p][0])
                known[p] = (max(known[p][0], least), min(known[p][1], greatest))
        if known == before:
            break


def _bounds(cells: list[list[int]], hidden: set[Place]) -> dict[Place, tuple[int, int]]:
    """What an attacker knows of each hidden cell by adding and subtracting, to the end."""
    rows, columns = len(cells), len(cells[0])
    most = sum(map(sum, cells)) + 1
    known = {
        p: (0, most) if p in hidden else (cells[p[0]][p[1]],) * 2
        for p in ((r, c) for r in range(rows) for c in range(columns))
    }
    lines = [[(r, c) for c in range(columns)] for r in range(rows)]
    lines += [[(r, c) for r in range(rows)] for c in range(columns)]
    _narrow(known, lines)
    return {p: known[p] for p in hidden}


def _solved(cells: list[list[int]], hidden: set[Place]) -> set[Place]:
    """The hidden cells that follow from the sums by linear algebra."""
    order = sorted(hidden)
    rows, columns = len(cells), len(cells[0])
    lines = [[(r, c) for c in range(columns)] for r in range(rows)]
    lines += [[(r, c) for r in range(rows)] for c in range(columns)]
    matrix = []
    for *parts, whole in lines:
        signs = dict.fromkeys(parts, 1) | {whole: -1}
        matrix.append([Fraction(signs.get(p, 0)) for p in order])
    pivot = 0
    for column in range(len(order)):
        at = next((r for r in range(pivot, len(matrix)) if matrix[r][column]), None)
        if at is None:
            continue
        matrix[pivot], matrix[at] = matrix[at], matrix[pivot]
        matrix[pivot] = [value / matrix[pivot][column] for value in matrix[pivot]]
        for r, row in enumerate(matrix):
            if r != pivot and row[column]:
                matrix[r] = [a - row[column] * b for a, b in zip(row, matrix[pivot], strict=True)]
        pivot += 1
    alone = [row for row in matrix if sum(map(bool, row)) == 1]
    return {order[next(i for i, value in enumerate(row) if value)] for row in alone}


@settings(max_examples=150)
@given(TABLES)
def test_no_small_cell_can_be_computed(table: list[list[int]]) -> None:
    """Neither by adding and subtracting nor by equations; each keeps several possible values."""
    cells = Margins.of(table).cells
    hidden = hidden_cells(table, BELOW)
    solved, bounds = _solved(cells, hidden), _bounds(cells, hidden)
    for r, row in enumerate(cells):
        for c, value in enumerate(row):
            if 0 < value < BELOW:
                assert (r, c) in hidden
                assert (r, c) not in solved
                low, high = bounds[r, c]
                assert high - low >= BELOW - 1


def test_only_what_is_needed_is_hidden() -> None:
    """A table without a small cell is published whole; zeros are no secret."""
    assert hidden_cells([[10, 0, 8], [7, 9, 0]], BELOW) == set()
    hidden = hidden_cells([[40, 2, 0], [30, 6, 8], [25, 9, 7]], BELOW)
    assert hidden == {(0, 0), (0, 1), (1, 0), (1, 1)} or len(hidden) == 4
    assert (0, 2) not in hidden


def test_without_more_cells_the_attacker_wins() -> None:
    """The attacker of this test does compute a cell that is hidden alone."""
    cells = Margins.of([[40, 2], [30, 6]]).cells
    assert _bounds(cells, {(0, 1)}) == {(0, 1): (2, 2)}
    assert _solved(cells, {(0, 1)}) == {(0, 1)}


def test_points_are_hidden_within_their_scale() -> None:
    """Points in tenths, at most 20: one answer's points are not told by a unit's total."""
    points = [[20, 10, 15], [18, 12, 9], [10, 20, 20]]
    hidden = hidden_cells(
        points, BELOW, is_small=lambda r, c: (r, c) == (0, 1), highest=20, width=5
    )
    assert (0, 1) in hidden
    assert _solved(Margins.of(points).cells, hidden) == set()


Cell = tuple[int, int, int]
"""Table, row, column; the last table is the whole of the others."""
YEARS = st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(2, 4)).flatmap(
    lambda size: st.lists(
        st.lists(
            st.lists(
                st.one_of(st.integers(0, 6), st.integers(0, 30)),
                min_size=size[2],
                max_size=size[2],
            ),
            min_size=size[1],
            max_size=size[1],
        ),
        min_size=size[0],
        max_size=size[0],
    )
)


@settings(max_examples=150, deadline=None)
@given(YEARS)
def test_no_small_cell_of_several_periods_can_be_computed(quarters: list[list[list[int]]]) -> None:
    """From all quarters and their year, published each on its own page, with late answers that
    only the year has as its last part.
    """
    *published, late = quarters if len(quarters) > 1 else [*quarters, [[0] * 9] * 9]
    year = [
        [sum(part[r][c] for part in quarters) for c in range(len(row))]
        for r, row in enumerate(quarters[0])
    ]
    hidden = [hidden_answers(one, BELOW) for one in published]
    tables = [*published, late[: len(year)], year] if len(quarters) > 1 else [*published, year]
    cells = [Margins.of(one).cells for one in tables]
    shown: dict[Cell, int] = {}
    secret: set[Cell] = set()
    for t, (table, gone) in enumerate(
        zip([*published, year], [*hidden, hidden_answers(year, BELOW, published)], strict=True)
    ):
        at = t if t < len(published) else len(tables) - 1
        for r, row in enumerate(Margins.of(table).cells):
            for c, value in enumerate(row):
                if (r, c) not in gone:
                    shown[at, r, c] = value
                if 0 < value < BELOW:
                    assert (r, c) in gone
                    secret.add((at, r, c))
    known = _known(shown, cells, _lines(cells))
    assert {cell for cell in secret if known[cell][0] == known[cell][1]} == set()


def _lines(tables: Sequence[list[list[int]]]) -> list[list[Cell]]:
    """Cells that add up to the last one of each line."""
    rows, columns = len(tables[0]), len(tables[0][0])
    lines: list[list[Cell]] = []
    for t in range(len(tables)):
        lines += [[(t, r, c) for c in range(columns)] for r in range(rows)]
        lines += [[(t, r, c) for r in range(rows)] for c in range(columns)]
    lines += [[(t, r, c) for t in range(len(tables))] for r in range(rows) for c in range(columns)]
    return lines


def _known(
    shown: Mapping[Cell, int], tables: Sequence[list[list[int]]], lines: Iterable[Sequence[Cell]]
) -> dict[Cell, tuple[int, int]]:
    """What an attacker knows of each cell who adds and subtracts to the end."""
    most = sum(tables[-1][-1]) + 1
    places = [
        (t, r, c)
        for t, table in enumerate(tables)
        for r, row in enumerate(table)
        for c in range(len(row))
    ]
    known = {p: (shown[p],) * 2 if p in shown else (0, most) for p in places}
    _narrow(known, list(lines))
    return known


def test_a_year_alone_would_tell_a_quarter() -> None:
    """The attacker of this test does win where the year looks at its own counts only."""
    quarters = [[[20, 2], [30, 9]], [[20, 10], [30, 10]]]
    year = [[40, 12], [60, 19]]
    cells = [Margins.of(one).cells for one in (*quarters, year)]
    gone = [*(hidden_answers(one, BELOW) for one in quarters), hidden_answers(year, BELOW)]
    shown = {
        (t, r, c): value
        for t, table in enumerate(cells)
        for r, row in enumerate(table)
        for c, value in enumerate(row)
        if (r, c) not in gone[t]
    }
    known = _known(shown, cells, _lines(cells))
    assert known[0, 0, 1] == (2, 2)
    assert (0, 1) in hidden_answers(year, BELOW, quarters)
