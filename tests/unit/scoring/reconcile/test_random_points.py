"""Made-up tables of points: correct ones say nothing, and one changed figure is named."""

from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.scoring.reconcile.sheets import GRADES, check

NAMES = {
    "xuat_sac": "xuất sắc",
    "tot": "tốt",
    "kha": "khá",
    "trung_binh": "trung bình",
    "yeu": "yếu",
}
CRITERIA = [f"TC{number}" for number in range(1, 10)]
HEADER = ["Dòng", "Đơn vị", *CRITERIA, "Tổng điểm", "Xếp loại", "Số đơn vị"]
HEADER += [name.capitalize() for name in NAMES.values()]

Points = tuple[Decimal, ...]


@st.composite
def points(draw: st.DrawFn) -> Points:
    """Points of one unit, one decimal, conduct never above time."""
    tenths = draw(st.lists(st.integers(0, 20), min_size=9, max_size=9))
    tenths[6] = min(tenths[6], tenths[0])
    return tuple(Decimal(n) / 10 for n in tenths)


def grade(total: Decimal) -> str:
    """The grade of a total."""
    return next(id_ for id_, least in GRADES.items() if total >= least)


def comma(value: object) -> str:
    """A number as it is printed."""
    return str(value).replace(".", ",")


def unit_cells(name: str, unit: Points) -> list[str]:
    """A unit's line."""
    total = sum(unit, Decimal(0))
    scores = [comma(point) for point in (*unit, total)]
    return ["đơn vị", name, *scores, NAMES[grade(total)], *[""] * 6]


def mean_cells(kind: str, name: str, units: list[Points]) -> list[str]:
    """The line above units: their mean to two digits, how many there are of each grade."""
    totals = [sum(unit, Decimal(0)) for unit in units]
    mean = (sum(totals, Decimal(0)) / len(totals)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    graded = [grade(total) for total in totals]
    counts = [str(graded.count(id_)) for id_ in NAMES]
    empty = [""] * len(CRITERIA)
    return [kind, name, *empty, comma(mean), NAMES[grade(mean)], str(len(units)), *counts]


def sheet(blocks: list[list[Points]]) -> list[list[str]]:
    """A district's table of points."""
    lines = [mean_cells("tổng", "Toàn huyện", [unit for block in blocks for unit in block])]
    for number, block in enumerate(blocks):
        lines.append(mean_cells("khối", f"Khối {number}", block))
        lines += [unit_cells(f"Xã {number}.{i}", unit) for i, unit in enumerate(block)]
    return [HEADER, *lines]


def text(cells: list[list[str]]) -> str:
    """The table as a file."""
    return "\n".join(";".join(line) for line in cells)


BLOCKS = st.lists(st.lists(points(), min_size=1, max_size=4), min_size=1, max_size=3)


@settings(max_examples=40, deadline=None)
@given(BLOCKS)
def test_a_correct_table_of_points_says_nothing(blocks: list[list[Points]]) -> None:
    """Totals, grades, counts and means that follow from the points have no findings."""
    assert check(text(sheet(blocks))).findings == ()


@settings(max_examples=40, deadline=None)
@given(BLOCKS, st.data())
def test_one_changed_figure_of_points_is_named(
    blocks: list[list[Points]], data: st.DataObject
) -> None:
    """A total, a mean or a count that is one too high is named in its own line or above it."""
    cells = sheet(blocks)
    at = data.draw(st.integers(1, len(cells) - 1))
    filled = [i for i in range(2, len(HEADER)) if cells[at][i].replace(",", "").isdigit()]
    column = data.draw(st.sampled_from(filled))
    cells[at][column] = comma(Decimal(cells[at][column].replace(",", ".")) + 1)
    wrong = check(text(cells)).wrong
    above = {line[1] for line in cells if line[0] in ("tổng", "khối")}
    assert wrong
    assert {finding.row for finding in wrong} <= {cells[at][1], *above}
