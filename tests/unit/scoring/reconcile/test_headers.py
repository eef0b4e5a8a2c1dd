"""From header words to quantities."""

import pytest

from scoring.reconcile.figures import Kind
from scoring.reconcile.headers import read_columns
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
    """A bare “Tỷ lệ (%)” stands behind what it counts."""
    columns = read_columns(["Đơn vị", "Trễ hạn", "Tỷ lệ (%)"], WORDS)
    assert columns[2].of == "late"


@pytest.mark.parametrize("header", ["late_percent", "late %", "% trễ hạn", "Tỷ lệ trễ hạn"])
def test_a_percentage_is_known_by_its_word_or_sign(header: str) -> None:
    """A word for percentage, or the sign, before or behind."""
    [column] = read_columns([header], WORDS)
    assert (column.kind, column.of) == (Kind.RATE, "late")
