"""Made-up tables: correct ones say nothing, and one changed figure is named."""

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scoring.reconcile import Code
from tests.unit.scoring.reconcile.sheets import check

COUNTS = ("received", "online", "in_time", "late", "pending")
HEADER = "Dòng;Đơn vị;Tiếp nhận;Trực tuyến;Đúng và trước hạn;Trễ hạn;Đang giải quyết;Tỷ lệ trễ (%)"


@dataclass(frozen=True)
class Line:
    """One line of a made-up table."""

    kind: str
    name: str
    received: int
    online: int
    in_time: int
    late: int
    pending: int
    rate: str

    def text(self) -> str:
        """As an officer types it, thousands with a point."""
        counts = (f"{getattr(self, name):,}".replace(",", ".") for name in COUNTS)
        return ";".join((self.kind, self.name, *counts, self.rate))


def line(kind: str, name: str, parts: tuple[int, int, int, int], digits: int) -> Line:
    """A correct line from its parts: online, in time, late, pending."""
    online, in_time, late, pending = parts
    received = in_time + late + pending
    rate = "" if not received else printed(100 * Decimal(late) / received, digits)
    return Line(kind, name, received, min(online, received), in_time, late, pending, rate)


def printed(value: Decimal, digits: int) -> str:
    """Rounded half up, with a decimal comma."""
    rounded = value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return str(rounded).replace(".", ",")


def summed(kind: str, name: str, lines: list[Line], digits: int) -> Line:
    """The correct line above others."""
    in_time, late, pending = (sum(getattr(n, c) for n in lines) for c in COUNTS[2:])
    online = sum(n.online for n in lines)
    return line(kind, name, (online, in_time, late, pending), digits)


PARTS = st.tuples(*[st.integers(0, 4000)] * 4)


@st.composite
def correct(draw: st.DrawFn) -> list[Line]:
    """A district, its blocks and their units, everything adding up."""
    digits = draw(st.integers(0, 2))
    blocks = draw(st.lists(st.lists(PARTS, min_size=1, max_size=5), min_size=1, max_size=3))
    whole, body = [], []
    for number, units in enumerate(blocks):
        lines = [line("đơn vị", f"Xã {number}.{i}", p, digits) for i, p in enumerate(units)]
        block = summed("khối", f"Khối {number}", lines, digits)
        whole.append(block)
        body += [block, *lines]
    return [summed("tổng", "Toàn huyện", whole, digits), *body]


def sheet(lines: list[Line]) -> str:
    """The table as a file."""
    return "\n".join([HEADER, *(one.text() for one in lines)])


@settings(max_examples=60, deadline=None)
@given(correct())
def test_a_correct_table_says_nothing(lines: list[Line]) -> None:
    """Whatever the figures, a table that adds up has no findings, not even notes."""
    report = check(sheet(lines))
    assert report.findings == ()
    assert report.comparisons > len(lines)


@settings(max_examples=60, deadline=None)
@given(correct(), st.data())
def test_one_changed_count_is_named(lines: list[Line], data: st.DataObject) -> None:
    """One wrong count is found in its own line or in the line above, in a sum that holds it."""
    at = data.draw(st.integers(0, len(lines) - 1))
    column = data.draw(st.sampled_from(COUNTS))
    change = data.draw(st.integers(1, 50))
    changed = replace(lines[at], **{column: getattr(lines[at], column) + change})
    report = check(sheet([*lines[:at], changed, *lines[at + 1 :]]))
    involved = {changed.name, *above(lines, at)}
    counts = {finding.row for finding in report.wrong if not finding.code.startswith("rate_")}
    assert counts
    assert counts <= involved


def above(lines: list[Line], at: int) -> list[str]:
    """The names of the lines above a line: its block and the whole."""
    blocks = [one.name for one in lines[:at] if one.kind == "khối"]
    return [lines[0].name, *(blocks[-1:] if lines[at].kind == "đơn vị" else [])]


@settings(max_examples=60, deadline=None)
@given(correct(), st.data())
def test_one_changed_percentage_is_named(lines: list[Line], data: st.DataObject) -> None:
    """A percentage five units of its last digit off is found, at its own cell and nowhere else
    (unless the dossiers resolved, a usual base too, happen to explain it)."""
    told = [i for i, one in enumerate(lines) if one.rate]
    assume(told)
    at = data.draw(st.sampled_from(told))
    _, _, decimals = lines[at].rate.partition(",")
    stated = Decimal(lines[at].rate.replace(",", ".")) + Decimal(5).scaleb(-len(decimals))
    resolved = lines[at].in_time + lines[at].late
    assume(resolved == 0 or abs(100 * Decimal(lines[at].late) / resolved - stated) > 1)
    rate = str(stated).replace(".", ",")
    report = check(sheet([*lines[:at], replace(lines[at], rate=rate), *lines[at + 1 :]]))
    [finding] = report.findings
    assert finding.row == lines[at].name
    assert finding.column == "Tỷ lệ trễ (%)"
    assert finding.code in (Code.RATE_WRONG, Code.RATE_WRONG_BASE)
