"""Hidden cells cannot be computed from what is published; an attacker tries."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.suppression import Margins, Place, hidden_cells

BELOW = 5
TABLES = st.integers(1, 5).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(0, 30), min_size=width, max_size=width), min_size=1, max_size=6
    )
)


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
    for _ in range(200):
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
