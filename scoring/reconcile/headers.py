"""Interprets column headers: what the cells of a column are."""

from scoring.reconcile.figures import Kind
from scoring.reconcile.labels import key, plain, unbracketed, without
from scoring.reconcile.table import Column
from scoring.reconcile.vocabulary import Vocabulary


def read_columns(headers: list[str], vocabulary: Vocabulary) -> tuple[Column, ...]:
    """The columns of a table; those without a header are left out."""
    columns: list[Column] = []
    for index, header in enumerate(headers):
        if header:
            left = columns[-1] if columns else None
            columns.append(_column(index, header, left, vocabulary))
    return tuple(columns)


def quantity_of(header: str, vocabulary: Vocabulary) -> str:
    """The id of the quantity a header names; `~header` if the vocabulary does not have it."""
    return vocabulary.quantity(header) or f"~{without(key(header), vocabulary.fillers)}"


def split_base(header: str, words: tuple[str, ...]) -> tuple[str, str]:
    """Numerator and denominator of "X / Y", or of "X trên Y" in these words; no Y: ""."""
    numerator, slash, base = unbracketed(header).partition("/")
    if slash and base.strip():
        return numerator.strip(), base.strip()
    text = key(header)
    for word in words:
        numerator, found, base = text.partition(f" {word} ")
        if found:
            return numerator.strip(), base.strip()
    return header, ""


def _column(index: int, header: str, left: Column | None, vocabulary: Vocabulary) -> Column:
    known = vocabulary.quantity(header)
    rate = _is_rate(header, vocabulary)
    if known and not rate:
        return Column(index=index, header=header, id=known, kind=vocabulary.columns[known].kind)
    if rate:
        return _rate(index, header, left, vocabulary)
    numerator, base = split_base(header, ())
    id_ = quantity_of(numerator, vocabulary)
    kind = vocabulary.columns[id_].kind if id_ in vocabulary.columns else Kind.FREE
    named = quantity_of(base, vocabulary) if base else ""
    return Column(index=index, header=header, id=id_, kind=kind, base=named)


def _is_rate(header: str, vocabulary: Vocabulary) -> bool:
    text = f" {plain(header)} "
    return "%" in header or any(f" {word} " in text for word in vocabulary.rate_words)


def _rate(index: int, header: str, left: Column | None, vocabulary: Vocabulary) -> Column:
    numerator, base = split_base(header.replace("%", " "), vocabulary.base_words)
    named = without(without(key(numerator), vocabulary.rate_words), vocabulary.fillers)
    if vocabulary.quantity(named) == "quota":
        return Column(index=index, header=header, id="quota", kind=Kind.RATE)
    of = _counted(named, left, vocabulary)
    base_id = quantity_of(base, vocabulary) if base else ""
    return Column(index=index, header=header, id=f"{of}%", kind=Kind.RATE, of=of, base=base_id)


def _counted(named: str, left: Column | None, vocabulary: Vocabulary) -> str:
    """The counted quantity of a percentage: the one it names, else the column on its left, if
    any.
    """
    if named in ("", "dat"):
        return (left.of or left.id) if left else ""
    return quantity_of(named, vocabulary)
