"""From header words to quantities."""

import pytest

from scoring.reconcile import load_vocabulary
from scoring.reconcile.figures import Kind
from scoring.reconcile.headers import read_columns, split_base
from tests.unit.scoring.reconcile.sheets import WORDS


@pytest.mark.parametrize(
    ("header", "quantity"),
    [
        ("Tiếp nhận", "received"),
        ("TIEP  NHAN", "received"),
        ("Số hồ sơ đã tiếp nhận", "received"),
        ("Mới tiếp nhận trong kỳ", "new"),
        ("Số lượng hồ sơ đã giải quyết trước hạn", "early"),
        ("Đúng và sớm hạn (hồ sơ)", "in_time"),
        ("carried_over", "carried_over"),
        ("Late", "late"),
        ("Chỉ số 7", "criterion_7"),
        ("Số đơn vị", "units"),
        ("Dân số", None),
    ],
)
def test_a_header_names_its_quantity(header: str, quantity: str | None) -> None:
    """Without accents, case, brackets or filling words, in Vietnamese or English."""
    assert WORDS.quantity(header) == quantity


def test_every_header_name_belongs_to_one_quantity() -> None:
    """No word of the vocabulary means two things."""
    names = [name for column in WORDS.columns.values() for name in column.names]
    assert len(names) == len(set(names))


def test_every_quantity_the_vocabulary_speaks_of_exists() -> None:
    """Relations, bases and derived quantities name columns that can be printed."""
    named = {id_ for column in WORDS.columns.values() for id_ in column.of}
    named |= {part for derived in WORDS.derived.values() for part in derived.parts}
    for relation in (*WORDS.relations, *WORDS.disjoint_bases):
        named |= {relation.whole, *relation.parts, *relation.optional}
    assert named <= WORDS.columns.keys()


def test_a_percentage_names_what_it_counts_and_of_what() -> None:
    """Tỷ lệ trễ hạn / đã giải quyết (%) counts late ones of the resolved."""
    [column] = read_columns(["Tỷ lệ trễ hạn / đã giải quyết (%)"], WORDS)
    assert (column.kind, column.of, column.base) == (Kind.RATE, "late", "resolved")


def test_a_percentage_without_a_name_belongs_to_the_column_on_its_left() -> None:
    """A bare “Tỷ lệ (%)” comes after what it counts."""
    columns = read_columns(["Đơn vị", "Trễ hạn", "Tỷ lệ (%)"], WORDS)
    assert columns[2].of == "late"


@pytest.mark.parametrize("header", ["late_percent", "late %", "% trễ hạn", "Tỷ lệ trễ hạn"])
def test_a_percentage_is_known_by_its_word_or_sign(header: str) -> None:
    """A word for percentage, or the sign, before or after."""
    [column] = read_columns([header], WORDS)
    assert (column.kind, column.of) == (Kind.RATE, "late")


def test_the_shipped_words_are_read_anew() -> None:
    """The file of words gives the same words each time."""
    assert load_vocabulary().columns == WORDS.columns


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("...", "unit"),
        ("Toàn huyện A", "total"),
        ("Tổng hợp", "total"),
        ("Total A", "total"),
        ("Cộng", "total"),
        ("Cộng hòa", "unit"),
        ("Tổng khối xã", "block"),
        ("Cộng cấp huyện", "block"),
        ("Khối xã", "block"),
        ("Xã A", "unit"),
    ],
)
def test_a_name_tells_its_level(name: str, level: str) -> None:
    """Totals and blocks are known by their first words."""
    assert WORDS.level_of_name(name) == level


def test_every_quantity_is_known_by_its_own_id() -> None:
    """A column exported under its id is understood; “weak” alone is the grade."""
    for id_ in WORDS.columns.keys() - {"weak"}:
        assert WORDS.quantity(id_) == id_


@pytest.mark.parametrize(
    ("header", "parts"),
    [
        ("Trễ hạn / Đã giải quyết", ("Trễ hạn", "Đã giải quyết")),
        ("Trễ / Đúng / Tổng", ("Trễ", "Đúng / Tổng")),
        ("Trễ hạn trên tổng số hồ sơ", ("tre han", "ho so")),
        ("Trễ so với đúng so với tổng", ("tre", "dung so voi tong")),
        ("Trễ hạn/", ("Trễ hạn/", "")),
        ("Trễ hạn", ("Trễ hạn", "")),
    ],
)
def test_a_header_may_name_its_denominator(header: str, parts: tuple[str, str]) -> None:
    """After the first stroke, or after the first words for “of”."""
    assert split_base(header, WORDS.base_words) == parts


@pytest.mark.parametrize("header", ["Đạt tỷ lệ", "Chiếm (%)", "Chiếm tỷ lệ", "Đạt %", "Tỷ lệ"])
def test_a_percentage_that_names_nothing_counts_what_stands_left_of_it(header: str) -> None:
    """“Đạt” and “chiếm” name no quantity; without a column on the left nothing is counted."""
    assert read_columns(["Trễ hạn", header], WORDS)[1].of == "late"
    assert read_columns(["Trễ hạn", "Tỷ lệ", header], WORDS)[2].of == "late"
    assert read_columns([header], WORDS)[0].of == ""


def test_a_required_share_keeps_its_header() -> None:
    """“Quy định (%)” is the quota."""
    [column] = read_columns(["Quy định (%)"], WORDS)
    assert (column.header, column.id, column.kind) == ("Quy định (%)", "quota", Kind.RATE)


def test_a_stroke_may_stand_for_and() -> None:
    """“Đúng hạn/trước hạn” is one quantity, and has no denominator."""
    [column] = read_columns(["Đúng hạn/trước hạn"], WORDS)
    assert (column.id, column.kind, column.base) == ("in_time", Kind.COUNT, "")


def test_a_count_may_name_its_denominator() -> None:
    """A column of n/d is a column of what it counts."""
    [column] = read_columns(["Trễ hạn / Đã giải quyết"], WORDS)
    assert (column.id, column.kind, column.base) == ("late", Kind.COUNT, "resolved")
