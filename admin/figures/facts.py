"""The declared figures of the units (facts), added up for a report."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from admin.figures.model import FactFigures
from admin.importing.fact_words import TITLES
from scoring.evidence import PARTS_OF, UnitEvidence
from scoring.law import Rulebook
from scoring.rounding import added
from scoring.supported import FactKind


def declared(book: Rulebook, units: Sequence[UnitEvidence]) -> Iterator[FactFigures]:
    """Every fact that is a number of something and that a unit declared, with its whole."""
    totals = {
        fact: _total(fact, units)
        for fact, kind in book.fact_kinds.items()
        if kind is FactKind.COUNT and any(fact in unit.facts for unit in units)
    }
    for fact, total in totals.items():
        own = book.facts.get(fact)
        whole = own.part_of if own else PARTS_OF.get(fact)
        yield FactFigures(
            id=fact,
            name=fact_name(book, fact),
            total=total,
            whole=totals.get(whole) if whole else None,
            whole_name=fact_name(book, whole) if whole in totals else "",
        )


def fact_name(book: Rulebook, fact: str) -> str:
    """What a fact is called in Vietnamese."""
    own = book.facts.get(fact)
    return own.text.of("vi") if own else TITLES[fact][0]


def _total(fact: str, units: Sequence[UnitEvidence]) -> Decimal:
    return added(Decimal(unit.facts[fact]) for unit in units if fact in unit.facts)
