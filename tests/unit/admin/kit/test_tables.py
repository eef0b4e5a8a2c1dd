"""Tables on narrow and wide terminals: codes whole, empty columns gone, percentages alike."""

import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.kit.tables import Column, Kind, Layout, Table, draw, plain_text, print_table
from admin.kit.texts import load_texts

CODE = "000.11.22.H18-210426-0001"
LONG = "công dân nhớ khác ngày trả kết quả ghi trong phần mềm một cửa điện tử của huyện"
COLUMNS = (
    Column(key="unit", title="Đơn vị", kind=Kind.CODE),
    Column(key="dossier", title="Hồ sơ", kind=Kind.CODE),
    Column(key="parent", title="Trực thuộc"),
    Column(key="why", title="Vì sao"),
    Column(key="said", title="Người dân nói"),
    Column(key="reference", title="Mã phản ánh", kind=Kind.CODE),
)
ROWS: list[dict[str, str | None]] = [
    {"unit": "H18.01", "dossier": CODE, "why": LONG, "said": LONG, "reference": "7KQ2M4XD"},
    {"unit": "H18.02", "dossier": CODE[:-1] + "2", "why": "sớm", "said": None, "parent": ""},
]


def _printed(
    table: Table, width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> str:
    monkeypatch.setenv("COLUMNS", str(width))
    print_table(load_texts("vi"), table)
    return capsys.readouterr().out


@pytest.mark.parametrize("width", [80, 120, 200])
def test_codes_are_whole_and_the_table_fits(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A code is copied into the next command: no letter of it is missing, no word is broken."""
    out = _printed(Table(columns=COLUMNS, rows=ROWS), width, monkeypatch, capsys)
    for row in ROWS:
        assert {str(row["unit"]), str(row["dossier"])} <= set(out.split())
    assert "7KQ2M4XD" in out.split()
    assert "…" not in out
    assert set(LONG.split()) <= set(out.split())
    assert max(map(len, out.splitlines())) <= width


def test_codes_are_whole_where_nothing_fits(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table runs over the edge of a terminal of 40 columns, and still cuts no code."""
    out = _printed(Table(columns=COLUMNS, rows=ROWS), 40, monkeypatch, capsys)
    assert {CODE, "7KQ2M4XD"} <= set(out.split())


def test_empty_columns_are_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A column without a value takes no room; without rows every title is shown."""
    assert "Trực" not in _printed(Table(columns=COLUMNS, rows=ROWS), 80, monkeypatch, capsys)
    assert "Trực" in _printed(Table(columns=COLUMNS, rows=[]), 200, monkeypatch, capsys)


def test_optional_columns_go_first(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are printed only where everything fits."""
    columns = (
        *COLUMNS[:2],
        Column(key="name", title="Tên", optional=True),
        *(Column(key=f"n{place}", title=f"CS{place}", kind=Kind.FIGURE) for place in range(9)),
    )
    rows = [{**ROWS[0], "name": "Ủy ban nhân dân", **{f"n{place}": "1,4" for place in range(9)}}]
    wide = _printed(Table(columns=columns, rows=rows), 120, monkeypatch, capsys)
    narrow = _printed(Table(columns=columns, rows=rows), 80, monkeypatch, capsys)
    assert ("Tên" in wide, "Tên" in narrow) == (True, False)
    assert narrow.count("1,4") == 9


def test_percentages_have_one_digit(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """40 next to 49,6 is 40,0: figures in one column have the same digits."""
    column = Column(key="share", title="Tỷ lệ", kind=Kind.PERCENT)
    rows = [{"share": share} for share in (Decimal(40), Decimal("49.55"), Decimal(100), None)]
    out = _printed(Table(columns=[column], rows=rows), 80, monkeypatch, capsys)
    assert out.split()[-3:] == ["40,0%", "49,6%", "100,0%"]


def test_a_total_is_set_apart(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A blank line parts the last row from the others."""
    columns = (Column(key="unit", title="Đơn vị"), Column(key="n", title="Số"))
    rows = [{"unit": "A", "n": 1}, {"unit": "B", "n": 2}, {"unit": "Cộng", "n": 3}]
    table = Table(columns=columns, rows=rows, last_is_total=True)
    lines = _printed(table, 80, monkeypatch, capsys).split("A")[1].splitlines()
    assert [" ".join(line.split()) for line in lines if line] == ["1", "B 2", "", "Cộng 3", ""]


def test_a_word_without_an_end_is_folded(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A hash in a text column goes on in the next line, whole, within the terminal."""
    digest = "0123456789abcdef" * 4
    columns = (*COLUMNS[:2], Column(key="details", title="Chi tiết"))
    rows = [{**ROWS[0], "details": f"tệp {digest}"}]
    out = _printed(Table(columns=columns, rows=rows), 80, monkeypatch, capsys)
    assert max(map(len, out.splitlines())) <= 80
    lines = [line.split()[-1] for line in out.splitlines()[3:] if line.strip()]
    assert "".join(lines).endswith(digest)


WORDS = st.text("aộƯ 世1,–%", max_size=9).map(str.strip)


@given(
    lines=st.integers(1, 4).flatmap(
        lambda n: st.lists(st.lists(WORDS, min_size=n, max_size=n), min_size=1, max_size=4)
    ),
    title=WORDS,
    right=st.booleans(),
    total=st.booleans(),
    padding=st.integers(0, 1),
)
def test_a_file_gets_what_rich_would_draw(
    lines: list[list[str]], title: str, *, right: bool, total: bool, padding: int
) -> None:
    """A table in which nothing wraps is written without rich, sign for sign the same."""
    laid = Layout(
        table=Table(columns=(), rows=(), title=title, last_is_total=total),
        lines=lines,
        widths=[max(map(_columns, column)) for column in zip(*lines, strict=True)],
        right=[right] * len(lines[0]),
        padding=padding,
    )
    drawn = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", drawn)
        draw(laid, 80)
    assert not laid.is_plain or plain_text(laid) == drawn.getvalue()


def _columns(text: str) -> int:
    return max(1, sum(2 if sign == "世" else 1 for sign in text))


def test_what_would_wrap_is_left_to_rich() -> None:
    """A cell of two lines, or wider than its column."""
    table = Table(columns=(), rows=())
    for cell in ("a\nb", "abc", "a "):
        laid = Layout(table=table, lines=[["t"], [cell]], widths=[2], right=[False], padding=1)
        assert not laid.is_plain
